"""Owners' votes: who may vote with how much area, what on, and the ballots, apart from contacts."""

from django.db import models
from django.db.models import Q

from gongzhi.affairs.assemblies.owners_choices import (
    BallotState,
    Channel,
    Disclosure,
    Matter,
    Scope,
    Twice,
    VoteState,
)


class OwnersVote(models.Model):
    """One vote of the owners of one place by article 278 of the Civil Code, with its rules."""

    title = models.CharField(max_length=120)
    about = models.TextField()
    terms = models.TextField(blank=True)  # what was agreed beside it, as compensation of floors
    scope = models.CharField(max_length=10, choices=Scope)
    scope_name = models.CharField(max_length=60)
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=160)
    convener = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=VoteState, default=VoteState.DRAFTED)
    disclosure = models.CharField(max_length=10, choices=Disclosure)
    total_area = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    twice = models.CharField(max_length=10, choices=Twice, default=Twice.LATEST)
    proxy_limit = models.PositiveSmallIntegerField(null=True)
    spoiled_takes_part = models.BooleanField(default=False)
    notice_days = models.PositiveSmallIntegerField(default=15)
    basis = models.CharField(max_length=160, blank=True)  # the rules of procedure it follows
    drafted_at = models.DateTimeField()
    announced_at = models.DateTimeField(null=True)
    begins_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)  # of a longer time or a cancellation
    contacts_erased_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["place_path", "-id"], name="owners_vote_place"),
            models.Index(
                fields=["touched_at"],
                condition=Q(contacts_erased_at=None),
                name="owners_vote_to_forget",
            ),
        ]


class VoteItem(models.Model):
    """One question of a vote, which matter of the law it is, and in the end its count."""

    vote = models.ForeignKey(OwnersVote, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    matter = models.PositiveSmallIntegerField(choices=Matter)
    verdict = models.CharField(max_length=10, blank=True)
    figures = models.JSONField(null=True)
    decision_id = models.BigIntegerField(null=True)  # once it is to be carried out

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vote", "number"], name="item_of_vote"),
        ]


class RollOwner(models.Model):
    """One owning party, known by its number alone; joint owners are one party."""

    vote = models.ForeignKey(OwnersVote, on_delete=models.CASCADE, related_name="owners")
    number = models.PositiveIntegerField()
    link_version = models.PositiveSmallIntegerField(default=1)
    voted_at = models.DateTimeField(null=True)  # by the link, which works once

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vote", "number"], name="owner_of_vote"),
        ]


class OwnerContact(models.Model):
    """What an owner is called and how to be reached, sealed; no ballot points here."""

    owner = models.OneToOneField(RollOwner, on_delete=models.CASCADE, related_name="contact")
    name_sealed = models.TextField(blank=True)
    phone_sealed = models.TextField(blank=True)


class RollFlat(models.Model):
    """One private part with a title of its own: a home, a shop, a parking space."""

    vote = models.ForeignKey(OwnersVote, on_delete=models.CASCADE, related_name="flats")
    owner = models.ForeignKey(RollOwner, on_delete=models.CASCADE, related_name="flats")
    key = models.CharField(max_length=40)
    area = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    delivered = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vote", "key"], name="flat_of_vote")]


class OwnersBallot(models.Model):
    """One ballot paper or one vote by link; `choices` by the number of the item."""

    vote = models.ForeignKey(OwnersVote, on_delete=models.CASCADE, related_name="ballots")
    owner = models.ForeignKey(RollOwner, on_delete=models.CASCADE, related_name="ballots")
    channel = models.CharField(max_length=10, choices=Channel)
    state = models.CharField(max_length=8, choices=BallotState, default=BallotState.RECEIVED)
    received_at = models.DateTimeField()
    choices = models.JSONField()
    flats = models.JSONField(default=list)  # keys; none means all flats of the owner
    # Keyed digests of names: equal for one person, and saying nothing else.
    signer = models.CharField(max_length=64, blank=True)
    proxy = models.CharField(max_length=64, blank=True)
    authorised = models.BooleanField(default=False)
    receipt = models.CharField(max_length=12)

    class Meta:
        indexes = [models.Index(fields=["vote", "received_at"], name="ballot_of_vote")]


class PaperEntry(models.Model):
    """A paper ballot as one person typed it; two people type each, and the two have to agree."""

    vote = models.ForeignKey(OwnersVote, on_delete=models.CASCADE, related_name="entries")
    owner = models.ForeignKey(RollOwner, on_delete=models.CASCADE, related_name="entries")
    sheet = models.PositiveSmallIntegerField(default=1)  # of several papers of one owner
    content = models.JSONField()
    entered_by = models.BigIntegerField()
    entered_at = models.DateTimeField()
    ballot = models.ForeignKey(OwnersBallot, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "sheet", "entered_by"], name="entry_of_person"
            ),
        ]
        indexes = [
            models.Index(fields=["vote"], condition=Q(ballot=None), name="entry_to_compare"),
        ]
