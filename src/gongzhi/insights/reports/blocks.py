"""A report as a row of blocks, numbered once: what Word, page and PDF have in common."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils import formats, translation
from django.utils.translation import gettext as _

from gongzhi.insights.reports.contents import (
    Annex,
    Chapter,
    Facts,
    Figure,
    Paragraph,
    Picture,
    Query,
    Run,
)
from gongzhi.insights.reports.numbering import numbered


class Role(StrEnum):
    """How a piece of text is to look."""

    TEXT = "text"
    DRAFT = "draft"  # nobody reviewed it
    CHANGED = "changed"  # its number changed since a person last looked


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a paragraph or cell; a number of the record has its own number and query."""

    text: str
    role: Role = Role.TEXT
    number: int = 0
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class Title:
    """The title of the report or, `depth` 1, what stands under it."""

    text: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with its number."""

    text: str
    depth: int


@dataclass(frozen=True, slots=True)
class Body:
    """A paragraph."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture with its number."""

    picture: Picture
    number: int
    caption: str


@dataclass(frozen=True, slots=True)
class AnnexList:
    """The names of the annexes, after the text."""

    label: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dated:
    """The date under the text."""

    text: str


@dataclass(frozen=True, slots=True)
class AnnexTitle:
    """Where an annex begins, on a new page."""

    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its title, its head, its rows of cells, widths in mm."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Span, ...], ...]
    widths: tuple[int, ...]
    is_sources: bool = False


Block = Title | Heading | Body | Shown | AnnexList | Dated | AnnexTitle | Grid


def blocks_of(facts: Facts) -> list[Block]:
    """The whole report in the language of its study."""
    with translation.override(facts.language):
        return list(_Numbering(facts).blocks())


class _Numbering:
    """Counts numbers and pictures in the order in which they are written."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.written: list[Figure] = []
        self.pictures = 0

    def blocks(self) -> Iterator[Block]:
        facts = self.facts
        yield Title(facts.title + (_("（草稿）") if facts.is_draft else ""))
        yield from (Title(line, 1) for line in (facts.subtitle, facts.author) if line)
        for position, chapter in enumerate(facts.chapters, start=1):
            yield from self.chapter(chapter, (position,))
        names = (*(annex.title for annex in facts.annexes), _("数的出处"))
        yield AnnexList(_("附件："), tuple(f"{n}. {name}" for n, name in enumerate(names, start=1)))
        if facts.dated:
            yield Dated(dated_words(date.fromisoformat(facts.dated), facts.language))
        for number, annex in enumerate(facts.annexes, start=1):
            yield from self.annex(annex, number)
        yield from self.sources(len(names))

    def chapter(self, chapter: Chapter, place: tuple[int, ...]) -> Iterator[Block]:
        if chapter.heading:
            yield Heading(numbered(place, self.facts.language) + chapter.heading, len(place))
        yield from (self.body(paragraph) for paragraph in chapter.paragraphs)
        for picture in chapter.pictures:
            self.pictures += 1
            caption = _("图 %(number)d　%(caption)s") % {
                "number": self.pictures,
                "caption": picture.caption,
            }
            yield Shown(picture, self.pictures, caption)
        for position, part in enumerate(chapter.parts, start=1):
            yield from self.chapter(part, (*place, position))

    def body(self, paragraph: Paragraph) -> Body:
        spans = [Span(_("【草稿】"), Role.DRAFT)] if paragraph.draft else []
        spans += [self.span(run) for run in paragraph.runs]
        if paragraph.changed:
            was = "、".join(f"{each.changed_from} → {each.words}" for each in paragraph.changed)
            note = _("【数据有变：%(was)s，请核对本段】") % {"was": was}
            spans.append(Span(note, Role.CHANGED))
        return Body(tuple(spans))

    def span(self, run: Run) -> Span:
        if isinstance(run, str):
            return Span(run)
        self.written.append(run)
        return Span(run.words, number=len(self.written), query=run.query)

    def annex(self, annex: Annex, number: int) -> Iterator[Block]:
        yield AnnexTitle(_("附件%(number)d") % {"number": number}, annex.title)
        yield from (self.body(paragraph) for paragraph in annex.paragraphs)
        for sheet in annex.sheets:
            rows = tuple(tuple(self.span(cell) for cell in row) for row in sheet.rows)
            yield Grid(sheet.title, sheet.head, rows, sheet.widths)

    def sources(self, number: int) -> Iterator[Block]:
        """The last annex: where each number comes from, which `verifying.py` reads."""
        yield AnnexTitle(_("附件%(number)d") % {"number": number}, _("数的出处"))
        version = self.facts.version
        said = _(
            "时间 %(period)s；数据版本 %(version)s；数据截至 %(moment)s；语言 %(language)s。"
        ) % {
            "period": self.facts.period,
            "version": f"{version.last_id}:{version.hash}",
            "moment": self.facts.as_of.isoformat(),
            "language": self.facts.language,
        }
        yield Body((Span(said),))
        yield Body((Span(_("正文里的 [n] 对应下表的编号；用“核对报告”可以把每个数重算一遍。")),))
        rows = tuple(
            (Span(str(place)), Span(str(figure.query)), Span(figure.words))
            for place, figure in enumerate(self.written, start=1)
        )
        head = (_("编号"), _("查询"), _("数值"))
        yield Grid("", head, rows, (16, 100, 40), is_sources=True)


def dated_words(day: date, language: str) -> str:
    """A date as documents write it."""
    if language == "en":
        with translation.override("en"):
            return formats.date_format(day, "j F Y")
    return f"{day.year}年{day.month}月{day.day}日"
