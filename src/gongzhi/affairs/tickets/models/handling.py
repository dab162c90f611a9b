"""What is said, asked, granted and objected while a ticket is handled."""

from django.db import models
from django.db.models import Q

from gongzhi.affairs.tickets.choices import ExclusionReason, RemarkKind, Review
from gongzhi.affairs.tickets.models.ticket import Ticket


class Remark(models.Model):
    """Text on a ticket. It lives here and not in the ledger, so it can be erased."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="remarks")
    event_sequence = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=12, choices=RemarkKind)
    text = models.TextField()
    unit_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    for_requester = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="remark_told", condition=Q(for_requester=True))]


class Assist(models.Model):
    """A unit that helps the lead and reports back to it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="assists")
    unit = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reported_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "unit"], name="assists_once")]


class Reviewed(models.Model):
    """Asked for by one, decided by another."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="%(class)ss")
    unit_id = models.BigIntegerField(null=True)
    asked_by_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    reason = models.TextField()
    review = models.CharField(max_length=10, choices=Review, default=Review.PENDING)
    reviewed_by_id = models.BigIntegerField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    review_reason = models.TextField(blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(review="pending"), name="%(class)s_pending_once"
            )
        ]


class Objection(Reviewed):
    """The unit says: this is not ours. Once per ticket."""

    proposed_unit_id = models.BigIntegerField(null=True)


class Extension(Reviewed):
    """The unit asks for a later due date."""

    proposed_due_at = models.DateTimeField()


class Parking(Reviewed):
    """Can't be solved now for objective reasons: reason, plan, date of the next look."""

    plan = models.TextField()
    review_on = models.DateField()
    ended_at = models.DateTimeField(null=True)


class Exclusion(Reviewed):
    """Not for dispatch, or not for assessment: reason code, evidence, reviewer."""

    code = models.CharField(max_length=20, choices=ExclusionReason)
    evidence = models.TextField()


class Pause(models.Model):
    """A stretch of time that doesn't count against the limit, with its reason."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=16)  # question, parking, merge
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True)


class LimitRule(models.Model):
    """A named limit of this affair ("urgent.handling", "whistle.sign"): data, not code."""

    name = models.CharField(max_length=40, unique=True)
    amount = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=12)


class ReplyTemplate(models.Model):
    """A text to start a reply from; shared by a unit, or by all when it has none."""

    unit = models.ForeignKey(
        "organisations.Unit", null=True, on_delete=models.CASCADE, related_name="+"
    )
    category_code = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=60)
    text = models.TextField()


class SavedFilter(models.Model):
    """A search somebody on the staff wants again."""

    person = models.ForeignKey("organisations.Person", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=400)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="filter_name")]
