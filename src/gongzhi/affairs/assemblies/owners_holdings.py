"""What owners' votes hold about people: sealed, apart from the ballots, and forgotten in time."""

from datetime import datetime

from django.db.models import Q

from gongzhi.affairs.assemblies import owners_events as events
from gongzhi.affairs.assemblies.models import OwnerContact, OwnersVote
from gongzhi.affairs.assemblies.owners_choices import VoteState
from gongzhi.affairs.assemblies.owners_lifecycle import tell
from gongzhi.commons.attachments.access import declare_access
from gongzhi.commons.permissions.actors import SYSTEM, Actor
from gongzhi.commons.permissions.table import allowed
from gongzhi.commons.privacy.encryption import declare_sealed_column
from gongzhi.commons.privacy.retention import RetentionRule, declare_retention

_OVER = [VoteState.PUBLISHED, VoteState.CANCELLED]


def forget_owners(*, cutoff: datetime, limit: int, at: datetime) -> int:
    """Forget names and telephones of votes that ended before `cutoff`, or came to no end.

    The roll by number, the ballots and the count stay, and so can be counted again.
    """
    left = Q(state=VoteState.DRAFTED) | Q(ends_at__lt=cutoff)  # and nobody touched it since
    over = OwnersVote.objects.filter(
        Q(state__in=_OVER) | left, contacts_erased_at=None, touched_at__lt=cutoff
    )
    rows = list(over.order_by("id")[:limit])
    for vote in rows:
        OwnersVote.objects.filter(pk=vote.pk).update(contacts_erased_at=at)
        owners = OwnerContact.objects.filter(owner__vote=vote).delete()[0]
        tell(vote, events.CONTACTS_ERASED, by=SYSTEM, at=at, owners=owners)
    return len(rows)


def declare_privacy() -> None:
    """Register sealed columns and retention; called once when the app is ready."""
    for column in ("name_sealed", "phone_sealed"):
        declare_sealed_column("assemblies.OwnerContact", column)
    declare_retention(
        RetentionRule("assemblies.owners", "业主表决名册中的姓名和电话", 365, forget_owners)
    )


def _may_read(vote_id: int, by: Actor) -> bool:
    vote = OwnersVote.objects.filter(pk=vote_id).first()
    return vote is not None and (
        vote.announced_at is not None
        or allowed(by, "owners_votes.read", place_path=vote.place_path, unit_ids=[vote.convener_id])
    )


def _may_attach(vote_id: int, by: Actor) -> bool:
    """Materials stand from the announcement on, as the questions do."""
    vote = OwnersVote.objects.filter(pk=vote_id, state=VoteState.DRAFTED).first()
    return vote is not None and allowed(
        by, "owners_votes.run", place_path=vote.place_path, unit_ids=[vote.convener_id]
    )


def declare_files() -> None:
    """Let a vote have materials; called once when the app is ready."""
    declare_access("owners_vote", may_read=_may_read, may_attach=_may_attach)
