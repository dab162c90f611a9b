"""Feeds that other programs read: open needs as Atom, a room's bookings as iCalendar."""

from datetime import timedelta
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.affairs.resources.choices import BookingState
from gongzhi.affairs.resources.queries.pool import open_needs
from gongzhi.affairs.resources.queries.rooms import bookings_of
from gongzhi.interfaces.pages.framing.calendars import Entry, calendar_response
from gongzhi.interfaces.pages.framing.plain_words import plain_words
from gongzhi.interfaces.pages.resources.forms import FilterForm

_FEED_LENGTH = 50
_HELD = (BookingState.BOOKED, BookingState.USED)


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
            title=plain_words(row.title),
            link=base + reverse("need", args=[row.id]),
            unique_id=f"urn:gongzhi:need:{row.id}",
            description=escape(
                plain_words(
                    f"{row.place_name} · {row.category.name} · "
                    f"{row.left} {row.category.measure} · "
                    f"{row.begins} – {row.ends}"
                )
            ),
            author_name=plain_words(row.publisher_name) or str(settings.SITE_TITLE),
            pubdate=row.published_at,
            updateddate=row.touched_at,
            categories=[plain_words(row.category.name)],
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


@require_safe
def bookings_calendar(request: HttpRequest, room_id: int) -> HttpResponse:
    """A room's bookings as iCalendar: when it is taken and by which unit."""
    now = timezone.now()
    entries = [
        Entry(
            uid=f"booking-{booking.id}@gongzhi",
            changed_at=booking.booked_at,
            begins=booking.begins,
            ends=booking.ends,
            summary=f"{booking.room_title} · {booking.host_name or _('居民')}",
            location=booking.room_title,
        )
        for booking in bookings_of(room_id, since=now - timedelta(days=31))
        if booking.state in _HELD
    ]
    return calendar_response(entries, title="Rooms", filename=f"room-{room_id}.ics")
