"""Step 5: the ticket is closed with evidence, and may be taken up again."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import Channel, RemarkKind, State
from gongzhi.affairs.tickets.deadlines import clocks, end_pauses, limit_rules
from gongzhi.affairs.tickets.endings import end_callbacks, end_merge, end_parking, lapse_reviews
from gongzhi.affairs.tickets.handling import answer_ticket
from gongzhi.affairs.tickets.lifecycle import MOVES, Step, move, tell, ticket_for, touch
from gongzhi.affairs.tickets.models import Callback, Requester, Ticket
from gongzhi.commons.calendar.limits import LimitUnit
from gongzhi.commons.calendar.queries import working_time
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.catalogue import Assignment, NoDuty, find_duty
from gongzhi.commons.organisations.queries import standing_unit, units


class CannotClose(ValueError):
    """A closing that is refused, and what is missing."""


@transaction.atomic
def close_ticket(
    *, ticket_id: int, evidence: str, reply: str = "", by: Actor, at: datetime
) -> None:
    """Close with evidence; whoever can be reached is then asked whether it was solved.

    Whoever asked has an answer first: given before, or here as `reply`. Tickets that follow this
    one close with it, each with a call-back of its own.

    Raises `CannotClose` without evidence, before anybody made contact or answered, or while an
    assisting unit still owes its report.
    """
    ticket = ticket_for(by, "tickets.close", ticket_id)
    if not evidence.strip():
        raise CannotClose(_("请写明办结依据：做了什么、结果如何"))
    if ticket.contacted_at is None:
        raise CannotClose(_("还没有联系或答复诉求人，不能办结"))
    if ticket.state == State.IN_PROGRESS and reply.strip():
        answer_ticket(ticket_id=ticket_id, text=reply, by=by, at=at)
        ticket = ticket_for(by, "tickets.close", ticket_id)
    elif ticket.state == State.IN_PROGRESS and awaits_answer(ticket):
        raise CannotClose(_("还没有答复诉求人：请写明怎样处理的、结果如何，再办结"))
    waiting = [assist.unit_id for assist in ticket.assists.all() if assist.reported_at is None]
    if waiting:
        names = "、".join(unit.name for unit in units(waiting).values())
        raise CannotClose(_("协办单位还没有反馈：%(units)s") % {"units": names})
    due = end_pauses(ticket, at=at)
    _close_one(ticket, Step.CLOSE, evidence=evidence, by=by, at=at, due=due)
    for follower in ticket.merged.select_for_update().order_by("pk"):
        if follower.state in MOVES[Step.CLOSE_WITH].sources:
            # Whoever did the work answers for it, also where the follower never had a lead.
            touch(follower, at=at, lead_unit_id=ticket.lead_unit_id)
            _close_one(
                follower, Step.CLOSE_WITH, evidence=evidence, by=by, at=at, due=ticket.due_at
            )


def awaits_answer(ticket: Ticket) -> bool:
    """Whether somebody asked who reads an answer: by a contact, a private link, or as a follower.

    What a grid worker found on the round was asked by nobody, and whose traces were erased reads
    no more.
    """
    asked = Requester.objects.filter(Q(ticket=ticket) | Q(ticket__merged_into=ticket))
    if erased := list(asked.values_list("erased_at", flat=True)):
        return None in erased
    return ticket.channel != Channel.GRID


def _close_one(
    ticket: Ticket, step: Step, *, evidence: str, by: Actor, at: datetime, due: datetime | None
) -> None:
    """An application to leave the ticket out of the assessment may still be decided afterwards."""
    end_pauses(ticket, at=at)
    move(ticket, step, at=at, closed_at=at, due_at=due)
    end_parking(ticket, at=at)
    lapse_reviews(ticket, at=at, kinds=("objection", "extension", "parking"))
    asked = _ask_back(ticket, at=at)
    worked, paused = _minutes(ticket, at=at)
    tell(
        ticket,
        events.CLOSED,
        by=by,
        at=at,
        text=evidence,
        text_kind=RemarkKind.EVIDENCE,
        in_limit=ticket.due_at is None or at <= ticket.due_at,
        callback=asked,
        due=ticket.due_at.isoformat(timespec="seconds") if ticket.due_at else None,
        lead=ticket.lead_unit_id,
        kinds=_kinds_at_work(ticket),
        category=ticket.category_code,
        work_minutes=worked,
        paused_minutes=paused,
    )


def _kinds_at_work(ticket: Ticket) -> list[str]:
    """The kinds of organisation that did something for this ticket."""
    ids = {ticket.lead_unit_id, *ticket.assists.values_list("unit_id", flat=True)} - {None}
    return sorted({str(unit.kind) for unit in units(sorted(i for i in ids if i)).values()})


def _minutes(ticket: Ticket, *, at: datetime) -> tuple[int, int]:
    """Working minutes of the lead since the request came in, and how many of them were paused."""
    time = working_time(ticket.lead_unit_id)
    pauses = ticket.pauses.order_by("begins").values_list("begins", "ends")
    stretches = [(begins, min(ends or at, at)) for begins, ends in pauses]
    whole = time.elapsed(ticket.received_at, at, LimitUnit.WORK_HOUR)
    running = time.elapsed(ticket.received_at, at, LimitUnit.WORK_HOUR, pauses=stretches)
    return int(running * 60), int((whole - running) * 60)


def _ask_back(ticket: Ticket, *, at: datetime) -> int | None:
    """Open the next call-back round; None where nobody left a way to be asked."""
    requester = Requester.objects.filter(ticket=ticket, erased_at=None).first()
    if requester is None or not (requester.phone_sealed or requester.email_sealed):
        return None
    number = ticket.callbacks.count() + 1
    window = limit_rules()["callback.answer"]
    Callback.objects.create(
        ticket=ticket,
        round=number,
        unit_id=ticket.lead_unit_id,
        asked_at=at,
        expires_at=working_time(ticket.lead_unit_id).deadline(at, window),
    )
    return number


@transaction.atomic
def reopen_ticket(*, ticket_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Take a closed ticket up again, on the word of staff; the requester's way is the call-back."""
    ticket = ticket_for(by, "tickets.reopen", ticket_id)
    if not reason.strip():
        raise CannotClose(_("请说明重新办理的理由"))
    take_up_again(ticket, because="staff", reason=reason, by=by, at=at)


def take_up_again(ticket: Ticket, *, because: str, reason: str, by: Actor, at: datetime) -> None:
    """Reopen for the unit that closed it, with a new clock; runs in the caller's transaction.

    If that unit is closed by now, the catalogue names another. A ticket that followed another
    goes its own way from here.
    """
    try:
        duty = find_duty(ticket.category_code, ticket.place_id, on=localdate(at))
    except NoDuty as error:
        raise CannotClose(str(error)) from error
    lead = standing_unit(ticket.lead_unit_id, on=localdate(at)) or duty.unit_id
    same = Assignment(
        unit_id=lead, contact=duty.contact, handling=duty.handling, duty_id=duty.duty_id
    )
    due = clocks(same, urgency=ticket.urgency, start=at, rules=limit_rules())
    move(
        ticket,
        Step.REOPEN,
        at=at,
        closed_at=None,
        lead_unit_id=lead,
        clock_from=at,
        contacted_at=None,
        contact_due_at=due.contact_due_at,
        due_at=due.due_at,
        limit_amount=due.limit.amount,
        limit_unit=due.limit.unit,
        reminded_at=None,
        escalated_at=None,
        merged_into_id=None,
    )
    end_merge(ticket, at=at)
    end_callbacks(ticket)
    tell(
        ticket,
        events.REOPENED,
        by=by,
        at=at,
        text=reason,
        text_kind=RemarkKind.REASON,
        because=because,
        unit=lead,
    )


def is_over(state: str) -> bool:
    """Whether nothing more is expected of anybody."""
    return state in {State.CLOSED, State.EXCLUDED, State.WITHDRAWN}
