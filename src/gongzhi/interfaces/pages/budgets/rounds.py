"""Rounds: the list, one round whole, and what those who run it do."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.budgets.amounts import yuan
from gongzhi.affairs.budgets.archives import CannotArchive, NewArchive, archive_round
from gongzhi.affairs.budgets.choices import RoundState
from gongzhi.affairs.budgets.lifecycle import CannotMove
from gongzhi.affairs.budgets.proposals import CannotPropose
from gongzhi.affairs.budgets.queries.funds import funds_with_entries
from gongzhi.affairs.budgets.queries.results import LEAST_BALLOTS, exported, prove
from gongzhi.affairs.budgets.queries.rounds import RoundStory, round_story, rounds_page
from gongzhi.affairs.budgets.rounds import (
    CannotRun,
    begin_checking,
    change_round,
    draft_round,
    finish_round,
    open_collecting,
    open_voting,
    withdraw_round,
)
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.commons.territory.queries import find_place
from gongzhi.interfaces.pages.budgets.forms import ArchiveForm, RoundForm, WhyForm
from gongzhi.interfaces.pages.budgets.proposals_map import groups_of, picture_of
from gongzhi.interfaces.pages.budgets.results import (
    WIDE,
    budget_bar,
    other_rules,
    outcomes,
    place_shares,
    reproduced_by,
    rule_words,
)
from gongzhi.interfaces.pages.budgets.rows import (
    moments,
    proposal_line,
    round_badge,
    round_line,
    steps_of,
)
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of

REFUSALS = (CannotRun, CannotMove, CannotPropose)
_ACTIONS = {
    "collect": open_collecting,
    "check": begin_checking,
    "vote": open_voting,
    "carry_out": finish_round,
}


def crumbs(story: RoundStory | None = None) -> list[Crumb]:
    """The way back to the list, and to the round."""
    found = [Crumb(_("共建资金"), "/budgets")]
    return found + ([Crumb(story.row.title, f"/budgets/{story.row.id}")] if story else [])


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Rounds for everyone; those who run them see their drafts too."""
    by = visitor_of(request).actor
    page = rounds_page(by=by, cursor=request.GET.get("after", ""))
    funds = [
        (place_id, place.name, yuan(balance))
        for place_id, balance in funds_with_entries()
        if (place := find_place(place_id))
    ]
    context = {
        "rows": [round_line(row) for row in page.rows],
        "next_cursor": page.next_cursor,
        "funds": funds,
        "may_run": not reach(by, "rounds.run").nowhere,
        "may_import": not reach(by, "rounds.import").nowhere,
    }
    return render(request, "budgets/rounds.html", context)


@require_safe
def round_page(request: HttpRequest, round_id: int) -> HttpResponse:
    """One round, as far as it has come."""
    by = visitor_of(request).actor
    story = round_story(by=by, round_id=round_id)
    labels, current = steps_of(story.row.state)
    context = {
        "story": story,
        "row": story.row,
        "badge_": round_badge(story.row.state),
        "budget": yuan(story.row.budget),
        "rule": rule_words(story),
        "labels": labels,
        "current": current,
        # Once counted, projects on the ballot stand in the result.
        "proposals": [proposal_line(round_id, row) for row in story.proposals if not row.account],
        "moments": moments(story.events),
        "crumbs": crumbs(),
        "voting_now": _voting_now(story),
        "has_map": bool(story.proposals) and story.row.state is not RoundState.ARCHIVED,
    }
    if story.tally is not None:
        context |= _result(story)
    return render(request, "budgets/round.html", context)


def _voting_now(story: RoundStory) -> bool:
    today, row = timezone.localdate(), story.row
    begins, ends = row.ballots_from, row.ballots_until
    during = begins is not None and ends is not None and begins <= today <= ends
    return row.state is RoundState.VOTING and during


def _result(story: RoundStory) -> dict[str, object]:
    tally = story.tally
    assert tally is not None
    archived = story.row.state is RoundState.ARCHIVED
    result = tally.result
    return {
        "tally": tally,
        "has_file": archived or result["voters"] >= LEAST_BALLOTS,
        "outcomes": outcomes(story, tally),
        "bar": budget_bar(story, tally),
        "wide": WIDE,
        "others": other_rules(story, tally),
        "places": place_shares(tally),
        "spent": yuan(result["spent"]),
        "voters": result["voters"],
        "endowment": yuan(result["endowment"]) if "endowment" in result else "",
        "start": yuan(result["start"]) if "start" in result else "",
        "preference": result.get("preference"),
        "ties": len(result["ties"]),
        "command": reproduced_by(story),
        "proof": prove(story.row.id) if story.may_check and not archived else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Draft a round."""
    by = visitor_of(request).actor
    if reach(by, "rounds.run").nowhere:
        raise NotPermitted("rounds.run")
    form = RoundForm(request.POST or None, by=by)
    if request.method == "POST" and form.is_valid():
        try:
            made = draft_round(new=form.new_round(), by=by, at=timezone.now())
        except CannotRun as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("轮次已建立，公布以前只有工作人员看得到"))
            return redirect("round", made)
    context = {"form": form, "title": _("建立轮次"), "crumbs": crumbs()}
    return render(request, "budgets/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def edit(request: HttpRequest, round_id: int) -> HttpResponse:
    """Change a round, as long as nobody votes."""
    by = visitor_of(request).actor
    story = round_story(by=by, round_id=round_id)
    if not story.may_run:
        raise NotPermitted("rounds.run")
    form = RoundForm(request.POST or None, by=by, story=story)
    if request.method == "POST" and form.is_valid():
        try:
            change_round(round_id=round_id, new=form.new_round(), by=by, at=timezone.now())
        except CannotRun as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("已登记"))
            return redirect("round", round_id)
    context = {"form": form, "title": _("修改轮次"), "crumbs": crumbs(story)}
    return render(request, "budgets/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def withdraw(request: HttpRequest, round_id: int) -> HttpResponse:
    """Give a round up, with a reason."""
    by = visitor_of(request).actor
    story = round_story(by=by, round_id=round_id)
    if not story.may_run:
        raise NotPermitted("rounds.run")
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_round(
                round_id=round_id, reason=form.cleaned_data["reason"], by=by, at=timezone.now()
            )
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已登记"))
            return redirect("round", round_id)
    context = {"form": form, "title": _("撤销轮次"), "crumbs": crumbs(story)}
    return render(request, "budgets/form.html", context)


@require_POST
@for_staff
def step(request: HttpRequest, round_id: int, name: str) -> HttpResponse:
    """One press: open the call, close it, open the vote, end the round."""
    if name not in _ACTIONS:
        raise Http404
    by = visitor_of(request).actor
    try:
        _ACTIONS[name](round_id=round_id, by=by, at=timezone.now())
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    return redirect("round", round_id)


@require_safe
def proposals_map(request: HttpRequest, round_id: int) -> HttpResponse:
    """Where the proposals are and what they cost, as a picture with the same as a list beside."""
    story = round_story(by=visitor_of(request).actor, round_id=round_id)
    if story.row.state is RoundState.ARCHIVED:
        raise Http404  # a file knows no places
    groups = groups_of(story)
    picture = picture_of(groups, home=story.row.place_id)
    context = {"row": story.row, "groups": groups, "picture": picture, "crumbs": crumbs(story)}
    return render(request, "budgets/map.html", context)


@require_safe
def export(request: HttpRequest, round_id: int) -> HttpResponse:
    """The counted round as a Pabulib file, with fresh random voter ids each time."""
    text = exported(round_id)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="round-{round_id}.pb"'
    response.headers["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def archive(request: HttpRequest) -> HttpResponse:
    """Put a Pabulib file into the archive, as an example that can only be read."""
    by = visitor_of(request).actor
    if reach(by, "rounds.import").nowhere:
        raise NotPermitted("rounds.import")
    form = ArchiveForm(request.POST or None, request.FILES or None, by=by)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            archived = NewArchive(
                title=asked["title"],
                place_id=int(asked["place"]),
                text=asked["file"].read().decode("utf-8-sig"),
                rule=form.rule_choice(),
            )
            made = archive_round(new=archived, by=by, at=timezone.now())
        except UnicodeDecodeError:
            form.add_error("file", _("文件不是 UTF-8 编码的文本"))
        except CannotArchive as refused:
            form.add_error("file", str(refused))
        else:
            messages.success(request, _("已存档"))
            return redirect("round", made)
    context = {
        "form": form, "title": _("导入存档"), "crumbs": crumbs(), "has_files": True,
        "about": _("导入的轮次只能看，不能改；选民的编号、年龄等一概不保存。"),
    }  # fmt: skip
    return render(request, "budgets/form.html", context)
