"""Agreements between a partner unit and a community: proposed, signed, ended."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.resources.agreements import (
    CannotAgree,
    end_agreement,
    propose_agreement,
    sign_agreement,
)
from gongzhi.affairs.resources.lifecycle import CannotMove
from gongzhi.affairs.resources.queries.undertakings import (
    agreement_story,
    agreements_within_reach,
)
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.resources.needs import tabs
from gongzhi.interfaces.pages.resources.undertaking_forms import AgreementForm
from gongzhi.interfaces.pages.resources.undertaking_rows import agreement_badge, agreement_line

REFUSALS = (CannotAgree, CannotMove)
_STEPS = {"sign": sign_agreement, "end": end_agreement}


@require_safe
@for_staff
def listed(request: HttpRequest) -> HttpResponse:
    """The agreements of the reader's units and places."""
    by = visitor_of(request).actor
    may_sign = not reach(by, "agreements.sign").nowhere
    if not may_sign and reach(by, "projects.run").nowhere:
        raise NotPermitted("agreements.sign")
    rows = [agreement_line(row) for row in agreements_within_reach(by=by)]
    context = {"rows": rows, "may_propose": may_sign, "tabs": tabs(by, "agreements")}
    return render(request, "resources/agreements.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Write down what both would do; the other side signs."""
    by = visitor_of(request).actor
    if reach(by, "agreements.sign").nowhere:
        raise NotPermitted("agreements.sign")
    form = AgreementForm(request.POST or None, by=by)
    if request.method == "POST" and form.is_valid():
        asked, (partner, host) = form.cleaned_data, form.sides()
        try:
            made = propose_agreement(
                partner_id=partner,
                host_id=host,
                title=asked["title"],
                text=asked["text"],
                begins=asked["begins"],
                ends=asked["ends"],
                by=by,
                at=timezone.now(),
            )
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("协议已提出，等对方签署"))
            return redirect("agreement", made)
    context = {"form": form, "title": _("提出协议"), "crumbs": _crumbs()}
    return render(request, "resources/form.html", context)


def _crumbs() -> list[Crumb]:
    return [Crumb(_("共建协议"), reverse("agreements"))]


@require_safe
@for_staff
def agreement(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """One agreement."""
    row = agreement_story(by=visitor_of(request).actor, agreement_id=agreement_id)
    context = {"row": row, "badge_": agreement_badge(row.state), "crumbs": _crumbs()}
    return render(request, "resources/agreement.html", context)


@require_POST
@for_staff
def step(request: HttpRequest, agreement_id: int, name: str) -> HttpResponse:
    """Sign it, or end it."""
    if name not in _STEPS:
        raise Http404
    try:
        _STEPS[name](agreement_id=agreement_id, by=visitor_of(request).actor, at=timezone.now())
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    return redirect("agreement", agreement_id)
