"""Known margins of a survey: entered answer by answer, or taken from a table."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.tables.writing import csv_parts
from gongzhi.insights.surveys.fieldwork import CannotRun
from gongzhi.insights.surveys.instruments.findings import CannotImport, Finding
from gongzhi.insights.surveys.instruments.shapes import language_for
from gongzhi.insights.surveys.margins import (
    COLUMNS,
    Amount,
    MarginQuestion,
    how_margins_fit,
    margin_questions,
    margin_rows,
    margins_from_table,
    set_margins,
    shares_of,
)
from gongzhi.insights.surveys.queries import SurveyRow, survey_for_staff
from gongzhi.insights.surveys.registering import prepared_version
from gongzhi.insights.surveys.taking import Unmet
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.surveys.fieldwork import crumbs, of_survey

_MOST_BYTES = 2_000_000
Margins = dict[str, dict[str, float]]


class MarginsForm(forms.Form):
    """For each question in what it is given, and a number for each answer."""

    def __init__(self, *args: Any, questions: list[MarginQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        self.margins: Margins = {}
        units = [(Amount.PERCENT.value, _("百分比")), (Amount.COUNT.value, _("人数或户数"))]
        for number, question in enumerate(questions):
            self.fields[f"unit-{number}"] = forms.ChoiceField(
                label=_("按什么填"), choices=units, required=False, initial=Amount.PERCENT.value
            )
            for at, choice in enumerate(question.choices):
                known = choice.share if choice.share is not None or not question.is_set else 0.0
                self.fields[f"share-{number}-{at}"] = forms.FloatField(
                    label=choice.label, min_value=0, required=False,
                    initial=None if known is None else round(known * 100, 4) or known * 100,
                )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for number, question in enumerate(self.questions):
            names = [f"share-{number}-{at}" for at in range(len(question.choices))]
            if any(name in self.errors for name in names):
                continue
            amounts = [cleaned.get(name) for name in names]
            if all(amount is None for amount in amounts):
                continue
            given = dict(zip((c.name for c in question.choices), amounts, strict=True))
            try:
                shares = shares_of(given, Amount(cleaned.get(f"unit-{number}") or Amount.PERCENT))
            except CannotRun as refused:
                first = amounts.index(None) if None in amounts else 0
                self.add_error(names[first], str(refused))
            else:
                self.margins[question.name] = shares
        return cleaned

    def groups(self) -> list[dict[str, Any]]:
        """The questions with their fields, as the page shows them."""
        found = []
        for number, question in enumerate(self.questions):
            fields = [self[f"share-{number}-{at}"] for at in range(len(question.choices))]
            wrong = any(field.errors for field in fields)
            found.append(
                {
                    "question": question, "unit": self[f"unit-{number}"], "fields": fields,
                    "opens": question.is_set or wrong or len(self.questions) == 1,
                }
            )  # fmt: skip
        return found


class MarginsFileForm(forms.Form):
    file = forms.FileField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("比例表")
        self.fields["file"].help_text = _(
            "XLSX、ODS 或 CSV：题目 variable、选项 category，和人数 count 或比例 share。"
            "表里有的题换成表里的，别的不变。"
        )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > _MOST_BYTES:
            raise forms.ValidationError(_("文件过大，最多 2 MB"))
        return upload


def _language(row: SurveyRow) -> str:
    form = prepared_version(row.version_id).form
    return language_for(form, get_language() or "zh-hans")


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
@of_survey
def margins(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Enter or upload known margins; the estimates use them from then on."""
    by = visitor_of(request).actor
    row = survey_for_staff(survey_id=survey_id, by=by)
    questions = margin_questions(survey_id=survey_id, by=by, language=_language(row))
    uploads = "upload" in request.POST
    by_hand = request.POST if request.method == "POST" and not uploads else None
    form = MarginsForm(by_hand, questions=questions)
    upload = MarginsFileForm(request.POST, request.FILES) if uploads else MarginsFileForm()
    findings: tuple[Finding, ...] = ()
    try:
        if uploads and upload.is_valid():
            _keep(survey_id, _read(upload, questions), by, keep_others=True)
            return _kept(request, survey_id)
        if by_hand is not None and form.is_valid():
            _keep(survey_id, form.margins, by, keep_others=False)
            return _kept(request, survey_id)
    except CannotImport as refused:
        findings = refused.findings
        upload.add_error("file", _("没有采用，有 %(many)d 处要改") % {"many": len(findings)})
    except CannotRun as refused:
        form.add_error(None, str(refused))
    context = {
        "survey": row,
        "form": form,
        "upload": upload,
        "findings": findings,
        "states": _states(survey_id, questions, by),
        "crumbs": crumbs(row.id, row.title),
    }
    return render(request, "surveys/margins.html", context)


def _read(upload: MarginsFileForm, questions: list[MarginQuestion]) -> Margins:
    file = upload.cleaned_data["file"]
    return margins_from_table(file.read(), name=file.name, questions=questions)


def _keep(survey_id: int, given: Margins, by: Actor, *, keep_others: bool) -> None:
    set_margins(
        survey_id=survey_id, margins=given, by=by, at=timezone.now(), keep_others=keep_others
    )


def _kept(request: HttpRequest, survey_id: int) -> HttpResponse:
    messages.success(request, _("已保存，结果按这些比例校准"))
    return redirect("survey_margins", survey_id)


def _states(survey_id: int, questions: list[MarginQuestion], by: Actor) -> list[str]:
    """What the margins make of the answers there are."""
    if not any(question.is_set for question in questions):
        return []
    unmet = how_margins_fit(survey_id=survey_id, by=by)
    if unmet is None:
        return [_("答卷还不到五份；够了就按这些比例校准。")]
    if unmet:
        return unmet_words(unmet, questions)
    return [_("答卷已经按这些比例校准。")]


def unmet_words(unmet: tuple[Unmet, ...], questions: list[MarginQuestion]) -> list[str]:
    """Why the answers could not be brought to known margins, and what to do."""
    said = {
        "nobody": _("没有校准：“%(question)s”还没有人答 %(choices)s。等有了答卷，或者不用这一题。"),
        "unlisted": _("没有校准：“%(question)s”有人答 %(choices)s，比例里却没有。请补上。"),
    }
    if any(each.reason == "together" for each in unmet):
        return [_("没有校准：几题的比例不能同时满足。请少用一题。")]
    labels = {each.name: each for each in questions}
    found = []
    for each in unmet:
        asked = labels.get(each.question)
        if asked is None:  # kept from when such questions were taken; saving anew drops it
            words = _("%(name)s 不是选择题，或者可以多选，或者每户不止答一次")
            found.append(words % {"name": each.question})
            continue
        names = {choice.name: choice.label for choice in asked.choices}
        listed = "、".join(names.get(name, name) for name in each.choices)
        found.append(said[each.reason] % {"question": asked.label, "choices": listed})
    return found


@require_safe
@for_staff
@of_survey
def table(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The table to fill in: every question and answer, with the shares that are known."""
    by = visitor_of(request).actor
    row = survey_for_staff(survey_id=survey_id, by=by)
    questions = margin_questions(survey_id=survey_id, by=by, language=_language(row))
    body = b"".join(csv_parts(list(COLUMNS), margin_rows(questions)))
    headers = {"Content-Disposition": 'attachment; filename="margins.csv"'}
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)
