"""Today's list, what is stuck, and what the unit was told."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from gongzhi.affairs.tickets.queries.lists import TicketRow, due_list
from gongzhi.affairs.tickets.queries.stuck import ParkedSince, stuck
from gongzhi.affairs.tickets.queries.whistles import whistles_within_reach
from gongzhi.affairs.tickets.saved_searches import saved_searches
from gongzhi.commons.notices.queries import (
    NoticeView,
    mark_read,
    notices_of_units,
    unread_count,
)
from gongzhi.commons.organisations.permissions import NotPermitted, reach
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.tasks.queries import tasks_to_do
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.tasks.rows import row_of_task
from gongzhi.interfaces.pages.tickets.next_steps import Line, line_of, lines_of
from gongzhi.interfaces.pages.whistles.rows import whistle_rows

_WITH_PAGE = {"ticket", "whistle", "task", "need", "meeting", "booking"}


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that are due on the same day, more or less."""

    title: str
    late: bool = False
    lines: list[Line] = field(default_factory=list)


@require_safe
@for_staff
def desk(request: HttpRequest) -> HttpResponse:
    """What the visitor has to see to, soonest due first."""
    by, now = visitor_of(request).actor, timezone.now()
    units = tuple(sorted({role.unit_id for role in by.roles}))
    ours = request.GET.get("whose") == "ours"
    may = {
        name: not reach(by, action).nowhere
        for name, action in (
            ("register", "tickets.receive_for"),
            ("stuck", "tickets.call_back"),
            ("read", "tickets.read"),
        )
    }
    page = due_list(by=by, unit_ids=units if ours else (), cursor=request.GET.get("after", ""))
    context = {
        "groups": by_day(page.rows, by=by, now=now),
        "next_cursor": page.next_cursor,
        "ours": ours,
        "unread": unread_count(frozenset(units)),
        "whistles": whistle_rows(whistles_within_reach(by=by, most=5), now=now),
        "tasks": [row_of_task(task, now=now) for task in tasks_to_do(by, most=5)],
        "saved": saved_searches(by=by),
        "may": may,
    }
    return render(request, "desk/desk.html", context)


def by_day(tickets: Iterable[TicketRow], *, by: Actor, now: datetime) -> list[Group]:
    """The list cut where the day changes: late, today, tomorrow, later. Its order stays."""
    groups: list[Group] = []
    for ticket in tickets:
        title, late = _day(ticket, now=now)
        if not groups or groups[-1].title != title:
            groups.append(Group(title, late=late))
        groups[-1].lines.append(line_of(ticket, by=by, now=now))
    return groups


def _day(ticket: TicketRow, *, now: datetime) -> tuple[str, bool]:
    when, today = ticket.next_due_at, localtime(now).date()
    if when is None:
        return _("等待派单"), False
    if when < now and not ticket.waits:
        return _("已超时"), True
    day = localtime(when).date()
    if day <= today:
        return _("今天到期"), False
    return (_("明天到期") if day == today + timedelta(days=1) else _("以后到期")), False


@require_safe
@for_staff
def stuck_list(request: HttpRequest) -> HttpResponse:
    """What a coordinator has to move."""
    by, now = visitor_of(request).actor, timezone.now()
    if reach(by, "tickets.call_back").nowhere:
        raise NotPermitted("tickets.call_back")
    found = stuck(by=by, at=now)
    waiting = [
        line_of(ticket, by=by, now=now, waiting=found.reviews.get(ticket.id, ""))
        for ticket in found.waiting_for_review
    ]
    parked = [
        _with_words(line, _parked_words(found.parked_since[ticket.id], now=now))
        for ticket, line in zip(found.parked, _lines(found.parked, by, now), strict=True)
    ]
    joined = [
        _with_words(line, _followed_words(found.followers.get(ticket.id, 0)))
        for ticket, line in zip(found.joined, _lines(found.joined, by, now), strict=True)
    ]
    groups = [
        ("late", _("已超时"), _("请督促主办单位，必要时吹哨。"), _lines(found.overdue, by, now)),
        ("review", _("等待审核"), _("异议、延期、挂账、剔除申请。"), waiting),
        ("returned", _("被退回"), _("需要重新指定主办单位。"), _lines(found.returned, by, now)),
        ("reopened", _("重新办理"), _("诉求人说没有解决。"), _lines(found.reopened, by, now)),
        (
            "parked",
            _("挂账到期复查"),
            _("看看条件具备了没有。"),
            _lines(found.parked_for_review, by, now),
        ),
        (
            "callback",
            _("等待回访"),
            _("诉求人还没有回答，可以打个电话。"),
            _lines(found.to_call_back, by, now),
        ),
        ("stock", _("挂账中"), _("现在办不了的，挂得最久的在前；到复查日期会排到上面。"), parked),
        ("joined", _("并单"), _("几个人说的同一件事，一起办、分别答复和回访。"), joined),
    ]
    context = {
        "groups": [group for group in groups if group[3]],
        "whistles": whistle_rows(whistles_within_reach(by=by), now=now),
        "may_blow": not reach(by, "whistles.blow").nowhere,
    }
    return render(request, "desk/stuck.html", context)


def _with_words(line: Line, words: str) -> Line:
    return replace(line, row=replace(line.row, due=words))


def _parked_words(parked: ParkedSince, *, now: datetime) -> str:
    days = (localtime(now).date() - localtime(parked.since).date()).days
    return _("挂账 %(days)d 天，%(day)s 复查") % {"days": days, "day": f"{parked.review_on:%m-%d}"}


def _followed_words(many: int) -> str:
    return ngettext("%(many)s 件并入", "%(many)s 件并入", many) % {"many": many}


def _lines(tickets: Iterable[TicketRow], by: Actor, now: datetime) -> list[Line]:
    return lines_of(tickets, by=by, now=now)


@require_safe
@for_staff
def notices(request: HttpRequest) -> HttpResponse:
    """What the visitor's units were told; opening the page marks it read."""
    visitor = visitor_of(request)
    units = frozenset(role.unit_id for role in visitor.actor.roles)
    found = notices_of_units(units, language=request.LANGUAGE_CODE)
    mark_read(units, at=timezone.now())
    rows = [(notice, _page_of(notice)) for notice in found]
    return render(request, "desk/notices.html", {"notices": rows})


def _page_of(notice: NoticeView) -> str:
    """Where what a notice is about is read; a claim is read in the list of claims."""
    if notice.subject_kind == "claim":
        return reverse("claims")
    known = notice.subject_kind in _WITH_PAGE
    return reverse(notice.subject_kind, args=[notice.subject_id]) if known else ""
