"""The communities as a picture: each number, and where chance does not explain the difference."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gongzhi.commons.territory.maps import feature_collection
from gongzhi.insights.indicators.comparing import StandsOut
from gongzhi.insights.indicators.shapes import Level
from gongzhi.insights.indicators.tables import IndicatorTable
from gongzhi.interfaces.pages.framing.outlines import Projection, rings_of
from gongzhi.interfaces.pages.insights.telling import tell

_BETTER, _USUAL, _OTHER, _WORSE, _NOTHING = 0, 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Outline:
    """One community on the picture: a tint says only what chance does not explain."""

    path: str
    x: float
    y: float
    mark: str
    tint: int
    words: str
    group: int


@dataclass(frozen=True, slots=True)
class Map:
    """A picture of so many units, and what its tints mean."""

    width: int
    height: int
    outlines: tuple[Outline, ...]
    legend: tuple[tuple[int, str, str], ...]  # tint, mark, words


def map_of(
    table: IndicatorTable, standing_out: tuple[StandsOut, ...], *, name_of: Callable[[int], str]
) -> Map | None:
    """The communities of a table that the reader may see; None where none has an outline."""
    if table.level is not Level.COMMUNITY:
        return None
    mine = [
        out
        for out in standing_out
        if out.indicator.code == table.indicator.code and out.level is table.level
    ]
    beyond = {out.group: out.is_better for out in mine}
    shapes = [
        (feature["properties"]["id"], list(rings_of(feature["geometry"])))
        for feature in feature_collection(kinds=["community"])["features"]
        if feature["properties"]["id"] in table.groups
    ]
    shapes = [(group, rings) for group, rings in shapes if rings]
    if not shapes:
        return None
    place = Projection([point for _group, rings in shapes for ring in rings for point in ring])
    outlines = []
    for group, rings in shapes:
        row = table.row_of(group)
        told = tell(row[0], table.indicator) if row else None
        tint = _tint(beyond, group, has_value=bool(told and told.value))
        shape = place.shape(rings)
        mark, said = _signs()[tint]
        value = (told.value or told.note) if told else ""
        words = f"{name_of(group)}: {value} ({said})"
        outlines.append(Outline(shape.path, shape.x, shape.y, mark, tint, words, group))
    used = {outline.tint for outline in outlines}
    legend = tuple((tint, *_signs()[tint]) for tint in sorted(used))
    return Map(place.width, place.height, tuple(outlines), legend)


def _tint(beyond: dict[int, bool | None], group: int, *, has_value: bool) -> int:
    if not has_value:
        return _NOTHING
    if group not in beyond:
        return _USUAL
    return {True: _BETTER, False: _WORSE, None: _OTHER}[beyond[group]]


def _signs() -> dict[int, tuple[str, str]]:
    return {
        _BETTER: ("+", _("好于全区，超出偶然")),
        _USUAL: ("·", _("与全区的差别偶然就能解释")),
        _OTHER: ("≠", _("与全区不同，超出偶然")),
        _WORSE: ("!", _("需要帮一把，超出偶然")),
        _NOTHING: ("—", _("没有数")),
    }
