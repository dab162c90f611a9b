"""A round, what is proposed in it, and how it was counted. Money is in fen."""

from django.db import models
from django.db.models import F, Q

from gongzhi.affairs.budgets.choices import (
    AllocationRule,
    BallotKind,
    Beginning,
    Gain,
    Growth,
    ProposalState,
    ProposerKind,
    RoundState,
    TieOrder,
)


class Round(models.Model):
    """One round of the community fund, with its lists, its calendar and its stated rule.

    `proposed`, `issued`, `cast` and `papers` count proposals, codes, and codes used each way.
    """

    title = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    unit = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=RoundState)
    budget = models.BigIntegerField()
    may_fund = models.JSONField(default=list)
    may_not_fund = models.JSONField(default=list)
    proposals_until = models.DateField(null=True)
    check_until = models.DateField(null=True)
    ballots_from = models.DateField(null=True)
    ballots_until = models.DateField(null=True)
    ballot_kind = models.CharField(max_length=12, choices=BallotKind)
    most_listed = models.PositiveSmallIntegerField(null=True)
    points_each = models.PositiveSmallIntegerField(null=True)
    rule = models.CharField(max_length=16, choices=AllocationRule)
    gain = models.CharField(max_length=16, choices=Gain, default=Gain.COST)
    growth = models.CharField(max_length=8, choices=Growth, default=Growth.ADD1)
    step = models.PositiveIntegerField(default=1)  # yuan by which growth adds to each share
    then_greedy = models.BooleanField(default=False)
    comparison = models.BooleanField(default=False)
    beginning = models.CharField(max_length=10, choices=Beginning, default=Beginning.EXACT)
    tie_order = models.CharField(max_length=40, choices=TieOrder, default=TieOrder.CHEAPER)
    seed = models.PositiveBigIntegerField(default=0)
    proposed = models.PositiveIntegerField(default=0)
    issued = models.PositiveIntegerField(default=0)
    cast = models.PositiveIntegerField(default=0)
    papers = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField()
    reason = models.TextField(blank=True)  # of a withdrawal

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(budget__gt=0), name="round_has_money"),
            models.CheckConstraint(
                condition=Q(cast__lte=F("issued")) & Q(papers__lte=F("issued")),
                name="round_codes_used_once",
            ),
        ]
        indexes = [models.Index(fields=["place", "-id"], name="round_here")]

    def __str__(self) -> str:
        return self.title


class Proposal(models.Model):
    """What somebody wants done with the money. The proposer's contact is sealed and optional."""

    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="proposals", db_index=False
    )
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=60)
    text = models.TextField(blank=True)
    asked = models.BigIntegerField()  # what the proposer thought it costs
    cost = models.BigIntegerField()  # what the check says
    basis = models.TextField(blank=True)
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ProposalState)
    proposer_kind = models.CharField(max_length=10, choices=ProposerKind)
    unit = models.ForeignKey(
        "organisations.Unit", null=True, on_delete=models.PROTECT, related_name="+"
    )
    listed_as = models.CharField(max_length=80, blank=True)  # the line of a list that it falls in
    reason = models.TextField(blank=True)
    result = models.TextField(blank=True)  # what acceptance, or abandonment, says
    spent = models.BigIntegerField(default=0)
    name_sealed = models.TextField(blank=True)
    contact_sealed = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True, default="")  # in which to tell them
    erased_at = models.DateTimeField(null=True)
    link_version = models.PositiveSmallIntegerField(default=1)
    once = models.CharField(max_length=80, null=True, unique=True)
    touched_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="proposal_numbered"),
            models.UniqueConstraint(
                fields=["round", "title"],
                condition=~Q(state="withdrawn"),
                name="proposal_named_once",
            ),
            models.CheckConstraint(
                condition=Q(cost__gt=0) & Q(spent__gte=0) & Q(spent__lte=F("cost")),
                name="proposal_money",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Tally(models.Model):
    """How a round was counted: codes and ballots, a digest of what went in, and all that came out.

    `source` holds the file of an archived round; a round of our own keeps its ballots instead.
    """

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="tally")
    electronic = models.PositiveIntegerField(default=0)
    paper = models.PositiveIntegerField(default=0)
    set_aside = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)  # papers received that hold no sheet
    digest = models.CharField(max_length=64)
    result = models.JSONField()
    source = models.TextField(blank=True)
