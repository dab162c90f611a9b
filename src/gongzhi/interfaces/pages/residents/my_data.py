"""What is held of a requester: seen, taken along, corrected, erased, through the private link."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.privacy.my_data import (
    correct_my_data,
    erase_my_data,
    export_my_data,
    see_my_data,
)
from gongzhi.interfaces.pages.residents.following import REFUSALS, with_link

HOLDING = "tickets.contact"


class ContactForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("怎么称呼您"), max_length=40, required=False)
    phone = forms.CharField(label=gettext_lazy("电话"), max_length=24, required=False)
    email = forms.EmailField(label=gettext_lazy("电子邮件"), required=False)


def _subject(holder: Actor) -> Subject:
    return Subject("ticket", holder.ticket_key or 0)


@require_safe
@with_link
def see(request: HttpRequest, token: str, holder: Actor) -> HttpResponse:
    return _show(request, token, holder)


def _show(
    request: HttpRequest, token: str, holder: Actor, form: forms.Form | None = None
) -> HttpResponse:
    held = see_my_data(_subject(holder), by=holder)
    known = {fact.name: fact.value for each in held for fact in each.facts}
    shown = form or ContactForm(initial=known)
    context = {"held": held, "form": shown, "token": token}
    return render(request, "residents/my_data.html", context)


@require_safe
@with_link
def take_along(request: HttpRequest, token: str, holder: Actor) -> HttpResponse:
    data = export_my_data(_subject(holder), by=holder, at=timezone.now())
    return JsonResponse(
        data,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
    )


@require_POST
@with_link
def correct(request: HttpRequest, token: str, holder: Actor) -> HttpResponse:
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _show(request, token, holder, form)
    held = see_my_data(_subject(holder), by=holder)
    known = {fact.name: fact.value for each in held for fact in each.facts}
    for name, value in form.cleaned_data.items():
        if value == known.get(name, ""):
            continue
        try:
            correct_my_data(
                subject=_subject(holder),
                holding=HOLDING,
                fact=name,
                value=value,
                by=holder,
                at=timezone.now(),
            )
        except REFUSALS as error:
            form.add_error(name, str(error))
            return _show(request, token, holder, form)
    messages.success(request, _("联系方式已更新。"))
    return redirect("my_data", token=token)


@require_POST
@with_link
def erase(request: HttpRequest, token: str, holder: Actor) -> HttpResponse:
    erase_my_data(subject=_subject(holder), by=holder, at=timezone.now())
    return render(request, "residents/erased.html")
