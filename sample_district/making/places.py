"""Places of the invented district: streets, communities, grids, estates and buildings."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely

from sample_district.making import names
from sample_district.making.outlines import Outlines

GRIDS = 4
_NUMERALS = "一二三四五六七八九"
_ESTATES_A_GRID = (3, 4)
_SAME_NAME = {"阳光小区": 3, "幸福里": 2}  # names that several estates share, as happens
BEGINS = "2024-01-01"


@dataclass
class PlaceRow:
    """One line of places.csv."""

    kind: str
    name: str
    place: str  # the names of what it lies in
    aliases: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    households: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    codes: str = ""

    @property
    def names(self) -> str:
        """Its own names below the district."""
        return "" if self.kind == "district" else f"{self.place}/{self.name}".strip("/")

    def cells(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "name": self.name,
            "place": self.place,
            "aliases": ";".join(self.aliases),
            "addresses": ";".join(self.addresses),
            "households": "" if self.households is None else self.households,
            "longitude": "" if self.longitude is None else self.longitude,
            "latitude": "" if self.latitude is None else self.latitude,
            "begins": BEGINS if self.kind != "building" else "",
            "codes": self.codes,
        }


def make(outlines: Outlines, rng: np.random.Generator) -> list[PlaceRow]:
    """Every place, each after what it lies in."""
    estates = _EstateNames(rng)
    gates = _Gates(rng)
    rows = [_area("district", names.DISTRICT, "", outlines.district, codes="stat12=990101000000")]
    for at, (street, communities) in enumerate(names.STREETS.items()):
        street_code = f"990101{at + 1:03}000"
        rows.append(
            _area("subdistrict", street, "", outlines.streets[at], codes=f"stat12={street_code}")
        )
        for nth, stem in enumerate(communities):
            code = f"stat12=990101{at + 1:03}{nth + 1:03}"
            community = _area(
                "community", f"{stem}社区", street, outlines.communities[at][nth], codes=code
            )
            inside: list[PlaceRow] = []
            for number, shape in enumerate(outlines.grids[at][nth]):
                grid = _area("grid", f"第{_NUMERALS[number]}网格", community.names, shape)
                inside += [grid, *_estates(grid, shape, estates, gates, rng)]
            _add_up(community, inside)
            rows += [community, *inside]
    _add_up_streets(rows)
    return rows


def _area(kind: str, name: str, place: str, shape: shapely.Polygon, *, codes: str = "") -> PlaceRow:
    point = shape.representative_point()
    return PlaceRow(
        kind=kind,
        name=name,
        place=place,
        longitude=round(point.x, 6),
        latitude=round(point.y, 6),
        codes=codes,
    )


def _estates(
    grid: PlaceRow,
    shape: shapely.Polygon,
    estate_names: "_EstateNames",
    gates: "_Gates",
    rng: np.random.Generator,
) -> Iterator[PlaceRow]:
    number = int(rng.integers(_ESTATES_A_GRID[0], _ESTATES_A_GRID[1] + 1))
    inner = shape.buffer(-0.0004)
    spots = _spots(shape if inner.is_empty else inner, number, rng)
    for spot in spots:
        name, old = estate_names.next()
        households = int(rng.integers(75, 210))
        estate = PlaceRow(
            kind="estate",
            name=name,
            place=grid.names,
            aliases=[] if old else _aliases(name),
            addresses=gates.near(grid.place, rng),
            households=households,
            longitude=round(spot.x, 6),
            latitude=round(spot.y, 6),
        )
        yield estate
        ending = ("号楼", "幢", "栋")[int(rng.integers(3))]
        for building in range(1, max(households // 32, 2) + 1):
            yield PlaceRow(kind="building", name=f"{building}{ending}", place=estate.names)


def _spots(shape: shapely.Polygon, number: int, rng: np.random.Generator) -> list[shapely.Point]:
    """So many points inside an area, no two close together."""
    west, south, east, north = shape.bounds
    spots: list[shapely.Point] = []
    apart = 0.0022
    while len(spots) < number:
        point = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
        if shape.contains(point) and all(point.distance(other) > apart for other in spots):
            spots.append(point)
        apart *= 0.995
    return spots


def _aliases(name: str) -> list[str]:
    for ending in ("花园", "家园"):
        if name.endswith(ending):
            return [f"{name.removesuffix(ending)}小区"]
    return []


class _EstateNames:
    """Estate names, none twice but those that several share."""

    def __init__(self, rng: np.random.Generator) -> None:
        pairs = [
            (stem + ending, ending in names.OLD_ENDINGS)
            for stem in names.ESTATE_STEMS
            for ending in (*names.OLD_ENDINGS, *names.NEW_ENDINGS)
        ]
        order = rng.permutation(len(pairs))
        self._fresh = iter([pairs[at] for at in order])
        self._shared = [name for name, times in _SAME_NAME.items() for _ in range(times)]
        self._given = 0
        self._spoken: set[str] = set()

    def next(self) -> tuple[str, bool]:
        """A name, and whether the estate is an old one."""
        self._given += 1
        if self._given % 37 == 0 and self._shared:
            return self._shared.pop(0), True
        for name, old in self._fresh:
            # An alias must not be another estate's name.
            said = {name, *_aliases(name)}
            if not said & self._spoken:
                self._spoken |= said
                return name, old
        raise RuntimeError("out of estate names")


class _Gates:
    """Gates on roads: each community has three roads of its own and its neighbours'."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._next = {road: int(rng.integers(1, 6)) for road in names.ROADS}
        self._roads: dict[str, list[str]] = {}

    def near(self, community: str, rng: np.random.Generator) -> list[str]:
        """The gate of an estate, sometimes two."""
        if community not in self._roads:
            at = len(self._roads)
            self._roads[community] = [
                names.ROADS[(at + step) % len(names.ROADS)] for step in range(3)
            ]
        chosen = rng.choice(self._roads[community], 2 if rng.random() < 0.2 else 1, replace=False)
        return [self._gate(str(road), rng) for road in chosen]

    def _gate(self, road: str, rng: np.random.Generator) -> str:
        number = self._next[road]
        self._next[road] += int(rng.integers(2, 9))
        return f"{road}{number}号"


def _add_up(community: PlaceRow, inside: list[PlaceRow]) -> None:
    """Households of grids and community, from their estates."""
    for grid in [row for row in inside if row.kind == "grid"]:
        estates = [row for row in inside if row.kind == "estate" and row.place == grid.names]
        grid.households = sum(row.households or 0 for row in estates)
    community.households = sum(row.households or 0 for row in inside if row.kind == "grid")


def _add_up_streets(rows: list[PlaceRow]) -> None:
    for kind, inner in (("subdistrict", "community"), ("district", "subdistrict")):
        for area in [row for row in rows if row.kind == kind]:
            area.households = sum(
                row.households or 0 for row in rows if row.kind == inner and row.place == area.names
            )
