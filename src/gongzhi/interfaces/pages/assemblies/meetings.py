"""Meetings: the list, one meeting from its agenda to the minutes, and the standing ones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.assemblies.calendars import calendar_token
from gongzhi.affairs.assemblies.decisions import CannotDecide
from gongzhi.affairs.assemblies.meeting_choices import MeetingState
from gongzhi.affairs.assemblies.meeting_lifecycle import CannotMeet
from gongzhi.affairs.assemblies.meetings import (
    NewMeeting,
    Point,
    call_meeting,
    cancel_meeting,
    draft_meeting,
    hold_meeting,
    move_meeting,
    put_on_agenda,
    take_off_agenda,
)
from gongzhi.affairs.assemblies.queries.meetings import (
    MeetingStory,
    meeting_story,
    meetings_within_reach,
    standing_meeting,
    standing_meetings,
)
from gongzhi.affairs.assemblies.resolutions import publish_minutes, resolve, write_minutes
from gongzhi.affairs.assemblies.standing_meetings import change_standing, open_standing
from gongzhi.affairs.assemblies.topics_of_meetings import topics_of_resolutions
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.commons.tasks.asking import CannotAsk
from gongzhi.coordination.meeting_agendas import (
    draft_meeting_of_whistle,
    suggest_agenda,
    take_suggestions,
)
from gongzhi.interfaces.pages.assemblies import meetings_forms as forms
from gongzhi.interfaces.pages.assemblies.meetings_telling import (
    agenda_lines,
    meeting_badge,
    meeting_rows,
    presence_words,
    resolutions_told,
)
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.paging import page_number
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.tasks.rows import row_of_task

REFUSALS = (CannotMeet, CannotDecide, CannotAsk)
_S = MeetingState


@require_safe
@for_staff
def listed(request: HttpRequest) -> HttpResponse:
    """Meetings of the visitor's places and units, the standing ones, and calendars."""
    by, now, number = visitor_of(request).actor, timezone.now(), page_number(request)
    rows, more = meetings_within_reach(by=by, page=number)
    calendars = [
        (name, reverse("unit_calendar", args=[calendar_token(each)]), each)
        for each, name in forms.unit_names(reach(by, "meetings.attend").unit_ids)
    ]
    context = {
        "rows": meeting_rows(rows, now=now),
        "previous_page": number - 1,
        "next_page": number + 1 if more else 0,
        "standings": standing_meetings(by=by, at=now),
        "calendars": calendars,
        "may_call": not reach(by, "meetings.call").nowhere,
    }
    return render(request, "assemblies/meetings.html", context)


def _must_call(by: Actor) -> None:
    if reach(by, "meetings.call").nowhere:
        raise NotPermitted("meetings.call")


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Prepare a meeting: of a standing one, or of the units that a whistle called."""
    by, now = visitor_of(request).actor, timezone.now()
    _must_call(by)
    whistle = asked_number(request.GET, "whistle")
    form: django_forms.Form
    if whistle is not None:
        form = forms.WhenForm(request.POST or None)
    else:
        standings = standing_meetings(by=by, at=now)
        initial = {"standing": request.GET.get("of", "")}
        form = forms.MeetingForm(request.POST or None, standings=standings, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            meeting_id = _draft(form.cleaned_data, whistle, by=by, at=now)
        except CannotMeet as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已建立，请写议程"))
            return redirect("meeting", meeting_id)
    context = {"form": form, "title": _("筹备会议"), "crumbs": [_up()]}
    return render(request, "assemblies/owners_form.html", context)


def _draft(asked: dict[str, Any], whistle: int | None, *, by: Actor, at: datetime) -> int:
    when = {name: asked[name] for name in ("begins_at", "ends_at", "venue")}
    if whistle is not None:
        return draft_meeting_of_whistle(whistle_id=whistle, **when, by=by, at=at)
    wanted = NewMeeting(title=asked["title"], standing_id=int(asked["standing"]), **when)
    return draft_meeting(new=wanted, by=by, at=at)


def refuse(form: django_forms.Form, refused: Exception) -> None:
    """Say what is wrong beside the field it is about, where the form has it."""
    field = getattr(refused, "field", "")
    form.add_error(field if field in form.fields else None, str(refused))


def _up() -> Crumb:
    return Crumb(pgettext("navigation", "会议"), reverse("meetings"))


def _up_to(story: MeetingStory) -> list[Crumb]:
    return [_up(), Crumb(story.row.title, reverse("meeting", args=[story.row.id]))]


@require_safe
@for_staff
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """One meeting: first what the last one left, then agenda, attendance and what was resolved."""
    by, now = visitor_of(request).actor, timezone.now()
    story = meeting_story(by=by, meeting_id=meeting_id)
    state, runs = story.row.state, story.may_run
    preparing = state in {_S.DRAFTED, _S.CALLED}
    topics = topics_of_resolutions(each.id for each in story.resolutions) if runs else {}
    context = {
        "story": story,
        "row": story.row,
        "badge": meeting_badge(story.row.state),
        "crumbs": [_up()],
        "left_over": [row_of_task(task, now=now) for task in story.left_over],
        "agenda": agenda_lines(story.agenda),
        "attendance": presence_words(story.attendance),
        "resolutions": resolutions_told(story.resolutions, topics=topics, now=now),
        "runs": runs,
        "preparing": runs and preparing,
        "may_invite": runs and state is _S.DRAFTED and bool(story.agenda),
        "may_hold": runs and state is _S.CALLED and story.row.begins_at <= now,
        "may_resolve": runs and state is _S.HELD,
        "may_publish": runs and state is _S.HELD and bool(story.minutes),
        "calendar": state in {_S.CALLED, _S.HELD},
    }
    return render(request, "assemblies/meeting.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def agenda(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """What is stuck, to choose from, and points of one's own."""
    by, now = visitor_of(request).actor, timezone.now()
    story = _running(by, meeting_id)
    found = suggest_agenda(meeting_id=meeting_id, by=by, at=now)
    chosen = "choose" in request.POST
    own = forms.PointForm(None if chosen else request.POST or None)
    suggestions = forms.SuggestionsForm(request.POST if chosen else None, found=found)
    form: django_forms.Form = suggestions if chosen else own
    if request.method == "POST" and form.is_valid():
        try:
            if chosen:
                keys = form.cleaned_data["keys"]
                take_suggestions(meeting_id=meeting_id, keys=keys, by=by, at=now)
            else:
                point = Point(form.cleaned_data["title"])
                put_on_agenda(meeting_id=meeting_id, points=[point], by=by, at=now)
        except CannotMeet as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已列入议程"))
            return redirect("meeting_agenda", meeting_id)
    context = {
        "story": story,
        "agenda": agenda_lines(story.agenda),
        "own": own,
        "suggestions": suggestions if found else None,
        "crumbs": _up_to(story),
    }
    return render(request, "assemblies/agenda.html", context)


def _running(by: Actor, meeting_id: int) -> MeetingStory:
    story = meeting_story(by=by, meeting_id=meeting_id)
    if not story.may_run:
        raise NotPermitted("meetings.call")
    return story


@dataclass(frozen=True, slots=True)
class MeetingStep:
    """A step that needs a form: its words, and what it calls."""

    label: str | Promise
    form: Callable[[Any, MeetingStory], Any]
    act: Callable[[MeetingStory, Any, Actor, datetime], object]


def _move(story: MeetingStory, form: Any, by: Actor, at: datetime) -> None:
    move_meeting(meeting_id=story.row.id, **form.cleaned_data, by=by, at=at)


def _hold(story: MeetingStory, form: Any, by: Actor, at: datetime) -> None:
    hold_meeting(
        meeting_id=story.row.id, presence=form.presence(),
        present=form.cleaned_data.get("present"), by=by, at=at,
    )  # fmt: skip


def _resolve(story: MeetingStory, form: Any, by: Actor, at: datetime) -> None:
    resolve(
        meeting_id=story.row.id, position=form.position(), text=form.cleaned_data["text"],
        hands=form.hands(), tasks=form.tasks(), by=by, at=at,
    )  # fmt: skip


STEPS = {
    "move": MeetingStep(
        gettext_lazy("改时间地点"),
        lambda data, story: forms.WhenForm(
            data,
            initial={
                "begins_at": story.row.begins_at,
                "ends_at": story.row.ends_at,
                "venue": story.row.venue,
            },
        ),
        _move,
    ),
    "cancel": MeetingStep(
        gettext_lazy("取消会议"),
        lambda data, _story: forms.ReasonForm(data),
        lambda story, form, by, at: cancel_meeting(
            meeting_id=story.row.id, reason=form.cleaned_data["reason"], by=by, at=at
        ),
    ),
    "attendance": MeetingStep(
        gettext_lazy("登记到会"), lambda data, story: forms.AttendanceForm(data, story=story), _hold
    ),
    "resolve": MeetingStep(
        gettext_lazy("登记议定事项"),
        lambda data, story: forms.ResolutionForm(data, story=story),
        _resolve,
    ),
    "minutes": MeetingStep(
        gettext_lazy("写会议纪要"),
        lambda data, story: forms.MinutesForm(data, initial={"minutes": story.minutes}),
        lambda story, form, by, at: write_minutes(
            meeting_id=story.row.id, minutes=form.cleaned_data["minutes"], by=by, at=at
        ),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def step(request: HttpRequest, meeting_id: int, name: str) -> HttpResponse:
    """The steps of a meeting that need a form."""
    by = visitor_of(request).actor
    page = STEPS.get(name)
    if page is None:
        raise Http404
    story = _running(by, meeting_id)
    form = page.form(request.POST or None, story)
    if request.method == "POST" and form.is_valid():
        try:
            page.act(story, form, by, timezone.now())
        except REFUSALS as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已登记"))
            return redirect("meeting", meeting_id)
    context = {"form": form, "title": page.label, "crumbs": _up_to(story), "story": story}
    template = "resolve" if name == "resolve" else "owners_form"
    return render(request, f"assemblies/{template}.html", context)


@require_POST
@for_staff
def act(request: HttpRequest, meeting_id: int, name: str, position: int = 0) -> HttpResponse:
    """The steps of a meeting that are one press of a button."""
    by, at = visitor_of(request).actor, timezone.now()
    _running(by, meeting_id)
    back = "meeting"
    try:
        if name == "call":
            call_meeting(meeting_id=meeting_id, by=by, at=at)
        elif name == "publish":
            publish_minutes(meeting_id=meeting_id, by=by, at=at)
        elif name == "take-off":
            take_off_agenda(meeting_id=meeting_id, position=position, by=by, at=at)
            back = "meeting_agenda"
        else:
            raise Http404
    except CannotMeet as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    return redirect(back, meeting_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def standing(request: HttpRequest, standing_id: int | None = None) -> HttpResponse:
    """Set up a meeting that comes back, or change its members and rules."""
    by, now = visitor_of(request).actor, timezone.now()
    _must_call(by)
    view = standing_meeting(by=by, standing_id=standing_id, at=now) if standing_id else None
    initial: dict[str, Any] = {}
    if view is not None:
        initial = {name: getattr(view, name) for name in _STANDING_FIELDS}
        initial |= {"chair": str(view.chair_id), "members": [str(i) for i in view.member_ids]}
    form = forms.StandingForm(request.POST or None, by=by, standing=view, initial=initial)
    if request.method == "POST" and form.is_valid():
        wanted = form.new_standing(view)
        try:
            if view is None:
                open_standing(new=wanted, by=by, at=now)
            else:
                change_standing(standing_id=view.id, new=wanted, by=by, at=now)
        except CannotMeet as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已登记"))
            return redirect("meetings")
    title = _("成员和议事规则") if view else _("建立例会")
    context = {"form": form, "title": title, "crumbs": [_up()]}
    return render(request, "assemblies/owners_form.html", context)


_STANDING_FIELDS = (
    "name", "entitled", "every_months", "basis", "callers", "attendance_share",
    "attendance_inclusive", "approval_share", "approval_inclusive", "approval_of",
)  # fmt: skip
