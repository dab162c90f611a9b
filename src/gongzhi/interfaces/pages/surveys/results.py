"""What a survey says: shares and means with intervals, by community, against the wave before."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import reach
from gongzhi.commons.tables.writing import csv_parts, write_xlsx
from gongzhi.engines.measurement.intervals import Interval
from gongzhi.insights.surveys.comparing import AreaLine, areas_of, changes_of
from gongzhi.insights.surveys.estimating import ItemResult, results_of
from gongzhi.insights.surveys.instruments.shapes import Kind, language_for, walk
from gongzhi.insights.surveys.instruments.shapes import words as words_in
from gongzhi.insights.surveys.queries import (
    SurveyRow,
    coded_answers,
    quotes_of,
    survey_for_staff,
    words_of_question,
)
from gongzhi.insights.surveys.registering import prepared_version
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.surveys.fieldwork import crumbs, of_survey

WIDTH = 240
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KANO_NAMES = {
    "attractive": gettext_lazy("魅力：有了更好，没有也行"),
    "one_dimensional": gettext_lazy("期望：越好越满意"),
    "must_be": gettext_lazy("必备：没有就不满意"),
    "indifferent": gettext_lazy("无差异：有没有都行"),
    "reverse": gettext_lazy("反向：有了反而不好"),
    "questionable": gettext_lazy("回答矛盾"),
}
_NOTES = {
    "nonresponse": gettext_lazy("没有答卷的户，由同一社区答了卷的户代表。"),
    "silent_strata": gettext_lazy("有的社区还没有人答卷，结果不包括它们。"),
    "raked": gettext_lazy("权数已按全区的已知比例校准。"),
    "not_raked": gettext_lazy("有的已知比例对不上答卷，没有校准。"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a picture: the bar, the span of its doubt, and the same in words."""

    label: str
    words: str
    bar: float
    low: float
    high: float
    shown: bool
    answers: int | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """One question with its bars."""

    item: ItemResult
    bars: tuple[Bar, ...]
    mean: Bar | None


def _bar(
    label: str, found: Interval | None, low: float, high: float, answers: int | None, *, share: bool
) -> Bar:
    if found is None:
        return Bar(label, "", 0, 0, 0, shown=False, answers=answers)
    span = high - low or 1.0

    def at(value: float) -> float:
        return round(min(max((value - low) / span, 0), 1) * WIDTH, 1)

    form = "{:.0%}" if share else "{:.1f}"
    said = f"{form.format(found.estimate)}（{form.format(found.lower)}–{form.format(found.upper)}）"
    return Bar(
        label, said, at(found.estimate), at(found.lower), at(found.upper), shown=True,
        answers=answers,
    )  # fmt: skip


def _drawn(item: ItemResult) -> Drawn:
    bars = tuple(
        _bar(line.label, line.found, 0, 1, line.answers, share=True) for line in item.lines
    )
    mean = None
    if item.mean is not None:
        low = item.low if item.lines else 0
        found, many = item.mean.found, item.mean.answers
        mean = _bar(_("平均"), found, low, item.high, many, share=False)
    return Drawn(item, bars, mean)


@require_safe
@for_staff
@of_survey
def results(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Everything a survey says, small cells hidden."""
    by = visitor_of(request).actor
    row = survey_for_staff(survey_id=survey_id, by=by)
    form = prepared_version(row.version_id).form
    language = language_for(form, get_language() or "zh-hans")
    found = results_of(survey_id=survey_id, by=by, language=language)
    asked = request.GET.get("by", "")
    context = {
        "survey": row,
        "results": found,
        "drawn": [_drawn(item) for item in found.items] if found else [],
        "services": _services(found.services) if found else [],
        "notes": [_NOTES[note] for note in found.notes] if found else [],
        "efficiency": f"{found.efficiency:.0%}" if found else "",
        "changes": changes_of(survey_id=survey_id, by=by, language=language),
        "asked": asked,
        "areas": _areas(survey_id, asked, found.items if found else (), by),
        "texts": _text_questions(row, language, by),
        "quotes": quotes_of(survey_id=survey_id, by=by),
        "may_design": not reach(by, "surveys.design").nowhere,
        "may_export": not reach(by, "surveys.export").nowhere,
        "crumbs": crumbs(row.id, row.title),
        "width": WIDTH,
    }
    return render(request, "surveys/results.html", context)


def _services(services: object) -> list[tuple[str, str, str, str]]:
    found = []
    for each in services:  # type: ignore[attr-defined]
        kano = each.found
        name = str(KANO_NAMES[kano.category]) if kano.category else _("看法分散，分不清")
        better = f"{kano.better.estimate:+.2f}" if kano.better else ""
        worse = f"{-kano.worse.estimate:+.2f}" if kano.worse else ""
        found.append((each.label, name, better, worse))
    return found


def _areas(
    survey_id: int, asked: str, items: tuple[ItemResult, ...], by: Actor
) -> list[tuple[AreaLine, Bar, Bar]]:
    item = next((each for each in items if each.name == asked and each.mean is not None), None)
    if item is None:
        return []
    low = item.low if item.lines else 0
    return [
        (
            line,
            _bar(line.name, line.direct, low, item.high, line.answers, share=False),
            _bar(line.name, line.shrunk, low, item.high, line.answers, share=False),
        )
        for line in areas_of(survey_id=survey_id, question=asked, by=by)
    ]


def _text_questions(row: SurveyRow, language: str, by: Actor) -> list[tuple[str, str]]:
    if reach(by, "surveys.read_words").nowhere:
        return []
    form = prepared_version(row.version_id).form
    return [
        (item.name, words_in(item.label, language))
        for item in walk(form.items)
        if item.kind is Kind.TEXT
    ]


@require_safe
@for_staff
@of_survey
def words(request: HttpRequest, survey_id: int, question: str) -> HttpResponse:
    """What people wrote to one question, to be read with care."""
    by = visitor_of(request).actor
    row = survey_for_staff(survey_id=survey_id, by=by)
    form = prepared_version(row.version_id).form
    item = next((each for each in walk(form.items) if each.name == question), None)
    if item is None or item.kind is not Kind.TEXT:
        raise Http404
    texts = words_of_question(survey_id=survey_id, path=question, by=by, at=timezone.now())
    context = {
        "title": words_in(item.label, language_for(form, get_language() or "zh-hans")),
        "texts": texts,
        "crumbs": [*crumbs(row.id, row.title)],
    }
    return render(request, "surveys/words.html", context)


@require_safe
@for_staff
@of_survey
def answers(request: HttpRequest, survey_id: int, kind: str) -> HttpResponse:
    """Coded answers as a table for analysis elsewhere."""
    if kind not in {"csv", "xlsx"}:
        raise Http404
    columns, rows = coded_answers(
        survey_id=survey_id, by=visitor_of(request).actor, at=timezone.now()
    )
    headers = {"Content-Disposition": f'attachment; filename="answers.{kind}"'}
    if kind == "csv":
        body = b"".join(csv_parts(columns, rows))
        return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.xlsx"
        write_xlsx(path, columns, rows)
        return HttpResponse(path.read_bytes(), content_type=_WORKBOOK, headers=headers)
