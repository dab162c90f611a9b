"""Where the proposals of a round are and what they cost, as a picture and as a list by place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, hypot, sqrt
from string import ascii_uppercase
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.affairs.budgets.amounts import yuan
from gongzhi.affairs.budgets.choices import ProposalState
from gongzhi.affairs.budgets.queries.rounds import ProposalRow, RoundStory
from gongzhi.commons.territory.maps import boundary_of, feature_collection, points_of
from gongzhi.interfaces.pages.budgets.rows import proposal_line
from gongzhi.interfaces.pages.components import Row
from gongzhi.interfaces.pages.framing.outlines import Point, Projection, rings_of

_GONE = {ProposalState.WITHDRAWN, ProposalState.INFEASIBLE}
_WON = {ProposalState.FUNDED, ProposalState.ACCEPTED, ProposalState.ABANDONED}
_LEAST, _MOST = 26.0, 70.0  # radii, in units of the picture
_APART = 4.0
_MOST_PAIRS = 150_000


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """The proposals of one place; money in words."""

    letter: str
    place_id: int
    name: str
    total: int
    funded: int
    total_words: str
    words: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A circle as large as what is asked for there, and in it one for what is funded."""

    x: float
    y: float
    radius: float
    inner: float
    group: PlaceGroup

    @property
    def is_solid(self) -> bool:
        """Whether the letter stands on the solid part."""
        return self.inner >= _LEAST * 0.8


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of so many units: outlines of the ground, and a circle for each place.

    It is as large as all of them: a circle at the edge of the ground reaches beyond it.
    """

    left: int
    top: int
    width: int
    height: int
    ground: tuple[str, ...]
    spots: tuple[Spot, ...]
    has_funded: bool


def groups_of(story: RoundStory) -> tuple[PlaceGroup, ...]:
    """The proposals that can still be voted on or were, by place, the dearest place first."""
    by_place: dict[int, list[ProposalRow]] = {}
    for row in story.proposals:
        if row.state not in _GONE:
            by_place.setdefault(row.place_id, []).append(row)
    ordered = sorted(by_place.items(), key=lambda each: (-sum(r.cost for r in each[1]), each[0]))
    return tuple(
        _group(_letter(position), place_id, rows, story.row.id)
        for position, (place_id, rows) in enumerate(ordered)
    )


def _group(letter: str, place_id: int, rows: list[ProposalRow], round_id: int) -> PlaceGroup:
    total = sum(row.cost for row in rows)
    count = len(rows)
    said = {"name": rows[0].place_name, "count": count, "amount": yuan(total)}
    words = ngettext(
        "%(name)s：%(count)d 个提案，共 %(amount)s 元",
        "%(name)s：%(count)d 个提案，共 %(amount)s 元",
        count,
    )
    return PlaceGroup(
        letter=letter,
        place_id=place_id,
        name=rows[0].place_name,
        total=total,
        funded=sum(row.cost for row in rows if row.state in _WON),
        total_words=_("%(amount)s 元") % {"amount": yuan(total)},
        words=words % said,
        rows=tuple(proposal_line(round_id, row) for row in rows),
    )


def _letter(position: int) -> str:
    """A to Z, then A2, B2 and so on."""
    turn, at = divmod(position, len(ascii_uppercase))
    return ascii_uppercase[at] + (str(turn + 1) if turn else "")


def picture_of(groups: Sequence[PlaceGroup], *, home: int) -> Picture | None:
    """The picture of a community's proposals; None where nothing of it is on the map."""
    outlines = list(_outlines(home))
    known = points_of(group.place_id for group in groups)
    if not outlines or not known:
        return None
    edges = [point for rings in outlines for ring in rings for point in ring]
    where = Projection([*edges, *known.values()])
    shown = [group for group in groups if group.place_id in known]
    radii = _radii([group.total for group in shown])
    centres = _apart([where(known[group.place_id]) for group in shown], radii)
    spots = tuple(
        Spot(x, y, round(radius, 1), round(radius * sqrt(group.funded / group.total), 1), group)
        for group, radius, (x, y) in zip(shown, radii, centres, strict=True)
    )
    ground = tuple(where.shape(rings).path for rings in outlines)
    frame = _frame(where.width, where.height, spots)
    return Picture(*frame, ground, spots, any(one.inner for one in spots))


def _frame(width: int, height: int, spots: Sequence[Spot]) -> tuple[int, int, int, int]:
    """Left, top, width and height of what holds the ground and every circle with its line."""
    left = floor(min(0, *(one.x - one.radius - _APART for one in spots)))
    top = floor(min(0, *(one.y - one.radius - _APART for one in spots)))
    right = ceil(max(width, *(one.x + one.radius + _APART for one in spots)))
    low = ceil(max(height, *(one.y + one.radius + _APART for one in spots)))
    return left, top, right - left, low - top


def _outlines(home: int) -> Iterable[list[Any]]:
    """The outline of the community, and of the grids in it."""
    own = boundary_of(home)
    if own:
        yield list(rings_of(own))
    for feature in feature_collection(kinds=["grid"], within=home)["features"]:
        yield list(rings_of(feature["geometry"]))


def _radii(totals: Sequence[int]) -> list[float]:
    """As much area as money, within what can be read and what leaves room."""
    most = max(totals)
    return [max(_LEAST, _MOST * sqrt(total / most)) for total in totals]


def _apart(centres: Sequence[Point], radii: Sequence[float]) -> list[Point]:
    """Circles that cover each other give way, both alike, until their letters can be read.

    Of very many they give way a few times only: a page that anyone opens may not take seconds.
    """
    found = [list(centre) for centre in centres]
    for _round in range(max(1, min(60, _MOST_PAIRS // max(1, len(found) ** 2)))):
        moved = False
        for one in range(len(found)):
            for other in range(one):
                moved |= _push(found[one], found[other], radii[one] + radii[other] + _APART)
        if not moved:
            break
    return [(round(x, 1), round(y, 1)) for x, y in found]


def _push(one: list[float], other: list[float], least: float) -> bool:
    across, down = one[0] - other[0], one[1] - other[1]
    distance = hypot(across, down)
    if distance >= least:
        return False
    if distance == 0:
        across, down, distance = 1.0, 0.0, 1.0
        short = least / 2
    else:
        short = (least - distance) / 2
    one[0] += across / distance * short
    one[1] += down / distance * short
    other[0] -= across / distance * short
    other[1] -= down / distance * short
    return True
