"""What one side says of the other, or the resident of the result. Never of a person."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Side(models.TextChoices):
    """Who speaks."""

    RESIDENT = "resident", _("居民")
    CALLER = "caller", _("召集方")  # the street or community that called
    CALLED = "called", _("响应方")  # the unit that was called
    GIVER = "giver", _("提供方")  # who gave a resource
    RECEIVER = "receiver", _("接受方")  # who was served by it


class Solved(models.TextChoices):
    YES = "yes", _("已解决")
    PARTLY = "partly", _("部分解决")
    NO = "no", _("未解决")


class Satisfied(models.TextChoices):
    YES = "yes", _("满意")
    BASICALLY = "basically", _("基本满意")
    NO = "no", _("不满意")


class Rating(models.Model):
    """One side's word on one subject, about the unit that did the work; no answer is no row."""

    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    turn = models.PositiveSmallIntegerField(default=1)  # grows each time the subject is reopened
    by_side = models.CharField(max_length=12, choices=Side)
    by_unit = models.ForeignKey(
        "organisations.Unit", null=True, on_delete=models.PROTECT, related_name="+"
    )
    about_unit = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    solved = models.CharField(max_length=8, choices=Solved, blank=True)
    satisfied = models.CharField(max_length=12, choices=Satisfied, blank=True)
    remark = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "turn", "by_side", "by_unit", "about_unit"],
                condition=models.Q(by_unit__isnull=False),
                name="rating_once_per_unit",
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "turn", "by_side", "about_unit"],
                condition=models.Q(by_unit__isnull=True),
                name="rating_once_per_resident",
            ),
        ]
        indexes = [models.Index(fields=["about_unit", "at"], name="rating_about_unit")]
