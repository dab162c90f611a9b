"""What can't be solved now is parked with a reason, a plan and a date; it stays in sight."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import RemarkKind, Review, State
from gongzhi.affairs.tickets.deadlines import begin_pause, end_pause
from gongzhi.affairs.tickets.endings import end_parking
from gongzhi.affairs.tickets.lifecycle import Step, move, tell, ticket_for, touch
from gongzhi.affairs.tickets.models import Parking
from gongzhi.commons.organisations.actors import Actor


class CannotPark(ValueError):
    """A parking that is refused, and why."""


@transaction.atomic
def ask_parking(
    *, ticket_id: int, reason: str, plan: str, review_on: date, by: Actor, at: datetime
) -> None:
    """Ask to park: why it can't be solved now, what is planned, when it is looked at again."""
    ticket = ticket_for(by, "tickets.park", ticket_id)
    if ticket.state not in {State.DISPATCHED, State.IN_PROGRESS}:
        raise CannotPark(_("“%(state)s”的工单不能申请挂账") % {"state": State(ticket.state).label})
    if not reason.strip() or not plan.strip():
        raise CannotPark(_("请写明挂账的客观原因和下一步计划"))
    if review_on <= localdate(at):
        raise CannotPark(_("复查日期应当在今天以后"))
    if Parking.objects.filter(ticket=ticket, review=Review.PENDING).exists():
        raise CannotPark(_("已有一个挂账申请在等待审核"))
    touch(ticket, at=at)
    Parking.objects.create(
        ticket=ticket,
        unit_id=by.unit_id,
        asked_by_id=by.person_id,
        asked_at=at,
        reason=reason.strip(),
        plan=plan.strip(),
        review_on=review_on,
    )
    tell(
        ticket,
        events.PARKING_ASKED,
        by=by,
        at=at,
        text=f"{reason.strip()}\n{plan.strip()}",
        text_kind=RemarkKind.REASON,
        review_on=review_on.isoformat(),
    )


@transaction.atomic
def review_parking(*, ticket_id: int, approved: bool, reason: str, by: Actor, at: datetime) -> None:
    """Decide on parking; a parked ticket leaves the month's rates but not the stock of parked."""
    ticket = ticket_for(by, "tickets.approve_parking", ticket_id)
    asked = Parking.objects.filter(ticket=ticket, review=Review.PENDING).first()
    if asked is None:
        raise CannotPark(_("没有等待审核的挂账申请"))
    if asked.asked_by_id == by.person_id and by.person_id is not None:
        raise CannotPark(_("申请人不能审核自己的申请"))
    if approved:
        move(ticket, Step.PARK, at=at)
        begin_pause(ticket, reason="parking", at=at)
    else:
        touch(ticket, at=at)
    decision = Review.APPROVED if approved else Review.REFUSED
    Parking.objects.filter(pk=asked.pk, review=Review.PENDING).update(
        review=decision, reviewed_by_id=by.person_id, reviewed_at=at, review_reason=reason
    )
    tell(
        ticket,
        events.PARKING_REVIEWED,
        by=by,
        at=at,
        text=reason,
        text_kind=RemarkKind.REASON,
        approved=approved,
        review_on=asked.review_on.isoformat(),
    )


@transaction.atomic
def unpark_ticket(*, ticket_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Work on it again: the rest of its limit runs from here."""
    ticket = ticket_for(by, "tickets.park", ticket_id)
    if not reason.strip():
        raise CannotPark(_("请说明恢复办理的理由"))
    move(ticket, Step.UNPARK, at=at)
    parked = Parking.objects.filter(ticket=ticket, review=Review.APPROVED, ended_at=None)
    began = parked.values_list("reviewed_at", flat=True).first()
    end_parking(ticket, at=at)
    due = end_pause(ticket, reason="parking", at=at)
    touch(ticket, at=at, due_at=due, reminded_at=None, escalated_at=None)
    tell(
        ticket,
        events.UNPARKED,
        by=by,
        at=at,
        text=reason,
        text_kind=RemarkKind.REASON,
        days=(at - began).days if began else 0,
    )
