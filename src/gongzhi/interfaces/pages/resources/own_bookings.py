"""A resident books a room without an account, and sees, changes or cancels it by private link."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.resources.bookings import CannotBook
from gongzhi.affairs.resources.choices import BookingRule, BookingState
from gongzhi.affairs.resources.lifecycle import CannotMove
from gongzhi.affairs.resources.own_bookings import (
    Wish,
    ask_for_room,
    booking_link,
    cancel_own_booking,
    change_own_booking,
)
from gongzhi.affairs.resources.queries.pool import OfferRow
from gongzhi.affairs.resources.queries.rooms import (
    booking_rule_of,
    free_times,
    own_booking,
    room_row,
)
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.interfaces.pages.components import Badge, Crumb, Tone
from gongzhi.interfaces.pages.guarding.forms import Guard, GuardedForm
from gongzhi.interfaces.pages.resources.forms import day_field

REFUSALS = (CannotBook, CannotMove)
_LOOKS: dict[BookingState, tuple[Tone, str]] = {
    BookingState.ASKED: (Tone.WARN, "ring"),
    BookingState.BOOKED: (Tone.GOOD, "half"),
    BookingState.DECLINED: (Tone.QUIET, "square"),
    BookingState.LAPSED: (Tone.QUIET, "bar"),
    BookingState.CANCELLED: (Tone.QUIET, "ring"),
    BookingState.USED: (Tone.GOOD, "full"),
    BookingState.NO_SHOW: (Tone.QUIET, "diamond"),
}


def booking_badge(state: BookingState) -> Badge:
    """How a booking's state is shown."""
    return Badge(state.label, *_LOOKS[state])


def _hour(label: Any) -> forms.TimeField:
    """Any minute: a step would count from the time that stands there, and shut out full hours."""
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, widget=widget, input_formats=["%H:%M"])


class _StretchForm(GuardedForm):
    """When, for what, and how many."""

    guard = Guard("booking", free=3, most=20)
    day = day_field(gettext_lazy("哪一天"), after=1)
    begins = _hour(gettext_lazy("从几点"))
    ends = _hour(gettext_lazy("到几点"))
    headcount = forms.IntegerField(label=gettext_lazy("多少人"), min_value=1, max_value=100_000)
    purpose = forms.CharField(
        label=gettext_lazy("做什么用"),
        max_length=80,
        help_text=gettext_lazy("只给场地方看，例如：合唱排练。"),
    )

    def wish(self) -> Wish:
        """What the action takes."""
        asked, zone = self.cleaned_data, timezone.get_current_timezone()
        return Wish(
            purpose=asked["purpose"],
            headcount=asked["headcount"],
            begins=datetime.combine(asked["day"], asked["begins"], tzinfo=zone),
            ends=datetime.combine(asked["day"], asked["ends"], tzinfo=zone),
        )


class AskForRoomForm(_StretchForm):
    name = forms.CharField(
        label=gettext_lazy("怎么称呼您"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    contact = forms.CharField(
        label=gettext_lazy("电话"),
        max_length=80,
        help_text=gettext_lazy("只给场地方看，加密保存，用完 30 天后删除。"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class ChangeBookingForm(_StretchForm):
    """The same for a booking that is there already."""


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, room_id: int) -> HttpResponse:
    """Book a room for oneself; the private link is the booking's own page from then on."""
    room, now = room_row(room_id), timezone.now()
    form = AskForRoomForm(
        request.POST or None, request=request, initial=_first_free(request, room, now)
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = ask_for_room(
                room_id=room_id,
                wish=form.wish(),
                name=asked["name"],
                contact=asked["contact"],
                by=RESIDENT,
                at=now,
            )
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已收到。请收藏这一页：以后用它查看、更改或取消。"))
            return redirect("own_booking", token=booking_link(made))
    context = {
        "form": form,
        "title": _("预约场地"),
        "room": room,
        "free": free_times(room_id, at=now),
        "rule": booking_rule_of(room_id),
        "crumbs": [
            Crumb(_("场地"), reverse("rooms")),
            Crumb(room.title, reverse("room", args=[room_id])),
        ],
    }
    return render(request, "resources/book_room.html", context)


def _first_free(request: HttpRequest, room: OfferRow, now: datetime) -> dict[str, Any]:
    """The day that was chosen on the room's page, and its first free hour."""
    chosen = request.GET.get("day", "")
    stretches = [
        (timezone.localtime(begins) if begins > now else _next_quarter(now), ends)
        for day in free_times(room.id, at=now)
        if day.date.isoformat() == chosen
        for begins, ends in day.stretches
    ]
    for begins, ends in stretches:
        if begins < ends:
            until = timezone.localtime(min(ends, begins + timedelta(hours=2)))
            late = until.date() != begins.date()
            return {
                "day": begins.date(), "begins": begins.time(),
                "ends": "23:59" if late else until.time(),
            }  # fmt: skip
    return {}


def _next_quarter(now: datetime) -> datetime:
    """The next quarter of an hour: the minute that runs is over before the form is sent."""
    here = timezone.localtime(now).replace(second=0, microsecond=0)
    return here + timedelta(minutes=15 - here.minute % 15)


@never_cache
@require_safe
def own(request: HttpRequest, token: str) -> HttpResponse:
    """The own booking: where it stands, and what its holder may do."""
    booking = own_booking(token, at=timezone.now())
    context = {"token": token, "booking": booking, "badge_": booking_badge(booking.state)}
    response = render(request, "resources/own_booking.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, token: str) -> HttpResponse:
    """Another time, number or purpose."""
    now = timezone.now()
    booking = own_booking(token, at=now)
    begins, ends = timezone.localtime(booking.begins), timezone.localtime(booking.ends)
    initial = {
        "day": begins.date(), "begins": begins.time(), "ends": ends.time(),
        "headcount": booking.headcount, "purpose": booking.purpose,
    }  # fmt: skip
    form = ChangeBookingForm(request.POST or None, request=request, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_own_booking(token=token, wish=form.wish(), by=RESIDENT, at=now)
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已更改"))
            return redirect("own_booking", token=token)
    context = {
        "form": form,
        "title": _("更改预约"),
        "room": booking.room,
        "free": free_times(booking.room.id, at=now),
        "rule": booking_rule_of(booking.room.id),
        "crumbs": [Crumb(_("我的预约"), reverse("own_booking", args=[token]))],
    }
    response = render(request, "resources/book_room.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_POST
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Take the own booking back."""
    try:
        cancel_own_booking(token=token, by=RESIDENT, at=timezone.now())
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已取消，您的称呼和电话已删除"))
    return redirect("own_booking", token=token)


def may_ask(room: OfferRow, rule: BookingRule) -> bool:
    """Whether the page of a room offers residents to book it."""
    return room.state.value == "open" and rule is not BookingRule.UNITS
