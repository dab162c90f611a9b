"""The vote: a code, a ballot, a look at what was chosen, and a receipt that doesn't show it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gongzhi.affairs.budgets.amounts import yuan
from gongzhi.affairs.budgets.ballots import CannotVote, NoSuchCode, cast_ballot
from gongzhi.affairs.budgets.codes import plain_code, shown_code
from gongzhi.affairs.budgets.queries.votes import BallotView, ballot_of, check_ballot
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.interfaces.pages.budgets.ballot_forms import (
    CannotRead,
    Filled,
    empty_ballot,
    read_ballot,
)

_LONGEST = 40  # of what may be a code


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Type the code from the slip."""
    wrong = ""
    if request.method == "POST":
        code = plain_code(request.POST.get("code", "")[:_LONGEST])
        try:
            ballot_of(code=code, today=timezone.localdate())
        except NoSuchCode as error:
            wrong = str(error)
        else:
            return redirect("ballot", shown_code(code))
    return render(request, "budgets/vote.html", {"wrong": wrong}, status=400 if wrong else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ballot(request: HttpRequest, code: str) -> HttpResponse:
    """Choose, look once more, cast. Nothing is kept before the last press."""
    try:
        view = ballot_of(code=code[:_LONGEST], today=timezone.localdate())
    except NoSuchCode as error:
        return render(request, "budgets/vote.html", {"wrong": str(error)}, status=404)
    if view.used or not view.is_open or request.method != "POST":
        return _show(request, view, code, empty_ballot(view))
    return _voted(request, view, code)


def _voted(request: HttpRequest, view: BallotView, code: str) -> HttpResponse:
    """What a press on the ballot leads to."""
    try:
        filled = read_ballot(view, request.POST.dict())
    except CannotRead as wrong:
        return _show(request, view, code, _as_sent(view, request), wrong=str(wrong))
    asked = request.POST.get("step", "")
    if asked in {"change", "sum"}:
        return _show(request, view, code, filled)
    if asked != "cast":
        return _look(request, view, code, filled)
    try:
        cast_ballot(code=code, choices=filled.choices, by=RESIDENT, at=timezone.now())
    except CannotVote as refused:
        return _show(request, view, code, filled, wrong=str(refused))
    return redirect("ballot", code)


def _look(request: HttpRequest, view: BallotView, code: str, filled: Filled) -> HttpResponse:
    """What was chosen, to be looked at once more, unless the rules don't allow it."""
    try:
        check_ballot(view.round_id, filled.choices)
    except CannotVote as refused:
        return _show(request, view, code, filled, wrong=str(refused))
    return _show(request, view, code, filled, confirming=True)


def _as_sent(view: BallotView, request: HttpRequest) -> Filled:
    """What was sent, unread, so that it can be mended."""
    blank = empty_ballot(view)
    lines = tuple(
        type(line)(line.choice, line.name, request.POST.get(line.name, "")[:9])
        for line in blank.lines
    )
    return Filled(lines, blank.chosen, blank.cost, blank.over_budget, blank.points, [])


def _show(
    request: HttpRequest,
    view: BallotView,
    code: str,
    filled: Filled,
    *,
    wrong: str = "",
    confirming: bool = False,
) -> HttpResponse:
    context = {
        "view": view,
        "code": code,
        "filled": filled,
        "kind": view.rule.ballot_kind.value,
        "budget": yuan(view.budget),
        "wrong": wrong,
        "confirming": confirming,
        "not_yet": view.begins is not None and timezone.localdate() < view.begins,
        "how": _how(view),
    }
    page = "budgets/receipt.html" if view.used else "budgets/ballot.html"
    response = render(request, page, context, status=400 if wrong else 200)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _how(view: BallotView) -> str:
    """How to fill in this ballot, in a sentence."""
    most = view.rule.most_listed
    if view.rule.ballot_kind.value == "approval":
        return (
            _("支持哪些就勾哪些，最多 %(most)d 项。") % {"most": most}
            if most
            else _("支持哪些就勾哪些，几项都可以。")
        )
    if view.rule.ballot_kind.value == "ordinal":
        return _("最想要的写 1，其次写 2，依次写下去；不想要的留空。")
    return _("您有 %(points)d 分，分给您支持的项目；不支持的留空。") % {
        "points": view.rule.points_each or 0
    }
