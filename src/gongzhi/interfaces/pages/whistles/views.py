"""One whistle from the draft to its closing, for the street and for the units that are called."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.assemblies.queries.meetings import meetings_of
from gongzhi.affairs.tickets import joint_handling
from gongzhi.affairs.tickets.choices import Occasion, WhistleKind, WhistleState
from gongzhi.affairs.tickets.joint_handling import CannotWhistle
from gongzhi.affairs.tickets.queries.stories import story_for_staff
from gongzhi.affairs.tickets.queries.whistles import (
    WhistleStory,
    whistle_story,
    whistles_within_reach,
)
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.permissions import NotPermitted, reach
from gongzhi.commons.tasks.queries import tasks_of
from gongzhi.interfaces.pages.assemblies.meetings_telling import meeting_rows
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.tasks.rows import row_of_task
from gongzhi.interfaces.pages.tickets.rows import row_of
from gongzhi.interfaces.pages.tickets.steps import REFUSALS
from gongzhi.interfaces.pages.whistles import forms
from gongzhi.interfaces.pages.whistles.rows import called_units, whistle_badge, whistle_rows
from gongzhi.interfaces.pages.whistles.steps import STEPS


@require_safe
@for_staff
def listed(request: HttpRequest) -> HttpResponse:
    by = visitor_of(request).actor
    context = {
        "whistles": whistle_rows(whistles_within_reach(by=by, open_only=False), now=timezone.now()),
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
    by = visitor_of(request).actor
    story = whistle_story(by=by, whistle_id=whistle_id)
    meetings = meetings_of(by=by, source=Subject("whistle", whistle_id))
    context = _context(story) | {
        "meetings": meeting_rows(meetings, now=timezone.now()),
        "may_meet": story.row.state == WhistleState.BLOWN and "whistles.close" in story.actions,
    }
    return render(request, "whistles/whistle.html", context)


def _context(story: WhistleStory) -> dict[str, object]:
    now, blown = timezone.now(), story.row.state == WhistleState.BLOWN
    answers = blown and "whistles.respond" in story.actions
    return {
        "story": story,
        "badge": whistle_badge(story.row.state),
        "crumbs": [Crumb(_("吹哨"), reverse("whistles"))],
        "called": called_units(
            story.calls,
            running=story.row.state is WhistleState.BLOWN,
            answers=answers,
            now=now,
        ),
        "tasks": [
            row_of_task(task, now=now) for task in tasks_of(Subject("whistle", story.row.id))
        ],
        "tickets": [row_of(ticket, now=now) for ticket in story.tickets],
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
    page = STEPS.get(name)
    if page is None:
        raise Http404
    form = page.form(request.POST or None, story)
    if request.method == "POST" and form.is_valid():
        try:
            page.act(story, form, by, timezone.now())
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已登记"))
            return redirect("whistle", whistle_id)
    return render(
        request, "whistles/step.html", {"form": form, "story": story, "label": page.label}
    )
