"""A map of communities: who lies beyond chance. No shades of more and less, so no league table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import cos, radians
from typing import Any

from gongzhi.insights.reports.pictures.drawing import WIDTH, Area, Drawing, Ink, Label, Shape

_TALLEST = 620
_FINEST = 0.6  # units; nearer points are drawn as one


class Ground(StrEnum):
    """How a community stands to the district."""

    BETTER = "better"
    WORSE = "worse"
    WITHIN = "within"  # what chance explains
    UNTOLD = "untold"  # no record, or hidden


_LOOKS: dict[Ground, tuple[Ink, bool]] = {
    Ground.BETTER: (Ink.PINE, False),
    Ground.WORSE: (Ink.PALE, True),
    Ground.WITHIN: (Ink.PALE, False),
    Ground.UNTOLD: (Ink.PAPER, False),
}


@dataclass(frozen=True, slots=True)
class Region:
    """One community: its boundary (GeoJSON), its number on the map, how it stands."""

    number: int
    boundary: Mapping[str, Any]
    ground: Ground


def draw_map(regions: Sequence[Region]) -> Drawing | None:
    """The regions, each with its number; None where nobody drew a boundary yet."""
    rings = [(region, list(_rings(region.boundary))) for region in regions]
    points = [point for _region, found in rings for ring in found for point in ring]
    if not points:
        return None
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = cos(radians((south + north) / 2))
    scale = min(
        (WIDTH - 40) / max((east - west) * narrow, 1e-9), (_TALLEST - 40) / max(north - south, 1e-9)
    )
    left = (WIDTH - (east - west) * narrow * scale) / 2

    def place(point: tuple[float, float]) -> tuple[float, float]:
        x, y = point
        return round(left + (x - west) * narrow * scale, 1), round(20 + (north - y) * scale, 1)

    shapes: list[Shape] = []
    labels: list[Shape] = []
    for region, found in rings:
        fill, hatched = _LOOKS[region.ground]
        outlines = [_thinned([place(point) for point in ring]) for ring in found]
        shapes += [Area(outline, fill, Ink.SOFT, hatched) for outline in outlines]
        if outlines:
            x, y = _middle(max(outlines, key=len))
            light = Ink.PAPER if region.ground is Ground.BETTER else Ink.LINE
            labels.append(Label(x, y + 5, str(region.number), "middle", size=15, ink=light))
    return Drawing((*shapes, *labels), WIDTH, round(40 + (north - south) * scale))


def _rings(boundary: Mapping[str, Any]) -> Iterator[list[tuple[float, float]]]:
    """The outer rings of a polygon or of several."""
    several = boundary.get("type") == "MultiPolygon"
    for polygon in boundary["coordinates"] if several else [boundary["coordinates"]]:
        yield [(float(x), float(y)) for x, y, *_height in polygon[0]]


def _thinned(points: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    kept = points[:1]
    for x, y in points[1:]:
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= _FINEST:
            kept.append((x, y))
    return tuple(kept) if len(kept) > 2 else tuple(points)


def _middle(points: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    """The centroid of a ring; the mean of its points where it has no area."""
    twice = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(points, (*points[1:], points[0]), strict=True):
        cross = x1 * y2 - x2 * y1
        twice += cross
        x += (x1 + x2) * cross
        y += (y1 + y2) * cross
    if abs(twice) < 1e-9:
        return (
            sum(point[0] for point in points) / len(points),
            sum(point[1] for point in points) / len(points),
        )
    return x / (3 * twice), y / (3 * twice)
