"""Decisions: the list with progress, one decision from the words to the result, its deeds."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.affairs.assemblies.choices import DecisionState
from gongzhi.affairs.assemblies.decisions import (
    CannotDecide,
    add_task,
    finish_decision,
    publish_decision,
    publish_result,
    revoke_decision,
)
from gongzhi.affairs.assemblies.lifecycle import CannotMove
from gongzhi.affairs.assemblies.queries.decisions import (
    DecisionStory,
    decision_story,
    decisions_in_public,
    decisions_within_reach,
)
from gongzhi.affairs.budgets.queries.facts import place_on_ballot
from gongzhi.affairs.resources.needs import CannotPublish
from gongzhi.affairs.tickets.intake import CannotReceive
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.commons.tasks.asking import CannotAsk
from gongzhi.commons.tasks.queries import TaskState
from gongzhi.coordination.deeds_of_decisions import (
    publish_need_of_decision,
    receive_ticket_of_decision,
)
from gongzhi.interfaces.pages.assemblies import topics_forms as forms
from gongzhi.interfaces.pages.assemblies.topics import refuse
from gongzhi.interfaces.pages.assemblies.topics_telling import (
    decision_badge,
    decision_line,
    moments_of,
)
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.resources.forms import NeedForm
from gongzhi.interfaces.pages.tasks.rows import due_of_task, task_badge

REFUSALS = (CannotDecide, CannotMove, CannotAsk, CannotPublish, CannotReceive)


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What was decided and how far it has come; what is late is marked for everyone."""
    by, now = visitor_of(request).actor, timezone.now()
    cursor = request.GET.get("after", "")
    if reach(by, "topics.read").nowhere:
        page = decisions_in_public(cursor=cursor)
    else:
        page = decisions_within_reach(by=by, cursor=cursor)
    context = {
        "rows": [decision_line(row, now=now) for row in page.rows],
        "next_cursor": page.next_cursor,
    }
    return render(request, "assemblies/decisions.html", context)


@require_safe
def decision(request: HttpRequest, decision_id: int) -> HttpResponse:
    """One decision: words, tasks, result, and what residents say of it."""
    by, now = visitor_of(request).actor, timezone.now()
    story = decision_story(by=by, decision_id=decision_id)
    names = units({task.unit_id for task in story.tasks})
    tasks = []
    for task in story.tasks:
        due, tone = due_of_task(task, now=now)
        unit = names.get(task.unit_id)
        tasks.append((task, task_badge(task.state), unit.name if unit else "", due, tone))
    context = {
        "story": story,
        "row": story.row,
        "badges": decision_badge(story.row, now=now),
        "tasks": tasks,
        "figures": _figures(story),
        "moments": moments_of(story.events),
        "about": _about(story.row.subject),
        "rated": story.rated,
        "doable": _doable(story) if story.may_take else [],
        "crumbs": [Crumb(_("决议"), "/decisions")],
    }
    return render(request, "assemblies/decision.html", context)


def _figures(story: DecisionStory) -> list[tuple[str, int]]:
    """The counts of a topic's decision; those of other assemblies are shown by their own pages."""
    names = {
        "voters": _("参与人数"),
        "votes": _("表态次数"),
        "statements": _("说法条数"),
        "objections": _("公示异议"),
    }
    found = story.figures if story.row.subject.kind == "topic" else {}
    return [(label, found[name]) for name, label in names.items() if name in found]


def _about(subject: Subject) -> str:
    """The page of what the decision was taken on, where it has one."""
    if subject.kind == "proposal":
        found = place_on_ballot(subject.id)
        return reverse("proposal", args=found) if found else ""
    try:
        return reverse(subject.kind, args=[subject.id])
    except NoReverseMatch:
        return ""


def _doable(story: DecisionStory) -> list[tuple[str, str]]:
    taken = story.row.state is DecisionState.TAKEN
    living = [one for one in story.tasks if one.state in {TaskState.OPEN, TaskState.WAITING}]
    any_task = living or any(one.state is TaskState.FINISHED for one in story.tasks)
    table = (
        ("publish", _("公开决议"), not story.row.is_public),
        ("task", _("交办一项任务"), taken),
        ("need", _("发布所需的帮助"), taken),
        ("ticket", _("转为工单"), taken),
        ("finish", _("登记办结"), taken and not any_task and story.row.is_public),
        ("result", _("公布结果"), story.row.state is DecisionState.DONE and not story.result),
        ("revoke", _("撤销决议"), taken),
    )
    return [(name, label) for name, label, shown in table if shown]


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def step(request: HttpRequest, decision_id: int, name: str) -> HttpResponse:
    """What staff do with a decision: each a form, one call, and back."""
    by, at = visitor_of(request).actor, timezone.now()
    story = decision_story(by=by, decision_id=decision_id)
    if not story.may_take:
        raise NotPermitted("decisions.take")
    labels = dict(_doable(story))
    if name not in labels:
        raise Http404
    form = _form(request, name, story, by)
    if request.method == "POST" and form.is_valid():
        try:
            _act(name, form, decision_id, by, at)
        except REFUSALS as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已登记"))
            return redirect("decision", decision_id)
    context = {
        "form": form,
        "title": labels[name],
        "about": story.row.title,
        "button": labels[name],
        "crumbs": [
            Crumb(_("决议"), "/decisions"),
            Crumb(story.row.title, f"/decisions/{decision_id}"),
        ],
    }
    return render(request, "assemblies/topic_form.html", context)


def _form(request: HttpRequest, name: str, story: DecisionStory, by: Actor) -> Form:
    data = request.POST if request.method == "POST" else None
    match name:
        case "task":
            return forms.MoreTaskForm(data, by=by)
        case "need":
            return NeedForm(data, by=by, initial={"title": story.row.title})
        case "ticket":
            return forms.TicketForm(data, initial={"text": story.text})
        case "finish" | "result":
            return forms.ResultForm(data)
        case "publish":
            return Form(data)
        case _:
            return forms.ReasonForm(data)


def _act(name: str, form: Any, decision_id: int, by: Actor, at: datetime) -> None:
    said = form.cleaned_data
    match name:
        case "task":
            (task,) = form.tasks()
            add_task(decision_id=decision_id, task=task, by=by, at=at)
        case "need":
            new = form.new_need(source=Subject("decision", decision_id))
            publish_need_of_decision(decision_id=decision_id, new=new, by=by, at=at)
        case "ticket":
            receive_ticket_of_decision(
                decision_id=decision_id, text=said["text"], category_code=said["category"],
                by=by, at=at,
            )  # fmt: skip
        case "finish":
            finish_decision(decision_id=decision_id, result=said["result"], by=by, at=at)
        case "result":
            publish_result(decision_id=decision_id, result=said["result"], by=by, at=at)
        case "publish":
            publish_decision(decision_id=decision_id, by=by, at=at)
        case _:
            revoke_decision(decision_id=decision_id, reason=said["reason"], by=by, at=at)
