"""Plans: what the matching engine proposes, with its reasons, for the pool of one moment."""

from django.db import models

from gongzhi.affairs.resources.choices import PlanState
from gongzhi.affairs.resources.models.claims import Claim
from gongzhi.affairs.resources.models.pool import Need, Offer


class Plan(models.Model):
    """One plan. `revision` is that of the pool it was computed from."""

    state = models.CharField(max_length=8, choices=PlanState, default=PlanState.PROPOSED)
    revision = models.PositiveBigIntegerField()
    aims = models.CharField(max_length=12)  # fair-first, value-first
    computed_at = models.DateTimeField()
    computed_by_id = models.BigIntegerField(null=True)
    applied_at = models.DateTimeField(null=True)
    needed = models.PositiveBigIntegerField()
    met = models.PositiveBigIntegerField()
    value = models.PositiveBigIntegerField()
    proved = models.BooleanField()
    facts = models.JSONField(default=dict)  # bounds and each community's share


class PlanMatch(models.Model):
    """One hand-over of a plan: this offer gives this need so much on this day, because."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="matches")
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    quantity = models.PositiveIntegerField()
    distance = models.PositiveIntegerField()  # metres
    options = models.PositiveIntegerField()  # offers that would fit
    nearer = models.PositiveIntegerField()
    next_offer_id = models.BigIntegerField(null=True)
    next_distance = models.PositiveIntegerField(default=0)
    claim = models.ForeignKey(Claim, null=True, on_delete=models.SET_NULL, related_name="+")
    claimed_in = models.BigIntegerField(null=True)  # the pool's number after the claim


class PlanGap(models.Model):
    """What a plan leaves unmet of a need: the binding reason, and the cheapest change."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="gaps")
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")
    units = models.PositiveIntegerField()
    reason = models.CharField(max_length=12)
    fitting = models.PositiveIntegerField()  # offers that fit and are used elsewhere
    change = models.JSONField(null=True)
