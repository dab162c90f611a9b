"""Step 3: the catalogue names the first owner and the clock starts; an objection is heard once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import RemarkKind, Review, State
from gongzhi.affairs.tickets.deadlines import clocks, limit_rules
from gongzhi.affairs.tickets.endings import lapse_reviews
from gongzhi.affairs.tickets.lifecycle import Step, move, tell, ticket_for, told
from gongzhi.affairs.tickets.models import Objection, Ticket
from gongzhi.affairs.tickets.moving import move_many
from gongzhi.commons.calendar.limits import Limit
from gongzhi.commons.calendar.queries import working_time
from gongzhi.commons.ledger.recording import NewEvent, record_many
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.catalogue import Assignment, NoDuty, find_duty
from gongzhi.commons.organisations.permissions import require
from gongzhi.commons.organisations.queries import standing_unit, subdistrict_office

DISPATCH_FIELDS = (
    "first_owner",
    "lead_unit",
    "clock_from",
    "contact_due_at",
    "limit_amount",
    "limit_unit",
    "due_at",
)
_ATTNAMES = tuple(str(Ticket._meta.get_field(n).attname) for n in DISPATCH_FIELDS)  # type: ignore[union-attr]


class CannotDispatch(ValueError):
    """No unit can be given the ticket, and why."""


class CannotObject(ValueError):
    """An objection that isn't heard, and why."""


def dispatch_tickets(*, ticket_ids: Sequence[int], by: Actor, at: datetime) -> int:
    """Give those of the tickets that are accepted to their first owner; returns how many.

    An imported ticket's clock starts now, not when it was first said elsewhere. Cost: five
    statements, whatever the number.
    """
    require(by, "tickets.dispatch")
    with transaction.atomic():
        accepted = Ticket.objects.filter(pk__in=ticket_ids, state=State.ACCEPTED, merged_into=None)
        tickets = list(accepted.select_for_update())
        if not tickets:
            return 0
        rules = limit_rules()
        for ticket in tickets:
            duty = find_duty(ticket.category_code, ticket.place_id, on=localdate(at))
            assign(ticket, duty, at=at, rules=rules)
        move_many(tickets, Step.DISPATCH, at=at, fields=DISPATCH_FIELDS)
        record_many([_dispatched(ticket, by=by, at=at) for ticket in tickets])
    return len(tickets)


def assign(ticket: Ticket, duty: Assignment, *, at: datetime, rules: dict[str, Limit]) -> None:
    """Set lead, clock and due moments on the ticket in hand; the caller writes them."""
    due = clocks(duty, urgency=ticket.urgency, start=at, rules=rules)
    ticket.first_owner_id = ticket.first_owner_id or duty.unit_id
    ticket.lead_unit_id = duty.unit_id
    ticket.clock_from = at
    ticket.contact_due_at = due.contact_due_at
    ticket.limit_amount = due.limit.amount
    ticket.limit_unit = due.limit.unit
    ticket.due_at = due.due_at


def _named(ticket: Ticket, unit_id: int, *, at: datetime) -> Assignment:
    """A unit that a person names, with the limits of the catalogue."""
    try:
        duty = find_duty(ticket.category_code, ticket.place_id, on=localdate(at))
    except NoDuty as error:
        raise CannotDispatch(str(error)) from error
    return replace(duty, unit_id=unit_id)


def _fresh(ticket: Ticket) -> dict[str, Any]:
    """What `assign` set, and nothing done yet: contact, reminder and escalation are to come."""
    assigned = {name: getattr(ticket, name) for name in _ATTNAMES}
    return assigned | {"contacted_at": None, "reminded_at": None, "escalated_at": None}


def _change_hands(ticket: Ticket, *, at: datetime) -> None:
    """What the lead before had asked for lapses; the new lead no longer assists."""
    lapse_reviews(ticket, at=at)
    ticket.assists.filter(unit=ticket.lead_unit).delete()


def _dispatched(ticket: Ticket, *, by: Actor, at: datetime) -> NewEvent:
    """The street sees a copy of what goes straight to another unit (BJR, article 12)."""
    street = subdistrict_office(ticket.place_id)
    lead = ticket.lead_unit_id
    return told(
        ticket,
        events.DISPATCHED,
        by=by,
        at=at,
        category=ticket.category_code,
        lead=lead,
        first=ticket.first_owner_id == lead,
        contact_due=_moment(ticket.contact_due_at),
        due=_moment(ticket.due_at),
        copied_to=street if street != lead else None,
    )


def _moment(value: datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if value else None


@transaction.atomic
def redispatch_ticket(
    *, ticket_id: int, unit_id: int, reason: str, by: Actor, at: datetime
) -> None:
    """Give the ticket to a named unit; the clock starts again, the first owner stays on record.

    Raises `CannotDispatch` without a reason, for an unknown unit, or for the unit that has it.
    """
    ticket = ticket_for(by, "tickets.dispatch", ticket_id)
    if not reason.strip():
        raise CannotDispatch(_("请说明改派理由"))
    if standing_unit(unit_id, on=localdate(at)) is None:
        raise CannotDispatch(_("没有这个单位，请重新选择"))
    if ticket.lead_unit_id == unit_id and ticket.state != State.RETURNED:
        raise CannotDispatch(_("该单位已经是主办单位"))
    assign(ticket, _named(ticket, unit_id, at=at), at=at, rules=limit_rules())
    move(ticket, Step.REDISPATCH, at=at, **_fresh(ticket))
    _change_hands(ticket, at=at)
    record_many([_dispatched(ticket, by=by, at=at)])
    tell(
        ticket, events.NOTED, by=by, at=at, text=reason, text_kind=RemarkKind.REASON, kind="reason"
    )


@transaction.atomic
def object_to_dispatch(
    *, ticket_id: int, reason: str, proposed_unit_id: int | None, by: Actor, at: datetime
) -> None:
    """The lead says: this is not ours. Heard once, with a reason; a superior decides.

    Raises `CannotObject` the second time or without a reason, `CannotMove` once work has begun.
    """
    ticket = ticket_for(by, "tickets.object", ticket_id)
    if ticket.objection_used:
        raise CannotObject(_("派单异议只能提出一次，首接单位应当负责到底"))
    if not reason.strip():
        raise CannotObject(_("请说明不属于本单位职责的理由"))
    if by.unit_id is not None and ticket.lead_unit_id not in {role.unit_id for role in by.roles}:
        raise CannotObject(_("只有主办单位可以提出派单异议"))
    window = limit_rules()["objection.window"]
    heard_until = working_time(ticket.lead_unit_id).deadline(ticket.clock_from or at, window)
    if at > heard_until:
        raise CannotObject(
            _("派单异议要在 %(until)s 以前提出，现在应当负责办理")
            % {"until": f"{localtime(heard_until):%Y-%m-%d %H:%M}"}
        )
    move(ticket, Step.OBJECT, at=at, objection_used=True)
    Objection.objects.create(
        ticket=ticket,
        unit_id=ticket.lead_unit_id,
        asked_by_id=by.person_id,
        asked_at=at,
        reason=reason,
        proposed_unit_id=proposed_unit_id,
    )
    tell(
        ticket,
        events.OBJECTED,
        by=by,
        at=at,
        text=reason,
        text_kind=RemarkKind.REASON,
        unit=ticket.lead_unit_id,
        proposed=proposed_unit_id,
    )


@transaction.atomic
def review_objection(
    *, ticket_id: int, upheld: bool, unit_id: int | None, reason: str, by: Actor, at: datetime
) -> None:
    """Decide an objection: upheld names another lead, refused leaves it where it was.

    The time that the review took doesn't count against whoever has it afterwards. Raises
    `CannotObject` when none is waiting or an upheld one names no other unit.
    """
    ticket = ticket_for(by, "tickets.review_objection", ticket_id)
    decided = Objection.objects.filter(ticket=ticket, review=Review.PENDING).update(
        review=Review.APPROVED if upheld else Review.REFUSED,
        reviewed_by_id=by.person_id,
        reviewed_at=at,
        review_reason=reason,
    )
    if not decided:
        raise CannotObject(_("没有等待审核的派单异议"))
    lead = unit_id if upheld else ticket.lead_unit_id
    if upheld and lead in {None, ticket.lead_unit_id}:
        raise CannotObject(_("同意异议时要指定另一个主办单位"))
    if lead is None or standing_unit(lead, on=localdate(at)) is None:
        raise CannotObject(_("没有这个单位，或它已撤销，请指定另一个主办单位"))
    assign(ticket, _named(ticket, lead, at=at), at=at, rules=limit_rules())
    move(ticket, Step.DISPATCH if upheld else Step.REFUSE_OBJECTION, at=at, **_fresh(ticket))
    if upheld:
        _change_hands(ticket, at=at)
    tell(
        ticket,
        events.OBJECTION_REVIEWED,
        by=by,
        at=at,
        text=reason,
        text_kind=RemarkKind.REASON,
        upheld=upheld,
        unit=lead,
    )
    record_many([_dispatched(ticket, by=by, at=at)])


@transaction.atomic
def return_ticket(*, ticket_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Take the ticket from its lead for re-routing, by whoever dispatches."""
    ticket = ticket_for(by, "tickets.dispatch", ticket_id)
    if not reason.strip():
        raise CannotDispatch(_("请说明退单理由"))
    move(ticket, Step.RETURN, at=at)
    lapse_reviews(ticket, at=at)
    tell(
        ticket,
        events.RETURNED,
        by=by,
        at=at,
        text=reason,
        text_kind=RemarkKind.REASON,
        unit=ticket.lead_unit_id,
    )
