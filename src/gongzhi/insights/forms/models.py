"""Forms: who asks whom for what, on which ground, until when; and what was filled in."""

from django.db import models

from gongzhi.insights.forms.choices import FieldKind, FormState


class AskedForm(models.Model):
    """A form that a unit asks of communities; `sent` also serialises the writers of its chain."""

    title = models.CharField(max_length=120)
    asked_by_unit = models.ForeignKey(
        "organisations.Unit", null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_by_person_id = models.BigIntegerField(null=True)
    legal_basis = models.CharField(max_length=300)
    category_code = models.CharField(max_length=80, blank=True)
    period = models.CharField(max_length=40)
    minutes = models.PositiveIntegerField()  # that one community needs to fill it by hand
    state = models.CharField(max_length=10, choices=FormState)
    asked_at = models.DateTimeField(db_index=True)
    expires = models.DateField()
    sent = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.title


class AskedField(models.Model):
    """One field; with a source it is filled from what is known."""

    form = models.ForeignKey(AskedForm, on_delete=models.CASCADE, related_name="fields")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=FieldKind)
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title


class Asked(models.Model):
    """One community's copy of a form."""

    form = models.ForeignKey(AskedForm, on_delete=models.CASCADE, related_name="copies")
    unit = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    filled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "unit"], name="asked_once")]
        indexes = [models.Index(fields=["unit", "filled_at"], name="asked_of_unit")]


class Answer(models.Model):
    """What stands in one field of one copy, and where it came from."""

    asked = models.ForeignKey(Asked, on_delete=models.CASCADE, related_name="answers")
    field = models.ForeignKey(AskedField, on_delete=models.CASCADE, related_name="answers")
    value = models.CharField(max_length=1000)
    is_known = models.BooleanField()  # it came from what was known, and was confirmed
    source_said = models.CharField(max_length=1000, blank=True)  # what the source held instead
    reason = models.CharField(max_length=300, blank=True)  # why something else is written

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asked", "field"], name="answered_once")]
