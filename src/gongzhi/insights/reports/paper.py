"""The pages of a PDF: A4 with the margins of GB/T 9704, 22 lines to a page, numbers at the foot."""

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from fpdf import FPDF

from gongzhi.insights.reports.fonts import Face, face_for
from gongzhi.insights.reports.page_layout import CHARACTERS, LINES, SIZE_3, SIZE_4
from gongzhi.insights.reports.typesetting import Ink, TextLine, is_wide

_MM = 72 / 25.4
_TOP, _LEFT, _RIGHT, _HEIGHT = 37 * _MM, 28 * _MM, 26 * _MM, 225 * _MM
TEXT_WIDTH = 156 * _MM
CELL = TEXT_WIDTH / CHARACTERS
_PITCH = _HEIGHT / LINES
_CLOSER = CELL - SIZE_3  # letters of 16 pt on a grid of 15.79
_FOOT = _TOP + _HEIGHT + 7 * _MM  # the dashes beside the page number stand 7 mm below the text
_ASCENT = 0.86  # of the size: how far a letter rises above the line it stands on
_BORDER = 4.0
_STRETCH = 2.5  # cells; a line with more room than this is left as it is
_ROLES = ("song", "hei", "fangsong", "kai", "title")


class Paper:
    """Pages being filled from top to bottom."""

    def __init__(self, *, title: str, author: str, language: str) -> None:
        self._pdf = FPDF(unit="pt", format="A4")
        self._pdf.set_auto_page_break(False)
        self._pdf.set_title(title)
        self._pdf.set_author(author)
        self._pdf.set_lang("en" if language == "en" else "zh-CN")
        self._families = self._add_fonts()
        self._measure = lru_cache(maxsize=8192)(self._width)
        self._y = 0.0
        self._deepest = -1
        self.new_page()

    def finished(self) -> bytes:
        """The whole file."""
        return bytes(self._pdf.output())

    @staticmethod
    def points(millimetres: float) -> float:
        return millimetres * _MM

    def measure(self, text: str, ink: Ink) -> float:
        """How wide letters are, set as close as the grid wants."""
        return sum(self._measure(letter, ink.face, ink.size) for letter in text)

    def new_page(self) -> None:
        self._pdf.add_page()
        self._y = _TOP
        self._number()

    def need(self, lines: int) -> None:
        """Go on to a new page unless so many lines fit on this one."""
        if self._y + lines * _PITCH > _TOP + _HEIGHT + 0.5:
            self.new_page()

    def skip_lines(self, count: int) -> None:
        if self._y > _TOP:
            self._y += count * _PITCH

    def bookmark(self, name: str, depth: int) -> None:
        """An entry of the outline that readers show beside the pages."""
        self._deepest = min(depth, self._deepest + 1)
        self._pdf.set_y(self._y)
        self._pdf.start_section(name, level=self._deepest)

    def lines(
        self,
        lines: Sequence[TextLine],
        *,
        centred: bool = False,
        left: float = 0,
        pitch: float | None = None,
    ) -> None:
        high = pitch or _PITCH
        for line in lines:
            if self._y + high > _TOP + _HEIGHT + 0.5:
                self.new_page()
            ahead = (TEXT_WIDTH - line.width) / 2 if centred else left + line.indent
            room = 0.0 if centred or left else TEXT_WIDTH - line.indent - line.width
            self._line(line, _LEFT + ahead, self._y, high, room if line.full else 0)
            self._y += high

    def picture(
        self, image: io.BytesIO, *, height: float, with_lines: int, alternative: str
    ) -> None:
        """A picture as wide as the text, on the page of its caption; lines go on on the grid."""
        tallest = _HEIGHT - with_lines * _PITCH
        wide = TEXT_WIDTH * min(1.0, tallest / height)
        height = min(height, tallest)
        if self._y + height + with_lines * _PITCH > _TOP + _HEIGHT + 0.5:
            self.new_page()
        at = _LEFT + (TEXT_WIDTH - wide) / 2
        self._pdf.image(image, x=at, y=self._y, w=wide, h=height, alt_text=alternative)
        self._y += height
        self._to_grid()

    def table_row(
        self,
        cells: Sequence[Sequence[TextLine]],
        widths: Sequence[int],
        *,
        pitch: float,
        head: Sequence[Sequence[TextLine]] | None = None,
    ) -> None:
        """A row; on a new page the head stands above it again."""
        high = max(len(lines) for lines in cells) * pitch + 2 * _BORDER
        if self._y + high > _TOP + _HEIGHT + 0.5:
            self.new_page()
            if head is not None:
                self.table_row(head, widths, pitch=pitch)
        x = _LEFT
        for lines, width in zip(cells, widths, strict=True):
            self._pdf.rect(x, self._y, width * _MM, high)
            for position, line in enumerate(lines):
                self._line(line, x + _BORDER, self._y + _BORDER + position * pitch, pitch, 0)
            x += width * _MM
        self._y += high

    def end_table(self) -> None:
        self._y += _PITCH / 2
        self._to_grid()

    def _to_grid(self) -> None:
        used = (self._y - _TOP) / _PITCH
        self._y = _TOP + _PITCH * (int(used) + (used > int(used) + 1e-6))

    def _line(self, line: TextLine, x: float, y: float, high: float, room: float) -> None:
        """Draw a line; up to some room is shared out among its letters."""
        letters = sum(len(piece.text) for piece in line.pieces)
        between = room / (letters - 1) if 0 < room < _STRETCH * CELL and letters > 1 else 0.0
        for piece in line.pieces:
            ink = piece.ink
            base = y + (high - ink.size) / 2 + _ASCENT * ink.size - (5 if ink.raised else 0)
            wide = self.measure(piece.text, ink) + between * len(piece.text)
            if ink.marked:
                self._pdf.set_fill_color(255, 243, 176)
                self._pdf.rect(x, y + 4, wide, high - 8, style="F")
            self._pdf.set_font(self._families[ink.face], size=ink.size)
            self._pdf.set_char_spacing(self._closer(ink.size) + between)
            self._pdf.text(x, base, piece.text)
            x += wide

    def _width(self, letter: str, face: str, size: float) -> float:
        if is_wide(letter):
            return size + self._closer(size)
        self._pdf.set_font(self._families[face], size=size)
        self._pdf.set_char_spacing(0)
        return float(self._pdf.get_string_width(letter)) + self._closer(size)

    @staticmethod
    def _closer(size: float) -> float:
        return _CLOSER if size == SIZE_3 else 0.0

    def _number(self) -> None:
        """— 1 —: odd pages right, even ones left, one character in."""
        number = self._pdf.page_no()
        words = f"— {number} —"
        self._pdf.set_font(self._families["song"], size=SIZE_4)
        self._pdf.set_char_spacing(0)
        wide = float(self._pdf.get_string_width(words))
        right = _LEFT + TEXT_WIDTH - SIZE_4 - wide
        self._pdf.text(right if number % 2 else _LEFT + SIZE_4, _FOOT + 0.35 * SIZE_4, words)

    def _add_fonts(self) -> dict[str, str]:
        """A family of the file for each role; one font that serves several is carried once."""
        families: dict[str, str] = {}
        added: dict[Face, str] = {}
        for role in _ROLES:
            face: Any = face_for(role)
            if face not in added:
                added[face] = role
                self._pdf.add_font(role, fname=face.file, collection_font_number=face.index)
            families[role] = added[face]
        return families
