"""A report as PDF in the layout of GB/T 9704, set by our own code on fpdf2: no office program.

The letters are carried in the file, so a Chinese font that may be embedded has to be on this
machine; `fonts.py` looks for the official ones first and for free ones then.
"""

import io
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from gongzhi.insights.reports.blocks import (
    AnnexList,
    AnnexTitle,
    Block,
    Body,
    Dated,
    Grid,
    Heading,
    Role,
    Shown,
    Span,
    Title,
    blocks_of,
)
from gongzhi.insights.reports.contents import Facts
from gongzhi.insights.reports.fonts import face_for
from gongzhi.insights.reports.page_layout import SIZE_2, SIZE_3, SIZE_4, TABLE
from gongzhi.insights.reports.paper import CELL, TEXT_WIDTH, Paper
from gongzhi.insights.reports.pictures.png import as_png
from gongzhi.insights.reports.typesetting import Ink, Piece, lines_of

_LEVELS = ("hei", "kai", "fangsong", "fangsong")
_TITLE_LINE = 34.0
_TABLE_LINE = 15.0
_RAISED = 8.0


class CannotPrint(ValueError):
    """A machine without a Chinese font that may be put into a PDF."""


def can_print() -> bool:
    """Whether this machine has a font for it."""
    return face_for("fangsong") is not None


def as_pdf(facts: Facts) -> bytes:
    """The report as PDF; raises `CannotPrint` where no font is."""
    if not can_print():
        raise CannotPrint(
            _("本机没有可以嵌入的中文字体，不能生成 PDF；请安装一种（如思源宋体 Noto Serif CJK），"
              "或下载 Word、HTML")
        )  # fmt: skip
    with translation.override(facts.language):
        paper = Paper(title=facts.title, author=facts.author, language=facts.language)
        printing = _Printing(paper)
        for block in blocks_of(facts):
            printing.put(block)
        return paper.finished()


class _Printing:
    """One report on its way."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.headed = False

    def put(self, block: Block) -> None:
        match block:
            case Title():
                self.title(block.text, depth=block.depth)
            case Heading():
                self.heading(block)
            case Body():
                self.body(block)
            case Shown():
                self.picture(block)
            case AnnexList():
                self.paper.skip_lines(1)
                for position, item in enumerate(block.items):
                    before = block.label if position == 0 else "　" * len(block.label)
                    self.body(Body((Span(before + item),)))
            case Dated():
                self.dated(block.text)
            case AnnexTitle():
                self.paper.new_page()
                self.paper.bookmark(f"{block.label} {block.title}", 0)
                label = Piece(block.label, Ink("hei", SIZE_3))
                self.paper.lines(lines_of([label], width=TEXT_WIDTH, measure=self.paper.measure))
                self.title(block.title)
            case Grid():
                self.grid(block)

    def title(self, text: str, *, depth: int = 0) -> None:
        ink = Ink("kai", SIZE_3) if depth else Ink("title", SIZE_2)
        found = lines_of([Piece(text, ink)], width=TEXT_WIDTH, measure=self.paper.measure)
        self.paper.lines(found, centred=True, pitch=None if depth else _TITLE_LINE)

    def heading(self, block: Heading) -> None:
        if not self.headed:
            self.paper.skip_lines(1)
            self.headed = True
        face = _LEVELS[min(block.depth, len(_LEVELS)) - 1]
        found = lines_of(
            [Piece(block.text, Ink(face, SIZE_3))],
            width=TEXT_WIDTH,
            measure=self.paper.measure,
            indent=2 * CELL,
        )
        # A heading never stands alone at the foot, nor one with only the next heading under it.
        self.paper.need(len(found) + (1 if block.depth > 1 else 3))
        self.paper.bookmark(block.text, block.depth - 1)
        self.paper.lines(found)

    def body(self, block: Body) -> None:
        pieces = [piece for span in block.spans for piece in _pieces(span, "fangsong", SIZE_3)]
        found = lines_of(pieces, width=TEXT_WIDTH, measure=self.paper.measure, indent=2 * CELL)
        self.paper.lines(found)

    def dated(self, text: str) -> None:
        """Four characters from the right."""
        piece = Piece(text, Ink("fangsong", SIZE_3))
        (line, *_rest) = lines_of([piece], width=TEXT_WIDTH, measure=self.paper.measure)
        self.paper.lines([line], left=TEXT_WIDTH - line.width - 4 * CELL)

    def picture(self, block: Shown) -> None:
        drawing = block.picture.drawing
        height = TEXT_WIDTH * drawing.height / drawing.width
        caption = lines_of(
            [Piece(block.caption, Ink("kai", SIZE_4))], width=TEXT_WIDTH, measure=self.paper.measure
        )
        self.paper.picture(
            io.BytesIO(as_png(drawing)),
            height=height,
            with_lines=len(caption),
            alternative=block.picture.alternative,
        )
        self.paper.lines(caption, centred=True)

    def grid(self, block: Grid) -> None:
        if block.title:
            self.body(Body((Span(block.title),)))
        head = self.row([Span(words) for words in block.head], block.widths, "hei")
        self.paper.table_row(head, block.widths, pitch=_TABLE_LINE)
        for row in block.rows:
            cells = self.row(list(row), block.widths, "song")
            self.paper.table_row(cells, block.widths, pitch=_TABLE_LINE, head=head)
        self.paper.end_table()

    def row(self, spans: list[Span], widths: tuple[int, ...], face: str) -> list[Any]:
        cells = []
        for span, width in zip(spans, widths, strict=True):
            room = self.paper.points(width) - 8
            pieces = _pieces(span, face, TABLE)
            cells.append(lines_of(pieces, width=room, measure=self.paper.measure))
        return cells


def _pieces(span: Span, face: str, size: float) -> list[Piece]:
    if span.query is not None:
        raised = Ink("song", _RAISED, raised=True)
        return [Piece(span.text, Ink(face, size)), Piece(f"[{span.number}]", raised)]
    if span.role is Role.TEXT:
        return [Piece(span.text, Ink(face, size))]
    return [Piece(span.text, Ink("hei", size, marked=span.role is Role.CHANGED))]
