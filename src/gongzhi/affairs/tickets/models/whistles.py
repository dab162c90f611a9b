"""Whistles: what one unit can't do alone, with the clocks of those who are called."""

from django.db import models

from gongzhi.affairs.tickets.choices import Occasion, WhistleKind, WhistleState
from gongzhi.affairs.tickets.models.ticket import Ticket


class Whistle(models.Model):
    """A call of several units to one place for one or more tickets."""

    kind = models.CharField(max_length=14, choices=WhistleKind)
    occasion = models.CharField(max_length=20, choices=Occasion)
    state = models.CharField(max_length=8, choices=WhistleState, default=WhistleState.DRAFTED)
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    title = models.CharField(max_length=120)
    what = models.TextField()
    tickets = models.ManyToManyField(Ticket, related_name="whistles")
    initiator_unit = models.ForeignKey(
        "organisations.Unit", on_delete=models.PROTECT, related_name="+"
    )
    initiator_id = models.BigIntegerField()
    authoriser_id = models.BigIntegerField(null=True)
    drafted_at = models.DateTimeField()
    blown_at = models.DateTimeField(null=True)
    meets_at = models.DateTimeField(null=True)
    minutes = models.TextField(blank=True)
    escalated_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField()


class WhistleCall(models.Model):
    """One called unit: when it signed, made contact and arrived, each with its limit."""

    whistle = models.ForeignKey(Whistle, on_delete=models.CASCADE, related_name="calls")
    unit = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    leads = models.BooleanField(default=False)
    sign_due_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    contact_due_at = models.DateTimeField(null=True)
    contacted_at = models.DateTimeField(null=True)
    arrive_due_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    report = models.TextField(blank=True)
    refusal = models.TextField(blank=True)
    # Street of unit, and unit of street: 1 to 5 with a remark. Of organisations, never of persons.
    rating_of_unit = models.PositiveSmallIntegerField(null=True)
    remark_of_unit = models.TextField(blank=True)
    rating_of_whistle = models.PositiveSmallIntegerField(null=True)
    remark_of_whistle = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["whistle", "unit"], name="called_once"),
        ]
        indexes = [models.Index(fields=["unit", "whistle"], name="call_of_unit")]
