"""Which boundary a point lies in: an index over all boundaries, pure, for one point or many.

Of all boundaries that cover a point the deepest place in the tree counts; of several equally
deep ones the one with the point inside rather than on its edge, then the one with the lowest id.
What was not clear is noted:

- inside: the point lies inside the place, and every other boundary around it is an ancestor's;
- edge: the point lies exactly on the edge of the place (of every equally deep one that covers it);
- overlap: the point lies inside the place, and inside another that is not its ancestor;
- outside: no boundary covers the point.

A gap between communities is no case of its own: the point then lies inside their street or
district. Longitude and latitude are taken as plane coordinates, as GeoJSON does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray


class Note(StrEnum):
    """How clear it was where a point lies."""

    INSIDE = "inside"
    EDGE = "edge"
    OVERLAP = "overlap"
    OUTSIDE = "outside"


NOTES = tuple(Note)


@dataclass(frozen=True, slots=True)
class Bounded:
    """A place with a boundary: its id, the ids above it and its own, and its boundary."""

    id: int
    chain: tuple[int, ...]
    shape: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Found:
    """Where one point lies. Candidates are what else it might be, deepest first."""

    place_id: int | None
    note: Note
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundMany:
    """Where points lie: arrays of one entry a point; `place_ids` is -1 outside."""

    place_ids: NDArray[np.int64]
    notes: NDArray[np.uint8]  # positions in NOTES

    def note(self, at: int) -> Note:
        return NOTES[self.notes[at]]


class PointIndex:
    """Boundaries, prepared for points. Making it costs some milliseconds for a hundred of them."""

    def __init__(self, places: Sequence[Bounded]) -> None:
        # Best first, so that the first hit in this order is the answer.
        self._places = sorted(places, key=lambda place: (-len(place.chain), place.id))
        self._shapes = np.array([place.shape for place in self._places], dtype=object)
        self._depth = np.array([len(place.chain) for place in self._places], dtype=np.int64)
        self._ids = np.array([place.id for place in self._places], dtype=np.int64)
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        order = {place.id: at for at, place in enumerate(self._places)}
        self._is_above = np.zeros((len(order), len(order)), dtype=bool)
        for at, place in enumerate(self._places):
            for above in place.chain:
                if above in order:
                    self._is_above[order[above], at] = True

    def find(self, longitude: float, latitude: float) -> Found:
        """Where one point lies; some tens of microseconds."""
        near = self._tree.query(shapely.points(longitude, latitude))
        covering = near[shapely.intersects_xy(self._shapes[near], longitude, latitude)]
        if not len(covering):
            return Found(None, Note.OUTSIDE)
        within = shapely.contains_xy(self._shapes[covering], longitude, latitude)
        # Positions are in the order of depth and id, so the lowest is the best of its kind.
        hits = sorted(zip(covering.tolist(), within.tolist(), strict=True))
        deepest = self._depth[hits[0][0]]
        same = [at for at, _ in hits if self._depth[at] == deepest]
        inside = [at for at, is_inside in hits if is_inside]
        first = next((at for at in inside if self._depth[at] == deepest), None)
        if first is None:
            return Found(int(self._ids[same[0]]), Note.EDGE, self._named(same))
        strange = [at for at in inside if not self._is_above[at, first]]
        note = Note.OVERLAP if strange else Note.INSIDE
        return Found(int(self._ids[first]), note, self._named([first, *strange]))

    def find_many(self, points: NDArray[np.float64]) -> FoundMany:
        """Where points lie: (points, 2), longitude and latitude; a microsecond or so for each.

        The same answers as `find`. A coordinate that isn't a number lies outside.
        """
        place_ids = np.full(len(points), -1, dtype=np.int64)
        notes = np.full(len(points), NOTES.index(Note.OUTSIDE), dtype=np.uint8)
        if not len(self._places) or not len(points):
            return FoundMany(place_ids, notes)
        point, place, inside = self._hits(np.asarray(points, dtype=np.float64))
        # Best first for each point: deepest, inside before edge, lowest id.
        order = np.lexsort((place, ~inside, -self._depth[place], point))
        point, place, inside = point[order], place[order], inside[order]
        firsts = np.flatnonzero(np.diff(point, prepend=-1))
        winner = np.repeat(place[firsts], np.diff(np.r_[firsts, len(point)]).astype(np.int64))
        strange = inside & ~self._is_above[place, winner]
        overlaps = np.zeros(len(points), dtype=bool)
        overlaps[point[strange]] = True
        hit = point[firsts]
        place_ids[hit] = self._ids[place[firsts]]
        notes[hit] = NOTES.index(Note.INSIDE)
        notes[hit[overlaps[hit]]] = NOTES.index(Note.OVERLAP)
        notes[hit[~inside[firsts]]] = NOTES.index(Note.EDGE)
        return FoundMany(place_ids, notes)

    def _hits(
        self, points: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Every pair of a point and a boundary that covers it, and whether it lies inside."""
        x, y = points[:, 0], points[:, 1]
        found: list[tuple[NDArray[np.int64], int, NDArray[np.bool_]]] = []
        bounds = shapely.bounds(self._shapes)
        for at, shape in enumerate(self._shapes):
            west, south, east, north = bounds[at]
            near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
            covered = near[shapely.intersects_xy(shape, x[near], y[near])]
            found.append((covered, at, shapely.contains_xy(shape, x[covered], y[covered])))
        point = np.concatenate([covered for covered, _, _ in found])
        place = np.concatenate([np.full(len(covered), at) for covered, at, _ in found])
        return point, place, np.concatenate([inside for _, _, inside in found])

    def _named(self, positions: Sequence[int]) -> tuple[int, ...]:
        return tuple(int(self._ids[at]) for at in positions)
