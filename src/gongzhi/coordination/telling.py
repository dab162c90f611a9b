"""Who is told when something happened to a ticket, a whistle, a need, a claim or a proposal."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from gongzhi.affairs.assemblies.proposers import leaves_contact
from gongzhi.affairs.assemblies.queries.meetings import units_asked, was_called
from gongzhi.affairs.budgets.proposers import outcome_for, wait_to_hear
from gongzhi.affairs.resources.queries.facts import (
    claim_parties,
    publisher_of,
    unit_of_booking,
    waits_for_unit,
)
from gongzhi.affairs.tickets.queries.facts import open_followers, ticket_facts
from gongzhi.affairs.tickets.queries.stories import lead_of
from gongzhi.affairs.tickets.queries.whistles import units_called
from gongzhi.commons.ledger.outbox import Happened
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.notifying import Message, notify
from gongzhi.commons.organisations.queries import find_unit, subdistrict_office

Tell = Callable[[Happened], Iterable[Message]]


def _message(event: Happened, kind: str, recipient: int | None, template: str) -> list[Message]:
    """One message about the event's subject; none where there is nobody to tell."""
    if not recipient:
        return []
    return [
        Message(
            recipient_kind=kind,
            recipient_id=recipient,
            template=f"{kind}.{template}",
            subject=Subject(event.subject_kind, event.subject_id),
            once=f"event-{event.event_id}",
        )
    ]


def _unit(event: Happened, unit: object, template: str) -> list[Message]:
    return _message(event, "unit", unit if isinstance(unit, int) else None, template)


def _requester(event: Happened, template: str) -> list[Message]:
    return _message(event, "requester", event.subject_id, template)


def _superior(event: Happened) -> int | None:
    """Whoever stands above: the street office of the place, or the parent of the unit."""
    unit = find_unit(event.data.get("unit"))  # type: ignore[arg-type]
    street = subdistrict_office(event.place_id) if event.place_id else None
    return unit.parent_id if unit and unit.parent_id and unit.parent_id != street else street


def _dispatched(event: Happened) -> Iterable[Message]:
    yield from _unit(event, event.data.get("lead"), "dispatched")
    yield from _unit(event, event.data.get("copied_to"), "copied")
    yield from _requester(event, "dispatched")


def _closed(event: Happened) -> Iterable[Message]:
    asked = event.data.get("callback") is not None
    yield from _requester(event, "called_back" if asked else "closed")


def _reopened(event: Happened) -> Iterable[Message]:
    yield from _unit(event, event.data.get("unit"), "reopened")
    yield from _requester(event, "reopened")


def _escalated(event: Happened) -> Iterable[Message]:
    yield from _unit(event, event.data.get("unit"), "escalated")
    yield from _unit(event, _superior(event), "escalated")
    yield from _requester(event, "overdue")


def _extended(event: Happened) -> Iterable[Message]:
    return _requester(event, "extended") if event.data.get("approved") else ()


def _parked(event: Happened) -> Iterable[Message]:
    return _requester(event, "parked") if event.data.get("approved") else ()


def _excluded(event: Happened) -> Iterable[Message]:
    """One that was closed already only leaves the assessment: no news for its requester."""
    facts = ticket_facts(event.subject_id) if event.data.get("approved") else None
    if facts is not None and facts.state == "excluded":
        yield from _requester(event, "excluded")


def _asked_for_review(event: Happened) -> Iterable[Message]:
    street = subdistrict_office(event.place_id) if event.place_id else None
    yield from _unit(event, street, "review")


def _replied(event: Happened) -> Iterable[Message]:
    yield from _unit(event, lead_of(event.subject_id), "replied")


def _corrected(event: Happened) -> Iterable[Message]:
    yield from _unit(event, lead_of(event.subject_id), "corrected")


def _placed(event: Happened) -> Iterable[Message]:
    yield from _unit(event, lead_of(event.subject_id), "placed")


def _whistle_drafted(event: Happened) -> Iterable[Message]:
    street = subdistrict_office(event.place_id) if event.place_id else None
    yield from _unit(event, street, "whistle_drafted")


def _task_asked(event: Happened) -> Iterable[Message]:
    """The unit that has to do it; a task outside the work list goes to the street first."""
    if event.data.get("needs_approval"):
        street = subdistrict_office(event.place_id) if event.place_id else None
        yield from _unit(event, street, "task_to_approve")
    else:
        yield from _unit(event, event.data.get("unit"), "task_asked")


def _whistled(event: Happened) -> Iterable[Message]:
    for unit_id in units_called(event.subject_id):
        yield from _unit(event, unit_id, "whistled")


def _whistle_late(event: Happened) -> Iterable[Message]:
    yield from _unit(event, event.data.get("unit"), "whistle_late")
    yield from _unit(event, _superior(event), "whistle_late")


def _claim_made(event: Happened) -> Iterable[Message]:
    """Whoever has to answer: the side that did not begin the claim, both after a plan."""
    parties = claim_parties(event.subject_id)
    if parties is None:
        return
    giver, receiver = parties
    if event.data.get("begun_by") != "giver":
        yield from _unit(event, giver, "claim_made")
    if event.data.get("begun_by") != "receiver":
        yield from _unit(event, receiver, "claim_made")


def _both_sides(event: Happened, template: str) -> Iterable[Message]:
    for unit_id in claim_parties(event.subject_id) or ():
        yield from _unit(event, unit_id, template)


def _receiver(event: Happened, template: str) -> Iterable[Message]:
    parties = claim_parties(event.subject_id)
    yield from _unit(event, parties[1] if parties else None, template)


def _publisher(event: Happened, template: str) -> Iterable[Message]:
    yield from _unit(event, publisher_of(event.subject_id), template)


def _booked_by_resident(event: Happened) -> Iterable[Message]:
    """The room's unit: that a resident waits for its answer, or that the time is taken."""
    if event.unit_id is None:
        waits = waits_for_unit(event.subject_id)
        template = "booking_asked" if waits else "booking_made"
        yield from _unit(event, unit_of_booking(event.subject_id), template)


def _booking_cancelled(event: Happened) -> Iterable[Message]:
    """The room's unit, when a resident did it, whom no unit stands for."""
    if event.unit_id is None:
        yield from _unit(event, unit_of_booking(event.subject_id), "booking_cancelled")


def _to_meeting(event: Happened, template: str) -> Iterable[Message]:
    for unit_id in units_asked(event.subject_id):
        yield from _unit(event, unit_id, template)


def _meeting_cancelled(event: Happened) -> Iterable[Message]:
    """Only units that had been called know of it."""
    if was_called(event.subject_id):
        yield from _to_meeting(event, "meeting_cancelled")


def _proposer_of_topic(event: Happened, template: str) -> Iterable[Message]:
    """Whoever proposed a topic and left a contact for it."""
    if leaves_contact(event.subject_id):
        yield from _message(event, "topic", event.subject_id, template)


def _proposer(event: Happened, *states: str) -> Iterable[Message]:
    """Whoever made a proposal and left a contact; told where it stands now, if it is one of these.

    Of two checks one after the other only the last is true, so the first says nothing.
    """
    stands = outcome_for(event.subject_id)
    if stands in states:
        yield from _message(event, "proposal", event.subject_id, stands)


def _proposers_of_round(event: Happened, template: str, *states: str) -> Iterable[Message]:
    for proposal_id in wait_to_hear(event.subject_id, *states):
        yield Message(
            recipient_kind="proposal",
            recipient_id=proposal_id,
            template=f"proposal.{template}",
            subject=Subject("proposal", proposal_id),
            once=f"event-{event.event_id}",
        )


TELLS: dict[str, Tell] = {
    "topic.opened": lambda event: _proposer_of_topic(event, "taken_up"),
    "topic.withdrawn": lambda event: _proposer_of_topic(event, "not_taken_up"),
    "topic.decided": lambda event: _proposer_of_topic(event, "decided"),
    "topic.carried_out": lambda event: _proposer_of_topic(event, "carried_out"),
    "proposal.checked": lambda event: _proposer(event, "feasible", "infeasible"),
    "proposal.funded": lambda event: _proposer(event, "funded"),
    "proposal.accepted": lambda event: _proposer(event, "accepted"),
    "proposal.abandoned": lambda event: _proposer(event, "abandoned"),
    "round.counted": lambda event: _proposers_of_round(event, "unfunded", "unfunded"),
    "round.withdrawn": lambda event: _proposers_of_round(
        event, "round_withdrawn", "proposed", "feasible"
    ),
    "ticket.dispatched": _dispatched,
    "ticket.assisted": lambda event: _unit(event, event.data.get("unit"), "assist"),
    "ticket.questioned": lambda event: _requester(event, "questioned"),
    "ticket.interim_replied": lambda event: _requester(event, "replied_to"),
    "ticket.answered": lambda event: _requester(event, "replied_to"),
    "ticket.closed": _closed,
    "ticket.reopened": _reopened,
    "ticket.reminded": lambda event: _unit(event, event.data.get("unit"), "reminded"),
    "ticket.escalated": _escalated,
    "ticket.supervised": lambda event: _unit(event, event.data.get("unit"), "supervised"),
    "ticket.objected": _asked_for_review,
    "ticket.extension_asked": _asked_for_review,
    "ticket.parking_asked": _asked_for_review,
    "ticket.exclusion_asked": _asked_for_review,
    "ticket.extension_reviewed": _extended,
    "ticket.parking_reviewed": _parked,
    "ticket.exclusion_reviewed": _excluded,
    "ticket.replied": _replied,
    "ticket.corrected": _corrected,
    "ticket.placed": _placed,
    "ticket.withdrawn": lambda event: _unit(event, event.data.get("unit"), "withdrawn"),
    "whistle.drafted": _whistle_drafted,
    "claim.made": _claim_made,
    "claim.agreed": lambda event: _both_sides(event, "claim_agreed"),
    "claim.declined": lambda event: _both_sides(event, "claim_ended"),
    "claim.withdrawn": lambda event: _both_sides(event, "claim_ended"),
    "claim.expired": lambda event: _both_sides(event, "claim_ended"),
    "claim.no_show": lambda event: _both_sides(event, "claim_ended"),
    "claim.done": lambda event: _receiver(event, "claim_done"),
    "claim.returned": lambda event: _unit(event, event.data.get("giver"), "claim_returned"),
    "claim.confirmed": lambda event: _unit(event, event.data.get("giver"), "claim_confirmed"),
    "booking.asked": _booked_by_resident,
    "booking.made": _booked_by_resident,
    "booking.moved": _booked_by_resident,
    "booking.cancelled": _booking_cancelled,
    "need.drafted": lambda event: _publisher(event, "wish_drafted"),
    "need.confirmed": lambda event: _publisher(event, "need_confirmed"),
    "whistle.blown": _whistled,
    "meeting.called": lambda event: _to_meeting(event, "meeting_called"),
    "meeting.moved": lambda event: _to_meeting(event, "meeting_moved"),
    "meeting.cancelled": _meeting_cancelled,
    "meeting.minutes_published": lambda event: _to_meeting(event, "minutes_published"),
    "whistle.declined": _whistle_late,
    "whistle.escalated": _whistle_late,
    "task.asked": _task_asked,
    "task.approved": lambda event: _unit(event, event.data.get("unit"), "task_asked"),
}


# What is told to a requester is told to those who follow their ticket, too.
SHARED = frozenset(
    {
        "ticket.dispatched",
        "ticket.questioned",
        "ticket.interim_replied",
        "ticket.answered",
        "ticket.escalated",
        "ticket.extension_reviewed",
        "ticket.parking_reviewed",
    }
)


def tell_those_concerned(events: Sequence[Happened], at: datetime) -> None:
    """Write the notices that these events call for; a second run writes none."""
    shared = {event.subject_id for event in events if event.kind in SHARED}
    following = open_followers(shared) if shared else {}
    messages: list[Message] = []
    for event in events:
        found = list(TELLS[event.kind](event))
        messages += found
        if event.kind in SHARED:
            messages += _for_followers(found, following.get(event.subject_id, ()))
    if messages:
        notify(messages, at=at)


def _for_followers(messages: Sequence[Message], followers: Iterable[int]) -> Iterable[Message]:
    for message in messages:
        if message.recipient_kind == "requester":
            for each in followers:
                yield replace(message, recipient_id=each, subject=Subject("ticket", each))
