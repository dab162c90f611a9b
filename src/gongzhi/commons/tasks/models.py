"""Tasks: what a unit was asked to do for a subject, by when, and the proof that it was done."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TaskState(models.TextChoices):
    WAITING = "waiting", _("待批准")  # outside the community's list: a superior has to approve
    OPEN = "open", _("进行中")
    FINISHED = "finished", _("已完成")
    CANCELLED = "cancelled", _("已取消")
    REFUSED = "refused", _("未批准")


class Approval(models.TextChoices):
    """Whether the community may be asked to do this at all."""

    NOT_NEEDED = "not_needed", _("无需批准")
    WAITING = "waiting", _("待批准")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")


class Task(models.Model):
    """One thing one unit is to do."""

    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    title = models.CharField(max_length=200)
    category_code = models.CharField(max_length=80, blank=True)
    unit = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    asked_by_unit = models.ForeignKey(
        "organisations.Unit", null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_by_person_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=TaskState)
    approval = models.CharField(max_length=12, choices=Approval)
    ended_at = models.DateTimeField(null=True)
    proof = models.TextField(blank=True)
    reason = models.CharField(max_length=300, blank=True)  # of a cancellation or refusal

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="task_of"),
            models.Index(
                fields=["unit", "due_at"],
                condition=models.Q(state="open"),
                name="task_open_of_unit",
            ),
            models.Index(fields=["due_at"], condition=models.Q(state="open"), name="task_open_due"),
        ]

    def __str__(self) -> str:
        return self.title
