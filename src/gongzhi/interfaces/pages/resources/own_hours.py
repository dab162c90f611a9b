"""A volunteer's own page, by private link: leave, check the hours, object, print a certificate."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.resources.lifecycle import CannotMove, NotInPool
from gongzhi.affairs.resources.queries.volunteers import OwnPage, own_page
from gongzhi.affairs.resources.signups import dispute_own_hours, leave_post
from gongzhi.affairs.resources.volunteers import CannotVolunteer, dispute_hours
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.interfaces.pages.resources.undertaking_forms import DisputeForm, minutes_of
from gongzhi.interfaces.pages.resources.undertaking_rows import spent, stint_lines

REFUSALS = (CannotVolunteer, CannotMove)


@never_cache
@require_safe
def own(request: HttpRequest, token: str) -> HttpResponse:
    """What is written down about the holder of the link at one post."""
    return _shown(request, token, own_page(token), "resources/own_hours.html")


def _shown(
    request: HttpRequest, token: str, page: OwnPage, template: str, **more: object
) -> HttpResponse:
    context = {
        "token": token,
        "page": page,
        "stints": stint_lines(page.stints),
        "total": spent(page.minutes),
        "today": timezone.localdate(),
        **more,
    }
    response = render(request, template, context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@require_safe
def certificate(request: HttpRequest, token: str) -> HttpResponse:
    """A sheet to print, free of charge: what was certified, by whom; raises without any hours."""
    page = own_page(token)
    if not page.stints:
        raise NotInPool
    return _shown(request, token, page, "resources/certificate.html")


@require_POST
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Take the sign-up back."""
    try:
        leave_post(token=token, by=RESIDENT, at=timezone.now())
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已退出，您的称呼和电话已删除"))
    return redirect("own_hours", token=token)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest, token: str, stint_id: int) -> HttpResponse:
    """Say what the hours should be."""
    page = own_page(token)
    stint = next((each for each in page.stints if each.id == stint_id), None)
    if stint is None:
        raise NotInPool
    form = DisputeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = {
            "minutes": minutes_of(form.cleaned_data["hours"]),
            "reason": form.cleaned_data["reason"],
            "by": RESIDENT,
            "at": timezone.now(),
        }
        try:
            if page.signup_state is None:
                dispute_hours(token=token, **asked)
            else:
                dispute_own_hours(token=token, stint_id=stint_id, **asked)
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已告诉组织单位，请等他们核对"))
            return redirect("own_hours", token=token)
    title, about = _("申请更正时长"), f"{page.post.title} · {stint.day} · {spent(stint.minutes)}"
    return render(request, "resources/form.html", {"form": form, "title": title, "about": about})
