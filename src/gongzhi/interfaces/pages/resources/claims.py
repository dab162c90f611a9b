"""Claims: making one from either side, and every step after it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.affairs.resources.choices import SignupChannel
from gongzhi.affairs.resources.claims import (
    CannotClaim,
    agree_claim,
    claim_need,
    claim_offer,
    decline_claim,
    withdraw_claim,
)
from gongzhi.affairs.resources.lifecycle import CannotMove, NotInPool
from gongzhi.affairs.resources.queries.claims import (
    claim_story,
    claims_within_reach,
    need_story,
    offer_story,
)
from gongzhi.affairs.resources.queries.pool import Filters, offers_page
from gongzhi.affairs.resources.results import (
    confirm_claim,
    note_answer_of_served,
    rate_other_side,
    report_done,
    report_no_show,
    return_claim,
    served_link,
)
from gongzhi.affairs.resources.wishes import CannotWish, reveal_identity
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import reach
from gongzhi.commons.ratings.rating import CannotRate, Satisfied, Solved
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.resources import forms
from gongzhi.interfaces.pages.resources.needs import tabs
from gongzhi.interfaces.pages.resources.rows import claim_badge

REFUSALS = (CannotClaim, CannotMove, CannotRate, CannotWish)
Asked = dict[str, Any]
Act = Callable[[int, Asked, Actor, datetime], object]


@dataclass(frozen=True, slots=True)
class ClaimStep:
    """A step after the claim: its words, its form (none for one press), and what it calls."""

    label: str | Promise
    act: Act
    form: type[django_forms.Form] | None = None


STEPS: dict[str, ClaimStep] = {
    "agree": ClaimStep(
        gettext_lazy("同意"), lambda i, _a, by, at: agree_claim(claim_id=i, by=by, at=at)
    ),
    "decline": ClaimStep(
        gettext_lazy("谢绝"),
        lambda i, a, by, at: decline_claim(claim_id=i, reason=a["reason"], by=by, at=at),
        forms.ReasonForm,
    ),
    "withdraw": ClaimStep(
        gettext_lazy("退出认领"),
        lambda i, a, by, at: withdraw_claim(claim_id=i, reason=a["reason"], by=by, at=at),
        forms.ReasonForm,
    ),
    "done": ClaimStep(
        gettext_lazy("报告办完"),
        lambda i, a, by, at: report_done(claim_id=i, report=a["report"], by=by, at=at),
        forms.ReportForm,
    ),
    "confirm": ClaimStep(
        gettext_lazy("确认结果"), lambda i, _a, by, at: confirm_claim(claim_id=i, by=by, at=at)
    ),
    "return": ClaimStep(
        gettext_lazy("还没有办到"),
        lambda i, a, by, at: return_claim(claim_id=i, reason=a["reason"], by=by, at=at),
        forms.ReasonForm,
    ),
    "no-show": ClaimStep(
        gettext_lazy("对方没有来"),
        lambda i, a, by, at: report_no_show(claim_id=i, reason=a["reason"], by=by, at=at),
        forms.ReasonForm,
    ),
    "rate": ClaimStep(
        gettext_lazy("评价合作"),
        lambda i, a, by, at: rate_other_side(
            claim_id=i, satisfied=Satisfied(a["satisfied"]), remark=a["remark"], by=by, at=at
        ),
        forms.RatingForm,
    ),
    "note": ClaimStep(
        gettext_lazy("代记受助人评价"),
        lambda i, a, by, at: note_answer_of_served(
            claim_id=i,
            channel=SignupChannel(a["channel"]),
            solved=Solved(a["solved"]),
            satisfied=Satisfied(a["satisfied"]),
            remark=a["remark"],
            by=by,
            at=at,
        ),
        forms.NoteServedForm,
    ),
    "reveal": ClaimStep(
        gettext_lazy("告知受助人信息"),
        lambda i, _a, by, at: reveal_identity(claim_id=i, by=by, at=at),
    ),
}


@require_safe
@for_staff
def listed(request: HttpRequest) -> HttpResponse:
    """The claims of the reader's units and places; what has to be answered first is on top."""
    by = visitor_of(request).actor
    claims = claims_within_reach(by=by, alive=request.GET.get("all") != "1")
    context = {
        "claims": [(claim, claim_badge(claim.state)) for claim in claims],
        "everything": request.GET.get("all") == "1",
        "tabs": tabs(by, "claims"),
    }
    return render(request, "resources/claims.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def claim_need_page(request: HttpRequest, need_id: int) -> HttpResponse:
    """A unit takes up a need."""
    by = visitor_of(request).actor
    story = need_story(by=by, need_id=need_id)
    ours = reach(by, "claims.give").unit_ids
    found = [
        row
        for unit_id in sorted(ours)
        for row in offers_page(
            filters=Filters(unit_id=unit_id, category_id=story.row.category.id), most=50
        ).rows
    ]
    offers = [(str(row.id), row.title) for row in found]
    initial = {"quantity": story.row.left, "offer": offers[0][0] if len(offers) == 1 else ""}
    form = forms.ClaimNeedForm(request.POST or None, by=by, offers=offers, initial=initial)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            claim_need(
                need_id=need_id,
                unit_id=int(asked["unit"]),
                quantity=asked["quantity"],
                day=asked["day"],
                offer_id=int(asked["offer"]) if asked["offer"] else None,
                by=by,
                at=timezone.now(),
            )
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已认领，等社区确认"))
            return redirect("need", need_id)
    context = {
        "form": form,
        "title": _("认领需求"),
        "about": story.row.title,
        "crumbs": [Crumb(story.row.title, reverse("need", args=[need_id]))],
    }
    return render(request, "resources/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def claim_offer_page(request: HttpRequest, offer_id: int) -> HttpResponse:
    """A community takes up an offer for one of its needs."""
    by = visitor_of(request).actor
    story = offer_story(by=by, offer_id=offer_id)
    kinds = {view.id for view in story.row.categories}
    form = forms.ClaimOfferForm(request.POST or None, by=by, categories=kinds)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            claim_offer(
                offer_id=offer_id,
                need_id=int(asked["need"]),
                quantity=asked["quantity"],
                day=asked["day"],
                by=by,
                at=timezone.now(),
            )
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已认领，等提供单位确认"))
            return redirect("need", int(asked["need"]))
    context = {
        "form": form,
        "title": _("认领资源"),
        "about": story.row.title,
        "crumbs": [Crumb(story.row.title, reverse("offer", args=[offer_id]))],
    }
    return render(request, "resources/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def step(request: HttpRequest, claim_id: int, name: str) -> HttpResponse:
    """One step after the claim; those that need words have a form."""
    by = visitor_of(request).actor
    claim = claim_story(by=by, claim_id=claim_id)
    if name == "served":
        return _served_page(request, claim_id, by)
    page = STEPS.get(name)
    if page is None or (page.form is None and request.method != "POST"):
        raise Http404
    form = page.form(request.POST or None) if page.form else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            page.act(claim_id, form.cleaned_data if form else {}, by, timezone.now())
        except REFUSALS as refused:
            if form is None:
                messages.error(request, str(refused))
                return redirect("need", claim.need_id)
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已完成：%(step)s") % {"step": page.label})
            return redirect("need", claim.need_id)
    context = {
        "form": form,
        "title": page.label,
        "about": f"{claim.need_title} · {claim.giver_name}",
        "crumbs": [Crumb(claim.need_title, reverse("need", args=[claim.need_id]))],
    }
    return render(request, "resources/form.html", context)


def _served_page(request: HttpRequest, claim_id: int, by: Actor) -> HttpResponse:
    """The address to hand to the people served; only the receiving side may read it."""
    claim = claim_story(by=by, claim_id=claim_id)
    if "served" not in claim.steps:
        raise NotInPool
    path = reverse("served", args=[served_link(claim_id)])
    context = {
        "claim": claim,
        "path": path,
        "address": settings.PUBLIC_URL + path,
        "crumbs": [Crumb(claim.need_title, reverse("need", args=[claim.need_id]))],
    }
    return render(request, "resources/served_link.html", context)
