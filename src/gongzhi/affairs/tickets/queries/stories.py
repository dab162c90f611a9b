"""One ticket's whole story: for staff with the permission, and for whoever holds its link."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import prefetch_related_objects

from gongzhi.affairs.tickets.choices import (
    OPEN_STATES,
    CallbackState,
    Channel,
    RemarkKind,
    RequestKind,
    Review,
    State,
    Urgency,
)
from gongzhi.affairs.tickets.events import SPLIT
from gongzhi.affairs.tickets.lifecycle import Step, possible_moves, ticket_to_read, units_for
from gongzhi.affairs.tickets.models import (
    Exclusion,
    Extension,
    Objection,
    Parking,
    Pause,
    Remark,
    Requester,
    Ticket,
)
from gongzhi.affairs.tickets.numbers import number_of
from gongzhi.affairs.tickets.queries.lists import TicketRow, as_rows
from gongzhi.affairs.tickets.queries.shared import (
    numbered,
    replies_of_followers,
    told_to_followers,
)
from gongzhi.commons.categories.queries import category
from gongzhi.commons.ledger.reading import EventView, events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import allowed
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.privacy.encryption import open_text
from gongzhi.commons.privacy.masking import mask_email, mask_name, mask_phone

# What each step asks of the permission table; the page offers a step only where both say yes.
ACTION_OF_STEP: dict[Step, str] = {
    Step.DISPATCH: "tickets.dispatch",
    Step.REDISPATCH: "tickets.dispatch",
    Step.OBJECT: "tickets.object",
    Step.RETURN: "tickets.dispatch",
    Step.CONTACT: "tickets.answer",
    Step.ANSWER: "tickets.answer",
    Step.CLOSE: "tickets.close",
    Step.PARK: "tickets.park",
    Step.UNPARK: "tickets.park",
    Step.EXCLUDE: "tickets.apply_exclusion",
    Step.REOPEN: "tickets.reopen",
    Step.WITHDRAW: "tickets.withdraw",
}
OTHER_ACTIONS = (
    "tickets.triage",
    "tickets.place",
    "tickets.correct_for",
    "tickets.merge",
    "tickets.split",
    "tickets.ask_requester",
    "tickets.request_extension",
    "tickets.approve_extension",
    "tickets.approve_parking",
    "tickets.review_objection",
    "tickets.review_exclusion",
    "tickets.supervise",
    "tickets.call_back",
    "tickets.read_contact",
    "whistles.blow",
)


@dataclass(frozen=True, slots=True)
class ContactView:
    """Who asked: open for those with the permission, masked for everybody else."""

    name: str
    phone: str
    email: str
    open: bool


@dataclass(frozen=True, slots=True)
class RemarkView:
    """A piece of text on the ticket and who wrote it (a unit, or the requester)."""

    kind: RemarkKind
    text: str
    unit_name: str
    for_requester: bool
    at: datetime
    event_sequence: int | None


@dataclass(frozen=True, slots=True)
class CallbackView:
    round: int
    state: CallbackState
    solved: str
    satisfied: str
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    by_phone: bool


@dataclass(frozen=True, slots=True)
class WaitingReview:
    """Something that waits for a second person's decision."""

    what: str  # objection, extension, parking, exclusion
    reason: str
    unit_name: str
    asked_at: datetime
    proposed: str | datetime | date


@dataclass(frozen=True, slots=True)
class Highlight:
    """A stretch of the text that spoke for a category or for urgency."""

    field: str
    start: int
    end: int
    why: str


@dataclass(frozen=True, slots=True)
class Story:
    """All there is to know of one ticket, as far as the reader may know it."""

    row: TicketRow
    text: str
    kind: RequestKind
    channel: Channel
    category_code: str
    category_by: str
    place_id: int
    community_id: int | None
    address: str
    latitude: float | None
    longitude: float | None
    attributes: dict[str, Any]
    contact: ContactView | None
    first_owner_name: str
    lead_unit_id: int | None
    assists: tuple[tuple[int, str, datetime | None], ...]
    suggestions: tuple[tuple[str, str, float], ...]
    highlights: tuple[Highlight, ...]
    ticked: str  # the urgency that the requester ticked, as long as that is known
    remarks: tuple[RemarkView, ...]
    events: tuple[EventView, ...]
    callbacks: tuple[CallbackView, ...]
    reviews: tuple[WaitingReview, ...]
    followers: tuple[TicketRow, ...]
    split: tuple[TicketRow, ...]  # what it was part of, then what was made of its parts
    whistles: tuple[tuple[int, str, str], ...]
    paused_since: datetime | None
    objection_used: bool
    assessed: bool
    closed_at: datetime | None
    steps: frozenset[Step]
    actions: frozenset[str]


def story_for_staff(*, by: Actor, ticket_id: int) -> Story:
    """The story with everything; raises `NoSuchTicket` or `NotPermitted`."""
    ticket = ticket_to_read(by, "tickets.read", ticket_id)
    open_contact = _may(by, "tickets.read_contact", ticket)
    return _story(ticket, by=by, for_requester=False, open_contact=open_contact)


def story_for_requester(*, by: Actor, ticket_id: int) -> Story:
    """What the requester sees by their link: no internal notes, and their own contact masked."""
    ticket = ticket_to_read(by, "tickets.track", ticket_id)
    return _story(ticket, by=by, for_requester=True, open_contact=False)


def _may(by: Actor, action: str, ticket: Ticket) -> bool:
    units = units_for(action, ticket)
    return allowed(by, action, place_path=ticket.place_path, unit_ids=units, ticket_id=ticket.pk)


def _story(ticket: Ticket, *, by: Actor, for_requester: bool, open_contact: bool) -> Story:
    prefetch_related_objects([ticket], "assists")
    assists = list(ticket.assists.all())
    more = told_to_followers(ticket) if for_requester else replies_of_followers(ticket)
    remarks = [*_remarks(ticket, for_requester=for_requester), *more[1]]
    own = events_of(Subject("ticket", ticket.pk))
    events, texts = numbered([*own, *more[0]], remarks)
    involved = {ticket.first_owner_id, ticket.lead_unit_id}
    involved |= {assist.unit_id for assist in assists} | {remark.unit_id for remark in remarks}
    names = {unit.id: unit.name for unit in units(sorted(i for i in involved if i)).values()}
    row = _row(ticket, for_requester=for_requester)
    return Story(
        row=row,
        text=ticket.text,
        kind=RequestKind(ticket.kind),
        channel=Channel(ticket.channel),
        category_code=ticket.category_code,
        category_by=ticket.category_by,
        place_id=ticket.place_id,
        community_id=ticket.community_id,
        address=ticket.address,
        latitude=ticket.latitude,
        longitude=ticket.longitude,
        attributes=ticket.attributes,
        contact=_contact(ticket, open_contact=open_contact),
        first_owner_name=names.get(ticket.first_owner_id or 0, ""),
        lead_unit_id=ticket.lead_unit_id,
        assists=tuple((a.unit_id, names.get(a.unit_id, ""), a.reported_at) for a in assists),
        suggestions=_suggestions(ticket),
        highlights=() if for_requester else _highlights(ticket),
        ticked="" if for_requester else str(ticket.triage.get("ticked", "")),
        remarks=tuple(
            RemarkView(
                kind=RemarkKind(remark.kind),
                text=remark.text,
                unit_name=names.get(remark.unit_id or 0, ""),
                for_requester=remark.for_requester,
                at=remark.at,
                event_sequence=number,
            )
            for remark, number in texts
        ),
        events=events,
        callbacks=_callbacks(ticket),
        reviews=() if for_requester else _reviews(ticket),
        followers=() if for_requester else _followers(ticket),
        split=() if for_requester else _split(ticket, own, by=by),
        whistles=tuple(ticket.whistles.values_list("id", "title", "state")),
        paused_since=_paused_since(ticket),
        objection_used=ticket.objection_used,
        assessed=ticket.assessed,
        closed_at=ticket.closed_at,
        steps=frozenset(
            step
            for step, _ in possible_moves(State(ticket.state))
            if step in ACTION_OF_STEP and _may(by, ACTION_OF_STEP[step], ticket)
        ),
        actions=frozenset(action for action in OTHER_ACTIONS if _may(by, action, ticket)),
    )


def _row(ticket: Ticket, *, for_requester: bool) -> TicketRow:
    """The ticket's row; a follower's requester sees who works on the matter and until when."""
    row = as_rows([_row_values(ticket)])[0]
    into = ticket.merged_into if for_requester and ticket.state in OPEN_STATES else None
    if into is None:
        return row
    main = as_rows([_row_values(into)])[0]
    return replace(row, lead_name=main.lead_name, due_at=main.due_at, next_due_at=main.next_due_at)


def _row_values(ticket: Ticket) -> dict[str, Any]:
    return {field.attname: getattr(ticket, field.attname) for field in Ticket._meta.concrete_fields}


def _contact(ticket: Ticket, *, open_contact: bool) -> ContactView | None:
    held = Requester.objects.filter(ticket=ticket, erased_at=None).first()
    if held is None:
        return None
    name, phone, email = (
        open_text(sealed) if sealed else ""
        for sealed in (held.name_sealed, held.phone_sealed, held.email_sealed)
    )
    if open_contact:
        return ContactView(name, phone, email, open=True)
    return ContactView(mask_name(name), mask_phone(phone), mask_email(email), open=False)


def _remarks(ticket: Ticket, *, for_requester: bool) -> list[Remark]:
    found = Remark.objects.filter(ticket=ticket)
    return list(found.filter(for_requester=True) if for_requester else found)


def _suggestions(ticket: Ticket) -> tuple[tuple[str, str, float], ...]:
    ranks = []
    for code, probability in ticket.triage.get("ranks", []):
        matter = category(code)
        ranks.append((code, matter.name if matter else code, float(probability)))
    return tuple(ranks)


def _highlights(ticket: Ticket) -> tuple[Highlight, ...]:
    spans = [(span, "category") for span in ticket.triage.get("evidence", [])]
    reasons = ticket.triage.get("urgency", [])
    spans += [(reason["span"], reason["rule"]) for reason in reasons if reason["span"]]
    return tuple(Highlight(field, start, end, why) for (field, start, end), why in spans)


def _paused_since(ticket: Ticket) -> datetime | None:
    """Since when the clock that counts stands still: a follower's is that of what it follows."""
    counts = ticket.merged_into_id or ticket.pk
    paused = Pause.objects.filter(ticket_id=counts, ends=None).exclude(reason="merge")
    return paused.order_by("begins").values_list("begins", flat=True).first()


def _callbacks(ticket: Ticket) -> tuple[CallbackView, ...]:
    return tuple(
        CallbackView(
            round=row.round,
            state=CallbackState(row.state),
            solved=row.solved,
            satisfied=row.satisfied,
            asked_at=row.asked_at,
            expires_at=row.expires_at,
            answered_at=row.answered_at,
            by_phone=row.by_phone,
        )
        for row in ticket.callbacks.order_by("round")
    )


def _reviews(ticket: Ticket) -> tuple[WaitingReview, ...]:
    asked: list[tuple[str, Any, Any]] = []
    for row in Objection.objects.filter(ticket=ticket, review=Review.PENDING):
        asked.append(("objection", row, row.proposed_unit_id or ""))
    for extension in Extension.objects.filter(ticket=ticket, review=Review.PENDING):
        asked.append(("extension", extension, extension.proposed_due_at))
    for parking in Parking.objects.filter(ticket=ticket, review=Review.PENDING):
        asked.append(("parking", parking, parking.review_on))
    for exclusion in Exclusion.objects.filter(ticket=ticket, review=Review.PENDING):
        asked.append(("exclusion", exclusion, exclusion.get_code_display()))
    names = units(sorted({row.unit_id for _, row, _ in asked if row.unit_id}))
    proposed_units = units([p for what, _, p in asked if what == "objection" and p])
    return tuple(
        WaitingReview(
            what=what,
            reason=row.reason,
            unit_name=names[row.unit_id].name if row.unit_id in names else "",
            asked_at=row.asked_at,
            proposed=proposed_units[proposed].name if proposed in proposed_units else proposed,
        )
        for what, row, proposed in asked
    )


def _followers(ticket: Ticket) -> tuple[TicketRow, ...]:
    return as_rows([_row_values(follower) for follower in ticket.merged.order_by("pk")[:50]])


def _split(ticket: Ticket, events: list[EventView], *, by: Actor) -> tuple[TicketRow, ...]:
    """The other halves that `by` may read; their ids come from the record, which has them all."""
    others = [event.data.get("into") for event in events if event.kind == SPLIT]
    ids = [each for each in (ticket.split_from_id, *others) if isinstance(each, int)]
    found = Ticket.objects.filter(pk__in=ids)
    readable = [each for each in found.order_by("pk") if _may(by, "tickets.read", each)]
    return as_rows([_row_values(each) for each in readable])


def number_and_title(ticket_id: int) -> tuple[str, str] | None:
    """A ticket's number and title, for a notice about it."""
    row = Ticket.objects.filter(pk=ticket_id).values_list("received_at", "title").first()
    return (number_of(ticket_id, row[0]), row[1]) if row else None


def lead_of(ticket_id: int) -> int | None:
    """The unit that leads a ticket now, or the one that it follows."""
    leads = Ticket.objects.filter(pk=ticket_id).values_list(
        "merged_into__lead_unit_id", "lead_unit_id"
    )
    into, own = leads.first() or (None, None)
    return into or own


def urgency_words(urgency: str) -> str:
    """The urgency as people read it."""
    return str(Urgency(urgency).label)
