"""Step 6: was it solved, are you satisfied? "No" takes the ticket up again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import CallbackState, RemarkKind, Satisfied, Solved, State
from gongzhi.affairs.tickets.closing import take_up_again
from gongzhi.affairs.tickets.lifecycle import tell, ticket_for, touch
from gongzhi.affairs.tickets.models import Callback, Requester, Ticket
from gongzhi.commons.organisations.actors import SYSTEM, Actor


class CannotCallBack(ValueError):
    """An answer to a call-back that can't be taken, and why."""


@transaction.atomic
def answer_callback(
    *, ticket_id: int, solved: Solved, satisfied: Satisfied, remark: str, by: Actor, at: datetime
) -> None:
    """The requester answers by their link. "Not solved" reopens and reaches the unit."""
    ticket = ticket_for(by, "tickets.answer_callback", ticket_id)
    _take_answer(ticket, solved, satisfied, remark, by_phone=False, by=by, at=at)


@transaction.atomic
def call_back(
    *, ticket_id: int, solved: Solved, satisfied: Satisfied, remark: str, by: Actor, at: datetime
) -> None:
    """Staff write down what the requester said on the phone; never the unit that handled it."""
    ticket = ticket_for(by, "tickets.call_back", ticket_id)
    if ticket.lead_unit_id in {role.unit_id for role in by.roles}:
        raise CannotCallBack(_("回访应当由承办单位以外的人员进行"))
    _take_answer(ticket, solved, satisfied, remark, by_phone=True, by=by, at=at)


def _take_answer(
    ticket: Ticket,
    solved: Solved,
    satisfied: Satisfied,
    remark: str,
    *,
    by_phone: bool,
    by: Actor,
    at: datetime,
) -> None:
    if ticket.state != State.CLOSED:
        raise CannotCallBack(
            _("“%(state)s”的工单还不能评价") % {"state": State(ticket.state).label}
        )
    if len(remark) > 2_000:
        raise CannotCallBack(_("评价说明最多 2000 字，请精简"))
    asked = ticket.callbacks.order_by("-round").first()
    if asked is None or asked.state == CallbackState.ANSWERED:
        raise CannotCallBack(
            _("这张工单没有等待回复的回访") if asked is None else _("您已经评价过了，谢谢")
        )
    if Requester.objects.filter(ticket=ticket, erased_at__isnull=False).exists():
        raise CannotCallBack(_("诉求人已删除联系方式，不再回访"))
    touch(ticket, at=at)
    taken = Callback.objects.filter(pk=asked.pk).exclude(state=CallbackState.ANSWERED)
    if not taken.update(
        state=CallbackState.ANSWERED,
        answered_at=at,
        by_phone=by_phone,
        solved=solved,
        satisfied=satisfied,
        remark=remark.strip(),
    ):
        raise CannotCallBack(_("您已经评价过了，谢谢"))
    tell(
        ticket,
        events.CALLED_BACK,
        by=by,
        at=at,
        text=remark.strip(),
        text_kind=RemarkKind.REPLY,
        for_requester=True,
        round=asked.round,
        unit=asked.unit_id,
        category=ticket.category_code,
        solved=solved,
        satisfied=satisfied,
        by_phone=by_phone,
    )
    if solved is Solved.NO:
        take_up_again(ticket, because="not_solved", reason=remark.strip(), by=by, at=at)


def expire_callbacks(*, at: datetime, most: int = 500) -> int:
    """Close call-backs that nobody answered in time: no answer is no answer. Returns how many."""
    due = Callback.objects.filter(state=CallbackState.ASKED, expires_at__lte=at)
    count = 0
    for asked in due.select_related("ticket").order_by("expires_at")[:most]:
        with transaction.atomic():
            touch(asked.ticket, at=at)
            waiting = Callback.objects.filter(pk=asked.pk, state=CallbackState.ASKED)
            if waiting.update(state=CallbackState.NO_ANSWER):
                tell(asked.ticket, events.CALLBACK_EXPIRED, by=SYSTEM, at=at, round=asked.round)
                count += 1
    return count
