"""Tickets for a unit's own system: what is ours, how it stands, and the unit's answer."""

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema, Status

from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.handling import answer_ticket, report_assistance
from gongzhi.affairs.tickets.lifecycle import NoSuchTicket
from gongzhi.affairs.tickets.numbers import id_in
from gongzhi.affairs.tickets.queries.lists import (
    LONGEST_PAGE,
    TicketFilter,
    TicketRow,
    find_tickets,
)
from gongzhi.affairs.tickets.queries.stories import Story, story_for_staff
from gongzhi.commons.calendar.days import check_year
from gongzhi.interfaces.api.rest.keys import Keys, caller

router = Router(tags=["tickets"], auth=Keys())
Number = Annotated[str, Path(max_length=40, description="the ticket's number, or its id")]


class TicketLine(Schema):
    """One ticket of a list."""

    id: int
    number: str
    title: str
    state: State
    urgency: str
    category: str
    place: str
    lead: str
    received_at: datetime
    contact_due_at: datetime | None
    due_at: datetime | None
    contacted: bool
    waits_for_requester: bool


class TicketPage(Schema):
    """Some tickets, and the cursor of the next page (empty after the last)."""

    tickets: list[TicketLine]
    next: str


class Said(Schema):
    """A piece of text on a ticket."""

    kind: str
    at: datetime
    unit: str
    text: str
    for_requester: bool


class Ticket(TicketLine):
    """One ticket, without who asked."""

    text: str
    category_code: str
    address: str
    latitude: float | None
    longitude: float | None
    remarks: list[Said]


class Words(Schema):
    """What the unit says."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]


@router.get("", response=TicketPage)
def listed(
    request: HttpRequest,
    state: Annotated[list[State], Query(description="only these states")] = [],  # noqa: B006
    due_before: datetime | None = None,
    cursor: Annotated[str, Query(max_length=100)] = "",
    size: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
) -> TicketPage:
    """Tickets that the unit leads or assists, newest first."""
    filters = TicketFilter(states=tuple(state), due_before=_aware(due_before))
    page = find_tickets(by=caller(request), filters=filters, cursor=cursor, size=size)
    return TicketPage(
        tickets=[TicketLine(**_line(row)) for row in page.rows], next=page.next_cursor
    )


@router.get("/{number}", response=Ticket)
def one(request: HttpRequest, number: Number) -> Ticket:
    """One ticket with what was said on it."""
    return _ticket(story_for_staff(by=caller(request), ticket_id=_id(number)))


@router.post("/{number}/answer", response={201: Ticket})
def answer(request: HttpRequest, number: Number, words: Words) -> Status[Ticket]:
    """Answer the requester. A second answer to the same ticket is refused with 409."""
    by = caller(request)
    answer_ticket(ticket_id=_id(number), text=words.text, by=by, at=datetime.now(UTC))
    return Status(201, _ticket(story_for_staff(by=by, ticket_id=_id(number))))


@router.post("/{number}/assistance", response={201: Ticket})
def assistance(request: HttpRequest, number: Number, words: Words) -> Status[Ticket]:
    """Report to the lead what the unit did as one that assists; once for each time it was asked."""
    by = caller(request)
    report_assistance(ticket_id=_id(number), text=words.text, by=by, at=datetime.now(UTC))
    return Status(201, _ticket(story_for_staff(by=by, ticket_id=_id(number))))


def _id(number: str) -> int:
    found = id_in(number)
    if found is None and number.isascii() and number.isdigit() and len(number) < 19:
        found = int(number)
    if found is None:
        raise NoSuchTicket
    return found


def _aware(moment: datetime | None) -> datetime | None:
    if moment is not None:
        check_year(moment)
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _line(row: TicketRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "title": row.title,
        "state": row.state,
        "urgency": row.urgency.value,
        "category": row.category_name,
        "place": row.place_name,
        "lead": row.lead_name,
        "received_at": row.received_at,
        "contact_due_at": row.contact_due_at,
        "due_at": row.due_at,
        "contacted": row.contacted,
        "waits_for_requester": row.waits,
    }


def _ticket(story: Story) -> Ticket:
    return Ticket(
        **_line(story.row),
        text=story.text,
        category_code=story.category_code,
        address=story.address,
        latitude=story.latitude,
        longitude=story.longitude,
        remarks=[
            Said(
                kind=each.kind.value,
                at=each.at,
                unit=each.unit_name,
                text=each.text,
                for_requester=each.for_requester,
            )
            for each in story.remarks
        ],
    )
