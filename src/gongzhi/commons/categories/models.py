"""The tree of matters."""

from django.db import models


class Category(models.Model):
    """One matter. Codes are dotted paths ("environment.waste"), so a subtree is a prefix."""

    code = models.CharField(max_length=80, unique=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    description_zh = models.CharField(max_length=300, blank=True)
    description_en = models.CharField(max_length=300, blank=True)
    keywords = models.JSONField(default=dict)  # word -> weight, for triage by rule
    attributes = models.JSONField(default=list)  # Open311 attribute definitions
    residents_may_choose = models.BooleanField(default=True)
    # Whether requests on this matter may be read by everyone: streets and lamps, not family.
    may_be_public = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name_zh


class CategoriesRevision(models.Model):
    """One row whose number grows with every change, so that each process knows it is behind."""

    number = models.PositiveBigIntegerField(default=0)
