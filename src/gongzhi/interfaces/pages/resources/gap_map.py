"""The communities as a picture in the page: their outlines, tinted and lettered by the gap."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gongzhi.affairs.resources.queries.gaps import GapRow
from gongzhi.commons.territory.maps import feature_collection

_WIDTH, _MARGIN = 760.0, 8.0
_BOUNDS = (0.2, 0.35, 0.5)  # of the four tints
Point = tuple[float, float]
Ring = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Outline:
    """One community on the picture."""

    path: str
    x: float
    y: float
    name: str
    mark: str  # the letter of its tint
    tint: int  # 0 (fits) to 3 (misfit); 4 where there is no gap to speak of
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of so many units, and what its tints mean."""

    width: int
    height: int
    outlines: tuple[Outline, ...]
    legend: tuple[tuple[int, str, str], ...]  # tint, letter, words


def picture_of(rows: Iterable[GapRow]) -> Picture | None:
    """The picture of the gap rows; None where no community has an outline."""
    by_place = {row.community.id: row for row in rows}
    shapes = [
        (by_place[feature["properties"]["id"]], list(_rings(feature["geometry"])))
        for feature in feature_collection(kinds=["community"])["features"]
        if feature["properties"]["id"] in by_place
    ]
    shapes = [(row, rings) for row, rings in shapes if rings]
    if not shapes:
        return None
    place = _Projection([point for _row, rings in shapes for ring in rings for point in ring])
    outlines = tuple(_outline(row, rings, place) for row, rings in shapes)
    height = place.height + 2 * _MARGIN
    return Picture(round(_WIDTH + 2 * _MARGIN), round(height), outlines, _legend())


def _rings(geometry: dict[str, Any]) -> Iterator[Ring]:
    """The outer and inner rings of a polygon or of several."""
    parts = geometry["coordinates"]
    for polygon in [parts] if geometry["type"] == "Polygon" else parts:
        yield from polygon


class _Projection:
    """Longitude and latitude to the picture: flat, north up, as is right within a district."""

    def __init__(self, points: Sequence[Sequence[float]]) -> None:
        longitudes, latitudes = [p[0] for p in points], [p[1] for p in points]
        self.west, self.north = min(longitudes), max(latitudes)
        self.narrow = cos(radians((min(latitudes) + self.north) / 2))
        wide = (max(longitudes) - self.west) * self.narrow or 1.0
        self.scale = _WIDTH / wide
        self.height = (self.north - min(latitudes)) * self.scale

    def __call__(self, point: Sequence[float]) -> Point:
        x = (point[0] - self.west) * self.narrow * self.scale + _MARGIN
        return round(x, 1), round((self.north - point[1]) * self.scale + _MARGIN, 1)


def _outline(row: GapRow, rings: list[Ring], place: _Projection) -> Outline:
    placed = [[place(point) for point in ring] for ring in rings]
    path = "".join("M" + "L".join(f"{x} {y}" for x, y in ring) + "Z" for ring in placed)
    largest = max(placed, key=len)
    tint = 4 if row.gap is None else sum(row.gap > bound for bound in _BOUNDS)
    gap = "—" if row.gap is None else f"{row.gap:.2f}"
    words = _("%(name)s：差距 %(gap)s，待办需求 %(needs)s 个") % {
        "name": row.community.name, "gap": gap, "needs": row.needs,
    }  # fmt: skip
    return Outline(
        path=path,
        x=round((min(x for x, _y in largest) + max(x for x, _y in largest)) / 2, 1),
        y=round((min(y for _x, y in largest) + max(y for _x, y in largest)) / 2, 1),
        name=row.community.name,
        mark=_legend()[tint][1],
        tint=tint,
        words=words,
        href=f"{reverse('gap')}?place={row.community.id}",
    )


def _legend() -> tuple[tuple[int, str, str], ...]:
    low, middle, high = _BOUNDS
    return (
        (0, pgettext("gap", "合"), _("%(to)s 以下") % {"to": low}),
        (1, pgettext("gap", "近"), _("%(low)s–%(high)s") % {"low": low, "high": middle}),
        (2, pgettext("gap", "偏"), _("%(low)s–%(high)s") % {"low": middle, "high": high}),
        (3, pgettext("gap", "错"), _("%(from)s 以上") % {"from": high}),
        (4, "—", _("没有需求或没有资源")),
    )
