"""Who may vote, and how it was voted: two tables that nothing joins."""

from django.db import models
from django.db.models import Q

from gongzhi.affairs.budgets.choices import Channel
from gongzhi.affairs.budgets.models.rounds import Round


class RosterEntry(models.Model):
    """One right to vote: its code as a digest, and whether it was used; never when, never how."""

    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="roster", db_index=False
    )
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    label_sealed = models.TextField(blank=True)  # to whom the slip goes
    version = models.PositiveSmallIntegerField(default=1)
    code_digest = models.CharField(max_length=64, unique=True)
    printed = models.BooleanField(default=False)  # a code is shown once; after that it is replaced
    used = models.CharField(max_length=10, choices=Channel, blank=True)

    class Meta:
        indexes = [models.Index(fields=["round", "used", "id"], name="roster_of_round")]


class Ballot(models.Model):
    """A ballot: no code, no person, no time. Its id is drawn at random and is also its place in
    the table, so that the order of rows doesn't say who came when.

    `choices` lists numbers of proposals, or pairs of number and points.
    """

    id = models.BigAutoField(primary_key=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="ballots")
    place_id = models.BigIntegerField(null=True)  # only where many vote
    choices = models.JSONField()


class PaperSheet(models.Model):
    """A paper from the box, under the number it got when the box was shaken and emptied.

    What each of two people read: {"choices": [...]}, or {"invalid": true}.
    """

    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="sheets", db_index=False
    )
    number = models.PositiveIntegerField()
    first = models.JSONField(null=True)
    first_person_id = models.BigIntegerField(null=True)
    second = models.JSONField(null=True)
    second_person_id = models.BigIntegerField(null=True)
    set_aside = models.CharField(max_length=200, blank=True)  # why it can't be counted

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="sheet_numbered"),
            models.CheckConstraint(
                condition=Q(second_person_id__isnull=True)
                | ~Q(second_person_id=models.F("first_person_id")),
                name="sheet_read_by_two",
            ),
        ]
