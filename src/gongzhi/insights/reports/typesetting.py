"""Breaking text into lines of 28 characters, as Chinese is set: no mark of punctuation begins a
line that may not, no word or number is cut, and full lines reach both edges.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

# What may not begin a line, and what may not end one (GB/T 15834).
_NOT_FIRST = frozenset("，。、；：？！）》〉」』】〕％”’…—～·,.;:?!)]}%")
_NOT_LAST = frozenset("（《〈「『【〔“‘([{")
_ATOM = re.compile(r"[A-Za-z0-9À-ɏ./:@#%+\-_–]+|\s|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Ink:
    """How letters look: which face, how large in points, whether raised, whether marked."""

    face: str
    size: float
    raised: bool = False
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters of one look that follow each other."""

    text: str
    ink: Ink


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line: what stands in it, how wide it is as it is, and whether it is to be stretched."""

    pieces: tuple[Piece, ...]
    width: float
    full: bool
    indent: float = 0


Measure = Callable[[str, Ink], float]


def lines_of(
    pieces: Iterable[Piece], *, width: float, measure: Measure, indent: float = 0
) -> list[TextLine]:
    """The lines of a paragraph, its first one `indent` in; at least one line."""
    atoms = [(match[0], piece.ink) for piece in pieces for match in _ATOM.finditer(piece.text)]
    atoms = [part for atom in atoms for part in _cut(atom, width - indent, measure)]
    lines: list[TextLine] = []
    at = 0
    while at < len(atoms):
        ahead = indent if not lines else 0
        end = _end_of_line(atoms, at, width - ahead, measure)
        taken = atoms[at:end]
        while taken and taken[-1][0].isspace():
            taken = taken[:-1]
        reach = sum(measure(*atom) for atom in taken)
        lines.append(TextLine(_joined(taken), reach, full=end < len(atoms), indent=ahead))
        at = end
        while at < len(atoms) and atoms[at][0].isspace():
            at += 1
    return lines or [TextLine((), 0, full=False, indent=indent)]


Atom = tuple[str, Ink]


def _end_of_line(atoms: Sequence[Atom], at: int, width: float, measure: Measure) -> int:
    """Where a line that begins at `at` ends."""
    reach, end = 0.0, at
    while end < len(atoms):
        reach += measure(*atoms[end])
        if reach > width and end > at:
            break
        end += 1
    if end == len(atoms):
        return end
    best = end
    while best > at + 1 and (
        atoms[best][0][0] in _NOT_FIRST
        or atoms[best][1].raised  # the number of a source stays with its number
        or atoms[best - 1][0][-1] in _NOT_LAST
    ):
        best -= 1
    return best if best > at + 1 else end


def _cut(atom: Atom, width: float, measure: Measure) -> list[Atom]:
    """A word longer than a line in parts that fit."""
    word, ink = atom
    if len(word) == 1 or measure(word, ink) <= width:
        return [atom]
    parts, part = [], ""
    for letter in word:
        if part and measure(part + letter, ink) > width:
            parts.append(part)
            part = ""
        part += letter
    return [(each, ink) for each in (*parts, part)]


def _joined(atoms: Iterable[Atom]) -> tuple[Piece, ...]:
    joined: list[Piece] = []
    for word, ink in atoms:
        if joined and joined[-1].ink == ink:
            joined[-1] = Piece(joined[-1].text + word, ink)
        else:
            joined.append(Piece(word, ink))
    return tuple(joined)


def is_wide(letter: str) -> bool:
    """Whether a letter takes a whole cell of the grid."""
    return unicodedata.east_asian_width(letter) in {"W", "F"} or letter in "“”‘’…—·"
