"""Boundaries as outlines of a picture: flat, north up, as is right within a district."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

_WIDTH, _MARGIN = 760.0, 8.0
Point = tuple[float, float]
Ring = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Shape:
    """The path of an outline, and where to write in it."""

    path: str
    x: float
    y: float


def rings_of(geometry: dict[str, Any]) -> Iterator[Ring]:
    """The outer and inner rings of a polygon or of several."""
    parts = geometry["coordinates"]
    for polygon in [parts] if geometry["type"] == "Polygon" else parts:
        yield from polygon


class Projection:
    """Longitude and latitude to a picture of so many units that holds all of these points."""

    def __init__(self, points: Sequence[Sequence[float]]) -> None:
        longitudes, latitudes = [p[0] for p in points], [p[1] for p in points]
        self._west, self._north = min(longitudes), max(latitudes)
        self._narrow = cos(radians((min(latitudes) + self._north) / 2))
        wide = (max(longitudes) - self._west) * self._narrow or 1.0
        self._scale = _WIDTH / wide
        self.width = round(_WIDTH + 2 * _MARGIN)
        self.height = round((self._north - min(latitudes)) * self._scale + 2 * _MARGIN)

    def __call__(self, point: Sequence[float]) -> Point:
        x = (point[0] - self._west) * self._narrow * self._scale + _MARGIN
        return round(x, 1), round((self._north - point[1]) * self._scale + _MARGIN, 1)

    def shape(self, rings: Sequence[Ring]) -> Shape:
        """The outline of a place; the middle of its largest ring is where to write."""
        placed = [[self(point) for point in ring] for ring in rings]
        path = "".join("M" + "L".join(f"{x} {y}" for x, y in ring) + "Z" for ring in placed)
        across, down = zip(*max(placed, key=len), strict=True)
        return Shape(
            path,
            round((min(across) + max(across)) / 2, 1),
            round((min(down) + max(down)) / 2, 1),
        )
