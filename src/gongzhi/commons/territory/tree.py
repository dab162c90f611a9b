"""The whole tree of places in memory: pure values, made once per revision."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

# The administration's own division; nobody writes it on an envelope.
_NOT_IN_ADDRESSES = frozenset({"grid"})


@dataclass(frozen=True, slots=True)
class PlaceView:
    """One place, as every room sees it."""

    id: int
    kind: str
    name: str
    parent_id: int | None
    path: str  # "/1/5/23/": the ids of its ancestors and itself
    full_name: str  # as in an address: 云桥街道柳岸社区明珠小区3号楼
    households: int | None
    latitude: float | None = None
    longitude: float | None = None
    begins: date | None = None
    ends: date | None = None

    def exists_on(self, day: date) -> bool:
        """Whether the place is there on this day."""
        begun = self.begins is None or self.begins <= day
        return begun and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Tree:
    """Every place, each before what lies in it."""

    order: tuple[PlaceView, ...]  # depth first, siblings by id
    position: dict[int, int]
    ends_at: tuple[int, ...]  # where in `order` the subtree of each place ends
    chains: tuple[tuple[PlaceView, ...], ...]  # from the root to each place
    by_names: dict[str, int]  # "云桥街道/柳岸社区": names below the district

    def find(self, place_id: int) -> PlaceView | None:
        at = self.position.get(place_id)
        return None if at is None else self.order[at]

    def subtree(self, place_id: int) -> tuple[PlaceView, ...]:
        """The place and everything in it."""
        at = self.position[place_id]
        return self.order[at : self.ends_at[at]]

    def children(self, place_id: int) -> list[PlaceView]:
        at = self.position[place_id] + 1
        end = self.ends_at[at - 1]
        found = []
        while at < end:
            found.append(self.order[at])
            at = self.ends_at[at]
        return found


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """What the table says of one place."""

    id: int
    kind: str
    name: str
    parent_id: int | None
    households: int | None
    latitude: float | None
    longitude: float | None
    begins: date | None
    ends: date | None


def plant(rows: Iterable[PlaceRow]) -> Tree:
    """The tree of these rows; cost linear in their number."""
    below: dict[int | None, list[PlaceRow]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    order: list[PlaceView] = []
    chains: list[tuple[PlaceView, ...]] = []
    ends_at: list[int] = []

    def grow(row: PlaceRow, above: tuple[PlaceView, ...], written: str) -> None:
        path = f"{above[-1].path if above else '/'}{row.id}/"
        view = _view(row, path=path, written=written)
        chain = (*above, view)
        at = len(order)
        order.append(view)
        chains.append(chain)
        ends_at.append(0)
        passed_on = written if row.kind in _NOT_IN_ADDRESSES or not above else written + row.name
        for child in sorted(below.get(row.id, ()), key=lambda row: row.id):
            grow(child, chain, passed_on)
        ends_at[at] = len(order)

    for root in sorted(below.get(None, ()), key=lambda row: row.id):
        grow(root, (), "")
    position = {view.id: at for at, view in enumerate(order)}
    by_names: dict[str, int] = {}
    for chain in chains:
        by_names.setdefault("/".join(view.name for view in chain[1:]), chain[-1].id)
    return Tree(tuple(order), position, tuple(ends_at), tuple(chains), by_names)


def _view(row: PlaceRow, *, path: str, written: str) -> PlaceView:
    return PlaceView(
        id=row.id,
        kind=row.kind,
        name=row.name,
        parent_id=row.parent_id,
        path=path,
        full_name=written + row.name,
        households=row.households,
        latitude=row.latitude,
        longitude=row.longitude,
        begins=row.begins,
        ends=row.ends,
    )
