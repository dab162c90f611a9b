"""How a report looks: Word in the layout of GB/T 9704, each number tied to where it comes from.

A number stands in a content control whose tag is `gz:N`; the annex lists N with the query, the
period, the version of the data and the moment it was read. `verifying.py` reads exactly these.
"""

from pathlib import Path
from typing import Any

import docx
from django.utils.translation import gettext as _
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_COLOR_INDEX, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from gongzhi.insights.reports.facts import Chapter, Facts, Figure, Paragraph
from gongzhi.insights.reports.numbering import numbered
from gongzhi.insights.reports.page_layout import (
    FANGSONG,
    HEI,
    KAI,
    SIZE_2,
    SIZE_3,
    SONG,
    TABLE,
    TITLE,
    indent_two,
    name_font,
    set_page,
)

TAG = "gz:"
_LEVELS = (HEI, KAI, FANGSONG, FANGSONG)


def write_word(facts: Facts, file: Path) -> None:
    """Write the report; nothing is left behind where writing fails."""
    writing = _Writing(docx.Document(), facts)
    set_page(writing.document)
    writing.head()
    for position, chapter in enumerate(facts.chapters, start=1):
        writing.chapter(chapter, (position,))
    writing.close()
    writing.annex()
    draft = file.with_name(f".{file.name}.part")
    try:
        writing.document.save(str(draft))
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


class _Writing:
    """One document on its way; numbers are counted as they are written."""

    def __init__(self, document: Document, facts: Facts) -> None:
        self.document = document
        self.facts = facts
        self.written: list[Figure] = []
        properties = document.core_properties
        properties.title = facts.title
        properties.author = facts.author
        properties.comments = ""

    def head(self) -> None:
        title = self.facts.title
        if self.facts.is_draft:
            title += _("（草稿）")
        self._centred(title, TITLE, SIZE_2)
        for line in (self.facts.subtitle, self.facts.author):
            if line:
                self._centred(line, KAI, SIZE_3)
        self.document.add_paragraph()

    def chapter(self, chapter: Chapter, place: tuple[int, ...]) -> None:
        if chapter.heading:
            paragraph = self.document.add_paragraph()
            indent_two(paragraph)
            paragraph.paragraph_format.keep_with_next = True
            font = _LEVELS[min(len(place), len(_LEVELS)) - 1]
            self._run(paragraph, numbered(place) + chapter.heading, font, SIZE_3)
        for body in chapter.paragraphs:
            self._body(body)
        for position, part in enumerate(chapter.parts, start=1):
            self.chapter(part, (*place, position))

    def close(self) -> None:
        """The list of annexes two characters in, then the date four characters from the right."""
        self.document.add_paragraph()
        paragraph = self.document.add_paragraph()
        indent_two(paragraph)
        self._run(paragraph, _("附件：指标和数据出处"), FANGSONG, SIZE_3)
        if self.facts.dated:
            year, month, day = self.facts.dated.split("-")
            dated = self.document.add_paragraph()
            dated.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            dated.paragraph_format.right_indent = Pt(4 * SIZE_3)
            self._run(dated, f"{year}年{int(month)}月{int(day)}日", FANGSONG, SIZE_3)

    def annex(self) -> None:
        page = self.document.add_paragraph()
        page.add_run().add_break(WD_BREAK.PAGE)
        self._run(page, _("附件"), HEI, SIZE_3)
        self._centred(_("指标和数据出处"), TITLE, SIZE_2)
        for words in (
            _("一、指标一览（%(period)s）") % {"period": self.facts.period},
            "",
        ):
            if words:
                self._plain(words)
        rows = [
            (str(each.number), str(each.name), figure, n) for each, figure, n in self.facts.annex
        ]
        self._table((_("序号"), _("指标"), _("数值"), _("记录数")), rows, (12, 70, 46, 28))
        self._plain(_("二、每个数的出处"))
        self._plain(
            _("时间 %(period)s；数据版本 %(version)s；数据截至 %(moment)s。")
            % {
                "period": self.facts.period,
                "version": f"{self.facts.version.last_id}:{self.facts.version.hash}",
                "moment": self.facts.as_of.isoformat(),
            }
        )
        sources = [
            (str(number), str(figure.query), figure.words)
            for number, figure in enumerate(self.written, start=1)
        ]
        self._table((_("编号"), _("查询"), _("数值")), sources, (16, 100, 40))

    def _body(self, body: Paragraph) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        indent_two(paragraph)
        if body.draft:
            self._run(paragraph, _("【草稿】"), HEI, SIZE_3)
        for run in body.runs:
            if isinstance(run, Figure):
                self._figure(paragraph, run)
            else:
                self._run(paragraph, run, FANGSONG, SIZE_3)
        if body.changed:
            was = "、".join(f"{each.changed_from} → {each.words}" for each in body.changed)
            note = _("【数据有变：%(was)s，请核对本段】") % {"was": was}
            marked = self._run(paragraph, note, HEI, SIZE_3)
            marked.font.highlight_color = WD_COLOR_INDEX.YELLOW

    def _figure(self, paragraph: Any, figure: Figure, size: float = SIZE_3) -> None:
        """The number in a content control, and a small raised number that leads to the annex."""
        self.written.append(figure)
        number = len(self.written)
        run = self._run(paragraph, figure.words, FANGSONG if size == SIZE_3 else SONG, size)
        control, properties = OxmlElement("w:sdt"), OxmlElement("w:sdtPr")
        for name, value in (("w:alias", str(figure.query)[:60]), ("w:tag", f"{TAG}{number}")):
            part = OxmlElement(name)
            part.set(qn("w:val"), value)
            properties.append(part)
        content = OxmlElement("w:sdtContent")
        paragraph._p.replace(run._r, control)
        content.append(run._r)
        control.extend([properties, content])
        mark = self._run(paragraph, f"[{number}]", SONG, TABLE)
        mark.font.superscript = True

    def _run(self, paragraph: Any, text: str, font: str, size: float) -> Any:
        run = paragraph.add_run(text)
        run.font.size = Pt(size)
        name_font(run._r.get_or_add_rPr(), font)
        return run

    def _centred(self, text: str, font: str, size: float) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if size > SIZE_3:
            paragraph.paragraph_format.line_spacing = Pt(34)
        self._run(paragraph, text, font, size)

    def _plain(self, text: str) -> None:
        paragraph = self.document.add_paragraph()
        indent_two(paragraph)
        self._run(paragraph, text, FANGSONG, SIZE_3)

    def _table(
        self, head: tuple[str, ...], rows: list[tuple[Any, ...]], widths: tuple[int, ...]
    ) -> None:
        table = self.document.add_table(rows=1, cols=len(head))
        table.style = "Table Grid"
        table.autofit = False
        for cell, words in zip(table.rows[0].cells, head, strict=True):
            self._cell(cell, words, HEI)
        _repeat(table.rows[0])
        for row in rows:
            for cell, value in zip(table.add_row().cells, row, strict=True):
                self._cell(cell, value, SONG)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = docx.shared.Mm(width)
        for row_of_table in table.rows:
            for cell, width in zip(row_of_table.cells, widths, strict=True):
                cell.width = docx.shared.Mm(width)

    def _cell(self, cell: Any, value: str | Figure, font: str) -> None:
        paragraph = cell.paragraphs[0]
        shape = paragraph.paragraph_format
        shape.line_spacing_rule = WD_LINE_SPACING.SINGLE
        shape.space_before = shape.space_after = Pt(2)
        if isinstance(value, Figure):
            self._figure(paragraph, value, TABLE)
        else:
            self._run(paragraph, value, font, TABLE)


def _repeat(row: Any) -> None:
    """Let the head of a table stand on each of its pages."""
    mark = OxmlElement("w:tblHeader")
    row._tr.get_or_add_trPr().append(mark)
