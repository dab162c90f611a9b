"""Step 4: the lead makes contact, asks, tells how it stands, gets help, and answers."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import RemarkKind, Review, State
from gongzhi.affairs.tickets.deadlines import begin_pause, end_pause
from gongzhi.affairs.tickets.lifecycle import Step, move, tell, ticket_for, touch, units_for
from gongzhi.affairs.tickets.models import Assist, Extension, Ticket
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.queries import standing_unit
from gongzhi.commons.permissions.table import allowed

BEING_HANDLED = frozenset({State.DISPATCHED, State.IN_PROGRESS, State.REOPENED, State.PARKED})

MOST_REPLIES = 100  # of one requester; the private link has no other limit


class CannotHandle(ValueError):
    """A step of handling that is refused, and why."""


def _words(text: str, what: str) -> str:
    if not text.strip():
        raise CannotHandle(_("请填写%(what)s") % {"what": what})
    return text.strip()


def _must_be_handled(ticket: Ticket) -> None:
    if ticket.state not in BEING_HANDLED:
        raise CannotHandle(
            _("“%(state)s”的工单现在没有单位在办理") % {"state": State(ticket.state).label}
        )


@transaction.atomic
def contact_requester(*, ticket_id: int, note: str, by: Actor, at: datetime) -> None:
    """Put on record that the lead spoke with the requester; the first time stops that clock."""
    ticket = ticket_for(by, "tickets.answer", ticket_id)
    first = ticket.contacted_at is None
    in_limit = ticket.contact_due_at is None or at <= ticket.contact_due_at
    move(ticket, Step.CONTACT, at=at, contacted_at=ticket.contacted_at or at)
    tell(
        ticket,
        events.CONTACTED,
        by=by,
        at=at,
        text=note,
        text_kind=RemarkKind.CONTACT,
        in_limit=in_limit if first else None,
    )


@transaction.atomic
def write_note(*, ticket_id: int, text: str, by: Actor, at: datetime) -> None:
    """Leave an internal note; the requester doesn't see it."""
    ticket = ticket_for(by, "tickets.handle", ticket_id)
    text = _words(text, _("备注内容"))
    touch(ticket, at=at)
    tell(ticket, events.NOTED, by=by, at=at, text=text, kind="note")


@transaction.atomic
def send_interim_reply(*, ticket_id: int, text: str, by: Actor, at: datetime) -> None:
    """Tell the requester how it stands, for example why it takes longer."""
    ticket = ticket_for(by, "tickets.answer", ticket_id)
    _must_be_handled(ticket)
    text = _words(text, _("阶段答复"))
    touch(ticket, at=at)
    tell(
        ticket,
        events.INTERIM_REPLIED,
        by=by,
        at=at,
        text=text,
        text_kind=RemarkKind.INTERIM,
        for_requester=True,
    )


@transaction.atomic
def ask_requester(*, ticket_id: int, question: str, by: Actor, at: datetime) -> None:
    """Ask the requester something by their private link; the clock waits for the reply."""
    ticket = ticket_for(by, "tickets.ask_requester", ticket_id)
    _must_be_handled(ticket)
    question = _words(question, _("要询问的问题"))
    touch(ticket, at=at)
    begin_pause(ticket, reason="question", at=at)
    tell(
        ticket,
        events.QUESTIONED,
        by=by,
        at=at,
        text=question,
        text_kind=RemarkKind.QUESTION,
        for_requester=True,
    )


@transaction.atomic
def reply_to_question(*, ticket_id: int, text: str, by: Actor, at: datetime) -> None:
    """The requester replies or adds something; a clock that waited for it runs again.

    So does that of the ticket which this one follows: its lead asked both.
    """
    into = _lock_followed(ticket_id)
    ticket = ticket_for(by, "tickets.reply", ticket_id)
    text = _words(text, _("回复内容"))
    if len(text) > 5_000:
        raise CannotHandle(_("回复最多 5000 字，请精简"))
    if ticket.remarks.filter(kind=RemarkKind.REPLY).count() >= MOST_REPLIES:
        raise CannotHandle(_("补充的内容太多了，请打电话或到社区当面说"))
    touch(ticket, at=at)
    for waiting in (ticket, into):
        if waiting is not None:
            _let_clock_run(waiting, at=at)
    tell(
        ticket,
        events.REPLIED,
        by=by,
        at=at,
        text=text,
        text_kind=RemarkKind.REPLY,
        for_requester=True,
    )


def _lock_followed(ticket_id: int) -> Ticket | None:
    """The ticket that this one follows; locked first, as closing does, so that neither waits."""
    into = Ticket.objects.filter(pk=ticket_id).values_list("merged_into_id", flat=True).first()
    return Ticket.objects.select_for_update().filter(pk=into).first() if into else None


def _let_clock_run(ticket: Ticket, *, at: datetime) -> None:
    """The wait for a reply is over; the new due date is reminded of, and missed, anew."""
    due = end_pause(ticket, reason="question", at=at)
    if due != ticket.due_at:
        touch(ticket, at=at, due_at=due, reminded_at=None, escalated_at=None)


@transaction.atomic
def ask_assistance(*, ticket_id: int, unit_id: int, what: str, by: Actor, at: datetime) -> None:
    """Ask another unit to help; the lead stays responsible and the other reports back to it."""
    ticket = ticket_for(by, "tickets.answer", ticket_id)
    _must_be_handled(ticket)
    if standing_unit(unit_id, on=localdate(at)) is None or unit_id == ticket.lead_unit_id:
        raise CannotHandle(_("请选择主办单位以外的协办单位"))
    what = _words(what, _("需要协助的事项"))
    touch(ticket, at=at)
    _row, new = Assist.objects.get_or_create(
        ticket=ticket, unit_id=unit_id, defaults={"asked_at": at}
    )
    if not new:
        raise CannotHandle(_("该单位已经是协办单位"))
    tell(ticket, events.ASSISTED, by=by, at=at, text=what, unit=unit_id)


@transaction.atomic
def report_assistance(
    *, ticket_id: int, text: str, by: Actor, at: datetime, unit_id: int | None = None
) -> None:
    """An assisting unit reports to the lead what it did.

    With `unit_id` whoever answers for the ticket writes down what that unit told it: not every
    unit that helps has a sign-in, and what it owes keeps the ticket from being closed.
    """
    ticket = ticket_for(by, "tickets.handle", ticket_id)
    text = _words(text, _("协办情况"))
    ours = {role.unit_id for role in by.roles}
    if unit_id is not None and unit_id not in ours and _answers_for(ticket, by):
        ours = {unit_id}
    owed = Assist.objects.filter(ticket=ticket, reported_at=None, unit_id__in=ours)
    mine = owed.filter(unit_id=unit_id).first() if unit_id is not None else owed.first()
    if mine is None:
        raise CannotHandle(_("本单位没有待反馈的协办事项"))
    touch(ticket, at=at)
    Assist.objects.filter(pk=mine.pk).update(reported_at=at)
    tell(ticket, events.ASSIST_REPORTED, by=by, at=at, text=text, unit=mine.unit_id)


def _answers_for(ticket: Ticket, by: Actor) -> bool:
    units = units_for("tickets.answer", ticket)
    return allowed(by, "tickets.answer", place_path=ticket.place_path, unit_ids=units)


@transaction.atomic
def ask_extension(*, ticket_id: int, until: datetime, reason: str, by: Actor, at: datetime) -> None:
    """Ask for a later due date, before the present one has passed, with the reason."""
    ticket = ticket_for(by, "tickets.request_extension", ticket_id)
    _must_be_handled(ticket)
    reason = _words(reason, _("延期理由"))
    if ticket.due_at is None or until <= ticket.due_at:
        raise CannotHandle(_("延期后的时间应当晚于现在的办理时限"))
    if at > ticket.due_at:
        raise CannotHandle(_("已经超过办理时限，不能再申请延期；请说明原因并阶段答复"))
    if Extension.objects.filter(ticket=ticket, review=Review.PENDING).exists():
        raise CannotHandle(_("已有一个延期申请在等待审核"))
    touch(ticket, at=at)
    Extension.objects.create(
        ticket=ticket,
        unit_id=by.unit_id,
        asked_by_id=by.person_id,
        asked_at=at,
        reason=reason,
        proposed_due_at=until,
    )
    tell(
        ticket,
        events.EXTENSION_ASKED,
        by=by,
        at=at,
        text=reason,
        text_kind=RemarkKind.REASON,
        until=until.isoformat(timespec="seconds"),
    )


@transaction.atomic
def review_extension(
    *, ticket_id: int, approved: bool, reason: str, by: Actor, at: datetime
) -> None:
    """Decide on a later due date; the requester sees the new one and why."""
    ticket = ticket_for(by, "tickets.approve_extension", ticket_id)
    asked = Extension.objects.filter(ticket=ticket, review=Review.PENDING).first()
    if asked is None:
        raise CannotHandle(_("没有等待审核的延期申请"))
    if asked.asked_by_id == by.person_id and by.person_id is not None:
        raise CannotHandle(_("申请人不能审核自己的申请"))
    # A new due date is reminded of, and missed, anew.
    later = {"due_at": asked.proposed_due_at, "reminded_at": None, "escalated_at": None}
    touch(ticket, at=at, **(later if approved else {}))
    decision = Review.APPROVED if approved else Review.REFUSED
    Extension.objects.filter(pk=asked.pk, review=Review.PENDING).update(
        review=decision, reviewed_by_id=by.person_id, reviewed_at=at, review_reason=reason
    )
    tell(
        ticket,
        events.EXTENSION_REVIEWED,
        by=by,
        at=at,
        text=reason,
        text_kind=RemarkKind.REASON,
        for_requester=approved,
        approved=approved,
        until=asked.proposed_due_at.isoformat(timespec="seconds"),
    )


@transaction.atomic
def answer_ticket(*, ticket_id: int, text: str, by: Actor, at: datetime) -> None:
    """Give the requester the result; closing with evidence is the next step."""
    ticket = ticket_for(by, "tickets.answer", ticket_id)
    text = _words(text, _("答复内容"))
    first = ticket.contacted_at is None
    in_limit = ticket.contact_due_at is None or at <= ticket.contact_due_at
    due = end_pause(ticket, reason="question", at=at)  # who answers waits no longer
    move(ticket, Step.ANSWER, at=at, contacted_at=ticket.contacted_at or at, due_at=due)
    tell(
        ticket,
        events.ANSWERED,
        by=by,
        at=at,
        text=text,
        text_kind=RemarkKind.ANSWER,
        for_requester=True,
        first_contact_in_limit=in_limit if first else None,
    )
