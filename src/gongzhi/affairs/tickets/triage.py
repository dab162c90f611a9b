"""Step 2: what is this about, how urgent? The engine suggests; a person may overrule."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import OPEN_STATES, State, Urgency
from gongzhi.affairs.tickets.lifecycle import Step, tell, ticket_for, told, touch
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.moving import move_many
from gongzhi.affairs.tickets.suggesting import suggester
from gongzhi.commons.categories.queries import category
from gongzhi.commons.ledger.recording import NewEvent, record_many
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import require
from gongzhi.engines.triage.suggestions import Suggestion
from gongzhi.engines.triage.texts import Message, Span
from gongzhi.engines.triage.urgency import Level, UrgencyTable
from gongzhi.engines.triage.urgency import Urgency as Assessed
from gongzhi.engines.triage.urgency_rules import DEFAULT_RULES

URGENCY_OF_LEVEL = {
    Level.ROUTINE: Urgency.NORMAL,
    Level.ATTENTION: Urgency.ATTENTION,
    Level.URGENT: Urgency.URGENT,
    Level.EMERGENCY: Urgency.EMERGENCY,
}
ORDER = list(Urgency)
BY_MACHINE = frozenset({"", "rules", "model"})  # who gave a category, where no person did
# Before that the first reading is still to come, with whatever words there are then.
UNDERSTOOD = frozenset(OPEN_STATES) - {State.RECEIVED}
_UNDERSTANDING = ("category_code", "category_by", "urgency", "triage", "public_at")
URGENCY_TABLE = UrgencyTable(DEFAULT_RULES)


class CannotOverrule(ValueError):
    """A correction that makes no sense, and why."""


def triage_tickets(*, ticket_ids: Sequence[int], by: Actor, at: datetime) -> int:
    """Understand and accept those of the tickets that are still waiting; returns how many.

    A category the requester chose stays; where the engine isn't sure, the field stays empty and
    the catalogue's line for every matter decides who is first. Urgency never falls below what
    was ticked. One that follows another waits with it. Cost: four statements, whatever the number.
    """
    require(by, "tickets.triage")
    with transaction.atomic():
        waiting = Ticket.objects.filter(pk__in=ticket_ids, state=State.RECEIVED, merged_into=None)
        tickets = list(waiting.select_for_update())
        if not tickets:
            return 0
        messages = [message_of(ticket) for ticket in tickets]
        for ticket, message, suggestion in zip(
            tickets, messages, suggester().suggest(messages), strict=True
        ):
            _fill_in(ticket, suggestion, URGENCY_TABLE.assess(message))
        move_many(
            tickets,
            Step.TRIAGE,
            at=at,
            fields=_UNDERSTANDING,
        )
        record_many(
            [
                _understood(ticket, events.TRIAGED, by=by, at=max(at, ticket.received_at))
                for ticket in tickets
            ]
        )
    return len(tickets)


def _understood(ticket: Ticket, kind: str, *, by: Actor, at: datetime) -> NewEvent:
    return told(
        ticket,
        kind,
        by=by,
        at=at,
        category=ticket.category_code,
        by_whom=ticket.category_by,
        urgency=ticket.urgency,
        certainty=round(100 * _certainty(ticket)),
    )


def reread_tickets(*, ticket_ids: Sequence[int], by: Actor, at: datetime) -> int:
    """Understand anew those of the tickets whose words were corrected; returns how many.

    What a person set stays: a category that staff or requester chose, and an urgency that staff
    gave or that was ticked. Where the engine isn't sure of the new words, the category stays too.
    Lead and limits change when the ticket is dispatched again, not under the unit's hands. One
    that waits for its first reading, or has ended, is left alone. Cost: two statements, and two
    for each ticket.
    """
    require(by, "tickets.triage")
    with transaction.atomic():
        found = Ticket.objects.filter(pk__in=ticket_ids, state__in=UNDERSTOOD).order_by("pk")
        tickets = list(found.select_for_update())
        messages = [message_of(ticket) for ticket in tickets]
        suggestions = suggester().suggest(messages) if messages else []
        for ticket, message, suggestion in zip(tickets, messages, suggestions, strict=True):
            _read_again(ticket, suggestion, URGENCY_TABLE.assess(message))
            touch(ticket, at=at, **{name: getattr(ticket, name) for name in _UNDERSTANDING})
        record_many([_understood(ticket, events.REREAD, by=by, at=at) for ticket in tickets])
    return len(tickets)


def _read_again(ticket: Ticket, suggestion: Suggestion, assessed: Assessed) -> None:
    urgency, urgent_by_person = ticket.urgency, _urgency_is_a_persons(ticket)
    if ticket.category_by in BY_MACHINE and suggestion.category:
        ticket.category_code = ""
    ticket.urgency = ticket.triage.get("ticked", Urgency.NORMAL)
    _fill_in(ticket, suggestion, assessed)
    if urgent_by_person:
        ticket.urgency = urgency


def _urgency_is_a_persons(ticket: Ticket) -> bool:
    """Given by staff with the category, or ticked; unknown of tickets from before that was kept."""
    ticked = ticket.triage.get("ticked", ticket.urgency)
    return ticket.category_by == "person" or ticked != Urgency.NORMAL


def message_of(ticket: Ticket) -> Message:
    """What of a ticket the triage engine reads: its words, never who wrote them."""
    return Message(body=ticket.text, subject=ticket.title)


def _fill_in(ticket: Ticket, suggestion: Suggestion, assessed: Assessed) -> None:
    if not ticket.category_code and suggestion.category:
        ticket.category_code, ticket.category_by = suggestion.category, suggestion.basis
    ticket.public_at = _may_stay_public(ticket.public_at, ticket.category_code)
    found, ticked = URGENCY_OF_LEVEL[assessed.level], Urgency(ticket.urgency)
    ticket.urgency = max(ticked, found, key=ORDER.index)
    ticket.triage = {
        "ranks": [[rank.category, round(rank.probability, 4)] for rank in suggestion.ranks],
        "evidence": [_span(span) for span in suggestion.evidence],
        "sure": suggestion.sure,
        "basis": suggestion.basis,
        "ticked": ticked.value,
        "urgency": [
            {"rule": reason.rule, "span": _span(reason.span) if reason.span else None}
            for reason in assessed.reasons
        ],
    }


def _may_stay_public(public_at: datetime | None, category_code: str) -> datetime | None:
    """What a requester made public is taken back where the matter is one that never is."""
    matter = category(category_code) if public_at and category_code else None
    return public_at if matter is None or matter.may_be_public else None


def _span(span: Span) -> list[Any]:
    """Where, not what: the words themselves stay in the text, to be erased with it."""
    return [span.field, span.start, span.end]


def _certainty(ticket: Ticket) -> float:
    ranks = ticket.triage.get("ranks") or [["", 0.0]]
    return float(ranks[0][1])


@transaction.atomic
def overrule_triage(
    *, ticket_id: int, category_code: str, urgency: Urgency, by: Actor, at: datetime
) -> None:
    """Correct category and urgency; the next model learns from it.

    The limits change when the ticket is dispatched again, not silently under the unit's hands.
    Raises `CannotOverrule` for an unknown category or a ticket that has ended.
    """
    ticket = ticket_for(by, "tickets.triage", ticket_id)
    if ticket.state not in OPEN_STATES:
        raise CannotOverrule(
            _("“%(state)s”的工单不能再改分类") % {"state": State(ticket.state).label}
        )
    if category(category_code) is None:
        raise CannotOverrule(_("没有这个事项分类：%(code)s") % {"code": category_code})
    was = ticket.category_code
    touch(
        ticket,
        at=at,
        category_code=category_code,
        category_by="person",
        urgency=urgency,
        public_at=_may_stay_public(ticket.public_at, category_code),
    )
    tell(ticket, events.OVERRULED, by=by, at=at, category=category_code, urgency=urgency, was=was)
