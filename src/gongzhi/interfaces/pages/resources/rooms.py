"""Rooms: what can be booked, when it is taken, and booking it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.resources.bookings import CannotBook, book_room, cancel_booking, report_use
from gongzhi.affairs.resources.choices import BookingRule
from gongzhi.affairs.resources.lifecycle import CannotMove
from gongzhi.affairs.resources.own_bookings import answer_booking, set_booking_rule
from gongzhi.affairs.resources.queries.claims import offer_story
from gongzhi.affairs.resources.queries.rooms import (
    booking_rule_of,
    bookings_of,
    free_times,
    room_of_booking,
    rooms,
)
from gongzhi.commons.permissions.table import reach
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.resources.forms import BookingForm, BookingRuleForm
from gongzhi.interfaces.pages.resources.needs import tabs
from gongzhi.interfaces.pages.resources.own_bookings import booking_badge, may_ask


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Rooms that can be booked, for everyone."""
    context = {"rooms": rooms(), "tabs": tabs(visitor_of(request).actor, "rooms")}
    return render(request, "resources/rooms.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def room(request: HttpRequest, room_id: int) -> HttpResponse:
    """One room: when it is open and taken; who may book does so here."""
    visitor, now = visitor_of(request), timezone.now()
    by = visitor.actor
    booked, rule = bookings_of(room_id, since=now, by=by), booking_rule_of(room_id)
    may_book = not reach(by, "bookings.make").nowhere
    form = BookingForm(request.POST or None, by=by) if may_book else None
    if request.method == "POST" and form is not None and form.is_valid():
        asked = form.cleaned_data
        try:
            book_room(
                room_id=room_id,
                host_id=int(asked["host"]),
                purpose=asked["purpose"],
                headcount=asked["headcount"],
                begins=asked["begins"],
                ends=asked["ends"],
                by=by,
                at=now,
            )
        except CannotBook as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("预约成功"))
            return redirect("room", room_id)
    days = [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]
    story = offer_story(by=by, offer_id=room_id)
    context = {
        "row": story.row,
        "openings": [(days[day], opens, closes) for day, opens, closes in story.openings],
        "bookings": [(each, booking_badge(each.state)) for each in booked],
        "free": free_times(room_id, at=now),
        "rule": rule,
        "rule_form": BookingRuleForm(initial={"rule": rule}) if story.may_open else None,
        "may_ask": may_ask(story.row, rule),
        "ours": {role.unit_id for role in by.roles},
        "may_open": story.may_open,
        "staff": visitor.signed_in,
        "now": now,
        "form": form,
        "crumbs": [Crumb(_("场地"), "/rooms")],
    }
    return render(request, "resources/room.html", context)


@require_safe
@for_staff
def booking(request: HttpRequest, booking_id: int) -> HttpResponse:
    """The page of the room that was booked."""
    return redirect("room", room_of_booking(booking_id))


@require_POST
@for_staff
def set_rule(request: HttpRequest, room_id: int) -> HttpResponse:
    """Say who may book the room."""
    form = BookingRuleForm(request.POST)
    if form.is_valid():
        rule = BookingRule(form.cleaned_data["rule"])
        set_booking_rule(
            room_id=room_id, rule=rule, by=visitor_of(request).actor, at=timezone.now()
        )
        messages.success(request, _("已保存"))
    return redirect("room", room_id)


@require_POST
@for_staff
def step(request: HttpRequest, booking_id: int, name: str) -> HttpResponse:
    """Answer a resident, cancel a booking, or say whether the host came."""
    by, at = visitor_of(request).actor, timezone.now()
    try:
        if name == "cancel":
            cancel_booking(booking_id=booking_id, by=by, at=at)
        elif name in {"agree", "decline"}:
            seen = request.POST.get("seen")
            answer_booking(booking_id=booking_id, agreed=name == "agree", by=by, at=at, seen=seen)
        elif name in {"used", "no-show"}:
            report_use(booking_id=booking_id, came=name == "used", by=by, at=at)
        else:
            raise Http404
    except (CannotBook, CannotMove) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    return redirect("room", room_of_booking(booking_id))
