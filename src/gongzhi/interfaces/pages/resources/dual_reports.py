"""Dual-report slips: written by the community, seen by the member first, then by the employer."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.affairs.resources.lifecycle import CannotMove
from gongzhi.affairs.resources.queries.slips import drafted_slips, released_slips, slip_of_member
from gongzhi.affairs.resources.slips import CannotReport, answer_slip, draft_slip
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.resources.needs import tabs
from gongzhi.interfaces.pages.resources.undertaking_forms import (
    AnswerSlipForm,
    SlipForm,
    minutes_of,
)
from gongzhi.interfaces.pages.resources.undertaking_rows import slip_badge, spent

REFUSALS = (CannotReport, CannotMove)


@require_safe
@for_staff
def listed(request: HttpRequest) -> HttpResponse:
    """Slips that our community wrote, and those that members let go to our unit."""
    by = visitor_of(request).actor
    drafts, reads = not reach(by, "slips.draft").nowhere, not reach(by, "slips.read").nowhere
    if not (drafts or reads):
        raise NotPermitted("slips.draft")
    ours = [
        (slip, slip_badge(slip.state), spent(slip.minutes), _address(slip.token))
        for slip in (drafted_slips(by=by) if drafts else [])
    ]
    received = [(slip, spent(slip.minutes)) for slip in (released_slips(by=by) if reads else [])]
    context = {
        "ours": ours,
        "received": received,
        "may_draft": drafts,
        "may_read": reads,
        "tabs": tabs(by, "slips"),
    }
    return render(request, "resources/slips.html", context)


def _address(token: str) -> str:
    return settings.PUBLIC_URL + reverse("slip", args=[token]) if token else ""


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Write down what a working member did in a quarter."""
    by = visitor_of(request).actor
    if reach(by, "slips.draft").nowhere:
        raise NotPermitted("slips.draft")
    form = SlipForm(request.POST or None, by=by)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            draft_slip(
                employer_id=int(asked["employer"]),
                place_id=int(asked["place"]),
                name=asked["name"],
                quarter=asked["quarter"],
                minutes=minutes_of(asked["hours"]),
                deeds=asked["deeds"],
                by=by,
                at=timezone.now(),
            )
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已写好，请把链接交给本人；本人同意才会给所在单位"))
            return redirect("slips")
    context = {
        "form": form,
        "title": _("写报到单"),
        "crumbs": [Crumb(_("双报到"), reverse("slips"))],
    }
    return render(request, "resources/form.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def slip(request: HttpRequest, token: str) -> HttpResponse:
    """The member's own page: read, add words, let it go or keep it back."""
    found = slip_of_member(token)
    form = AnswerSlipForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_slip(
                token=token,
                release=request.POST.get("answer") == "release",
                remark=form.cleaned_data["remark"],
                by=RESIDENT,
                at=timezone.now(),
            )
        except REFUSALS as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("已按您的意思办"))
        return redirect("slip", token=token)
    context = {
        "slip": found,
        "badge_": slip_badge(found.state),
        "spent": spent(found.minutes),
        "form": form,
        "open": found.state.value == "drafted",
    }
    response = render(request, "resources/slip.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
