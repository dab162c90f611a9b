"""The page of GB/T 9704: A4, margins, 22 lines of 28 characters, fonts by name, page numbers.

Fonts are named and not embedded (they are licensed); a machine without them shows its own.
"""

from typing import Any

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

FANGSONG, HEI, KAI, TITLE, SONG = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"
SIZE_2, SIZE_3, SIZE_4, TABLE = 22, 16, 14, 10.5  # points: 2号, 3号, 4号, 五号
LINES, CHARACTERS = 22, 28
# 225 mm are 637.8 pt: 22 lines of 28.95 pt fit, of 29 they would not. In twentieths of a point.
LINE = 579
# 156 mm are 442.2 pt: 28 characters of 15.79 pt where the letters are 16; in 4096ths of a point.
CHARACTER_SPACE = -850
# The same in twentieths of a point, on the letters themselves: some programs give a letter that
# is wider than its cell two cells, so the text doesn't snap to the grid but fits it by itself.
# LibreOffice rounds the grid to 28 × 15.74 pt, which letters 0.25 pt closer just miss.
LETTER_SPACE = -6


def set_page(document: Document) -> None:
    """Paper, margins, the grid of lines and characters, and the default letters."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    # The numbers stand 7 mm below the text: 35 − 7 mm above the edge, less the letters' own height.
    section.footer_distance = Mm(24.5)
    section.header_distance = Mm(15)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(LINE))
    grid.set(qn("w:charSpace"), str(CHARACTER_SPACE))
    normal = document.styles["Normal"]
    normal.font.size = Pt(SIZE_3)
    name_font(normal.element.get_or_add_rPr(), FANGSONG)
    _fit_without_snapping(normal.element)
    shape = normal.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    shape.line_spacing = Pt(LINE / 20)
    shape.widow_control = False
    _number_pages(document)


def _fit_without_snapping(style: Any) -> None:
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(LETTER_SPACE))
    letters = style.get_or_add_rPr()
    size = letters.find(qn("w:sz"))
    size.addprevious(spacing)
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    style.get_or_add_pPr().append(snap)


def name_font(properties: Any, name: str) -> None:
    """Name a font for Chinese and Latin letters alike."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for each in ("w:eastAsia", "w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(each), name if each == "w:eastAsia" or name == SONG else "Times New Roman")


def indent_two(paragraph: Any) -> None:
    """Begin a paragraph two characters in, counted in characters as Word does."""
    paragraph.paragraph_format.first_line_indent = Pt(2 * SIZE_3)
    paragraph._p.pPr.ind.set(qn("w:firstLineChars"), "200")


def _number_pages(document: Document) -> None:
    """— 1 — one character in: on the right of odd pages, on the left of even ones."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for footer, right in ((section.footer, True), (section.even_page_footer, False)):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
        shape = paragraph.paragraph_format
        if right:
            shape.right_indent = Pt(SIZE_4)
        else:
            shape.left_indent = Pt(SIZE_4)
        shape.line_spacing_rule = WD_LINE_SPACING.SINGLE
        for kind, text in (
            ("text", "— "),
            ("begin", ""),
            ("code", " PAGE "),
            ("end", ""),
            ("text", " —"),
        ):
            run = paragraph.add_run(text if kind == "text" else "")
            run.font.size = Pt(SIZE_4)
            name_font(run._r.get_or_add_rPr(), SONG)
            if kind in {"begin", "end"}:
                mark = OxmlElement("w:fldChar")
                mark.set(qn("w:fldCharType"), kind)
                run._r.append(mark)
            elif kind == "code":
                code = OxmlElement("w:instrText")
                code.set(qn("xml:space"), "preserve")
                code.text = text
                run._r.append(code)
