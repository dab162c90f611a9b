"""Charts of a report: shares with their limits, and one number over the months."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, log10

from gongzhi.insights.indicators.comparing import ChartPicture
from gongzhi.insights.indicators.periods import month_name
from gongzhi.insights.reports.pictures.drawing import (
    HEIGHT,
    WIDTH,
    Drawing,
    Ink,
    Label,
    Line,
    Mark,
    Shape,
)

_ROW = 44
_NAMES = 240  # units on the left for names


@dataclass(frozen=True, slots=True)
class Share:
    """One share of the district with its limits, and its value as the text writes it."""

    name: str
    value: float
    lower: float
    upper: float
    words: str


def draw_shares(shares: Sequence[Share]) -> Drawing:
    """A line for each share: a point, and the limits within which chance alone would leave it."""
    height = _ROW * len(shares) + 60
    across = _scale(0, 1, _NAMES, WIDTH - 90)
    bottom = height - 40
    shapes: list[Shape] = []
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = across(part)
        shapes.append(Line(((x, 14), (x, bottom)), Ink.FAINT, 1))
        shapes.append(Label(x, bottom + 24, f"{part:.0%}", "middle", ink=Ink.SOFT))
    for position, share in enumerate(shares):
        y = 14 + _ROW * (position + 0.5)
        shapes += [
            Label(_NAMES - 16, y + 6, share.name, "end", short=str(position + 1)),
            Line(((across(share.lower), y), (across(share.upper), y)), Ink.PINE, 3),
            Mark(across(share.value), y),
            Label(WIDTH - 8, y + 6, share.words, "end"),
        ]
    return Drawing(tuple(shapes), WIDTH, height)


def draw_months(picture: ChartPicture) -> Drawing:
    """A control chart: months outside the dashed limits are square and red."""
    known = [point for point in picture.points if point.value is not None]
    values = [v for p in known for v in (p.value, p.lower, p.upper) if v is not None]
    low, high = max(0.0, min(values) - 0.02), min(1.0, max(values) + 0.02)
    across = _scale(0, max(1, len(picture.points) - 1), 84, WIDTH - 24)
    up = _scale(low, high, HEIGHT - 50, 20)
    shapes: list[Shape] = []
    for value in ticks(low, high):
        shapes.append(Line(((72, up(value)), (WIDTH - 12, up(value))), Ink.FAINT, 1))
        shapes.append(Label(64, up(value) + 6, _percent(value), "end", ink=Ink.SOFT))
    courses: dict[str, list[tuple[float, float]]] = {"value": [], "lower": [], "upper": []}
    every = max(1, -(-len(picture.points) // 6))
    marks = []
    for position, point in enumerate(picture.points):
        x = across(position)
        if point.month and position % every == 0:
            shapes.append(Label(x, HEIGHT - 18, month_name(point.month), "middle", ink=Ink.SOFT))
        if point.value is None or point.lower is None or point.upper is None:
            continue
        courses["value"].append((x, up(point.value)))
        courses["lower"].append((x, up(max(low, point.lower))))
        courses["upper"].append((x, up(min(high, point.upper))))
        ink = Ink.BAD if point.beyond else Ink.PINE
        marks.append(Mark(x, up(point.value), ink, point.beyond, 11 if point.beyond else 8))
    centre = up(picture.centre)
    shapes.append(Line(((72, centre), (WIDTH - 12, centre)), Ink.SOFT, 1))
    shapes += [
        Line(tuple(courses["lower"]), Ink.SOFT, 1, dashed=True),
        Line(tuple(courses["upper"]), Ink.SOFT, 1, dashed=True),
        Line(tuple(courses["value"]), Ink.PINE, 2),
        *marks,
    ]
    return Drawing(tuple(shapes))


def ticks(low: float, high: float, *, most: int = 5) -> list[float]:
    """Round numbers between two values, at steps of 1, 2 or 5 of a power of ten."""
    if high <= low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first = -int(-low // step)
    last = int(high / step + 1e-9)
    return [round(step * number, 10) for number in range(first, last + 1)]


def _scale(low: float, high: float, begin: float, end: float) -> Callable[[float], float]:
    span = high - low or 1.0
    return lambda value: round(begin + (value - low) / span * (end - begin), 1)


def _percent(value: float) -> str:
    return f"{value:.0%}" if abs(value * 100 - round(value * 100)) < 1e-6 else f"{value:.1%}"
