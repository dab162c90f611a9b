"""Finding one's request again: open the link, or have it sent to the contact that was left."""

import re

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from gongzhi.affairs.tickets.requesters import holder_of, lost_links
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.notifying import Message, notify
from gongzhi.interfaces.pages.guarding.forms import Guard, GuardedForm

_TOKEN = re.compile(r"(?:.*/t/)?([A-Za-z0-9_-]{19,43})/?")


class FindForm(GuardedForm):
    """The asker learns nothing from the answer: it is the same whether or not a number is known."""

    guard = Guard("find", free=3, most=20)
    phone = forms.CharField(
        label=_("反映时留的电话"),
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    number = forms.CharField(label=_("编号"), max_length=32, required=False)


class LinkForm(forms.Form):
    link = forms.CharField(label=_("专属链接"), max_length=200)

    def clean_link(self) -> str:
        found = _TOKEN.fullmatch(self.cleaned_data["link"].strip())
        if not found or holder_of(found[1]) is None:
            raise forms.ValidationError(_("这个链接打不开，可能没有复制完整，或者已经失效。"))
        return found[1]


@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    asked = request.POST.get("by", "") if request.method == "POST" else ""
    link = LinkForm(request.POST if asked == "link" else None)
    find = FindForm(request.POST if asked == "phone" else None, request=request)
    if asked == "link" and link.is_valid():
        return redirect("my_ticket", token=link.cleaned_data["link"])
    if asked == "phone" and find.is_valid():
        _send_links(find.cleaned_data["phone"], find.cleaned_data["number"])
        return redirect("link_sent")
    context = {"link": link, "find": find, "can_send": _can_send()}
    return render(request, "residents/track.html", context)


def link_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "residents/link_sent.html")


def _can_send() -> bool:
    """Whether this installation reaches requesters at all."""
    return bool(settings.SMS_WEBHOOK or settings.EMAIL_HOST)


def _send_links(phone: str, number: str) -> None:
    now = timezone.now()
    notify(
        [
            Message(
                recipient_kind="requester",
                recipient_id=lost.ticket_id,
                template="requester.link",
                subject=Subject("ticket", lost.ticket_id),
                once=f"link:{now:%Y%m%d%H}",
            )
            for lost in lost_links(phone=phone, number=number)
        ],
        at=now,
    )
