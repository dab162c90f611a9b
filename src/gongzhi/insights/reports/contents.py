"""What a report is made of: chapters of paragraphs in which every number knows its query."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from gongzhi.commons.ledger.columns import Version
from gongzhi.insights.indicators.periods import Period
from gongzhi.insights.indicators.shapes import Level

if TYPE_CHECKING:
    from gongzhi.insights.reports.pictures.drawing import Drawing

# Marks that turn the direction of what follows, and code points that no document can hold.
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NOWHERE = frozenset("\ufffe\uffff")


def printable(text: str) -> str:
    """The text without signs that no document can hold (XML 1.0), nor such as turn its order."""
    return "".join(sign for sign in text if _is_printable(sign))


def _is_printable(sign: str) -> bool:
    control = sign < " " and sign != "\t"
    late_control = "\x7f" <= sign <= "\x9f"
    surrogate = "\ud800" <= sign <= "\udfff"
    return not (control or late_control or surrogate or sign in _TURNING or sign in _NOWHERE)


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
class Picture:
    """A chart or map; `alternative` says the same in words, `figures` are the numbers drawn."""

    caption: str
    alternative: str
    drawing: "Drawing"
    figures: tuple[tuple[str, Figure], ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading of the first or second level with what stands under it."""

    heading: str
    paragraphs: tuple[Paragraph, ...]
    parts: tuple["Chapter", ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of an annex; numbers in its cells have sources like any other."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Run, ...], ...]
    widths: tuple[int, ...]  # mm, 156 in all


@dataclass(frozen=True, slots=True)
class Annex:
    """What stands after the text: paragraphs, then tables."""

    title: str
    paragraphs: tuple[Paragraph, ...] = ()
    sheets: tuple[Sheet, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """A report, ready to be laid out."""

    title: str
    subtitle: str
    author: str
    dated: str
    language: str
    period: Period
    version: Version
    as_of: datetime
    chapters: tuple[Chapter, ...]
    annexes: tuple[Annex, ...]

    @property
    def figures(self) -> list[Figure]:
        """Every number of text, pictures and annexes, in the order in which they are written."""
        return list(_figures(self))

    @property
    def is_draft(self) -> bool:
        """Whether anything in it waits for a person's review."""
        paragraphs = [*_paragraphs(self.chapters)]
        paragraphs += [each for annex in self.annexes for each in annex.paragraphs]
        return any(each.draft or each.changed for each in paragraphs)

    @property
    def pictures(self) -> list[Picture]:
        """Every picture in order; its number in the captions is its place here, from 1."""

        def within(chapters: Iterable[Chapter]) -> Iterator[Picture]:
            for chapter in chapters:
                yield from chapter.pictures
                yield from within(chapter.parts)

        return list(within(self.chapters))


def _paragraphs(chapters: Iterable[Chapter]) -> Iterator[Paragraph]:
    for chapter in chapters:
        yield from chapter.paragraphs
        yield from _paragraphs(chapter.parts)


def _figures(facts: Facts) -> Iterator[Figure]:
    for paragraph in _paragraphs(facts.chapters):
        yield from (run for run in paragraph.runs if isinstance(run, Figure))
    for annex in facts.annexes:
        for paragraph in annex.paragraphs:
            yield from (run for run in paragraph.runs if isinstance(run, Figure))
        for sheet in annex.sheets:
            for row in sheet.rows:
                yield from (cell for cell in row if isinstance(cell, Figure))
