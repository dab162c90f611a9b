"""One whistle from the draft to its closing, for the street and for the units that are called."""

from collections.abc import Callable
from datetime import datetime, time

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.tickets import joint_handling
from gongzhi.affairs.tickets.choices import Occasion, WhistleKind, WhistleState
from gongzhi.affairs.tickets.joint_handling import AgreedTask, CannotWhistle
from gongzhi.affairs.tickets.queries.stories import story_for_staff
from gongzhi.affairs.tickets.queries.whistles import (
    WhistleStory,
    whistle_story,
    whistles_within_reach,
)
from gongzhi.commons.organisations.permissions import NotPermitted, reach
from gongzhi.commons.permissions.actors import Actor
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.tickets.steps import REFUSALS
from gongzhi.interfaces.pages.whistles import forms


@require_safe
@for_staff
def listed(request: HttpRequest) -> HttpResponse:
    by = visitor_of(request).actor
    context = {
        "whistles": whistles_within_reach(by=by, open_only=False),
        "may_blow": not reach(by, "whistles.blow").nowhere,
    }
    return render(request, "whistles/whistles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def draft(request: HttpRequest) -> HttpResponse:
    """Prepare a whistle, for a ticket or for a place."""
    by = visitor_of(request).actor
    granted = reach(by, "whistles.blow")
    if granted.nowhere:
        raise NotPermitted("whistles.blow")
    wanted = request.GET.get("ticket", "")
    story = story_for_staff(by=by, ticket_id=int(wanted)) if wanted.isdigit() else None
    around = story.place_id if story else min(granted.place_ids, default=0)
    initial = {}
    if story:
        initial = {
            "title": story.row.title,
            "place": str(story.community_id or ""),
            "lead": str(story.lead_unit_id or ""),
            "occasion": Occasion.REQUESTS,
        }
    form = forms.DraftForm(request.POST or None, by=by, around=around, initial=initial)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            whistle_id = joint_handling.draft_whistle(
                kind=WhistleKind(asked["kind"]),
                occasion=Occasion(asked["occasion"]),
                title=asked["title"],
                what=asked["what"],
                ticket_ids=[story.row.id] if story else [],
                lead_unit_id=int(asked["lead"]),
                assist_unit_ids=[int(unit) for unit in asked["assists"]],
                place_id=int(asked["place"]),
                meets_at=asked["meets_at"],
                by=by,
                at=timezone.now(),
            )
        except CannotWhistle as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已起草，等待负责人批准"))
            return redirect("whistle", whistle_id)
    return render(request, "whistles/draft.html", {"form": form, "story": story})


@require_safe
@for_staff
def whistle(request: HttpRequest, whistle_id: int) -> HttpResponse:
    story = whistle_story(by=visitor_of(request).actor, whistle_id=whistle_id)
    return render(request, "whistles/whistle.html", _context(story))


def _context(story: WhistleStory) -> dict[str, object]:
    blown = story.row.state == WhistleState.BLOWN
    ours = [call for call in story.calls if call.is_ours]
    return {
        "story": story,
        "crumbs": [Crumb(_("吹哨"), "/whistles")],
        "ours": ours if blown and "whistles.respond" in story.actions else [],
        "may_authorise": story.row.state == WhistleState.DRAFTED
        and "whistles.authorise" in story.actions,
        "may_close": blown and "whistles.close" in story.actions,
        "may_rate": story.row.state in {WhistleState.BLOWN, WhistleState.CLOSED}
        and "whistles.rate" in story.actions,
    }


@require_POST
@for_staff
def mark(request: HttpRequest, whistle_id: int, unit_id: int, name: str) -> HttpResponse:
    """A called unit says it has signed, made contact, or arrived."""
    if name not in {"signed", "contacted", "arrived"}:
        raise Http404
    by, at = visitor_of(request).actor, timezone.now()
    return _do(
        request,
        whistle_id,
        lambda: joint_handling.answer_whistle(
            whistle_id=whistle_id, unit_id=unit_id, mark=name, by=by, at=at
        ),
    )


@require_POST
@for_staff
def authorise(request: HttpRequest, whistle_id: int) -> HttpResponse:
    by, at = visitor_of(request).actor, timezone.now()
    return _do(
        request,
        whistle_id,
        lambda: joint_handling.authorise_whistle(
            whistle_id=whistle_id, approved=True, reason="", by=by, at=at
        ),
    )


@require_POST
@for_staff
def close(request: HttpRequest, whistle_id: int) -> HttpResponse:
    by, at = visitor_of(request).actor, timezone.now()
    return _do(
        request,
        whistle_id,
        lambda: joint_handling.close_whistle(whistle_id=whistle_id, by=by, at=at),
    )


def _do(request: HttpRequest, whistle_id: int, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except CannotWhistle as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    return redirect("whistle", whistle_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def step(request: HttpRequest, whistle_id: int, name: str) -> HttpResponse:
    """The steps of a whistle that need words: refusing, declining, reporting, minutes, rating."""
    by = visitor_of(request).actor
    story = whistle_story(by=by, whistle_id=whistle_id)
    if name not in _STEPS:
        raise Http404
    label, make, act = _STEPS[name]
    form = make(request.POST or None, story)
    if request.method == "POST" and form.is_valid():
        try:
            act(story, form, by, timezone.now())
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已登记"))
            return redirect("whistle", whistle_id)
    return render(request, "whistles/step.html", {"form": form, "story": story, "label": label})


def _our_unit(story: WhistleStory) -> int:
    ours = [call.unit_id for call in story.calls if call.is_ours]
    if not ours:
        raise CannotWhistle(_("本单位没有被吹哨"))
    return ours[0]


def _refuse(story: WhistleStory, form: django_forms.Form, by: Actor, at: datetime) -> None:
    joint_handling.authorise_whistle(
        whistle_id=story.row.id,
        approved=False,
        reason=form.cleaned_data["reason"],
        by=by,
        at=at,
    )


def _decline(story: WhistleStory, form: django_forms.Form, by: Actor, at: datetime) -> None:
    joint_handling.decline_whistle(
        whistle_id=story.row.id,
        unit_id=_our_unit(story),
        reason=form.cleaned_data["reason"],
        by=by,
        at=at,
    )


def _report(story: WhistleStory, form: django_forms.Form, by: Actor, at: datetime) -> None:
    joint_handling.report_part(
        whistle_id=story.row.id,
        unit_id=_our_unit(story),
        text=form.cleaned_data["text"],
        by=by,
        at=at,
    )


def _minute(story: WhistleStory, form: django_forms.Form, by: Actor, at: datetime) -> None:
    assert isinstance(form, forms.MinutesForm)
    joint_handling.write_minutes(
        whistle_id=story.row.id,
        minutes=form.cleaned_data["minutes"],
        tasks=[
            AgreedTask(title, unit_id, make_aware(datetime.combine(day, time(18))))
            for title, unit_id, day in form.tasks()
        ],
        by=by,
        at=at,
    )


def _rate(story: WhistleStory, form: django_forms.Form, by: Actor, at: datetime) -> None:
    ours = any(call.is_ours for call in story.calls)
    joint_handling.rate_whistle(
        whistle_id=story.row.id,
        unit_id=int(form.cleaned_data["unit"]),
        of_unit=not ours,
        rating=form.cleaned_data["rating"],
        remark=form.cleaned_data["remark"],
        by=by,
        at=at,
    )


Make = Callable[[object, WhistleStory], django_forms.Form]
Act = Callable[[WhistleStory, django_forms.Form, Actor, datetime], None]
_STEPS: dict[str, tuple[str, Make, Act]] = {
    "refuse": ("不批准", lambda data, _story: forms.ReasonForm(data), _refuse),  # type: ignore[arg-type]
    "decline": ("不能到场", lambda data, _story: forms.ReasonForm(data), _decline),  # type: ignore[arg-type]
    "report": ("报告办理情况", lambda data, _story: forms.ReportForm(data), _report),  # type: ignore[arg-type]
    "minutes": ("写纪要和任务", lambda data, story: forms.MinutesForm(data, story=story), _minute),
    "rate": (
        "评价",
        lambda data, story: forms.RatingForm(
            data, story=story, ours=any(call.is_ours for call in story.calls)
        ),
        _rate,
    ),
}
