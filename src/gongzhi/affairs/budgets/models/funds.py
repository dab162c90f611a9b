"""The fund of a community: every amount that came in and went out, in fen."""

from django.db import models
from django.db.models import Q

from gongzhi.affairs.budgets.choices import EntryKind, EntryState
from gongzhi.affairs.budgets.models.rounds import Proposal


class Fund(models.Model):
    """The fund of one community; `balance` is the sum of its approved entries, never below 0."""

    place = models.OneToOneField("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    balance = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="fund_never_overdrawn")
        ]


class FundEntry(models.Model):
    """One line of the ledger: above 0 what came in, below 0 what went out.

    Nothing is ever changed or deleted: a mistake is undone by a counter-entry, `reverses`.
    """

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="entries", db_index=False)
    kind = models.CharField(max_length=10, choices=EntryKind)
    state = models.CharField(max_length=10, choices=EntryState, default=EntryState.ENTERED)
    amount = models.BigIntegerField()
    day = models.DateField()
    title = models.CharField(max_length=80)
    counterparty = models.CharField(max_length=80, blank=True)
    proposal = models.ForeignKey(
        Proposal, null=True, on_delete=models.PROTECT, related_name="entries"
    )
    reverses = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = models.TextField(blank=True)
    entered_by_id = models.BigIntegerField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True)
                | Q(entered_by_id__isnull=True)
                | ~Q(decided_by_id=models.F("entered_by_id")),
                name="fund_entry_seen_by_two",
            ),
            models.UniqueConstraint(
                fields=["reverses"], condition=~Q(state="refused"), name="fund_entry_reversed_once"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="fund_entry_not_empty"),
        ]
        indexes = [models.Index(fields=["fund", "state", "-id"], name="fund_ledger")]
