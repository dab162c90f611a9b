"""How near two messages are: in what they say, where, and when; each shown, and combined."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gongzhi.engines.triage.shingles import Shingles, shingle

METRES_NEAR = 300.0
DAYS_NEAR = 30.0
_EARTH_RADIUS = 6_371_000.0
# What isn't known is taken to be half near: it neither proves nor refutes.
_UNKNOWN = 0.5


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where and when a message speaks of; what isn't known is empty or None.

    `path`: places from the widest to the narrowest ("district", "community", "estate"), by id or
    name; `point`: longitude and latitude in degrees; `at`: when it was sent.
    """

    path: tuple[str, ...] = ()
    point: tuple[float, float] | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Nearness:
    """Text similarity, nearness in place and in time (None: not known), and all combined."""

    text: float
    place: float | None
    time: float | None

    @property
    def combined(self) -> float:
        """text · (1 + place)/2 · (1 + time)/2: the text decides, place and time may halve it."""
        place = _UNKNOWN if self.place is None else self.place
        time = _UNKNOWN if self.time is None else self.time
        return self.text * (1 + place) / 2 * (1 + time) / 2


def text_similarities(text: str, others: Sequence[str]) -> NDArray[np.float64]:
    """Return the similarity (others,) of a text with others: shared pairs / √(pairs · pairs).

    Cosine of the sets of neighbouring characters (Ochiai 1957), 1 for the same text, 0 for nothing
    in common or nothing to compare.
    """
    one, many = shingle([text]), shingle(others)
    row = np.repeat(np.arange(len(others)), many.sizes)
    shared = np.bincount(row[np.isin(many.hashes, one.hashes)], minlength=len(others))
    return _ochiai(shared, np.full(len(others), len(one.hashes)), many.sizes)


def pair_similarities(
    shingles: Shingles, left: NDArray[np.int64], right: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the similarity (pairs,) of texts `left` and `right` of a set of shingles."""
    sizes = shingles.sizes
    shared = np.zeros(len(left), dtype=np.int64)
    for at in range(0, len(left), 20_000):
        part = slice(at, at + 20_000)
        shared[part] = _shared(shingles, left[part], right[part])
    return _ochiai(shared, sizes[left], sizes[right])


def _shared(
    shingles: Shingles, left: NDArray[np.int64], right: NDArray[np.int64]
) -> NDArray[np.int64]:
    both = np.concatenate([left, right])
    sizes = shingles.sizes[both]
    pair = np.repeat(np.tile(np.arange(len(left), dtype=np.uint64), 2), sizes)
    offset = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    hashes = shingles.hashes[np.repeat(shingles.pointer[both], sizes) + offset]
    cells = np.sort((pair << np.uint64(32)) | hashes)
    twice = cells[1:][cells[1:] == cells[:-1]]
    return np.bincount((twice >> np.uint64(32)).astype(np.int64), minlength=len(left))


def _ochiai(
    shared: NDArray[np.int64], one: NDArray[np.int64], other: NDArray[np.int64]
) -> NDArray[np.float64]:
    return np.asarray(shared / np.sqrt(np.maximum(one * other, 1)))


def place_nearness(one: Whereabouts, other: Whereabouts) -> float | None:
    """Return how near two places are, from 0 to 1, or None when either isn't known.

    With points: exp(-distance / 300 m). With paths: the share of the longer path that both have in
    common from the widest place on. Points win over paths.
    """
    if one.point is not None and other.point is not None:
        return math.exp(-_metres(one.point, other.point) / METRES_NEAR)
    if not one.path or not other.path:
        return None
    common = 0
    for mine, theirs in zip(one.path, other.path, strict=False):
        if mine != theirs:
            break
        common += 1
    return common / max(len(one.path), len(other.path))


def time_nearness(one: Whereabouts, other: Whereabouts) -> float | None:
    """Return exp(-days apart / 30), or None when either time isn't known."""
    if one.at is None or other.at is None:
        return None
    return math.exp(-abs((one.at - other.at).total_seconds()) / 86_400 / DAYS_NEAR)


def nearness(text: float, one: Whereabouts, other: Whereabouts) -> Nearness:
    """Put a text similarity beside the nearness in place and time."""
    return Nearness(text=text, place=place_nearness(one, other), time=time_nearness(one, other))


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance (haversine)."""
    longitude, latitude = (math.radians(other[i] - one[i]) for i in (0, 1))
    low, high = math.radians(one[1]), math.radians(other[1])
    half = math.sin(latitude / 2) ** 2 + math.cos(low) * math.cos(high) * (
        math.sin(longitude / 2) ** 2
    )
    return 2 * _EARTH_RADIUS * math.asin(min(1.0, math.sqrt(half)))
