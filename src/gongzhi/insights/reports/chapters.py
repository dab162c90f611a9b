"""What the program adds to the chapters of a report, each sentence from the record."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from gongzhi.commons.territory.queries import find_place
from gongzhi.insights.indicators.comparing import StandsOut
from gongzhi.insights.indicators.definitions import indicator, indicators_of
from gongzhi.insights.indicators.measures import measures_for
from gongzhi.insights.indicators.overview import compared_at
from gongzhi.insights.indicators.shapes import Difficulty, Indicator
from gongzhi.insights.reports.assembly import Assembly
from gongzhi.insights.reports.contents import Chapter, Paragraph, Query, printable
from gongzhi.insights.reports.illustrations import map_of_response, months_of_response, shares_of
from gongzhi.insights.reports.studies import Part, Section
from gongzhi.insights.surveys.queries import quotes_of

FIRST = ("response_rate", "resolution_rate", "satisfaction_rate", "callback_coverage")


def _method(work: Assembly, _section: Section) -> Chapter:
    """Time, places and what was counted, so that nobody has to ask how the numbers came about."""
    communities = work.scope(work.seen.tables["response_rate"].groups)
    said = _(
        "本报告的数据取自办事记录，时间为%(first)s至%(last)s，范围为%(places)s，"
        "共涉及 %(many)d 个社区；没有为此另发报表。"
    ) % {
        "first": work.study.period.first,
        "last": work.study.period.last,
        "places": printable("、".join(work.study.places)) or _("全区"),
        "many": len(communities),
    }
    return Chapter("", (Paragraph((said,)),))


def _said(work: Assembly, each: Indicator) -> Paragraph:
    """One indicator of the district in a sentence."""
    before = _("%(name)s（%(numerator)s ÷ %(denominator)s）为") % {
        "name": each.name,
        "numerator": each.numerator,
        "denominator": each.denominator,
    }
    after = _("。读数时注意：%(caveat)s。") % {"caveat": each.caveat}
    return Paragraph((before, work.of_district(each.code), after))


def _situation(work: Assembly, _section: Section) -> Chapter:
    said = tuple(_said(work, indicator(code)) for code in FIRST)
    drawn = (shares_of(work), months_of_response(work), map_of_response(work))
    pictures = tuple(picture for picture in drawn if picture is not None)
    return Chapter("", (), (Chapter(_("从办事记录看总体情况"), said, pictures=pictures),))


def _outs(work: Assembly, difficulty: Difficulty | None, *, better: bool) -> list[StandsOut]:
    """Who stands out in the places of the study: in one difficulty, or in any indicator."""
    return [
        out
        for out in work.seen.scan.standing_out
        if out.is_better is better
        and (difficulty is None or difficulty in out.indicator.difficulties)
        and out.group in work.scope(work.seen.tables[out.indicator.code].groups)
    ]


def _stands_out(work: Assembly, out: StandsOut, after: str) -> Paragraph:
    place = find_place(out.group)
    before = _("%(place)s的%(name)s为") % {
        "place": printable(place.name) if place else "",
        "name": out.indicator.name,
    }
    query = Query(out.indicator.code, compared_at(out.indicator), out.group)
    return Paragraph((before, work.figure(query), after))


def _practice(work: Assembly, _section: Section) -> Chapter:
    """Where things go better than chance explains; what they do differently people have to ask."""
    outs = _outs(work, None, better=True)
    after = _("，好于全区，且超出偶然；那里怎么做的，值得去看、去问。")
    said = [_stands_out(work, out, after) for out in outs]
    if not said:
        words = _("期内没有社区的指标好到超出偶然的程度；经验要从访谈和现场中来。")
        said = [Paragraph((words,))]
    return Chapter("", (), (Chapter(_("从办事记录看哪里做得更好"), tuple(said)),))


def _voices(work: Assembly, section: Section) -> Chapter:
    """What people said in interviews and groups, under the codes that the researchers gave."""
    by_code: dict[str, list[Paragraph]] = {}
    for survey in work.surveys():
        for quote in quotes_of(survey_id=survey.id, by=work.by):
            words = _("“%(words)s”（%(kind)s，%(place)s）") % {
                "words": quote.text,
                "kind": quote.kind.label,
                "place": quote.place_name,
            }
            by_code.setdefault(quote.code, []).append(Paragraph((printable(words),)))
    if not by_code:
        words = _("还没有可以引用的访谈原话。")
        by_code = {_("访谈中的话"): [Paragraph((words,), draft=not section.reviewed)]}
    return Chapter("", (), tuple(Chapter(printable(c), tuple(said)) for c, said in by_code.items()))


def _part_on(section: Section, difficulty: Difficulty) -> Part | None:
    return next((part for part in section.parts if part.difficulty is difficulty), None)


def _difficulties(work: Assembly, section: Section) -> Chapter:
    """Each difficulty with its numbers, who stands out, and its cause: which people write."""
    chapters = []
    for difficulty in Difficulty:
        part = _part_on(section, difficulty)
        recorded = [each for each in indicators_of(difficulty) if each.is_recorded]
        if not recorded and part is None:
            continue
        said = [_said(work, each) for each in recorded]
        after = _("，与全区的差别超出偶然；原因要到现场去问。")
        said += [_stands_out(work, out, after) for out in _outs(work, difficulty, better=False)]
        if part is not None and part.text:
            said += work.paragraphs(part.text, reviewed=part.reviewed)
        else:
            said.append(Paragraph((_("原因：（待写，要有现场和访谈的依据）"),), draft=True))
        heading = printable(part.heading) if part and part.heading else str(difficulty.label)
        chapters.append(Chapter(heading, tuple(said)))
    return Chapter("", (), tuple(chapters))


def _suggestions(work: Assembly, section: Section) -> Chapter:
    """A suggestion for each difficulty. What others did is only a draft: people suggest."""
    return Chapter("", (), tuple(_answer(work, section, difficulty) for difficulty in Difficulty))


def _answer(work: Assembly, section: Section, difficulty: Difficulty) -> Chapter:
    part = _part_on(section, difficulty)
    recorded = [each for each in indicators_of(difficulty) if each.is_recorded]
    heading = str(_("针对%(difficulty)s") % {"difficulty": difficulty.label})
    said: list[Paragraph] = []
    if recorded:
        before = _("回应的难题：%(difficulty)s，%(name)s为") % {
            "difficulty": difficulty.label,
            "name": recorded[0].name,
        }
        said.append(Paragraph((before, work.of_district(recorded[0].code), _("。"))))
    if part is not None and part.text:
        heading = printable(part.heading) or heading
        said += work.paragraphs(part.text, reviewed=part.reviewed)
        return Chapter(heading, tuple(said))
    for measure in measures_for(difficulty):
        words = _("%(name)s：%(how)s依据：%(source)s。当心：%(beware)s") % {
            "name": measure.name,
            "how": measure.how,
            "source": measure.source,
            "beware": measure.beware,
        }
        said.append(Paragraph((words,), draft=not section.reviewed))
    return Chapter(heading, tuple(said))


# Each gives a chapter whose own heading is not used: its parts join the section's.
ADDED: dict[str, Callable[[Assembly, Section], Chapter]] = {
    "method": _method,
    "situation": _situation,
    "practice": _practice,
    "voices": _voices,
    "difficulties": _difficulties,
    "suggestions": _suggestions,
}
