"""The public library: its list and feed, one edition, its files, and complaints about it."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.commons.permissions.table import reach, require
from gongzhi.insights.reports.library import (
    CannotGiveOut,
    EditionView,
    edition_file,
    editions,
)
from gongzhi.insights.reports.library import edition as edition_view
from gongzhi.insights.reports.library import violation as violation_view
from gongzhi.insights.reports.library import violations as violation_list
from gongzhi.insights.reports.publishing import CannotPublish, withdraw_edition
from gongzhi.insights.reports.violations import (
    CannotAnswer,
    CannotReport,
    answer_violation,
    report_violation,
    violation_behind,
)
from gongzhi.insights.reports.writing import MEDIA_TYPES
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.paging import page_number
from gongzhi.interfaces.pages.framing.plain_words import plain_words
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.reports.forms import AnswerForm, ViolationForm, WithdrawForm
from gongzhi.interfaces.pages.reports.studies import file_response

PER_PAGE = 20
_FEED_LENGTH = 50
_KIND_NAMES = {"docx": "Word", "html": "HTML", "pdf": "PDF"}


def _crumbs(view: EditionView | None = None) -> list[Crumb]:
    above = [Crumb(_("报告"), reverse("library"))]
    if view is not None:
        above.append(Crumb(view.title, reverse("edition", args=[view.id])))
    return above


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What was published, newest first."""
    number, unit_id = page_number(request), asked_number(request.GET, "unit")
    rows, total = editions(offset=(number - 1) * PER_PAGE, limit=PER_PAGE, unit_id=unit_id)
    context = {
        "editions": rows,
        "page": Paginator(range(total), PER_PAGE).get_page(number),
        "may_answer": not reach(visitor_of(request).actor, "violations.answer").nowhere,
    }
    return render(request, "reports/library.html", context)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The newest editions as Atom, of one publisher or of all."""
    rows, _total = editions(limit=_FEED_LENGTH, unit_id=asked_number(request.GET, "unit"))
    base = settings.PUBLIC_URL
    made = Atom1Feed(
        title=_("公开的调研报告"),
        link=base + reverse("library"),
        description="",
        feed_url=base + request.get_full_path(),
        language=getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
    )
    for row in rows:
        gone = _("（已撤回）") if row.withdrawn_at else ""
        made.add_item(
            title=plain_words(row.title) + gone,
            link=base + reverse("edition", args=[row.id]),
            unique_id=f"urn:gongzhi:edition:{row.id}",
            description=plain_words(row.withdrawn_reason if gone else row.summary),
            author_name=plain_words(row.unit_name),
            pubdate=row.published_at,
            updateddate=row.withdrawn_at or row.published_at,
        )
    body = made.writeString("utf-8")
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")


@require_safe
def edition(request: HttpRequest, edition_id: int) -> HttpResponse:
    """One published report: what it is about, its files with their digests, how it may be used."""
    view = edition_view(edition_id)
    context = {
        "view": view,
        "files": [(each, _KIND_NAMES[each.kind]) for each in view.files],
        "may_withdraw": not reach(visitor_of(request).actor, "editions.publish").nowhere,
        "crumbs": _crumbs(),
    }
    status = 410 if view.withdrawn_at else 200
    return render(request, "reports/edition.html", context, status=status)


@require_safe
def read(request: HttpRequest, edition_id: int) -> HttpResponse:
    """A published report in the browser."""
    return _give(request, edition_id, "html", inline=True)


@require_safe
def download(request: HttpRequest, edition_id: int, kind: str) -> HttpResponse:
    """A file of a published report, byte for byte."""
    return _give(request, edition_id, kind, inline=False)


def _give(request: HttpRequest, edition_id: int, kind: str, *, inline: bool) -> HttpResponse:
    if kind not in MEDIA_TYPES:
        raise Http404
    try:
        content = edition_file(edition_id, kind)
    except CannotGiveOut as error:
        messages.error(request, str(error))
        return redirect("edition", edition_id)
    return file_response(content, kind, name=f"report-{edition_id}", inline=inline)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def withdraw(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Withdraw an edition, with the reason."""
    by = visitor_of(request).actor
    require(by, "editions.publish")
    view, form = edition_view(edition_id), WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_edition(
                edition_id=edition_id,
                reason=form.cleaned_data["reason"],
                by=by,
                at=timezone.now(),
            )
        except CannotPublish as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("这一版已撤回"))
            return redirect("edition", edition_id)
    context = {"form": form, "title": _("撤回报告"), "crumbs": _crumbs(view)}
    return render(request, "reports/form.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Say that something is wrong; the private link to the answer is given back."""
    view = edition_view(edition_id)
    form = ViolationForm(request.POST if request.method == "POST" else None, request=request)
    if request.method == "POST" and form.is_valid():
        try:
            token = report_violation(
                edition_id=edition_id,
                text=form.cleaned_data["text"],
                by=visitor_of(request).actor,
                at=timezone.now(),
            )
        except CannotReport as refused:
            form.add_error("text", str(refused))
        else:
            return redirect("violation", token)
    context = {"form": form, "title": _("反映这份报告的问题"), "crumbs": _crumbs(view)}
    return render(request, "reports/form.html", context, status=400 if form.errors else 200)


@require_safe
def violation(request: HttpRequest, token: str) -> HttpResponse:
    """A complaint and its answer, for whoever holds the link."""
    behind = violation_behind(token)
    if behind is None:
        raise Http404
    view = violation_view(behind)
    address = settings.PUBLIC_URL + reverse("violation", args=[token])
    context = {"view": view, "address": address, "crumbs": _crumbs()}
    return render(request, "reports/violation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def violations(request: HttpRequest) -> HttpResponse:
    """Complaints for the publisher, those without an answer first, each with its answer field."""
    by = visitor_of(request).actor
    require(by, "violations.answer")
    asked = request.POST.get("violation", "")
    form = AnswerForm(request.POST or None, prefix=f"v{asked}" if asked else None)
    if request.method == "POST" and asked.isdecimal() and len(asked) < 16 and form.is_valid():
        try:
            answer_violation(
                violation_id=int(asked),
                answer=form.cleaned_data["answer"],
                by=by,
                at=timezone.now(),
            )
        except CannotAnswer as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("已答复"))
        return redirect("violations")
    number = page_number(request)
    rows, total = violation_list(by=by, offset=(number - 1) * PER_PAGE, limit=PER_PAGE)
    context = {
        "rows": [
            (row, None if row.answered_at else AnswerForm(prefix=f"v{row.id}")) for row in rows
        ],
        "page": Paginator(range(total), PER_PAGE).get_page(number),
        "crumbs": _crumbs(),
    }
    return render(request, "reports/violations.html", context)
