"""The call-back: was it solved, are you satisfied?"""

from django.db import models

from gongzhi.affairs.tickets.choices import CallbackState, Satisfied, Solved
from gongzhi.affairs.tickets.models.ticket import Ticket


class Callback(models.Model):
    """One question to the requester after one closing. No answer is no answer."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="callbacks")
    round = models.PositiveSmallIntegerField()
    unit_id = models.BigIntegerField(null=True)  # who led when it was closed
    state = models.CharField(max_length=10, choices=CallbackState, default=CallbackState.ASKED)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    by_phone = models.BooleanField(default=False)
    solved = models.CharField(max_length=6, choices=Solved, blank=True)
    satisfied = models.CharField(max_length=10, choices=Satisfied, blank=True)
    remark = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "round"], name="callback_round")]
        indexes = [
            models.Index(
                fields=["expires_at"], name="callback_open", condition=models.Q(state="asked")
            )
        ]
