"""Feeds that other programs read: open needs as Atom, a room's bookings as iCalendar."""

import re
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.affairs.resources.queries.pool import open_needs
from gongzhi.affairs.resources.queries.rooms import BookingView, bookings_of
from gongzhi.interfaces.pages.resources.forms import FilterForm

_FEED_LENGTH = 50
_LINE = 75  # octets, RFC 5545 3.1
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028\u2029]+")


@require_safe
def needs_feed(request: HttpRequest) -> HttpResponse:
    """The newest open needs as an Atom feed; the same filters as the list."""
    form = FilterForm(request.GET or None)
    page = open_needs(filters=form.filters(ends_from=timezone.localdate()), most=_FEED_LENGTH)
    base = settings.PUBLIC_URL
    feed = Atom1Feed(
        title=_("待认领的需求"),
        link=base + reverse("needs"),
        description="",
        feed_url=base + request.get_full_path(),
        language=getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
    )
    for row in page.rows:
        feed.add_item(
            title=_plain(row.title),
            link=base + reverse("need", args=[row.id]),
            unique_id=f"urn:gongzhi:need:{row.id}",
            description=escape(
                f"{_plain(row.place_name)} · {row.category.name} · "
                f"{row.left} {row.category.measure} · "
                f"{row.begins} – {row.ends}"
            ),
            author_name=_plain(row.publisher_name) or str(settings.SITE_TITLE),
            pubdate=row.published_at,
            updateddate=row.touched_at,
            categories=[row.category.name],
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


@require_safe
def bookings_calendar(request: HttpRequest, room_id: int) -> HttpResponse:
    """A room's bookings as iCalendar: when it is taken and by which unit."""
    now = timezone.now()
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Gongzhi//Rooms//ZH", "CALSCALE:GREGORIAN"]
    for booking in bookings_of(room_id, since=now - timedelta(days=31)):
        lines += _event(booking)
    lines.append("END:VCALENDAR")
    body = "".join(_folded(line) for line in lines)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="room-{room_id}.ics"'
    return response


def _event(booking: BookingView) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:booking-{booking.id}@gongzhi",
        f"DTSTAMP:{_utc(booking.booked_at)}",
        f"DTSTART:{_utc(booking.begins)}",
        f"DTEND:{_utc(booking.ends)}",
        f"SUMMARY:{_text(f'{booking.room_title} · {booking.host_name}')}",
        f"LOCATION:{_text(booking.room_title)}",
        "END:VEVENT",
    ]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _plain(words: str) -> str:
    """Words without the control characters that neither XML 1.0 nor RFC 5545 can hold."""
    return _CONTROL.sub(" ", words).strip()


def _text(words: str) -> str:
    """A text value with its separators escaped (RFC 5545 3.3.11)."""
    plain = _plain(words)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """A content line in pieces of at most 75 octets that never cut a character."""
    pieces, piece, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > _LINE:
            pieces.append(piece)
            piece, size = " ", 1
        piece += sign
        size += width
    return "\r\n".join([*pieces, piece]) + "\r\n"
