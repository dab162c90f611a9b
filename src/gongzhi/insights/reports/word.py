"""How a report looks: Word in the layout of GB/T 9704, each number tied to where it comes from.

A number stands in a content control whose tag is `gz:N` and whose title is its query; the last
annex lists N with the query, the period, the version of the data and the moment it was read.
`reading_back.py` reads exactly these.
"""

import io
import re
from typing import Any

import docx
from django.utils import translation
from django.utils.translation import gettext as _
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as DocxParagraph

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
from gongzhi.insights.reports.page_layout import (
    FANGSONG,
    HEI,
    KAI,
    SIZE_2,
    SIZE_3,
    SIZE_4,
    SONG,
    TABLE,
    TITLE,
    indent_two,
    name_font,
    set_page,
)
from gongzhi.insights.reports.pictures.png import as_png, needs_key

TAG = "gz:"
_LEVELS = (HEI, KAI, FANGSONG, FANGSONG)
_TITLE_LINE = 34  # points
_LONG = re.compile("[!-~]{29}")  # a digest, which no line holds: stretched, the one before gapes


def as_word(facts: Facts) -> bytes:
    """The report as the bytes of a Word file."""
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = facts.title, facts.author, ""
    properties.language = "en" if facts.language == "en" else "zh-CN"
    set_page(document)
    writing = _Writing(document)
    with translation.override(facts.language):
        for block in blocks_of(facts):
            writing.put(block)
        writing.end()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


class _Writing:
    """One document on its way."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.headed = False
        self.under_table = False

    def put(self, block: Block) -> None:
        # A new page parts a table from what follows; an empty line might get a page of its own.
        if self.under_table and not isinstance(block, AnnexTitle):
            self.document.add_paragraph()
        self.under_table = isinstance(block, Grid)
        match block:
            case Title():
                self.title(block)
            case Heading():
                self.heading(block)
            case Body():
                self.body(block)
            case Shown():
                self.picture(block)
            case AnnexList():
                self.annex_list(block)
            case Dated():
                paragraph = self.document.add_paragraph()
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                paragraph.paragraph_format.right_indent = Pt(4 * SIZE_3)
                self.run(paragraph, block.text, FANGSONG, SIZE_3)
            case AnnexTitle():
                page = self.document.add_paragraph()
                page.paragraph_format.page_break_before = True
                self.run(page, block.label, HEI, SIZE_3)
                self.centred(block.title, TITLE, SIZE_2)
            case Grid():
                self.grid(block)

    def end(self) -> None:
        """A document may not end with a table: the line after it takes no room."""
        if self.under_table:
            _no_line(self.document.add_paragraph())

    def title(self, block: Title) -> None:
        if block.depth:
            self.centred(block.text, KAI, SIZE_3)
        else:
            self.centred(block.text, TITLE, SIZE_2)

    def heading(self, block: Heading) -> None:
        if not self.headed:  # an empty line under the title
            self.document.add_paragraph()
            self.headed = True
        paragraph = self.document.add_paragraph()
        indent_two(paragraph)
        paragraph.paragraph_format.keep_with_next = True
        _outline_level(paragraph, block.depth)
        font = _LEVELS[min(block.depth, len(_LEVELS)) - 1]
        self.run(paragraph, block.text, font, SIZE_3)

    def body(self, block: Body) -> None:
        paragraph = self.document.add_paragraph()
        if not _LONG.search("".join(span.text for span in block.spans)):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        indent_two(paragraph)
        for span in block.spans:
            if span.query is not None:
                self.figure(paragraph, span, FANGSONG, SIZE_3)
                continue
            written = self.run(
                paragraph, span.text, FANGSONG if span.role is Role.TEXT else HEI, SIZE_3
            )
            if span.role is Role.CHANGED:
                written.font.highlight_color = WD_COLOR_INDEX.YELLOW

    def picture(self, block: Shown) -> None:
        drawing = block.picture.drawing
        paragraph = self.document.add_paragraph()
        _one_line(paragraph)
        paragraph.paragraph_format.keep_with_next = True
        shown = paragraph.add_run().add_picture(io.BytesIO(as_png(drawing)), width=Mm(156))
        about = shown._inline.docPr
        about.set("title", block.caption)
        about.set("descr", block.picture.alternative)
        words = block.caption
        if needs_key(drawing):
            told = "；".join(f"{short} {name}" for short, name in drawing.key)
            words += _("（%(key)s）") % {"key": told}
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _one_line(paragraph)
        self.run(paragraph, words, KAI, SIZE_4)

    def annex_list(self, block: AnnexList) -> None:
        """Two characters in; the second name stands under the first."""
        self.document.add_paragraph()
        for position, item in enumerate(block.items):
            paragraph = self.document.add_paragraph()
            indent_two(paragraph)
            before = block.label if position == 0 else "　" * len(block.label)
            self.run(paragraph, before + item, FANGSONG, SIZE_3)

    def grid(self, block: Grid) -> None:
        if block.title:
            self.body(Body((Span(block.title),)))
        table = self.document.add_table(rows=1 + len(block.rows), cols=len(block.head))
        table.style = "Table Grid"
        table.autofit = False
        for column, width in zip(table.columns, block.widths, strict=True):
            column.width = Mm(width)
        # Rows are taken from the tree once: asking the table for each would cost their square.
        for row_number, row in enumerate(table._tbl.tr_lst):
            cells = [Span(words) for words in block.head]
            if row_number:
                cells = list(block.rows[row_number - 1])
            row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            for cell, span, width in zip(row.tc_lst, cells, block.widths, strict=True):
                cell.width = Mm(width)
                self.cell(cell, span, SONG if row_number else HEI)
        head = OxmlElement("w:tblHeader")
        table._tbl.tr_lst[0].get_or_add_trPr().append(head)

    def cell(self, cell: Any, span: Span, font: str) -> None:
        paragraph = DocxParagraph(cell.p_lst[0], self.document._body)
        _one_line(paragraph)
        if span.query is not None:
            self.figure(paragraph, span, SONG, TABLE)
        else:
            self.run(paragraph, span.text, font, TABLE)

    def figure(self, paragraph: Any, span: Span, font: str, size: float) -> None:
        """The number in a content control, and a small raised number that leads to the annex."""
        run = self.run(paragraph, span.text, font, size)
        control, properties = OxmlElement("w:sdt"), OxmlElement("w:sdtPr")
        for name, value in (("w:alias", str(span.query)), ("w:tag", f"{TAG}{span.number}")):
            part = OxmlElement(name)
            part.set(qn("w:val"), value)
            properties.append(part)
        content = OxmlElement("w:sdtContent")
        paragraph._p.replace(run._r, control)
        content.append(run._r)
        control.extend([properties, content])
        mark = self.run(paragraph, f"[{span.number}]", SONG, TABLE)
        mark.font.superscript = True

    def run(self, paragraph: Any, text: str, font: str, size: float) -> Any:
        run = paragraph.add_run(text)
        run.font.size = Pt(size)
        name_font(run._r.get_or_add_rPr(), font)
        return run

    def centred(self, text: str, font: str, size: float) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if size > SIZE_3:
            paragraph.paragraph_format.line_spacing = Pt(_TITLE_LINE)
        self.run(paragraph, text, font, size)


def _one_line(paragraph: Any) -> None:
    """A line as high as what stands in it: exact lines would cut pictures off."""
    shape = paragraph.paragraph_format
    shape.line_spacing_rule = WD_LINE_SPACING.SINGLE
    shape.space_before = shape.space_after = Pt(2)


def _no_line(paragraph: Any) -> None:
    shape = paragraph.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(1)
    shape.space_before = shape.space_after = Pt(0)


def _outline_level(paragraph: Any, depth: int) -> None:
    """A heading that word processors list and screen readers jump to."""
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), str(depth - 1))
    paragraph._p.get_or_add_pPr().append(level)
