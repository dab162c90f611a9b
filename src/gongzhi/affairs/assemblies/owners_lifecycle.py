"""Where an owners' vote stands, who may do what to it, and the guarded changes of its state."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies.models import OwnersVote
from gongzhi.affairs.assemblies.owners_choices import Phase, VoteState
from gongzhi.commons.failures import NotThere
from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require

KIND = "owners_vote"


class CannotVote(ValueError):
    """A step of an owners' vote that is refused: what, and how to mend it.

    `field` names the fact of the action that is wrong, where it is one.
    """

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.field = field


class NoSuchVote(NotThere):
    """There is no such vote, or the actor may not know of it."""


def phase_of(
    state: str, begins_at: datetime | None, ends_at: datetime | None, *, at: datetime
) -> Phase:
    """Where a vote stands at a moment."""
    if state != VoteState.ANNOUNCED or begins_at is None or ends_at is None:
        return Phase(state)
    if at < begins_at:
        return Phase.NOTICE
    return Phase.OPEN if at < ends_at else Phase.TO_COUNT


def vote_for(by: Actor, action: str, vote_id: int, *, at: datetime) -> OwnersVote:
    """The vote, once `by` may do `action`; its row is locked by an update until the end."""
    row = OwnersVote.objects.filter(pk=vote_id).first()
    if row is None:
        raise NoSuchVote(_("没有这次表决，或无权查看"))
    require(by, action, place_path=row.place_path, unit_ids=[row.convener_id])
    lock(vote_id, at=at)
    row.refresh_from_db()
    return row


def lock(vote_id: int, *, at: datetime) -> None:
    """Let changes of one vote queue up, on every database; its chain has one writer."""
    OwnersVote.objects.filter(pk=vote_id).update(touched_at=at)


def require_phase(vote: OwnersVote, *phases: Phase, at: datetime) -> None:
    """Refuse where the vote stands elsewhere."""
    stands = phase_of(vote.state, vote.begins_at, vote.ends_at, at=at)
    if stands not in phases:
        wanted = "、".join(str(phase.label) for phase in phases)
        raise CannotVote(
            _("这次表决现在是“%(stands)s”，只有“%(wanted)s”时才能这样操作。")
            % {"stands": stands.label, "wanted": wanted}
        )


def move(vote: OwnersVote, standing: VoteState, state: VoteState, **changes: Any) -> None:
    """Bring a vote that stands as expected into another state."""
    changed = OwnersVote.objects.filter(pk=vote.pk, state=standing).update(state=state, **changes)
    if not changed:
        raise CannotVote(_("这次表决刚刚被别人改动过，请刷新后再试。"))
    for name, value in {"state": state, **changes}.items():
        setattr(vote, name, value)


def tell(
    vote: OwnersVote, kind: str, /, *, by: Actor, at: datetime, opens: bool = False, **data: Plain
) -> None:
    """Write an event of this vote."""
    record(
        NewEvent(
            subject=Subject(KIND, vote.pk),
            kind=kind,
            at=at,
            unit_id=by.unit_id,
            person_id=by.person_id,
            place_id=vote.place_id,
            data=data,
            opens=opens,
        )
    )
