"""Putting needs and offers right, and deciding that an offer shall not serve a need."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.affairs.resources.choices import Urgency
from gongzhi.affairs.resources.lifecycle import NotInPool
from gongzhi.affairs.resources.matching import CannotPlan, allow_pair, exclude_pair
from gongzhi.affairs.resources.needs import CannotPublish, correct_need
from gongzhi.affairs.resources.offers import CannotOffer, correct_offer
from gongzhi.affairs.resources.queries.claims import need_story, offer_story
from gongzhi.affairs.resources.queries.pool import Filters, offers_page
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.resources.forms import day_field
from gongzhi.interfaces.pages.tickets.fields import words


class CorrectNeedForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("需要什么"), max_length=80)
    quantity = forms.IntegerField(label=gettext_lazy("数量"), min_value=1, max_value=1_000_000)
    urgency = forms.TypedChoiceField(
        label=gettext_lazy("急不急"), coerce=int, choices=Urgency.choices, widget=forms.RadioSelect
    )
    ends = day_field(gettext_lazy("到哪天止"))
    text = words(gettext_lazy("补充说明"), required=False)


class CorrectOfferForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("能提供什么"), max_length=80)
    total = forms.IntegerField(label=gettext_lazy("总共多少"), min_value=1, max_value=1_000_000)
    ends = day_field(gettext_lazy("到哪天止"))
    text = words(gettext_lazy("补充说明"), required=False)


class ExcludeForm(forms.Form):
    offer = forms.ChoiceField(label=gettext_lazy("哪项资源"))
    reason = words(gettext_lazy("理由"), rows=3)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def need(request: HttpRequest, need_id: int) -> HttpResponse:
    """Change what a need says, never to less than is claimed."""
    by = visitor_of(request).actor
    story = need_story(by=by, need_id=need_id)
    if not (story.may_review if story.is_wish else story.may_publish):
        raise NotPermitted("needs.review" if story.is_wish else "needs.publish")
    row = story.row
    initial = {
        "title": row.title, "quantity": row.quantity, "urgency": row.urgency.value,
        "ends": row.ends, "text": story.text,
    }  # fmt: skip
    form = CorrectNeedForm(request.POST or None, initial=initial)
    if story.is_wish:
        del form.fields["quantity"]
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            correct_need(
                need_id=need_id,
                title=asked["title"],
                text=asked["text"],
                quantity=asked.get("quantity", row.quantity),
                urgency=Urgency(asked["urgency"]),
                ends=asked["ends"],
                by=by,
                at=timezone.now(),
            )
        except CannotPublish as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("已更正"))
            return redirect("need", need_id)
    crumbs = [Crumb(row.title, reverse("need", args=[need_id]))]
    context = {"form": form, "title": _("更正需求"), "about": row.title, "crumbs": crumbs}
    return render(request, "resources/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Change what an offer says, never to less than is used."""
    by = visitor_of(request).actor
    story = offer_story(by=by, offer_id=offer_id)
    if not story.may_open:
        raise NotPermitted("offers.open")
    row = story.row
    initial = {"title": row.title, "total": row.total, "ends": row.ends, "text": row.text}
    form = CorrectOfferForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            correct_offer(offer_id=offer_id, **form.cleaned_data, by=by, at=timezone.now())
        except CannotOffer as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("已更正"))
            return redirect("offer", offer_id)
    crumbs = [Crumb(row.title, reverse("offer", args=[offer_id]))]
    context = {"form": form, "title": _("更正资源"), "about": row.title, "crumbs": crumbs}
    return render(request, "resources/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def exclude(request: HttpRequest, need_id: int) -> HttpResponse:
    """Decide that an offer shall not serve this need; plans keep to it."""
    by = visitor_of(request).actor
    story = need_story(by=by, need_id=need_id)
    if not story.may_review:
        raise NotPermitted("needs.review")
    row = story.row
    filters = Filters(category_id=row.category.id, place_id=row.community_id)
    found = offers_page(filters=filters, most=200).rows
    form = ExcludeForm(request.POST or None)
    form.fields["offer"].choices = [  # type: ignore[attr-defined]
        (str(each.id), f"{each.title} · {each.unit_name}") for each in found
    ]
    if request.method == "POST" and form.is_valid():
        asked, at = form.cleaned_data, timezone.now()
        try:
            exclude_pair(
                need_id=need_id, offer_id=int(asked["offer"]), reason=asked["reason"], by=by, at=at
            )
        except CannotPlan as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已记下，方案不会再这样搭配"))
            return redirect("need", need_id)
    crumbs = [Crumb(row.title, reverse("need", args=[need_id]))]
    context = {"form": form, "title": _("排除一项资源"), "about": row.title, "crumbs": crumbs}
    return render(request, "resources/form.html", context)


@require_POST
@for_staff
def allow(request: HttpRequest, need_id: int) -> HttpResponse:
    """Take such a decision back."""
    offer_id = asked_number(request.POST, "offer")
    if offer_id is None:
        raise NotInPool
    by = visitor_of(request).actor
    allow_pair(need_id=need_id, offer_id=offer_id, by=by, at=timezone.now())
    messages.success(request, _("已登记"))
    return redirect("need", need_id)
