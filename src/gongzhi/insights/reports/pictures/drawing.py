"""A picture as plain shapes, before it becomes SVG or PNG.

Nothing is told by colour alone: what is beyond chance is also square or hatched.
"""

from dataclasses import dataclass
from enum import StrEnum

WIDTH, HEIGHT = 780, 420  # units; 156 mm of text are 780


class Ink(StrEnum):
    """The few colours, dark enough to stay apart on a black-and-white printer."""

    LINE = "#1f2933"
    SOFT = "#7b8794"
    FAINT = "#d3d9e0"
    PINE = "#1f6f5c"
    BAD = "#b3261e"
    PAPER = "#ffffff"
    PALE = "#e6eeeb"


@dataclass(frozen=True, slots=True)
class Line:
    """A course through points."""

    points: tuple[tuple[float, float], ...]
    ink: Ink = Ink.LINE
    width: float = 1.5
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A filled outline; `hatched` lays lines over it."""

    points: tuple[tuple[float, float], ...]
    fill: Ink
    edge: Ink = Ink.SOFT
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A point: round, or square where it lies beyond chance."""

    x: float
    y: float
    ink: Ink = Ink.PINE
    square: bool = False
    size: float = 9


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a point; `short` (Latin letters and digits) stands in where no Chinese font is.

    `anchor` is start, middle or end. Words without `short` are Latin themselves.
    """

    x: float
    y: float
    words: str
    anchor: str = "start"
    short: str = ""
    size: float = 16
    ink: Ink = Ink.LINE


Shape = Line | Area | Mark | Label


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole picture."""

    shapes: tuple[Shape, ...]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """What the short labels stand for, in order."""
        return tuple(
            (shape.short, shape.words)
            for shape in self.shapes
            if isinstance(shape, Label) and shape.short
        )
