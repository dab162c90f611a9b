"""The annexes of a report: method, questionnaire, tables. The sources are added where it is laid
out, since only there each number has its own.
"""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from gongzhi.commons.territory.queries import find_place
from gongzhi.insights.indicators.definitions import BY_CODE, INDICATORS
from gongzhi.insights.indicators.overview import Overview
from gongzhi.insights.indicators.shapes import Indicator, Level
from gongzhi.insights.reports.assembly import Assembly, printable_lines
from gongzhi.insights.reports.contents import (
    Annex,
    Chapter,
    Paragraph,
    Picture,
    Query,
    Run,
    Sheet,
    printable,
)
from gongzhi.insights.surveys.queries import SurveyRow, progress_of, questions_of

_WIDTH = 156
LEAST = 5


def annexes_of(work: Assembly, chapters: tuple[Chapter, ...]) -> tuple[Annex, ...]:
    """Method, questionnaire where there is one, and the tables."""
    found = [_method(work)]
    questions = [line.strip() for line in printable_lines(work.study.questionnaire)]
    asked = [Paragraph((line,)) for line in questions if line]
    asked += [paragraph for survey in work.surveys() for paragraph in _questions(work, survey)]
    if asked:
        found.append(Annex(_("问卷"), tuple(asked)))
    sheets = [_indicators(work), *_places(work)]
    pictures = list(_pictures(chapters))
    sheets += [
        _drawn(picture, number)
        for number, picture in enumerate(pictures, start=1)
        if picture.figures
    ]
    found.append(Annex(_("指标和图中的数"), sheets=tuple(sheets)))
    return tuple(found)


def _method(work: Assembly) -> Annex:
    said = list(work.paragraphs(work.study.method, reviewed=True)) if work.study.method else []
    said += [_returned(work, survey) for survey in work.surveys()]
    tests = work.seen.scan.tests
    for words in (
        _("指标的定义、分子、分母和注意事项见系统“指标”页；每个数都能追到背后的记录。"),
        _("数太小的格子不公开，也不能由别的格子推出；没有记录的写明没有，不写成零。"),
        _(
            "有没有地方确实不一样，是把 %(tests)d 次比较放在一起判断的，误报的比例控制在 5%% 以内；"
            "不排名，不评价任何个人。"
        )
        % {"tests": tests},
    ):
        said.append(Paragraph((words,)))
    return Annex(_("研究方法"), tuple(said))


def _questions(work: Assembly, survey: SurveyRow) -> Iterator[Paragraph]:
    """A survey's questions, numbered, under its title."""
    yield Paragraph((printable(f"{survey.title}（{survey.begins} — {survey.ends}）"),))
    asked = questions_of(version_id=survey.version_id, language=work.study.language[:2])
    for number, words in enumerate(asked, start=1):
        yield Paragraph((printable(f"{number}. {words}"),))


def _returned(work: Assembly, survey: SurveyRow) -> Paragraph:
    """How many households were drawn, and how many answered; so few that they show are not told."""
    strata = progress_of(survey_id=survey.id, by=work.by)
    drawn, eligible = sum(each.sample for each in strata), sum(each.eligible for each in strata)
    answered = sum(each.answered for each in strata)
    if eligible < LEAST:
        words = _("调查“%(title)s”：样本太少，不写回收情况。") % {"title": survey.title}
        return Paragraph((printable(words),))
    words = _(
        "调查“%(title)s”（%(first)s至%(last)s）：在 %(strata)d 个社区抽取 %(drawn)d 户，"
        "其中合格 %(eligible)d 户，收回 %(answered)d 份，回收率 %(rate)s%%。"
    ) % {
        "title": survey.title,
        "first": survey.begins,
        "last": survey.ends,
        "strata": len(strata),
        "drawn": drawn,
        "eligible": eligible,
        "answered": answered,
        "rate": round(100 * answered / eligible),
    }
    return Paragraph((printable(words),))


def _indicators(work: Assembly) -> Sheet:
    rows: list[tuple[Run, ...]] = [
        (str(each.number), str(each.name), work.of_district(each.code), _n(work.seen, each))
        for each in INDICATORS
    ]
    title = _("指标一览（%(period)s）") % {"period": work.study.period}
    head = (_("序号"), _("指标"), _("数值"), _("记录数"))
    return Sheet(title, head, tuple(rows), (12, 70, 46, 28))


def _n(seen: Overview, each: Indicator) -> str:
    cell = seen.tables[each.code].totals[0]
    return f"{cell.n:,}" if cell.is_measured else "—"


def _places(work: Assembly) -> Iterator[Sheet]:
    """The chosen indicators of each place, in the order of registration; a sheet a level."""
    for level in (Level.COMMUNITY, Level.STREET):
        chosen = [
            BY_CODE[code] for code in work.study.indicators if work.seen.tables[code].level is level
        ]
        if not chosen:
            continue
        places = work.scope(work.seen.tables[chosen[0].code].groups)
        rows: list[tuple[Run, ...]] = []
        for group in places:
            place = find_place(group)
            numbers = [work.figure(Query(each.code, level, group)) for each in chosen]
            rows.append((printable(place.name) if place else "", *numbers))
        wide = (_WIDTH - 36) // len(chosen)
        yield Sheet(
            _("分%(level)s的数") % {"level": level.label},
            (str(level.label), *(str(each.name) for each in chosen)),
            tuple(rows),
            (_WIDTH - wide * len(chosen), *(wide for _each in chosen)),
        )


def _drawn(picture: Picture, number: int) -> Sheet:
    rows: list[tuple[Run, ...]] = [(name, figure) for name, figure in picture.figures]
    title = _("图 %(number)d 中的数") % {"number": number}
    return Sheet(title, (_("名称"), _("数值")), tuple(rows), (96, 60))


def _pictures(chapters: Iterable[Chapter]) -> Iterator[Picture]:
    for chapter in chapters:
        yield from chapter.pictures
        yield from _pictures(chapter.parts)
