"""The communities as a picture in the page: tinted and numbered by what nobody offers there."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from gongzhi.affairs.resources.queries.gaps import GapRow
from gongzhi.commons.territory.maps import feature_collection
from gongzhi.interfaces.pages.framing.outlines import Projection, Ring, rings_of

_WORST, _NOTHING = 3, 4  # the tints of much missing, and of no need at all


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
        (by_place[feature["properties"]["id"]], list(rings_of(feature["geometry"])))
        for feature in feature_collection(kinds=["community"])["features"]
        if feature["properties"]["id"] in by_place
    ]
    shapes = [(row, rings) for row, rings in shapes if rings]
    if not shapes:
        return None
    place = Projection([point for _row, rings in shapes for ring in rings for point in ring])
    outlines = tuple(_outline(row, rings, place) for row, rings in shapes)
    return Picture(place.width, place.height, outlines, _legend())


def _outline(row: GapRow, rings: list[Ring], place: Projection) -> Outline:
    shape = place.shape(rings)
    gap = "—" if row.gap is None else f"{row.gap:.2f}"
    words = _("%(name)s：%(short)s 个需求没有资源能服务；待办需求 %(needs)s 个，差距 %(gap)s") % {
        "name": row.community.name, "short": row.short, "needs": row.needs, "gap": gap,
    }  # fmt: skip
    return Outline(
        path=shape.path,
        x=shape.x,
        y=shape.y,
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
