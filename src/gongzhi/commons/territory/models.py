"""Places: a tree with boundaries, and codes that hold for a time."""

from django.db import models

from gongzhi.commons.territory.kinds import PlaceKind


class Place(models.Model):
    """One place, keyed by our own id, since official codes change."""

    kind = models.CharField(max_length=16, choices=PlaceKind)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    # "/1/5/23/": ancestors and self, so that a subtree is one prefix.
    path = models.CharField(max_length=160, db_index=True)
    name = models.CharField(max_length=80)
    aliases = models.JSONField(default=list)  # other names by which people know it
    addresses = models.JSONField(default=list)  # "青禾路18号": gates on a road
    households = models.PositiveIntegerField(null=True)
    boundary = models.JSONField(null=True)  # GeoJSON geometry, WGS 84
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    begins = models.DateField(null=True)
    ends = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parent", "kind", "name"], name="place_name_in_parent")
        ]

    def __str__(self) -> str:
        return self.name


class PlaceCode(models.Model):
    """An official code of a place and the days for which it holds."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="codes")
    scheme = models.CharField(max_length=24)  # for example stat12, police15
    code = models.CharField(max_length=24)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["scheme", "code"], name="place_code")]


class TerritoryRevision(models.Model):
    """One row whose number grows with every change, so that each process knows its map is old."""

    number = models.PositiveBigIntegerField(default=0)
