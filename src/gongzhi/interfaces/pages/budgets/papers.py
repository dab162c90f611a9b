"""Papers from the box, entered twice; and the count."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.affairs.budgets.counting import CannotCount, count_round
from gongzhi.affairs.budgets.lifecycle import CannotMove
from gongzhi.affairs.budgets.papers import CannotEnter, enter_sheet, set_aside_sheet
from gongzhi.affairs.budgets.queries.results import turnout
from gongzhi.affairs.budgets.queries.rounds import RoundStory, round_story
from gongzhi.affairs.budgets.queries.votes import SheetRow, ballot_of_round, sheets
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.interfaces.pages.budgets.ballot_forms import CannotRead, empty_ballot, read_ballot
from gongzhi.interfaces.pages.budgets.rounds import crumbs
from gongzhi.interfaces.pages.components import Badge, Tone
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of

PAGE = 100


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A paper in the list."""

    number: int
    badge: Badge
    first: str
    second: str
    may_enter: bool


def _badges() -> dict[str, Badge]:
    return {
        "": Badge(_("没有录"), Tone.QUIET, "ring"),
        "half_read": Badge(_("录了一次"), Tone.INFO, "half"),
        "agreed": Badge(_("两次一致"), Tone.GOOD, "full"),
        "differing": Badge(_("两次不一致"), Tone.BAD, "diamond"),
        "set_aside": Badge(_("已作废"), Tone.QUIET, "square"),
    }


def _story(request: HttpRequest, round_id: int) -> RoundStory:
    story = round_story(by=visitor_of(request).actor, round_id=round_id)
    if not story.may_enter_papers:
        raise NotPermitted("ballots.enter")
    return story


@never_cache
@require_http_methods(["GET", "HEAD"])
@for_staff
def listed(request: HttpRequest, round_id: int) -> HttpResponse:
    """How codes and ballots stand, and every paper with its two readings."""
    story, by = _story(request, round_id), visitor_of(request).actor
    known = {sheet.number: sheet for sheet in sheets(by=by, round_id=round_id)}
    looks, start = _badges(), max(1, asked_number(request.GET, "from") or 1)
    numbers = range(start, min(story.papers, start + PAGE - 1) + 1)
    lines = [_line(number, known.get(number), looks) for number in numbers]
    waiting = [line for line in lines if line.may_enter]
    context = {
        "story": story, "lines": lines, "turnout": turnout(by=by, round_id=round_id),
        "next_": waiting[0].number if waiting else None, "crumbs": crumbs(story),
        "further": start + PAGE if start + PAGE <= story.papers else None,
        "voting": story.row.state.value == "voting",
    }  # fmt: skip
    return render(request, "budgets/papers.html", context)


def _line(number: int, sheet: SheetRow | None, looks: dict[str, Badge]) -> SheetLine:
    if sheet is None:
        return SheetLine(number, looks[""], "", "", may_enter=True)
    return SheetLine(
        number,
        looks[sheet.state],
        _said(sheet.first),
        _said(sheet.second),
        may_enter=sheet.state == "half_read" and not sheet.mine,
    )


def _said(reading: dict[str, Any] | None) -> str:
    if reading is None:
        return ""
    if "invalid" in reading:
        return _("废票")
    words = [
        f"{each[0]}×{each[1]}" if isinstance(each, list) else str(each)
        for each in reading["choices"]
    ]
    return "、".join(words) or _("空白")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def enter(request: HttpRequest, round_id: int, number: int) -> HttpResponse:
    """Enter what one paper says, without seeing what somebody else read."""
    story, by = _story(request, round_id), visitor_of(request).actor
    view = ballot_of_round(round_id=round_id, today=timezone.localdate())
    filled, wrong = empty_ballot(view), ""
    if request.method == "POST":
        try:
            filled = read_ballot(view, request.POST.dict())
            invalid = request.POST.get("step") == "invalid"
            enter_sheet(
                round_id=round_id,
                number=number,
                choices=None if invalid else filled.choices,
                by=by,
                at=timezone.now(),
            )
        except (CannotRead, CannotEnter) as refused:
            wrong = str(refused)
        else:
            messages.success(request, _("第 %(number)d 张已录入") % {"number": number})
            return redirect("papers", round_id)
    context = {
        "story": story, "view": view, "filled": filled, "kind": view.rule.ballot_kind.value,
        "number": number, "wrong": wrong, "crumbs": crumbs(story),
    }  # fmt: skip
    return render(request, "budgets/paper.html", context, status=400 if wrong else 200)


@require_POST
@for_staff
def aside(request: HttpRequest, round_id: int, number: int) -> HttpResponse:
    """Leave out a paper on which two people can't agree."""
    try:
        set_aside_sheet(
            round_id=round_id, number=number, reason=request.POST.get("reason", ""),
            by=visitor_of(request).actor, at=timezone.now(),
        )  # fmt: skip
    except CannotEnter as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    return redirect("papers", round_id)


@require_POST
@for_staff
def count(request: HttpRequest, round_id: int) -> HttpResponse:
    """Count, mix and allocate; what doesn't agree is said, and nothing happens."""
    missing = request.POST.get("missing", "0").strip() or "0"
    try:
        if not (missing.isascii() and missing.isdigit() and len(missing) < 7):
            raise CannotCount(_("少几张请写数字"))
        count_round(
            round_id=round_id, missing=int(missing), by=visitor_of(request).actor,
            at=timezone.now(),
        )  # fmt: skip
    except (CannotCount, CannotMove) as refused:
        messages.error(request, str(refused))
        return redirect("papers", round_id)
    messages.success(request, _("计票完成，结果已公布"))
    return redirect("round", round_id)
