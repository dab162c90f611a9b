"""What hangs on a ticket and ends with it: pauses, applications that wait, questions, followers."""

from collections.abc import Collection
from datetime import datetime

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import OPEN_STATES, CallbackState, Review
from gongzhi.affairs.tickets.deadlines import begin_pause, end_pause
from gongzhi.affairs.tickets.lifecycle import tell, touch
from gongzhi.affairs.tickets.models import (
    Callback,
    Exclusion,
    Extension,
    Merge,
    Objection,
    Parking,
    Ticket,
)
from gongzhi.commons.organisations.actors import Actor

REVIEWED = {
    "objection": Objection,
    "extension": Extension,
    "parking": Parking,
    "exclusion": Exclusion,
}


def lapse_reviews(ticket: Ticket, *, at: datetime, kinds: Collection[str] = tuple(REVIEWED)) -> int:
    """End the applications that nobody has decided: what they asked for no longer matters."""
    return sum(
        REVIEWED[kind]
        ._default_manager.filter(ticket=ticket, review=Review.PENDING)
        .update(review=Review.LAPSED, reviewed_at=at)
        for kind in kinds
    )


def end_parking(ticket: Ticket, *, at: datetime) -> None:
    """Take the ticket off the list of what is parked."""
    Parking.objects.filter(ticket=ticket, review=Review.APPROVED, ended_at=None).update(ended_at=at)


def end_merge(ticket: Ticket, *, at: datetime) -> None:
    """Put on record that the ticket no longer follows another."""
    Merge.objects.filter(ticket=ticket, undone_at=None).update(undone_at=at)


def end_callbacks(ticket: Ticket) -> None:
    """Nobody waits for the answer of an earlier closing any more; no answer is no answer."""
    waiting = Callback.objects.filter(ticket=ticket, state=CallbackState.ASKED)
    waiting.update(state=CallbackState.NO_ANSWER)


def hand_over_followers(ticket: Ticket, *, by: Actor, at: datetime) -> int | None:
    """Let the oldest follower take the place of a ticket that ends without a result.

    The others follow that one from now on, so nobody waits for a ticket which is no longer
    worked on. Returns the id of the one that leads now; None where nobody followed.
    """
    found = ticket.merged.select_for_update().order_by("pk")
    following = [each for each in found if each.state in OPEN_STATES]
    if not following:
        return None
    heir, *others = following
    leave(heir, at=at)
    tell(heir, events.UNMERGED, by=by, at=at, was=ticket.pk)
    for other in others:
        end_merge(other, at=at)
        follow(other, heir, by=by, at=at)
    return heir.pk


def leave(ticket: Ticket, *, at: datetime) -> None:
    """Let a ticket go its own way again; the time it followed another doesn't count."""
    due = end_pause(ticket, reason="merge", at=at)
    touch(ticket, at=at, merged_into_id=None, due_at=due, reminded_at=None, escalated_at=None)
    end_merge(ticket, at=at)


def follow(ticket: Ticket, into: Ticket, *, by: Actor, at: datetime) -> None:
    """Let one ticket follow another, whose clock counts; both are locked and may be joined."""
    begin_pause(ticket, reason="merge", at=at)
    touch(ticket, at=at, merged_into_id=into.pk)
    Merge.objects.create(ticket=ticket, into=into, state_before=ticket.state, at=at)
    tell(ticket, events.MERGED, by=by, at=at, into=into.pk)
