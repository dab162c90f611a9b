"""The roster for staff: confirming, inviting, slips to print, paper typed in, statements read."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.assemblies.choices import Capacity, RejectionReason, StatementState
from gongzhi.affairs.assemblies.queries.rosters import (
    roster_of,
    slips_of,
    statements_on_paper,
    statements_to_review,
)
from gongzhi.affairs.assemblies.queries.topics import topic_story
from gongzhi.affairs.assemblies.rosters import (
    CannotJoin,
    answer_seats,
    invite_seats,
    renew_seat,
)
from gongzhi.affairs.assemblies.statements import (
    CannotSay,
    accept_statement,
    reject_statement,
)
from gongzhi.affairs.assemblies.votes import CannotVote, enter_paper_votes
from gongzhi.interfaces.pages.assemblies import topics_forms as forms
from gongzhi.interfaces.pages.assemblies.topics import crumbs, refuse
from gongzhi.interfaces.pages.assemblies.topics_telling import statement_badge
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.qr_codes import qr_of
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def roster(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Who may take part: seats to confirm, and the form that makes more."""
    by = visitor_of(request).actor
    view = roster_of(by=by, topic_id=topic_id)
    form = forms.InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            invite_seats(
                topic_id=topic_id, capacity=Capacity(said["capacity"]), count=said["count"],
                paper=said["paper"], by=by, at=timezone.now(),
            )  # fmt: skip
        except CannotJoin as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已生成，可以打印分发"))
            return redirect("topic_roster" if said["paper"] else "topic_slips", topic_id)
    context = {
        "form": form,
        "view": view,
        "renew": forms.RenewForm(),
        "topic_id": topic_id,
        "crumbs": _crumbs(request, topic_id),
    }
    return render(request, "assemblies/roster.html", context)


@require_POST
@for_staff
def confirm(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Confirm the chosen seats, or not."""
    numbers = [
        int(one)
        for one in request.POST.getlist("seat")[:500]
        if one.isascii() and one.isdigit() and len(one) < 10
    ]
    confirmed = request.POST.get("answer") == "yes"
    try:
        count = answer_seats(
            topic_id=topic_id, numbers=numbers, confirmed=confirmed,
            by=visitor_of(request).actor, at=timezone.now(),
        )  # fmt: skip
    except CannotJoin as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已处理 %(count)d 份") % {"count": count})
    return redirect("topic_roster", topic_id)


@require_POST
@for_staff
def renew(request: HttpRequest, topic_id: int) -> HttpResponse:
    """A new link for a slip that was lost; shown once, on a page to print."""
    form = forms.RenewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("没有这个编号"))
        return redirect("topic_roster", topic_id)
    try:
        slip = renew_seat(
            topic_id=topic_id, number=form.cleaned_data["number"], by=visitor_of(request).actor,
            at=timezone.now(),
        )  # fmt: skip
    except CannotJoin as refused:
        messages.error(request, str(refused))
        return redirect("topic_roster", topic_id)
    return _slips(request, topic_id, [(slip.number, slip.token)])


@never_cache
@require_safe
@for_staff
def slips(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Slips with links and codes that nobody has used yet, to print and hand out."""
    found = slips_of(by=visitor_of(request).actor, topic_id=topic_id, most=100)
    return _slips(request, topic_id, [(slip.number, slip.token) for slip in found])


def _slips(request: HttpRequest, topic_id: int, found: list[tuple[int, str]]) -> HttpResponse:
    shown = []
    for number, token in found:
        address = request.build_absolute_uri(reverse("seat", args=[token]))
        shown.append((number, address, qr_of(address)))
    story = topic_story(by=visitor_of(request).actor, topic_id=topic_id)
    context = {"slips": shown, "row": story.row, "crumbs": _crumbs(request, topic_id)}
    return render(request, "assemblies/topic_slips.html", context)


@never_cache
@require_safe
@for_staff
def sheets(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Paper sheets for those who answer with a pen: each with its number and all statements."""
    by = visitor_of(request).actor
    view = roster_of(by=by, topic_id=topic_id)
    context = {
        "numbers": view.papers[:100],
        "statements": statements_on_paper(by=by, topic_id=topic_id),
        "row": topic_story(by=by, topic_id=topic_id).row,
        "crumbs": _crumbs(request, topic_id),
    }
    return render(request, "assemblies/topic_sheets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def paper(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Type in what somebody ticked on paper."""
    by = visitor_of(request).actor
    statements = statements_on_paper(by=by, topic_id=topic_id)
    form = forms.PaperForm(request.POST or None, statements=statements)
    if request.method == "POST" and form.is_valid():
        try:
            enter_paper_votes(
                topic_id=topic_id, number=form.cleaned_data["number"], answers=form.answers(),
                by=by, at=timezone.now(),
            )  # fmt: skip
        except CannotVote as refused:
            refuse(form, refused)
        else:
            messages.success(
                request,
                _("%(number)d 号已录入，可以录下一张") % {"number": form.cleaned_data["number"]},
            )
            return redirect("paper_votes", topic_id)
    context = {
        "form": form,
        "title": _("录入纸质表态"),
        "about": _("再录同一编号，以最后一次为准。"),
        "button": _("录入"),
        "crumbs": _crumbs(request, topic_id),
    }
    return render(request, "assemblies/topic_form.html", context)


@require_safe
@for_staff
def review(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Statements to read: those that wait first, the others by choice."""
    wanted = request.GET.get("state", StatementState.WAITING.value)
    if wanted not in StatementState.values:
        raise Http404
    state = StatementState(wanted)
    found, cursor = statements_to_review(
        by=visitor_of(request).actor, topic_id=topic_id, state=state,
        cursor=request.GET.get("after", ""),
    )  # fmt: skip
    context = {
        "rows": [
            (
                one,
                statement_badge(one.state),
                forms.AcceptForm(initial={"text": one.text}, auto_id=f"a{one.id}_%s"),
                forms.RejectForm(auto_id=f"r{one.id}_%s"),
            )
            for one in found
        ],
        "states": [(one.value, one.label, one is state) for one in StatementState],
        "next_cursor": cursor,
        "topic_id": topic_id,
        "crumbs": _crumbs(request, topic_id),
    }
    return render(request, "assemblies/review.html", context)


@require_POST
@for_staff
def moderate(request: HttpRequest, topic_id: int, statement_id: int, name: str) -> HttpResponse:
    """Accept a statement, in mended words where needed, or reject it with a reason."""
    by, at = visitor_of(request).actor, timezone.now()
    form = {"accept": forms.AcceptForm, "reject": forms.RejectForm}.get(name)
    if form is None:
        raise Http404
    bound = form(request.POST)
    if not bound.is_valid():
        messages.error(request, _("请填写完整再送出"))
        return redirect("review", topic_id)
    said = bound.cleaned_data
    try:
        if name == "accept":
            accept_statement(statement_id=statement_id, text=said["text"], by=by, at=at)
        else:
            reject_statement(
                statement_id=statement_id, reason=RejectionReason(said["reason"]),
                remark=said["remark"], by=by, at=at,
            )  # fmt: skip
    except CannotSay as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已处理"))
    return redirect("review", topic_id)


def _crumbs(request: HttpRequest, topic_id: int) -> list[Crumb]:
    title = topic_story(by=visitor_of(request).actor, topic_id=topic_id).row.title
    return [*crumbs(), Crumb(title, f"/topics/{topic_id}")]
