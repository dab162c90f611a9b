"""Rights to vote: given out, printed as slips with a QR code, used to hand in a paper."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.affairs.budgets.ballots import CannotVote, NoSuchCode, receive_paper
from gongzhi.affairs.budgets.codes import (
    CannotIssue,
    NewEntry,
    Slip,
    issue_codes,
    print_slips,
    replace_codes,
)
from gongzhi.affairs.budgets.queries.rounds import round_story
from gongzhi.affairs.budgets.queries.votes import roster
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.territory.queries import public_name
from gongzhi.interfaces.pages.budgets.forms import IssueForm
from gongzhi.interfaces.pages.budgets.rounds import crumbs
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def roster_page(request: HttpRequest, round_id: int) -> HttpResponse:
    """Who may vote; new rights are given out here."""
    by = visitor_of(request).actor
    story = round_story(by=by, round_id=round_id)
    if not story.may_keep_roster:
        raise NotPermitted("roster.keep")
    form = IssueForm(request.POST or None, community_id=story.row.place_id)
    if request.method == "POST" and form.is_valid():
        try:
            made = issue_codes(round_id=round_id, entries=_entries(form), by=by, at=timezone.now())
        except CannotIssue as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("发了 %(count)d 个投票码") % {"count": len(made)})
            return redirect("round_roster", round_id)
    after = _number(request.GET.get("after", ""))
    context = {
        "story": story, "form": form, "crumbs": crumbs(story), "after": after,
        "roster": roster(by=by, round_id=round_id, after=after),
        "open_": story.row.state.value in {"drafted", "collecting", "checking", "voting"},
    }  # fmt: skip
    return render(request, "budgets/roster.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _entries(form: IssueForm) -> list[NewEntry]:
    asked = form.cleaned_data
    home = int(asked["place"])
    labels = [line.strip() for line in asked["labels"].splitlines() if line.strip()]
    if labels:
        return [NewEntry(home, label) for label in labels]
    return [NewEntry(home)] * asked["count"]


@dataclass(frozen=True, slots=True)
class Printed:
    """A slip as the printed page shows it."""

    slip: Slip
    place_name: str
    address: str
    qr: SafeString


@never_cache
@require_POST
@for_staff
def slips(request: HttpRequest, round_id: int) -> HttpResponse:
    """The next slips, ready for the printer; asked for by POST, for the ledger keeps count."""
    by = visitor_of(request).actor
    story = round_story(by=by, round_id=round_id)
    try:
        found = print_slips(round_id=round_id, by=by, at=timezone.now())
    except CannotIssue as refused:
        messages.error(request, str(refused))
        return redirect("round_roster", round_id)
    if not found:
        messages.info(request, _("没有还没打印的投票码了"))
        return redirect("round_roster", round_id)
    context = {
        "story": story, "slips": [_printed(slip) for slip in found],
        "crumbs": crumbs(story), "public_url": settings.PUBLIC_URL,
    }  # fmt: skip
    return render(request, "budgets/slips.html", context)


def _printed(slip: Slip) -> Printed:
    address = settings.PUBLIC_URL + reverse("ballot", args=[slip.code])
    return Printed(slip, public_name(slip.place_id), address, qr_drawing(address))


def qr_drawing(text: str) -> SafeString:
    """A QR code as an inline drawing."""
    import qrcode  # noqa: PLC0415  slow to import, and seldom needed

    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    size = len(rows)
    label = _("二维码")
    return SafeString(
        f'<svg class="slip__qr" viewBox="0 0 {size} {size}" role="img" aria-label="{label}" '
        f'shape-rendering="crispEdges"><path d="{path}"/></svg>'
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def take_paper(request: HttpRequest, round_id: int) -> HttpResponse:
    """Somebody hands in a paper: their code is used up, the paper goes into the box."""
    by = visitor_of(request).actor
    story = round_story(by=by, round_id=round_id)
    if not story.may_keep_roster:
        raise NotPermitted("ballots.take_paper")
    wrong = ""
    if request.method == "POST":
        try:
            receive_paper(code=request.POST.get("code", "")[:40], by=by, at=timezone.now())
        except (CannotVote, NoSuchCode) as refused:
            wrong = str(refused)
        else:
            messages.success(request, _("投票码已核销，请把选票投入票箱"))
            return redirect("take_paper", round_id)
    context = {"story": story, "wrong": wrong, "crumbs": crumbs(story)}
    return render(request, "budgets/take_paper.html", context, status=400 if wrong else 200)


@require_POST
@for_staff
def replace(request: HttpRequest, round_id: int) -> HttpResponse:
    """Slips were lost or not printed well: their codes end, new ones can be printed."""
    wanted = [_number(each) for each in request.POST.getlist("entry")]
    try:
        replace_codes(
            round_id=round_id, entry_ids=wanted, by=visitor_of(request).actor, at=timezone.now()
        )
    except CannotIssue as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("旧码已作废，新码请重新打印"))
    return redirect("round_roster", round_id)
