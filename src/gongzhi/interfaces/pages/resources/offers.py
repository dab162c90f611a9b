"""Offers: the public list, opening one, and one offer whole."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.resources.lifecycle import CannotMove
from gongzhi.affairs.resources.offers import (
    CannotOffer,
    end_offer,
    open_offer,
    pause_offer,
    resume_offer,
)
from gongzhi.affairs.resources.queries.claims import offer_story
from gongzhi.affairs.resources.queries.pool import offers_page
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.resources.forms import FilterForm, OfferForm
from gongzhi.interfaces.pages.resources.needs import tabs
from gongzhi.interfaces.pages.resources.rows import claim_badge, offer_badge, offer_line

_STEPS = {"pause": pause_offer, "resume": resume_offer, "end": end_offer}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What is offered, for everyone."""
    by = visitor_of(request).actor
    form = FilterForm(request.GET or None)
    filters = form.filters(ends_from=timezone.localdate())
    page = offers_page(filters=filters, cursor=request.GET.get("after", ""))
    context = {
        "form": form,
        "rows": [offer_line(row) for row in page.rows],
        "next_cursor": page.next_cursor,
        "may_open": bool(reach(by, "offers.open").unit_ids),
        "tabs": tabs(by, "offers"),
    }
    return render(request, "resources/offers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Put an offer into the pool."""
    by = visitor_of(request).actor
    if not reach(by, "offers.open").unit_ids:
        raise NotPermitted("offers.open")
    form = OfferForm(request.POST or None, by=by)
    if request.method == "POST" and form.is_valid():
        try:
            made = open_offer(new=form.new_offer(), by=by, at=timezone.now())
        except CannotOffer as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("资源已登记"))
            return redirect("offer", made)
    context = {
        "form": form,
        "title": _("登记资源"),
        "crumbs": [Crumb(_("可用资源"), "/offers")],
    }
    return render(request, "resources/form.html", context)


@require_safe
def offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    """One offer whole."""
    story = offer_story(by=visitor_of(request).actor, offer_id=offer_id)
    days = [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]
    context = {
        "story": story,
        "row": story.row,
        "badge_": offer_badge(story.row.state),
        "openings": [(days[day], opens, closes) for day, opens, closes in story.openings],
        "claims": [(claim, claim_badge(claim.state)) for claim in story.claims],
        "crumbs": [Crumb(_("可用资源"), "/offers")],
    }
    return render(request, "resources/offer.html", context)


@require_POST
@for_staff
def step(request: HttpRequest, offer_id: int, name: str) -> HttpResponse:
    """What the unit does with its offer in one press."""
    if name not in _STEPS:
        raise Http404
    try:
        _STEPS[name](offer_id=offer_id, by=visitor_of(request).actor, at=timezone.now())
    except CannotMove as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    return redirect("offer", offer_id)
