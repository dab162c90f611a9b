"""Two-way claims: a unit takes up a need, or a community takes up an offer; both agree."""

from django.db import models

from gongzhi.affairs.resources.choices import ClaimSide, ClaimState
from gongzhi.affairs.resources.models.pool import Need, Offer


class Claim(models.Model):
    """So much of a need, by one unit, on one day; from an offer where there is one."""

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="claims")
    offer = models.ForeignKey(Offer, null=True, on_delete=models.PROTECT, related_name="claims")
    giver = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    begun_by = models.CharField(max_length=8, choices=ClaimSide)
    state = models.CharField(max_length=10, choices=ClaimState, default=ClaimState.PROPOSED)
    quantity = models.PositiveIntegerField()
    day = models.DateField()
    giver_agreed_at = models.DateTimeField(null=True)
    receiver_agreed_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    report = models.TextField(blank=True)  # what was done, in the giver's words
    reason = models.TextField(blank=True)  # why it ended otherwise
    project = models.ForeignKey(
        "resources.Project", null=True, on_delete=models.SET_NULL, related_name="claims"
    )
    turn = models.PositiveSmallIntegerField(default=1)  # grows when the served send it back
    link_version = models.PositiveSmallIntegerField(default=1)
    touched_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["giver", "state", "id"], name="claim_of_giver"),
            models.Index(fields=["state", "expires_at"], name="claim_expiry"),
        ]


class Exclusion(models.Model):
    """People decided that this offer shall not serve this need; the plan keeps to it."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="exclusions")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="exclusions")
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["need", "offer"], name="excluded_once")]
