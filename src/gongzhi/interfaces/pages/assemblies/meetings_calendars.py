"""Meetings in other programs' calendars: one meeting, or all of a unit by a private address."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gongzhi.affairs.assemblies.calendars import renew_calendar_link, unit_of_calendar
from gongzhi.affairs.assemblies.meeting_choices import MeetingState
from gongzhi.affairs.assemblies.queries.meetings import (
    MeetingRow,
    calendar_of_unit,
    meeting_story,
)
from gongzhi.interfaces.pages.framing.calendars import Entry, calendar_response
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of


def _entry(row: MeetingRow) -> Entry:
    """Title, time and room; the agenda stays behind the sign-in."""
    return Entry(
        uid=f"meeting-{row.id}@gongzhi",
        changed_at=row.touched_at,
        begins=row.begins_at,
        ends=row.ends_at,
        summary=row.title,
        location=row.venue,
        url=settings.PUBLIC_URL + reverse("meeting", args=[row.id]),
        sequence=row.moves,
        cancelled=row.state is MeetingState.CANCELLED,
    )


@require_safe
@for_staff
def meeting_file(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """One meeting, to be put into a calendar."""
    story = meeting_story(by=visitor_of(request).actor, meeting_id=meeting_id)
    name = f"meeting-{meeting_id}.ics"
    return calendar_response([_entry(story.row)], title="Meetings", filename=name, download=True)


@require_safe
def unit_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """What a unit was called to, for programs that subscribe; who has the address may read it."""
    unit_id = unit_of_calendar(token)
    if unit_id is None:
        raise Http404("no such calendar")
    entries = [_entry(row) for row in calendar_of_unit(unit_id, at=timezone.now())]
    response = calendar_response(entries, title="Meetings", filename="meetings.ics")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_POST
@for_staff
def renew(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Another address for the calendar of one's own unit."""
    renew_calendar_link(unit_id=unit_id, by=visitor_of(request).actor, at=timezone.now())
    messages.success(request, _("日历地址已更换，旧地址作废"))
    return redirect("meetings")
