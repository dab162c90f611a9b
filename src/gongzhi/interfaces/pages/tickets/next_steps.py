"""From a line of a list in one tap to the step that most likely comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise

from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.queries.lists import TicketRow
from gongzhi.commons.organisations.permissions import allowed
from gongzhi.commons.permissions.actors import Actor
from gongzhi.interfaces.pages.components import Row
from gongzhi.interfaces.pages.tickets.rows import row_of
from gongzhi.interfaces.pages.tickets.steps import BY_NAME

_ACTIONS = {
    "contact": "tickets.handle",
    "answer": "tickets.answer",
    "close": "tickets.close",
    "unpark": "tickets.park",
    "redispatch": "tickets.dispatch",
    "call-back": "tickets.call_back",
    "review-objection": "tickets.review_objection",
    "review-extension": "tickets.approve_extension",
    "review-parking": "tickets.approve_parking",
    "review-exclusion": "tickets.review_exclusion",
}

_FOR_OTHERS = {  # whoever handled it neither calls back nor finds its next lead
    State.CLOSED: "call-back",
    State.RETURNED: "redispatch",
    State.ACCEPTED: "redispatch",
}
_FOR_LEADS = {State.PARKED: "unpark", State.ANSWERED: "close"}


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its likely next step; without one, the row itself is the way on."""

    row: Row
    step: str | Promise = ""
    href: str = ""


def lines_of(
    tickets: Iterable[TicketRow], *, by: Actor, now: datetime, waiting: str = ""
) -> list[Line]:
    """The lines of a list; `waiting` names the review for which these tickets wait."""
    return [line_of(ticket, by=by, now=now, waiting=waiting) for ticket in tickets]


def line_of(ticket: TicketRow, *, by: Actor, now: datetime, waiting: str = "") -> Line:
    row = row_of(ticket, now=now)
    name = f"review-{waiting}" if waiting else _likely(ticket, by)
    if not name or not allowed(
        by,
        _ACTIONS[name],
        place_path=ticket.place_path,
        unit_ids=[ticket.lead_unit_id] if ticket.lead_unit_id else [],
    ):
        return Line(row)
    return Line(row, BY_NAME[name].label, reverse("ticket_step", args=[ticket.id, name]))


def _likely(ticket: TicketRow, by: Actor) -> str:
    """What the ticket's state asks for, from whoever leads it; nothing while others are at it."""
    ours = ticket.lead_unit_id in {role.unit_id for role in by.roles}
    if ticket.merged_into or ticket.waits:
        return ""
    if ticket.state in _FOR_OTHERS:
        return "" if ours else _FOR_OTHERS[ticket.state]
    if not ours:
        return ""
    return _FOR_LEADS.get(ticket.state) or ("answer" if ticket.contacted else "contact")
