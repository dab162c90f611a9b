"""The remark form that every page links to, and the list for those who keep the software."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.commons.remarks.leaving import LONGEST, leave_remark
from gongzhi.commons.remarks.queries import remarks
from gongzhi.interfaces.pages.framing.addresses import page_without_secrets
from gongzhi.interfaces.pages.framing.paging import page_number
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.guarding.forms import Guard, GuardedForm

PER_PAGE = 50


class RemarkForm(GuardedForm):
    guard = Guard("remark", free=3, most=20)
    text = forms.CharField(
        label=_("哪里不好用，怎样会更好"),
        help_text=_("不用留名。请不要写姓名和电话；要办事，请用“我要反映”。"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    page = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_page(self) -> str:
        """Only the path is kept: an address may carry a private link."""
        return page_without_secrets(str(self.cleaned_data["page"]))


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    initial: dict[str, Any] = {"page": request.GET.get("page", "")}
    data = request.POST if request.method == "POST" else None
    form = RemarkForm(data, request=request, initial=initial)
    if request.method == "POST" and form.is_valid():
        leave_remark(
            page=form.cleaned_data["page"],
            text=form.cleaned_data["text"],
            by=visitor_of(request).actor,
            at=timezone.now(),
        )
        return redirect("remark_left")
    return render(request, "welcoming/remark.html", {"form": form})


@require_safe
def left(request: HttpRequest) -> HttpResponse:
    return render(request, "welcoming/remark_left.html")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    number = page_number(request)
    found, total = remarks(
        by=visitor_of(request).actor, offset=(number - 1) * PER_PAGE, limit=PER_PAGE
    )
    page = Paginator(range(total), PER_PAGE).get_page(number)
    return render(request, "welcoming/remarks.html", {"remarks": found, "page": page})
