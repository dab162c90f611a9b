"""Clocks that run out: the lead is reminded, the superior is told, a superior presses."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import RemarkKind, State
from gongzhi.affairs.tickets.deadlines import limit_rules
from gongzhi.affairs.tickets.lifecycle import tell, ticket_for, told, touch
from gongzhi.affairs.tickets.models import Pause, Ticket
from gongzhi.commons.calendar.queries import working_time
from gongzhi.commons.ledger.recording import record_many
from gongzhi.commons.organisations.actors import SYSTEM, Actor

RUNNING = (State.DISPATCHED, State.IN_PROGRESS, State.REOPENED, State.RETURNED, State.ACCEPTED)


class CannotSupervise(ValueError):
    """Supervision that is refused, and why."""


@transaction.atomic
def supervise_ticket(*, ticket_id: int, text: str, by: Actor, at: datetime) -> None:
    """A superior presses for action; the unit reads what is expected of it."""
    ticket = ticket_for(by, "tickets.supervise", ticket_id)
    if ticket.state not in {*RUNNING, State.PARKED}:
        raise CannotSupervise(
            _("“%(state)s”的工单不需要督办") % {"state": State(ticket.state).label}
        )
    if not text.strip():
        raise CannotSupervise(_("请写明督办要求"))
    touch(ticket, at=at)
    tell(
        ticket,
        events.SUPERVISED,
        by=by,
        at=at,
        text=text,
        text_kind=RemarkKind.SUPERVISION,
        unit=ticket.lead_unit_id,
    )


@transaction.atomic
def remind_leads(*, at: datetime, most: int = 500) -> int:
    """Remind the leads of tickets that fall due soon, once each; returns how many."""
    horizon = working_time(None).deadline(at, limit_rules()["reminder.before"])
    soon = _due_by(horizon).filter(due_at__gt=at, reminded_at=None)
    return _mark(soon, field="reminded_at", kind=events.REMINDED, at=at, most=most)


@transaction.atomic
def escalate_overdue(*, at: datetime, most: int = 500) -> int:
    """Tell the superior of each ticket whose limit has passed, once each; returns how many."""
    late = _due_by(at).filter(escalated_at=None)
    return _mark(late, field="escalated_at", kind=events.ESCALATED, at=at, most=most)


def _due_by(moment: datetime) -> QuerySet[Ticket]:
    """Tickets due by then whose clock runs; what is due has a next date, which the index knows."""
    waits = Pause.objects.filter(ticket=OuterRef("pk"), ends=None)
    return Ticket.objects.filter(
        ~Exists(waits),
        is_open=1,
        next_due_at__lte=moment,
        state__in=RUNNING,
        due_at__lte=moment,
        merged_into=None,  # the ticket that it follows is pressed for
    )


def _mark(found: QuerySet[Ticket], *, field: str, kind: str, at: datetime, most: int) -> int:
    tickets = list(found.select_for_update().order_by("due_at")[:most])
    Ticket.objects.filter(pk__in=[t.pk for t in tickets]).update(touched_at=at, **{field: at})
    record_many(
        [
            told(
                ticket,
                kind,
                by=SYSTEM,
                at=at,
                unit=ticket.lead_unit_id,
                due=ticket.due_at.isoformat(timespec="seconds") if ticket.due_at else None,
            )
            for ticket in tickets
        ]
    )
    return len(tickets)
