"""Questionnaires and surveys: the list, taking one in, looking at it, preparing a survey."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.insights.surveys.choices import SurveyState
from gongzhi.insights.surveys.fieldwork import CannotRun, NewSurvey, draft_survey
from gongzhi.insights.surveys.instruments.asking import pages
from gongzhi.insights.surveys.instruments.explaining import explain_relevance
from gongzhi.insights.surveys.instruments.filling import Filling
from gongzhi.insights.surveys.instruments.findings import CannotImport
from gongzhi.insights.surveys.instruments.shapes import language_for
from gongzhi.insights.surveys.instruments.xlsform_reading import read_xlsform
from gongzhi.insights.surveys.instruments.xlsform_writing import write_xlsform
from gongzhi.insights.surveys.queries import (
    SurveyRow,
    instruments,
    prepared_for_staff,
    surveys_for_staff,
)
from gongzhi.insights.surveys.registering import CannotAdd, NoSuchSurvey, add_version
from gongzhi.interfaces.pages.components import Badge, Crumb, Row, Tone
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.surveys.forms import ImportForm, SurveyForm

_LOOKS = {
    SurveyState.DRAFTED: (Tone.QUIET, "ring"),
    SurveyState.OPEN: (Tone.INFO, "half"),
    SurveyState.CLOSED: (Tone.GOOD, "full"),
}
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def survey_badge(state: SurveyState) -> Badge:
    return Badge(state.label, *_LOOKS[state])


def _line(row: SurveyRow) -> Row:
    return Row(
        title=row.title,
        href=reverse("survey", args=[row.id]),
        facts=[row.place_name, f"{row.begins:%Y-%m-%d} – {row.ends:%Y-%m-%d}"],
        badges=[survey_badge(row.state)],
    )


@require_safe
@for_staff
def listed(request: HttpRequest) -> HttpResponse:
    """Every survey and every questionnaire."""
    by = visitor_of(request).actor
    rows, more = surveys_for_staff(by=by, before=asked_number(request.GET, "before"))
    context = {
        "rows": [_line(row) for row in rows],
        "next": rows[-1].id if more else None,
        "instruments": instruments(by=by),
        "may_design": not reach(by, "surveys.design").nowhere,
    }
    return render(request, "surveys/surveys.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def take_in(request: HttpRequest) -> HttpResponse:
    """Take in a questionnaire; what has to be mended is listed by sheet, row and column."""
    by = visitor_of(request).actor
    if reach(by, "surveys.design").nowhere:
        raise NotPermitted("surveys.design")
    form = ImportForm(request.POST or None, request.FILES or None)
    findings: tuple[object, ...] = ()
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            read = read_xlsform(
                upload.read(), name=upload.name, leave_out=form.cleaned_data["leave_out"]
            )
            added = add_version(form=read.form, by=by, at=timezone.now())
        except CannotImport as refused:
            findings = refused.findings
            form.add_error("file", _("没有导入，有 %(many)d 处要改") % {"many": len(findings)})
        except CannotAdd as refused:
            form.add_error("file", str(refused))
        else:
            for remark in read.remarks:
                messages.warning(request, str(remark))
            messages.success(request, _("已导入，第 %(number)d 版") % {"number": added.number})
            return redirect("survey_version", added.version_id)
    context = {"form": form, "findings": findings, "crumbs": [Crumb(_("调查"), "/surveys")]}
    return render(request, "surveys/import.html", context)


@require_safe
@for_staff
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """A questionnaire as it is printed, with the conditions in words."""
    try:
        prepared = prepared_for_staff(version_id=version_id, by=visitor_of(request).actor)
    except NoSuchSurvey as error:
        raise Http404 from error
    language = language_for(prepared.form, get_language() or "zh-hans")
    filling = Filling(prepared, {}, today=timezone.localdate(), language=language)
    conditions = {
        name: explain_relevance(prepared, item, language) for name, item in prepared.items.items()
    }
    context = {
        "title": prepared.form.title,
        "code": prepared.form.code,
        "version_id": version_id,
        "pages": [
            (page, [(block, conditions[block.path.split(".")[-1]] if not block.path[-1:].isdigit()
                     else "") for block in page.blocks])
            for page in pages(filling, whole=True)
        ],
        "crumbs": [Crumb(_("调查"), "/surveys")],
    }  # fmt: skip
    return render(request, "surveys/version.html", context)


@require_safe
@for_staff
def file(request: HttpRequest, version_id: int) -> HttpResponse:
    """A questionnaire as an XLSForm."""
    try:
        prepared = prepared_for_staff(version_id=version_id, by=visitor_of(request).actor)
    except NoSuchSurvey as error:
        raise Http404 from error
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_xlsform(path, prepared.form)
        body = path.read_bytes()
    headers = {"Content-Disposition": 'attachment; filename="questionnaire.xlsx"'}
    return HttpResponse(body, content_type=_WORKBOOK, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Prepare a survey."""
    by = visitor_of(request).actor
    if reach(by, "surveys.design").nowhere:
        raise NotPermitted("surveys.design")
    rows, _more = surveys_for_staff(by=by)
    form = SurveyForm(request.POST or None, instruments=instruments(by=by), surveys=rows)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = draft_survey(
                new=NewSurvey(
                    version_id=int(asked["version"]),
                    title=asked["title"],
                    purpose=asked["purpose"],
                    place_id=int(asked["place"]),
                    begins=asked["begins"],
                    ends=asked["ends"],
                    open_to_all=asked["open_to_all"],
                    earlier_id=int(asked["earlier"]) if asked["earlier"] else None,
                ),
                by=by,
                at=timezone.now(),
            )
        except CannotRun as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("survey", made)
    context = {"form": form, "title": _("准备一次调查"), "crumbs": [Crumb(_("调查"), "/surveys")]}
    return render(request, "resources/form.html", context)
