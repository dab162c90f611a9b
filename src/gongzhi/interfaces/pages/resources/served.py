"""What the people served see: one question, by private link, without an account."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gongzhi.affairs.resources.choices import ClaimState
from gongzhi.affairs.resources.queries.claims import claim_in_public
from gongzhi.affairs.resources.results import answer_as_served, claim_of_link
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.ratings.rating import CannotRate, Satisfied, Solved
from gongzhi.interfaces.pages.resources.forms import ServedForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def served(request: HttpRequest, token: str) -> HttpResponse:
    """Was it done, are you satisfied? "No" before the confirmation sends it back."""
    title, place, giver, state = claim_in_public(claim_of_link(token))
    form = ServedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            answer_as_served(
                token=token,
                solved=Solved(asked["solved"]),
                satisfied=Satisfied(asked["satisfied"]),
                remark=asked["remark"],
                by=RESIDENT,
                at=timezone.now(),
            )
        except CannotRate as refused:
            form.add_error(None, str(refused))
        except NotPermitted:
            form.add_error(None, _("现在还不能评价"))
        else:
            messages.success(request, _("谢谢您，已经记下了"))
            return redirect("served", token)
    context = {
        "form": form,
        "title": title,
        "place": place,
        "giver": giver,
        "open": state in {ClaimState.DONE, ClaimState.CONFIRMED},
    }
    response = render(request, "resources/served.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
