"""Pictures as plain coordinates for inline SVG: the templates draw, the style sheet colours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, log10, pi, sin, sqrt

from gongzhi.insights.indicators.comparing import ChartPicture, FunnelPicture
from gongzhi.insights.indicators.networks import CoWork
from gongzhi.insights.indicators.periods import month_name

WIDTH, HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 16, 44


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, and what it says."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point: where, what a pointer or screen reader is told, and how it looks."""

    x: float
    y: float
    title: str
    beyond: bool = False
    mine: bool = True


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything a template needs to draw axes, lines and points."""

    dots: tuple[Dot, ...]
    lines: tuple[tuple[str, str], ...]  # class, points of a polyline
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    target: float | None
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def _scale(low: float, high: float, begin: float, end: float) -> Callable[[float], float]:
    span = high - low or 1.0
    return lambda value: round(begin + (value - low) / span * (end - begin), 1)


def nice_ticks(low: float, high: float, *, most: int = 5) -> list[float]:
    """Round numbers between two values, at steps of 1, 2 or 5."""
    span = high - low
    if span <= 0:
        return [low]
    rough = span / most
    power = 10.0 ** int(log10(rough) - (1 if rough < 1 else 0))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = -(-low // step) * step
    ticks = []
    while first <= high + step * 1e-9:
        ticks.append(round(first, 10) + 0.0)  # never a negative zero
        first += step
    return ticks


def _percent(value: float) -> str:
    return f"{value:.0%}" if abs(value * 100 - round(value * 100)) < 1e-6 else f"{value:.1%}"


def draw_funnel(
    picture: FunnelPicture, *, name_of: Callable[[int], str], mine: frozenset[int]
) -> Plot:
    """A funnel plot; groups that are not the reader's to name are drawn without a name."""
    values = [point.value for point in picture.points]
    values += [limit for pair in picture.inner for limit in pair]
    low, high = max(0.0, min(values) - 0.02), min(1.0, max(values) + 0.02)
    across = _scale(0, picture.sizes[-1], _LEFT, WIDTH - _RIGHT)
    up = _scale(low, high, HEIGHT - _BOTTOM, _TOP)
    dots = tuple(
        Dot(
            across(point.size),
            up(point.value),
            f"{name_of(point.group)}: {point.value:.1%} (n={point.size:,.0f})"
            if point.group in mine
            else f"n={point.size:,.0f}",
            beyond=point.beyond,
            mine=point.group in mine,
        )
        for point in picture.points
    )
    lines = []
    for name, limits in (("limit", picture.inner), ("limit limit--outer", picture.outer)):
        for side in (0, 1):
            course = [
                f"{across(size)},{up(min(high, max(low, pair[side])))}"
                for size, pair in zip(picture.sizes, limits, strict=False)
            ]
            lines.append((name, " ".join(course)))
    return Plot(
        dots=dots,
        lines=tuple(line for line in lines if line[1]),
        x_ticks=tuple(
            Tick(across(value), f"{value:,.0f}") for value in nice_ticks(0, picture.sizes[-1])
        ),
        y_ticks=tuple(Tick(up(value), _percent(value)) for value in nice_ticks(low, high)),
        target=up(picture.target),
    )


def draw_months(picture: ChartPicture) -> Plot:
    """A control chart; months without a value leave a gap."""
    known = [p for p in picture.points if p.value is not None]
    values = [v for p in known for v in (p.value, p.lower, p.upper) if v is not None]
    low, high = max(0.0, min(values) - 0.02), min(1.0, max(values) + 0.02)
    count = max(1, len(picture.points) - 1)
    across = _scale(0, count, _LEFT + 12, WIDTH - _RIGHT - 12)
    up = _scale(low, high, HEIGHT - _BOTTOM, _TOP)
    dots, courses = [], {"course": "", "limit lower": "", "limit upper": ""}
    for position, point in enumerate(picture.points):
        if point.value is None or point.lower is None or point.upper is None:
            continue
        x = across(position)
        said = f"{month_name(point.month)}: {point.value:.1%}"
        dots.append(Dot(x, up(point.value), said, beyond=point.beyond))
        courses["course"] += f"{x},{up(point.value)} "
        courses["limit lower"] += f"{x},{up(max(low, point.lower))} "
        courses["limit upper"] += f"{x},{up(min(high, point.upper))} "
    every = max(1, -(-len(picture.points) // 6))
    return Plot(
        dots=tuple(dots),
        lines=tuple((name.split()[0], course.strip()) for name, course in courses.items()),
        x_ticks=tuple(
            Tick(across(position), month_name(point.month))
            for position, point in enumerate(picture.points)
            if position % every == 0 and point.month
        ),
        y_ticks=tuple(Tick(up(value), _percent(value)) for value in nice_ticks(low, high)),
        target=up(picture.centre),
    )


@dataclass(frozen=True, slots=True)
class Node:
    """A kind of organisation in the picture of the network."""

    x: float
    y: float
    label: str
    label_x: float
    label_y: float
    anchor: str
    units: int
    radius: float


@dataclass(frozen=True, slots=True)
class Edge:
    """A tie between two kinds; `weight` from 1 to 5 chooses how thick it is drawn."""

    x1: float
    y1: float
    x2: float
    y2: float
    weight: int
    title: str


@dataclass(frozen=True, slots=True)
class NetworkPlot:
    """Kinds of organisation on a circle with the ties between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: int = 720
    height: int = 440


def draw_network(network: CoWork, *, kind_name: Callable[[str], str]) -> NetworkPlot:
    """Kinds on a circle, in a fixed order; ties within a kind are told in the table only."""
    plot = NetworkPlot((), ())
    middle, half = plot.width / 2, plot.height / 2
    where: dict[str, tuple[float, float]] = {}
    nodes = []
    for position, (kind, units) in enumerate(network.kinds):
        angle = 2 * pi * position / max(1, len(network.kinds)) - pi / 2
        x, y = middle + 150 * cos(angle), half + 150 * sin(angle)
        where[kind] = (x, y)
        radius = 6 + min(14.0, 2 * sqrt(units))
        reach = 150 + radius + 10
        side = cos(angle)
        anchor = "middle" if abs(side) < 0.3 else "start" if side > 0 else "end"
        nodes.append(
            Node(
                round(x, 1),
                round(y, 1),
                kind_name(kind),
                round(middle + reach * side, 1),
                round(half + reach * sin(angle) + 5, 1),
                anchor,
                units,
                round(radius, 1),
            )
        )
    most = max((tie.items for tie in network.ties), default=1)
    edges = []
    for tie in network.ties:
        if tie.one != tie.other:
            (x1, y1), (x2, y2) = where[tie.one], where[tie.other]
            thick = 1 + int(4 * sqrt(tie.items / most))
            title = f"{kind_name(tie.one)} – {kind_name(tie.other)}: {tie.items}"
            edges.append(Edge(round(x1, 1), round(y1, 1), round(x2, 1), round(y2, 1), thick, title))
    return NetworkPlot(tuple(nodes), tuple(edges))


def alternatives(dots: Sequence[Dot]) -> list[str]:
    """What the points say, those beyond chance first: the picture in words."""
    named = [dot for dot in dots if dot.mine]
    return [dot.title for dot in sorted(named, key=lambda dot: (not dot.beyond, dot.title))]
