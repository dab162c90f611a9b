"""Owners' votes: the list, preparing one, its page for staff and for everyone, its steps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.assemblies.decisions import CannotDecide, NewTask
from gongzhi.affairs.assemblies.owners_ballots import void_by_receipt
from gongzhi.affairs.assemblies.owners_choices import Matter, Phase
from gongzhi.affairs.assemblies.owners_counting import count_vote, publish_result
from gongzhi.affairs.assemblies.owners_decisions import decide_item
from gongzhi.affairs.assemblies.owners_lifecycle import KIND, CannotVote
from gongzhi.affairs.assemblies.owners_votes import (
    add_item,
    announce_vote,
    cancel_vote,
    change_vote,
    draft_vote,
    extend_vote,
    remove_item,
)
from gongzhi.affairs.assemblies.queries.owners_votes import (
    VoteStory,
    vote_story,
    votes_within_reach,
)
from gongzhi.commons.attachments.attaching import attach
from gongzhi.commons.attachments.errors import CannotAttach
from gongzhi.commons.attachments.queries import attachments_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.commons.tasks.asking import CannotAsk
from gongzhi.interfaces.pages.assemblies import owners_votes_forms as forms
from gongzhi.interfaces.pages.assemblies.owners_votes_telling import (
    phase_badge,
    tell_count,
    verdict_badge,
    vote_rows,
)
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.files import FilesField
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.tasks.rows import row_of_task

REFUSALS = (CannotVote, CannotDecide, CannotAsk, CannotAttach)
DAY_ENDS = time(18)


class MaterialsForm(django_forms.Form):
    papers = FilesField(label=gettext_lazy("材料（方案、图纸、协议等）"))


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Votes that were announced, for everyone; staff see those in preparation too."""
    by, now = visitor_of(request).actor, timezone.now()
    page = votes_within_reach(by=by, at=now, before=asked_number(request.GET, "before"))
    context = {
        "rows": vote_rows(page.rows, now=now),
        "next_before": page.next_before,
        "may_run": not reach(by, "owners_votes.run").nowhere,
    }
    return render(request, "assemblies/owners_votes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Begin to prepare a vote."""
    by = visitor_of(request).actor
    if reach(by, "owners_votes.run").nowhere:
        raise NotPermitted("owners_votes.run")
    form = forms.VoteForm(request.POST or None, by=by)
    if request.method == "POST" and form.is_valid():
        try:
            vote_id = draft_vote(new=form.new_vote(), by=by, at=timezone.now())
        except CannotVote as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已建立，请加上表决事项和业主名册"))
            return redirect("owners_vote", vote_id)
    context = {"form": form, "title": _("筹备业主表决"), "crumbs": [_up()]}
    return render(request, "assemblies/owners_form.html", context)


def refuse(form: django_forms.Form, refused: Exception) -> None:
    """Say what is wrong beside the field it is about, where the form has it."""
    field = getattr(refused, "field", "")
    form.add_error(field if field in form.fields else None, str(refused))


def _up() -> Crumb:
    return Crumb(_("业主表决"), reverse("owners_votes"))


def up_to(story: VoteStory) -> list[Crumb]:
    return [_up(), Crumb(story.row.title, reverse("owners_vote", args=[story.row.id]))]


@require_safe
def vote(request: HttpRequest, vote_id: int) -> HttpResponse:
    """One vote: what is asked, how it stands, and once it is over the count."""
    visitor, now = visitor_of(request), timezone.now()
    story = vote_story(by=visitor.actor, vote_id=vote_id, at=now)
    context = {**context_of(story, now=now), "crumbs": [_up()]}
    return render(request, "assemblies/owners_vote.html", context)


def context_of(story: VoteStory, *, now: datetime) -> dict[str, Any]:
    """What the pages of a vote show."""
    phase, runs = story.row.phase, "owners_votes.run" in story.actions
    items = [
        {
            "item": item,
            "needs": f"{'≥' if item.majority.inclusive else '>'} {item.majority.share}",
            "verdict": verdict_badge(item.verdict) if item.verdict else None,
            "told": tell_count(item.figures) if item.figures else None,
            "tasks": [row_of_task(task, now=now) for task in item.tasks],
            "may_decide": runs
            and phase is Phase.PUBLISHED
            and item.verdict == "passed"
            and item.decision_id is None,
        }
        for item in story.items
    ]
    return {
        "story": story,
        "row": story.row,
        "badge": phase_badge(story.row.phase),
        "items": items,
        "materials": attachments_of(Subject(KIND, story.row.id)),
        "runs": runs,
        "enters": "owners_votes.enter" in story.actions,
        "is_draft": phase is Phase.DRAFTED,
        "is_open": phase is Phase.OPEN,
        "has_slips": phase in {Phase.NOTICE, Phase.OPEN},
        "to_count": phase is Phase.TO_COUNT,
        "may_publish": runs and phase is Phase.COUNTED,
        "has_record": runs and story.counted_at is not None,
        "may_extend": phase in {Phase.NOTICE, Phase.OPEN},
        "may_cancel": phase in {Phase.DRAFTED, Phase.NOTICE, Phase.OPEN, Phase.TO_COUNT},
        "item_form": forms.ItemForm() if runs and phase is Phase.DRAFTED else None,
    }


def for_running(request: HttpRequest, vote_id: int) -> tuple[Actor, VoteStory]:
    """The visitor and the vote, where the visitor runs it."""
    by = visitor_of(request).actor
    story = vote_story(by=by, vote_id=vote_id, at=timezone.now())
    if "owners_votes.run" not in story.actions:
        raise NotPermitted("owners_votes.run")
    return by, story


@require_safe
def printed(request: HttpRequest, vote_id: int) -> HttpResponse:
    """The count on paper, to be posted and filed."""
    now = timezone.now()
    story = vote_story(by=visitor_of(request).actor, vote_id=vote_id, at=now)
    if not any(item.figures for item in story.items):
        raise Http404
    return render(request, "assemblies/owners_count.html", context_of(story, now=now))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def edit(request: HttpRequest, vote_id: int) -> HttpResponse:
    by, story = for_running(request, vote_id)
    initial = {
        name: getattr(story, name)
        for name in ("about", "terms", "disclosure", "total_area", "basis", "notice_days", "twice",
                     "proxy_limit", "spoiled_takes_part")
    }  # fmt: skip
    initial |= {
        "title": story.row.title, "scope": story.row.scope, "scope_name": story.row.scope_name
    }  # fmt: skip
    form = forms.VoteForm(request.POST or None, by=by, story=story, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_vote(vote_id=vote_id, new=form.new_vote(story), by=by, at=timezone.now())
        except CannotVote as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已登记"))
            return redirect("owners_vote", vote_id)
    context = {"form": form, "title": _("修改"), "crumbs": up_to(story)}
    return render(request, "assemblies/owners_form.html", context)


@require_POST
@for_staff
def add(request: HttpRequest, vote_id: int) -> HttpResponse:
    """Add a question."""
    by, story = for_running(request, vote_id)
    form = forms.ItemForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            add_item(
                vote_id=vote_id, title=asked["title"], text=asked["text"],
                matter=Matter(asked["matter"]), by=by, at=timezone.now(),
            )  # fmt: skip
        except CannotVote as refused:
            refuse(form, refused)
        else:
            return redirect("owners_vote", vote_id)
    context = {"form": form, "title": _("加一个表决事项"), "crumbs": up_to(story)}
    return render(request, "assemblies/owners_form.html", context)


@dataclass(frozen=True, slots=True)
class VoteStep:
    """A step that needs a form: its words, and what it calls."""

    label: str | Promise
    form: Callable[[Any, Any, VoteStory], django_forms.Form]
    act: Callable[[VoteStory, dict[str, Any], Actor, datetime], object]


STEPS = {
    "announce": VoteStep(
        gettext_lazy("公告表决"),
        lambda data, _files, _story: forms.AnnounceForm(data),
        lambda story, asked, by, at: announce_vote(vote_id=story.row.id, **asked, by=by, at=at),
    ),
    "extend": VoteStep(
        gettext_lazy("延长投票时间"),
        lambda data, _files, _story: forms.ExtendForm(data),
        lambda story, asked, by, at: extend_vote(vote_id=story.row.id, **asked, by=by, at=at),
    ),
    "cancel": VoteStep(
        gettext_lazy("取消表决"),
        lambda data, _files, _story: forms.CancelForm(data),
        lambda story, asked, by, at: cancel_vote(vote_id=story.row.id, **asked, by=by, at=at),
    ),
    "void": VoteStep(
        gettext_lazy("作废一张票"),
        lambda data, _files, _story: forms.VoidForm(data),
        lambda story, asked, by, at: void_by_receipt(
            vote_id=story.row.id, receipt=asked["receipt"], by=by, at=at
        ),
    ),
    "materials": VoteStep(
        gettext_lazy("加上材料"),
        lambda data, files, _story: MaterialsForm(data, files),
        lambda story, asked, by, at: [
            attach(file, subject=Subject(KIND, story.row.id), by=by, at=at)
            for file in asked["papers"]
        ],
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def step(request: HttpRequest, vote_id: int, name: str) -> HttpResponse:
    """The steps of a vote that need a form."""
    by, story = for_running(request, vote_id)
    page = STEPS.get(name)
    if page is None:
        raise Http404
    form = page.form(request.POST or None, request.FILES or None, story)
    if request.method == "POST" and form.is_valid():
        try:
            page.act(story, form.cleaned_data, by, timezone.now())
        except REFUSALS as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已登记"))
            return redirect("owners_vote", vote_id)
    context = {"form": form, "title": page.label, "crumbs": up_to(story)}
    return render(request, "assemblies/owners_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def decide(request: HttpRequest, vote_id: int, number: int) -> HttpResponse:
    """Hand what was carried to a unit, with a date."""
    by, story = for_running(request, vote_id)
    form = forms.DecisionForm(request.POST or None, story=story)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        due = make_aware(datetime.combine(asked["due"], DAY_ENDS))
        task = NewTask(asked["task"], int(asked["unit"]), due)
        try:
            decide_item(vote_id=vote_id, number=number, tasks=[task], by=by, at=timezone.now())
        except REFUSALS as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已交办"))
            return redirect("owners_vote", vote_id)
    context = {"form": form, "title": _("交办表决结果"), "crumbs": up_to(story)}
    return render(request, "assemblies/owners_form.html", context)


@require_POST
@for_staff
def act(request: HttpRequest, vote_id: int, name: str, number: int = 0) -> HttpResponse:
    """The steps of a vote that are one press of a button."""
    by, _story = for_running(request, vote_id)
    at = timezone.now()
    try:
        if name == "count":
            count_vote(vote_id=vote_id, by=by, at=at)
        elif name == "publish":
            publish_result(vote_id=vote_id, by=by, at=at)
        elif name == "remove":
            remove_item(vote_id=vote_id, number=number, by=by, at=at)
        else:
            raise Http404
    except CannotVote as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    return redirect("owners_vote", vote_id)
