"""Projects: agreed claims carried out together, from the plan to the accepted result."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.resources.lifecycle import CannotMove
from gongzhi.affairs.resources.projects import (
    CannotRun,
    confirm_project,
    hand_in_result,
    plan_project,
    rate_project,
    reach_milestone,
    start_project,
    stop_project,
)
from gongzhi.affairs.resources.queries.undertakings import (
    claims_for_projects,
    project_story,
    projects,
)
from gongzhi.commons.attachments.attaching import attach
from gongzhi.commons.attachments.errors import CannotAttach
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.commons.ratings.rating import CannotRate, Satisfied
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.resources.forms import RatingForm, ReasonForm
from gongzhi.interfaces.pages.resources.needs import tabs
from gongzhi.interfaces.pages.resources.rows import claim_badge
from gongzhi.interfaces.pages.resources.undertaking_forms import ProjectForm, ResultForm
from gongzhi.interfaces.pages.resources.undertaking_rows import (
    line_of_project,
    project_badge,
    project_line,
    rating_lines,
)

REFUSALS = (CannotRun, CannotMove, CannotRate, CannotAttach)


@require_safe
@for_staff
def listed(request: HttpRequest) -> HttpResponse:
    """The newest projects."""
    by = visitor_of(request).actor
    context = {
        "rows": [project_line(row) for row in projects(by=by)],
        "may_plan": not reach(by, "projects.run").nowhere,
        "tabs": tabs(by, "projects"),
    }
    return render(request, "resources/projects.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Bind agreed claims into one project."""
    by = visitor_of(request).actor
    if reach(by, "projects.run").nowhere:
        raise NotPermitted("projects.run")
    claims = claims_for_projects(by=by)
    form = ProjectForm(request.POST or None, by=by, claims=claims)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = plan_project(
                title=asked["title"],
                lead_id=int(asked["lead"]),
                claim_ids=[int(each) for each in asked["claims"]],
                milestones=asked["milestones"],
                budget=asked["budget"],
                agreement_id=int(asked["agreement"]) if asked["agreement"] else None,
                by=by,
                at=timezone.now(),
            )
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("项目已立项"))
            return redirect("project", made)
    about = "" if claims else _("现在没有双方已确认、还不属于项目的认领。")
    context = {"form": form, "title": _("立项"), "about": about, "crumbs": _crumbs()}
    return render(request, "resources/form.html", context)


def _crumbs() -> list[Crumb]:
    return [Crumb(_("项目"), reverse("projects"))]


@require_safe
@for_staff
def project(request: HttpRequest, project_id: int) -> HttpResponse:
    """One project whole."""
    story = project_story(by=visitor_of(request).actor, project_id=project_id)
    labels, current = line_of_project(story)
    context = {
        "story": story,
        "row": story.row,
        "badge_": project_badge(story.row.state),
        "labels": labels,
        "current": current,
        "claims": [(claim, claim_badge(claim.state)) for claim in story.claims],
        "ratings": rating_lines(story.ratings),
        "crumbs": _crumbs(),
    }
    return render(request, "resources/project.html", context)


@require_POST
@for_staff
def press(request: HttpRequest, project_id: int, name: str) -> HttpResponse:
    """Start it, or accept its result."""
    by, at = visitor_of(request).actor, timezone.now()
    try:
        if name == "start":
            start_project(project_id=project_id, by=by, at=at)
        elif name == "confirm":
            confirm_project(project_id=project_id, by=by, at=at)
        else:
            raise Http404
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    return redirect("project", project_id)


@require_POST
@for_staff
def reached(request: HttpRequest, project_id: int, milestone_id: int) -> HttpResponse:
    """One step of the project was reached."""
    try:
        reach_milestone(milestone_id=milestone_id, by=visitor_of(request).actor, at=timezone.now())
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    return redirect("project", project_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def result(request: HttpRequest, project_id: int) -> HttpResponse:
    """The lead hands in what came of it, with pictures or files as proof."""
    by, at = visitor_of(request).actor, timezone.now()
    story = project_story(by=by, project_id=project_id)
    form = ResultForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                for file in form.cleaned_data["attached"]:
                    attach(file, subject=Subject("project", project_id), by=by, at=at)
                hand_in_result(
                    project_id=project_id, result=form.cleaned_data["result"], by=by, at=at
                )
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("结果已提交，等社区验收"))
            return redirect("project", project_id)
    return _form(request, form, _("提交结果"), story.row.title, project_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def stop(request: HttpRequest, project_id: int) -> HttpResponse:
    """It won't be finished; its claims go on by themselves."""
    by = visitor_of(request).actor
    story = project_story(by=by, project_id=project_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            stop_project(project_id=project_id, reason=reason, by=by, at=timezone.now())
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已登记"))
            return redirect("project", project_id)
    return _form(request, form, _("终止项目"), story.row.title, project_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def rate(request: HttpRequest, project_id: int) -> HttpResponse:
    """One side says how it was to work together."""
    by = visitor_of(request).actor
    story = project_story(by=by, project_id=project_id)
    form = RatingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rate_project(
                project_id=project_id,
                satisfied=Satisfied(form.cleaned_data["satisfied"]),
                remark=form.cleaned_data["remark"],
                by=by,
                at=timezone.now(),
            )
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("谢谢，已经记下"))
            return redirect("project", project_id)
    return _form(request, form, _("评价合作"), story.row.title, project_id)


def _form(
    request: HttpRequest, form: object, title: str, about: str, project_id: int
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "about": about,
        "crumbs": [*_crumbs(), Crumb(about, reverse("project", args=[project_id]))],
    }
    return render(request, "resources/form.html", context)
