"""Today's list, what is stuck, and finding."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.affairs.tickets.queries.lists import (
    due_list,
    find_by_phone,
    find_tickets,
    search_tickets,
)
from gongzhi.affairs.tickets.queries.stuck import stuck
from gongzhi.affairs.tickets.queries.whistles import whistles_within_reach
from gongzhi.affairs.tickets.searching import CannotSearch
from gongzhi.commons.notices.queries import mark_read, notices_of_units, unread_count
from gongzhi.commons.organisations.permissions import NotPermitted, reach
from gongzhi.interfaces.pages.desk.forms import SearchForm
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.tickets.rows import row_of


@require_safe
@for_staff
def desk(request: HttpRequest) -> HttpResponse:
    """What the visitor has to see to, soonest due first."""
    by = visitor_of(request).actor
    now = timezone.now()
    page = due_list(by=by, cursor=request.GET.get("after", ""))
    may = {
        name: not reach(by, action).nowhere
        for name, action in (
            ("register", "tickets.receive_for"),
            ("stuck", "tickets.call_back"),
            ("read", "tickets.read"),
        )
    }
    context = {
        "rows": [row_of(ticket, now=now) for ticket in page.rows],
        "next_cursor": page.next_cursor,
        "late": sum(bool(t.due_at and t.due_at < now) for t in page.rows),
        "unread": unread_count(frozenset(role.unit_id for role in by.roles)),
        "whistles": whistles_within_reach(by=by, most=5) if may["read"] else [],
        "may": may,
    }
    return render(request, "desk/desk.html", context)


@require_safe
@for_staff
def stuck_list(request: HttpRequest) -> HttpResponse:
    """What a coordinator has to move."""
    by, now = visitor_of(request).actor, timezone.now()
    if reach(by, "tickets.call_back").nowhere:
        raise NotPermitted("tickets.call_back")
    found = stuck(by=by, at=now)
    groups = [
        (_("已超时"), _("请督促主办单位，必要时吹哨。"), found.overdue),
        (_("等待审核"), _("异议、延期、挂账、剔除申请。"), found.waiting_for_review),
        (_("被退回"), _("需要重新指定主办单位。"), found.returned),
        (_("重新办理"), _("诉求人说没有解决。"), found.reopened),
        (_("挂账到期复查"), _("看看条件具备了没有。"), found.parked_for_review),
        (_("等待回访"), _("诉求人还没有回答，可以打个电话。"), found.to_call_back),
    ]
    context = {
        "groups": [
            (title, hint, [row_of(ticket, now=now) for ticket in tickets])
            for title, hint, tickets in groups
            if tickets
        ],
        "whistles": whistles_within_reach(by=by),
    }
    return render(request, "desk/stuck.html", context)


@require_safe
@for_staff
def search(request: HttpRequest) -> HttpResponse:
    """Find tickets by words, number, phone and filters."""
    by, now = visitor_of(request).actor, timezone.now()
    form = SearchForm(request.GET or None, by=by)
    context: dict[str, object] = {"form": form, "asked": bool(request.GET)}
    if form.is_bound and form.is_valid():
        filters, words = form.filters(), form.cleaned_data["words"]
        cursor = request.GET.get("after", "")
        try:
            if form.cleaned_data["phone"]:
                rows, after = find_by_phone(by=by, phone=form.cleaned_data["phone"]), ""
            elif words:
                page = search_tickets(by=by, words=words, filters=filters, cursor=cursor)
                rows, after = page.rows, page.next_cursor
            else:
                page = find_tickets(by=by, filters=filters, cursor=cursor)
                rows, after = page.rows, page.next_cursor
        except CannotSearch as error:
            form.add_error("words" if not form.cleaned_data["phone"] else "phone", str(error))
        else:
            context |= {
                "rows": [row_of(ticket, now=now) for ticket in rows],
                "next_cursor": after,
            }
    return render(request, "desk/search.html", context)


@require_safe
@for_staff
def notices(request: HttpRequest) -> HttpResponse:
    """What the visitor's units were told; opening the page marks it read."""
    visitor = visitor_of(request)
    units = frozenset(role.unit_id for role in visitor.actor.roles)
    found = notices_of_units(units, language=request.LANGUAGE_CODE)
    mark_read(units, at=timezone.now())
    return render(request, "desk/notices.html", {"notices": found})
