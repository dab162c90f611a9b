"""The communities as a picture in the page: tinted and numbered by what nobody offers there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from gongzhi.affairs.resources.queries.gaps import GapRow
from gongzhi.commons.territory.maps import feature_collection

_WIDTH, _MARGIN = 760.0, 8.0
_WORST, _NOTHING = 3, 4  # the tints of much missing, and of no need at all
Point = tuple[float, float]
Ring = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Outline:
    """One community on the picture."""

    path: str
    x: float
    y: float
    name: str
    mark: str  # how many needs have no offer
    tint: int  # 0 (none) to 3 (three and more); 4 without needs
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of so many units, and what its tints mean."""

    width: int
    height: int
    outlines: tuple[Outline, ...]
    legend: tuple[tuple[int, str, str], ...]  # tint, mark, words


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
    gap = "—" if row.gap is None else f"{row.gap:.2f}"
    words = _("%(name)s：%(short)s 个需求没有资源能服务；待办需求 %(needs)s 个，差距 %(gap)s") % {
        "name": row.community.name, "short": row.short, "needs": row.needs, "gap": gap,
    }  # fmt: skip
    return Outline(
        path=path,
        x=round((min(x for x, _y in largest) + max(x for x, _y in largest)) / 2, 1),
        y=round((min(y for _x, y in largest) + max(y for _x, y in largest)) / 2, 1),
        name=row.community.name,
        mark=str(row.short) if row.needs else "—",
        tint=min(row.short, _WORST) if row.needs else _NOTHING,
        words=words,
        href=f"{reverse('gap')}?place={row.community.id}",
    )


def _legend() -> tuple[tuple[int, str, str], ...]:
    return (
        (0, "0", _("每类需求都有资源")),
        (1, "1", _("1 个需求没有资源")),
        (2, "2", _("2 个")),
        (3, "3+", _("3 个以上")),
        (_NOTHING, "—", _("没有待办需求")),
    )
