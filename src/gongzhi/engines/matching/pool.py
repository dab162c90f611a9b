"""What the matching engine is given: needs, offers, and what people have already decided."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

Order = Literal["fair-first", "value-first"]

NO_LIMIT = -1
LARGEST_QUANTITY = 1_000_000
LARGEST_URGENCY = 1_000


def _none() -> IntArray:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Needs, one per row; all arrays are (needs,)."""

    community: IntArray
    """Index of the community that is served."""
    place: IntArray
    """Row of `Pool.places`."""
    category: IntArray
    quantity: IntArray
    """Whole units, at least 1."""
    urgency: IntArray
    """Weight of one unit met, whole, at least 1."""
    window: IntArray
    """Row of `Pool.windows`: the periods in which help is of use."""
    asks: IntArray
    """Row of `Pool.condition_sets`: what an offer must fulfil."""
    gives: IntArray
    """Row of `Pool.condition_sets`: what this need fulfils of what offers ask."""
    whole: BoolArray
    """True where one offer must meet all of it in one period, or none."""

    def __len__(self) -> int:
        return len(self.community)


@dataclass(frozen=True, kw_only=True)
class Offers:
    """Offers, one per row."""

    place: IntArray
    """(offers,), row of `Pool.places`."""
    skills: BoolArray
    """(offers, categories), what each can do."""
    per_period: IntArray
    """(offers, periods), units it can give in each period; 0 when it is not there."""
    total: IntArray
    """(offers,), units over all periods."""
    area: IntArray
    """(offers,), row of `Pool.areas`."""
    reach: IntArray
    """(offers,), greatest distance in metres, or NO_LIMIT."""
    asks: IntArray
    """(offers,), row of `Pool.condition_sets`: what a need must fulfil."""
    gives: IntArray
    """(offers,), row of `Pool.condition_sets`: what this offer fulfils."""

    def __len__(self) -> int:
        return len(self.place)


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """What people have decided: the engine keeps to it and never asks why."""

    locked_need: IntArray = field(default_factory=_none)
    locked_offer: IntArray = field(default_factory=_none)
    locked_period: IntArray = field(default_factory=_none)
    locked_quantity: IntArray = field(default_factory=_none)
    excluded_need: IntArray = field(default_factory=_none)
    excluded_offer: IntArray = field(default_factory=_none)
    earlier: IntArray = field(default_factory=_none)
    """(sequences,), the need that has to be met completely before ..."""
    later: IntArray = field(default_factory=_none)
    """(sequences,), ... this one may be served, in a later period."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """One instance of the matching problem."""

    communities: int
    places: NDArray[np.float64]
    """(places, 2), metres east and north of any common point."""
    areas: BoolArray
    """(areas, places), which places an area covers."""
    windows: BoolArray
    """(windows, periods), which periods a window covers."""
    condition_sets: BoolArray
    """(sets, conditions), which conditions a set holds."""
    needs: Needs
    offers: Offers
    decisions: Decisions = field(default_factory=Decisions)

    @property
    def periods(self) -> int:
        return int(self.windows.shape[1])

    @property
    def categories(self) -> int:
        return int(self.offers.skills.shape[1])
