"""The tasks of the visitor's units, and those that wait for the visitor's decision."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.commons.attachments.attaching import CannotAttach, attach
from gongzhi.commons.attachments.queries import attachments_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.tasks.asking import approve_task, refuse_task
from gongzhi.commons.tasks.changing import CannotChangeTask
from gongzhi.commons.tasks.finishing import finish_task
from gongzhi.commons.tasks.queries import TaskView, task_for, tasks_to_approve, tasks_to_do
from gongzhi.commons.territory.queries import find_place
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.errors import not_found
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.tasks.forms import FinishForm, RefuseForm
from gongzhi.interfaces.pages.tasks.rows import due_of_task, row_of_task, task_badge


@require_safe
@for_staff
def listed(request: HttpRequest) -> HttpResponse:
    by, now = visitor_of(request).actor, timezone.now()
    context = {
        "to_do": [row_of_task(task, now=now) for task in tasks_to_do(by)],
        "to_approve": [row_of_task(task, now=now) for task in tasks_to_approve(by)],
    }
    return render(request, "tasks/tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """One task; its form finishes it, with words or files as proof."""
    by = visitor_of(request).actor
    seen = task_for(by=by, task_id=task_id)
    if seen is None:
        return not_found(request)
    form = FinishForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            _finish(seen.task, form, by=by)
        except (CannotChangeTask, CannotAttach) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("任务已完成"))
            return redirect("tasks")
    return render(request, "tasks/task.html", _context(seen.task) | {"seen": seen, "form": form})


def _finish(wanted: TaskView, form: FinishForm, *, by: Actor) -> None:
    at = timezone.now()
    with transaction.atomic():
        for file in form.cleaned_data["attached"]:
            attach(file, subject=Subject("task", wanted.id), by=by, at=at)
        finish_task(task_id=wanted.id, proof=form.cleaned_data["proof"], by=by, at=at)


def _context(wanted: TaskView) -> dict[str, object]:
    due, tone = due_of_task(wanted, now=timezone.now())
    unit, place = find_unit(wanted.unit_id), find_place(wanted.place_id)
    asker = find_unit(wanted.asked_by_unit) if wanted.asked_by_unit else None
    return {
        "task": wanted,
        "badge": task_badge(wanted.state),
        "due": due,
        "due_tone": tone,
        "unit": unit.name if unit else "",
        "place": place.full_name if place else "",
        "asker": asker.name if asker else "",
        "about": _about(wanted.subject),
        "attachments": attachments_of(Subject("task", wanted.id)),
        "crumbs": [Crumb(_("任务"), reverse("tasks"))],
    }


def _about(subject: Subject) -> str:
    """The page of what the task belongs to, where it has one."""
    known = {"ticket", "whistle", "decision"}
    return reverse(subject.kind, args=[subject.id]) if subject.kind in known else ""


@require_POST
@for_staff
def approve(request: HttpRequest, task_id: int) -> HttpResponse:
    by, at = visitor_of(request).actor, timezone.now()
    return _decide(request, lambda: approve_task(task_id=task_id, by=by, at=at))


def _decide(request: HttpRequest, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except CannotChangeTask as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    return redirect("tasks")


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def refuse(request: HttpRequest, task_id: int) -> HttpResponse:
    by = visitor_of(request).actor
    seen = task_for(by=by, task_id=task_id)
    if seen is None:
        return not_found(request)
    form = RefuseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, at = form.cleaned_data["reason"], timezone.now()
        return _decide(request, lambda: refuse_task(task_id=task_id, reason=reason, by=by, at=at))
    return render(request, "tasks/refuse.html", _context(seen.task) | {"form": form})
