"""Refusing pools that make no sense, with table, row and field of everything that is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gongzhi.engines.matching.pool import (
    LARGEST_QUANTITY,
    LARGEST_URGENCY,
    NO_LIMIT,
    BoolArray,
    IntArray,
    Pool,
)

LARGEST_COORDINATE = 200_000.0  # metres: a district is no larger


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong in one row; `reason` is a word that interfaces translate."""

    table: str
    row: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}, {self.field}: {self.reason}"


class CannotMatch(ValueError):
    """The pool is contradictory or absurd; nothing was computed."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        shown = "; ".join(str(fault) for fault in self.faults[:20])
        more = len(self.faults) - 20
        super().__init__(shown + (f"; and {more} more" if more > 0 else ""))


def check_pool(pool: Pool) -> None:
    """Raise `CannotMatch` naming every fault; return silently when there is none."""
    faults = [*_faults_of_needs(pool), *_faults_of_offers(pool)]
    if not np.isfinite(pool.places).all() or (np.abs(pool.places) > LARGEST_COORDINATE).any():
        bad = ~np.isfinite(pool.places) | (np.abs(pool.places) > LARGEST_COORDINATE)
        faults += _named("place", "position", "out_of_range", _some(bad))
    if not faults:
        faults = [*_faults_of_locks(pool), *_faults_of_sequences(pool)]
    if faults:
        raise CannotMatch(faults)


def _named(table: str, field: str, reason: str, wrong: BoolArray) -> list[Fault]:
    return [
        Fault(table=table, row=int(row), field=field, reason=reason)
        for row in np.flatnonzero(wrong)
    ]


def _some(rows: BoolArray) -> BoolArray:
    result: BoolArray = np.logical_or.reduce(rows, axis=1)
    return result


def _outside(values: IntArray, size: int) -> BoolArray:
    result: BoolArray = (values < 0) | (values >= size)
    return result


def _faults_of_needs(pool: Pool) -> list[Fault]:
    needs = pool.needs
    sets = len(pool.condition_sets)
    faults = [
        *_named("need", "quantity", "not_positive", needs.quantity < 1),
        *_named("need", "quantity", "too_large", needs.quantity > LARGEST_QUANTITY),
        *_named("need", "urgency", "not_positive", needs.urgency < 1),
        *_named("need", "urgency", "too_large", needs.urgency > LARGEST_URGENCY),
        *_named("need", "community", "unknown", _outside(needs.community, pool.communities)),
        *_named("need", "place", "unknown", _outside(needs.place, len(pool.places))),
        *_named("need", "category", "unknown", _outside(needs.category, pool.categories)),
        *_named("need", "window", "unknown", _outside(needs.window, len(pool.windows))),
        *_named("need", "asks", "unknown", _outside(needs.asks, sets)),
        *_named("need", "gives", "unknown", _outside(needs.gives, sets)),
    ]
    known = np.flatnonzero(~_outside(needs.window, len(pool.windows)))
    empty = np.zeros(len(needs), dtype=bool)
    empty[known] = ~_some(pool.windows)[needs.window[known]]
    return [*faults, *_named("need", "window", "empty", empty)]


def _faults_of_offers(pool: Pool) -> list[Fault]:
    offers = pool.offers
    sets = len(pool.condition_sets)
    faults = [
        *_named("offer", "total", "not_positive", offers.total < 1),
        *_named("offer", "total", "too_large", offers.total > LARGEST_QUANTITY),
        *_named("offer", "per_period", "negative", _some(offers.per_period < 0)),
        *_named("offer", "per_period", "empty", ~_some(offers.per_period > 0)),
        *_named("offer", "skills", "empty", ~_some(offers.skills)),
        *_named("offer", "reach", "negative", (offers.reach < 0) & (offers.reach != NO_LIMIT)),
        *_named("offer", "place", "unknown", _outside(offers.place, len(pool.places))),
        *_named("offer", "area", "unknown", _outside(offers.area, len(pool.areas))),
        *_named("offer", "asks", "unknown", _outside(offers.asks, sets)),
        *_named("offer", "gives", "unknown", _outside(offers.gives, sets)),
    ]
    known = np.flatnonzero(~_outside(offers.area, len(pool.areas)))
    empty = np.zeros(len(offers), dtype=bool)
    empty[known] = ~_some(pool.areas)[offers.area[known]]
    return [*faults, *_named("offer", "area", "empty", empty)]


def _faults_of_locks(pool: Pool) -> list[Fault]:
    decided, needs, offers = pool.decisions, pool.needs, pool.offers
    need, offer = decided.locked_need, decided.locked_offer
    faults = [
        *_named("lock", "need", "unknown", _outside(need, len(needs))),
        *_named("lock", "offer", "unknown", _outside(offer, len(offers))),
        *_named("lock", "period", "unknown", _outside(decided.locked_period, pool.periods)),
        *_named("lock", "quantity", "not_positive", decided.locked_quantity < 1),
        *_named("exclusion", "need", "unknown", _outside(decided.excluded_need, len(needs))),
        *_named("exclusion", "offer", "unknown", _outside(decided.excluded_offer, len(offers))),
    ]
    if faults:
        return faults
    pair = need * len(offers) + offer
    excluded = np.isin(pair, decided.excluded_need * len(offers) + decided.excluded_offer)
    faults += _named("lock", "offer", "also_excluded", excluded)
    row = pair * pool.periods + decided.locked_period
    first = np.unique(row, return_index=True)[1]
    repeated = np.ones(len(row), dtype=bool)
    repeated[first] = False
    faults += _named("lock", "need", "repeated", repeated)

    units = decided.locked_quantity
    cell = offer * pool.periods + decided.locked_period
    sums = (
        ("need", need, needs.quantity),
        ("period", cell, offers.per_period.ravel()),
        ("offer", offer, offers.total),
    )
    for field, index, limit in sums:
        used = np.zeros(len(limit), dtype=np.int64)
        np.add.at(used, index, units)
        faults += _named("lock", field, "more_than_there_is", (used > limit)[index])
    part = needs.whole[need] & (units != needs.quantity[need])
    return [*faults, *_named("lock", "quantity", "part_of_whole", part)]


def _faults_of_sequences(pool: Pool) -> list[Fault]:
    earlier, later = pool.decisions.earlier, pool.decisions.later
    count = len(pool.needs)
    unknown = _outside(earlier, count) | _outside(later, count)
    if unknown.any():
        return _named("sequence", "need", "unknown", unknown)
    return _named("sequence", "need", "cycle", np.isin(later, in_cycles(earlier, later)))


def in_cycles(earlier: IntArray, later: IntArray) -> IntArray:
    """Needs that wait for each other in a circle, or for such a circle."""
    waiting: dict[int, set[int]] = {}
    for first, second in zip(earlier.tolist(), later.tolist(), strict=True):
        waiting.setdefault(second, set()).add(first)
        waiting.setdefault(first, set())
    while True:
        ready = {need for need, before in waiting.items() if not before}
        if not ready:
            return np.array(sorted(waiting), dtype=np.int64)
        waiting = {need: before - ready for need, before in waiting.items() if need not in ready}
