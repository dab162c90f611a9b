"""Plans for the district: compute, read the reasons, adopt."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.resources.claims import CannotClaim
from gongzhi.affairs.resources.matching import (
    CannotPlan,
    PlanIsOld,
    apply_plan,
    claim_match,
    compute_plan,
)
from gongzhi.affairs.resources.queries.plans import plan_story, plans
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.resources.needs import tabs
from gongzhi.interfaces.pages.resources.plan_words import why_not, why_this

REFUSALS = (CannotPlan, PlanIsOld, CannotClaim)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def listed(request: HttpRequest) -> HttpResponse:
    """The plans so far, and the button that makes the next one."""
    by = visitor_of(request).actor
    if reach(by, "plans.compute").nowhere:
        raise NotPermitted("plans.compute")
    if request.method == "POST":
        value_first = request.POST.get("aims") == "value-first"
        aims = "value-first" if value_first else "fair-first"
        try:
            made = compute_plan(aims=aims, by=by, at=timezone.now())  # type: ignore[arg-type]
        except CannotPlan as refused:
            messages.error(request, str(refused))
            return redirect("plans")
        return redirect("plan", made)
    return render(request, "resources/plans.html", {"plans": plans(), "tabs": tabs(by, "plans")})


@require_safe
@for_staff
def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """One plan with its reasons."""
    by = visitor_of(request).actor
    if reach(by, "plans.compute").nowhere:
        raise NotPermitted("plans.compute")
    story = plan_story(plan_id=plan_id)
    context = {
        "story": story,
        "row": story.row,
        "matches": [(match, why_this(match)) for match in story.matches],
        "gaps": [(gap, why_not(gap)) for gap in story.gaps],
        "may_apply": story.row.state.value == "proposed" and not story.changes,
        "crumbs": [Crumb(_("匹配方案"), "/plans")],
    }
    return render(request, "resources/plan.html", context)


@require_POST
@for_staff
def apply(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Turn every match into a claim."""
    try:
        count = apply_plan(plan_id=plan_id, by=visitor_of(request).actor, at=timezone.now())
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("方案已采用，%(count)s 项认领等双方确认") % {"count": count})
    return redirect("plan", plan_id)


@require_POST
@for_staff
def claim(request: HttpRequest, match_id: int) -> HttpResponse:
    """Turn one match into a claim."""
    try:
        claim_match(match_id=match_id, by=visitor_of(request).actor, at=timezone.now())
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已认领，等双方确认"))
    plan_id = asked_number(request.POST, "plan")
    return redirect("plans") if plan_id is None else redirect("plan", plan_id)
