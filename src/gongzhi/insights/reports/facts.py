"""What a report says, before how it looks: paragraphs in which every number knows its query."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from gongzhi.commons.ledger.columns import Version
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.territory.queries import find_place
from gongzhi.insights.indicators.definitions import INDICATORS, indicator, indicators_of
from gongzhi.insights.indicators.measures import measures_for
from gongzhi.insights.indicators.overview import Overview, compared_at, overview
from gongzhi.insights.indicators.periods import Period
from gongzhi.insights.indicators.shapes import Difficulty, Indicator, Level
from gongzhi.insights.indicators.snapshots import Snapshot
from gongzhi.insights.indicators.wording import number_of
from gongzhi.insights.reports.studies import PLACEHOLDER, Study

FIRST = ("response_rate", "resolution_rate", "satisfaction_rate", "callback_coverage")


@dataclass(frozen=True, slots=True)
class Query:
    """Where a number comes from: enough to reckon it again from the same version of the data."""

    indicator: str
    level: Level
    group: int | None

    def __str__(self) -> str:
        return f"{self.indicator}/{self.level.value}/{self.group or ''}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in the text."""

    query: Query
    words: str
    changed_from: str = ""  # what it was when a person last looked


Run = str | Figure


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text with numbers; `draft` until a person has reviewed it."""

    runs: tuple[Run, ...]
    draft: bool = False

    @property
    def changed(self) -> tuple[Figure, ...]:
        """The numbers that changed since a person last looked."""
        return tuple(run for run in self.runs if isinstance(run, Figure) and run.changed_from)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading of the first or second level with what stands under it."""

    heading: str
    paragraphs: tuple[Paragraph, ...]
    parts: tuple["Chapter", ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """A report, ready to be laid out."""

    title: str
    subtitle: str
    author: str
    dated: str
    period: Period
    version: Version
    as_of: datetime
    chapters: tuple[Chapter, ...]
    annex: tuple[tuple[Indicator, Figure, str], ...]  # every indicator of the district, and n

    @property
    def figures(self) -> list[Figure]:
        """Every number of the text and the annex, in order."""
        found: list[Figure] = []

        def gather(chapters: Iterable[Chapter]) -> None:
            for chapter in chapters:
                for paragraph in chapter.paragraphs:
                    found.extend(run for run in paragraph.runs if isinstance(run, Figure))
                gather(chapter.parts)

        gather(self.chapters)
        return found + [figure for _indicator, figure, _n in self.annex]

    @property
    def is_draft(self) -> bool:
        """Whether anything in it waits for a person's review."""

        def waits(chapters: Iterable[Chapter]) -> bool:
            return any(
                any(p.draft or p.changed for p in chapter.paragraphs) or waits(chapter.parts)
                for chapter in chapters
            )

        return waits(self.chapters)


@dataclass(slots=True)
class _Assembly:
    study: Study
    seen: Overview
    known: Mapping[str, str]  # what each number was when a person last looked
    names: dict[str, tuple[Level, int]] = field(default_factory=dict)

    def figure(self, query: Query) -> Figure:
        """The number of a query as the overview has it; a gap is said in words."""
        words = words_of(self.seen, query)
        before = self.known.get(str(query), words)
        return Figure(query, words, before if before != words else "")

    def paragraphs(self, text: str, *, reviewed: bool) -> tuple[Paragraph, ...]:
        """Human text, a paragraph a line, its numbers filled in."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if not lines:
            return (Paragraph((_("（待写）"),), draft=True),)
        return tuple(Paragraph(self._runs(line), draft=not reviewed) for line in lines)

    def _runs(self, line: str) -> tuple[Run, ...]:
        runs: list[Run] = []
        end = 0
        for match in PLACEHOLDER.finditer(line):
            runs += [line[end : match.start()], self.figure(self._query(match[1], match[2]))]
            end = match.end()
        return tuple(run for run in (*runs, line[end:]) if run != "")

    def _query(self, code: str, place: str | None) -> Query:
        if not place:
            return Query(code, Level.DISTRICT, None)
        table = self.seen.tables[code]
        for group in table.groups:
            found = find_place(group)
            if found is not None and found.name == place.strip():
                return Query(code, table.level, group)
        raise CannotAssemble(
            _("报告里写了 %(code)s@%(place)s，但没有这个地方，或这个指标不分到那里")
            % {"code": code, "place": place}
        )


class CannotAssemble(ValueError):
    """A report that can't be put together, and why."""


def words_of(seen: Overview, query: Query) -> str:
    """The words of a query's number in an overview."""
    table = seen.tables[query.indicator]
    if query.level is Level.DISTRICT:
        return number_of(table.totals[0], table.indicator)
    row = table.row_of(query.group)
    if row is None:
        raise CannotAssemble(_("没有这个数：%(query)s") % {"query": query})
    return number_of(row[0], table.indicator)


def assemble(
    study: Study, snap: Snapshot, *, by: Actor, known: Mapping[str, str] | None = None
) -> Facts:
    """Put the human text and the numbers of the record together.

    `known` are the numbers as a person last saw them; paragraphs in which one changed say so.
    """
    seen = overview(snap, study.period, by=by)
    work = _Assembly(study, seen, known or {})
    added: dict[str, Callable[[_Assembly], tuple[Chapter, ...]]] = {
        "situation": _situation,
        "difficulties": _difficulties,
        "suggestions": _suggestions,
    }
    chapters = tuple(
        Chapter(
            heading=section.heading,
            paragraphs=work.paragraphs(section.text, reviewed=section.reviewed)
            if section.text or not (section.parts or section.includes)
            else (),
            parts=(
                *(
                    Chapter(part.heading, work.paragraphs(part.text, reviewed=part.reviewed))
                    for part in section.parts
                ),
                *(chapter for name in section.includes for chapter in added[name](work)),
            ),
        )
        for section in study.sections
    )
    annex = tuple(
        (each, work.figure(Query(each.code, Level.DISTRICT, None)), _n(seen, each))
        for each in INDICATORS
    )
    return Facts(
        title=study.title,
        subtitle=study.subtitle,
        author=study.author,
        dated=study.dated.isoformat() if study.dated else "",
        period=study.period,
        version=seen.version,
        as_of=seen.at,
        chapters=chapters,
        annex=annex,
    )


def _n(seen: Overview, each: Indicator) -> str:
    cell = seen.tables[each.code].totals[0]
    return f"{cell.n:,}" if cell.is_measured else "—"


def _said(work: _Assembly, each: Indicator) -> Paragraph:
    """One indicator of the district in a sentence."""
    figure = work.figure(Query(each.code, Level.DISTRICT, None))
    before = _("%(name)s（%(numerator)s ÷ %(denominator)s）为") % {
        "name": each.name,
        "numerator": each.numerator,
        "denominator": each.denominator,
    }
    after = _("。读数时注意：%(caveat)s。") % {"caveat": each.caveat}
    return Paragraph((before, figure, after))


def _situation(work: _Assembly) -> tuple[Chapter, ...]:
    said = tuple(_said(work, indicator(code)) for code in FIRST)
    return (Chapter(str(_("从办事记录看总体情况")), said),)


def _difficulties(work: _Assembly) -> tuple[Chapter, ...]:
    chapters = []
    for difficulty in Difficulty:
        said = [_said(work, each) for each in indicators_of(difficulty) if each.is_recorded]
        if not said:
            continue
        outs = [
            out
            for out in work.seen.scan.standing_out
            if difficulty in out.indicator.difficulties and out.is_better is False
        ]
        for out in outs:
            place = find_place(out.group)
            query = Query(out.indicator.code, compared_at(out.indicator), out.group)
            said.append(
                Paragraph(
                    (
                        _("%(place)s的%(name)s为")
                        % {"place": place.name if place else "", "name": out.indicator.name},
                        work.figure(query),
                        _("，与全区的差别超出偶然；原因要到现场去问。"),
                    )
                )
            )
        chapters.append(Chapter(str(difficulty.label), tuple(said)))
    return tuple(chapters)


def _suggestions(_work: _Assembly) -> tuple[Chapter, ...]:
    """One chapter a difficulty, each answering it; drafts, because only people suggest."""
    return tuple(
        Chapter(
            str(_("针对%(difficulty)s") % {"difficulty": difficulty.label}),
            tuple(
                Paragraph(
                    (
                        _("%(name)s：%(how)s依据：%(source)s。当心：%(beware)s")
                        % {
                            "name": measure.name,
                            "how": measure.how,
                            "source": measure.source,
                            "beware": measure.beware,
                        },
                    ),
                    draft=True,
                )
                for measure in measures_for(difficulty)
            ),
        )
        for difficulty in Difficulty
    )


def remember(facts: Facts, file: Path) -> None:
    """Keep the numbers as a person saw them, beside the study."""
    numbers = {str(figure.query): figure.words for figure in facts.figures}
    file.write_text(json.dumps(numbers, ensure_ascii=False, indent=1, sort_keys=True), "utf-8")


def remembered(file: Path) -> dict[str, str]:
    """The numbers as a person last saw them; none where nobody has."""
    if not file.is_file():
        return {}
    found = json.loads(file.read_text("utf-8"))
    return {str(name): str(words) for name, words in found.items()}


def figures_file(study: Path) -> Path:
    """Where the numbers of a study are kept."""
    return study.with_suffix(".figures.json")
