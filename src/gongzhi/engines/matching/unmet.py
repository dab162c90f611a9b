"""Why a need is not met in full, and the cheapest change that would meet the rest of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gongzhi.engines.matching.candidates import Candidates
from gongzhi.engines.matching.planning import Plan
from gongzhi.engines.matching.pool import NO_LIMIT, BoolArray, IntArray, Pool

Reason = Literal[
    "category", "condition", "area", "time", "exclusion", "capacity", "whole", "sequence"
]
_CELLS = 4_000_000


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What a change costs, in any unit; only the ratios matter. A policy, not a measurement."""

    unit: float = 2.0
    """One more unit of capacity in a period of an offer."""
    kilometre: float = 1.0
    """Serving a place so much beyond the reach, or so far from the base of the offer."""
    period: float = 1.0
    """Helping one period earlier or later than the need allows."""
    condition: float = 3.0
    """Fulfilling, or waiving, one condition."""
    exclusion: float = 6.0
    """Lifting an exclusion that people have decided."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What one offer would have to do differently in one period; all zero parts stay as they are.

    Where it is made, the rest of the need can be met while everybody else keeps what they have.
    """

    offer: int
    period: int
    units: int
    """More capacity in this period (and over all periods, as far as the total is used up)."""
    metres: int
    """Beyond its area or reach."""
    periods: int
    """Between this period and the nearest one in which the need can be served."""
    conditions: int
    """Conditions not fulfilled, on either side."""
    lifts_exclusion: bool
    price: float


@dataclass(frozen=True, kw_only=True)
class Unmet:
    need: int
    units: int
    """Still missing."""
    reason: Reason
    """The first rule, in the order of `Reason`, at which no offer is left."""
    offers: int
    """Offers that satisfy every rule, and whose capacity is used by others."""
    change: Change | None
    """None where no offer has the category at all (a new offer is needed), and where the need
    waits for another one (which has to be met first)."""


def explain_unmet(*, pool: Pool, plan: Plan, prices: Prices | None = None) -> list[Unmet]:
    """One explanation for each need that is not met in full, by number of the need.

    Ties between changes of the same price fall to the first offer and period. Cost: needs that
    are not met, times the offers of their category.
    """
    missing = pool.needs.quantity - plan.met
    work = _Search(pool=pool, plan=plan, missing=missing, prices=prices or Prices())
    found = [
        unmet
        for category in range(pool.categories)
        for unmet in work.category(
            np.flatnonzero((missing > 0) & (pool.needs.category == category)),
            np.flatnonzero(pool.offers.skills[:, category]),
        )
    ]
    return sorted(found, key=lambda unmet: unmet.need)


def spare_capacity(*, pool: Pool, plan: Plan) -> IntArray:
    """(offers, periods), units that each offer could still give in each period alone."""
    period, total = pool.offers.per_period.copy(), pool.offers.total.copy()
    rows = plan.rows
    np.subtract.at(period, (rows.offer, rows.period), rows.quantity)
    np.subtract.at(total, rows.offer, rows.quantity)
    spare: IntArray = np.minimum(period, total[:, None])
    return spare


def periods_between(windows: BoolArray) -> IntArray:
    """(windows, periods), how many periods each is away from the nearest one of the window."""
    periods = windows.shape[1]
    far = np.where(windows, 0, 2 * periods)
    for step in range(1, periods):
        far[:, step] = np.minimum(far[:, step], far[:, step - 1] + 1)
    for step in range(periods - 2, -1, -1):
        far[:, step] = np.minimum(far[:, step], far[:, step + 1] + 1)
    result: IntArray = far.astype(np.int64)
    return result


class _Search:
    """What is the same for all needs of a pool."""

    def __init__(self, *, pool: Pool, plan: Plan, missing: IntArray, prices: Prices) -> None:
        self.pool, self.missing, self.prices = pool, missing, prices
        self.spare = spare_capacity(pool=pool, plan=plan)
        self.away = periods_between(pool.windows)
        sets = pool.condition_sets.astype(np.int64)
        self.lacking = sets @ (1 - sets.T)
        self.options = np.bincount(plan.candidates.need, minlength=len(pool.needs))
        self.idle = self._idle(plan.candidates)
        waits = np.zeros(len(pool.needs), dtype=bool)
        waits[pool.decisions.later] = True
        self.waits = waits
        self.barred = set(pool.decisions.excluded_need.tolist())
        self.excluded = set(
            zip(
                pool.decisions.excluded_need.tolist(),
                pool.decisions.excluded_offer.tolist(),
                strict=True,
            )
        )

    def _idle(self, candidates: Candidates) -> BoolArray:
        """(needs,), whether some offer that satisfies every rule still has a unit to give."""
        room = (self.spare[candidates.group_offer] > 0) & candidates.group_periods
        idle = np.zeros(len(self.pool.needs), dtype=bool)
        idle[candidates.need[np.logical_or.reduce(room, axis=1)[candidates.group]]] = True
        return idle

    def category(self, asking: IntArray, able: IntArray) -> Iterator[Unmet]:
        """Explain needs of one category, given the offers that have it."""
        if not len(able):
            for need in asking.tolist():
                yield Unmet(
                    need=need,
                    units=int(self.missing[need]),
                    reason="category",
                    offers=0,
                    change=None,
                )
            return
        step = max(1, _CELLS // (len(able) * self.pool.periods))
        for start in range(0, len(asking), step):
            yield from self._explain(asking[start : start + step], able)

    def _explain(self, asking: IntArray, able: IntArray) -> Iterator[Unmet]:
        pool, needs, offers = self.pool, self.pool.needs, self.pool.offers
        step = pool.places[needs.place[asking]][:, None] - pool.places[offers.place[able]][None]
        distance = np.rint(np.hypot(step[..., 0], step[..., 1])).astype(np.int64)
        inside = pool.areas[offers.area[able][None], needs.place[asking][:, None]]
        reach = np.where(offers.reach[able] == NO_LIMIT, distance, offers.reach[able][None])
        metres = np.where(inside, np.maximum(0, distance - reach), np.maximum(1, distance))
        lacking = (
            self.lacking[needs.asks[asking][:, None], offers.gives[able][None]]
            + self.lacking[offers.asks[able][None], needs.gives[asking][:, None]]
        )
        period, units, away, timed = self._times(asking, able)
        price = timed + self.prices.kilometre * metres / 1000 + self.prices.condition * lacking
        barred = self._barred(asking, able)
        price = price + self.prices.exclusion * barred
        best = price.argmin(axis=1)
        on_time = (
            (pool.windows.astype(np.int64)[needs.window[asking]])
            @ (offers.per_period[able] > 0).astype(np.int64).T
        ) > 0
        reasons = self._reasons(asking, lacking == 0, metres == 0, on_time)
        for row, (need, place) in enumerate(zip(asking.tolist(), best.tolist(), strict=True)):
            change = Change(
                offer=int(able[place]),
                period=int(period[row, place]),
                units=int(units[row, place]),
                metres=int(metres[row, place]),
                periods=int(away[row, place]),
                conditions=int(lacking[row, place]),
                lifts_exclusion=bool(barred[row, place]),
                price=float(price[row, place]),
            )
            yield Unmet(
                need=need,
                units=int(self.missing[need]),
                reason=reasons[row],
                offers=int(self.options[need]),
                change=None if reasons[row] == "sequence" else change,
            )

    def _times(
        self, asking: IntArray, able: IntArray
    ) -> tuple[IntArray, IntArray, IntArray, np.ndarray]:
        """For each need and offer the cheapest period: (period, more units, periods away, price).

        Needs with the same window and the same missing units are looked at once.
        """
        key = self.pool.needs.window[asking] * (int(self.missing.max()) + 1) + self.missing[asking]
        _, first, which = np.unique(key, return_index=True, return_inverse=True)
        shape = (len(first), len(able))
        period, units, away = (np.empty(shape, dtype=np.int64) for _ in range(3))
        price = np.empty(shape)
        for row, need in enumerate(asking[first].tolist()):
            more = np.maximum(0, self.missing[need] - self.spare[able])
            far = self.away[self.pool.needs.window[need]][None]
            cost = self.prices.unit * more + self.prices.period * far
            best = cost.argmin(axis=1)
            columns = np.arange(len(able))
            period[row], units[row] = best, more[columns, best]
            away[row], price[row] = far[0, best], cost[columns, best]
        return period[which], units[which], away[which], price[which]

    def _barred(self, asking: IntArray, able: IntArray) -> BoolArray:
        barred = np.zeros((len(asking), len(able)), dtype=bool)
        if self.excluded:
            column = {offer: place for place, offer in enumerate(able.tolist())}
            rows = {need: place for place, need in enumerate(asking.tolist())}
            for need, offer in self.excluded:
                if need in rows and offer in column:
                    barred[rows[need], column[offer]] = True
        return barred

    def _reasons(
        self, asking: IntArray, fulfilled: BoolArray, inside: BoolArray, on_time: BoolArray
    ) -> list[Reason]:
        """The first rule at which no offer is left."""
        left = np.ones(fulfilled.shape, dtype=bool)
        reason = np.full(len(asking), "", dtype=object)
        for name, holds in (("condition", fulfilled), ("area", inside), ("time", on_time)):
            left &= holds
            reason[(reason == "") & ~np.logical_or.reduce(left, axis=1)] = name
        return [
            name or self._reason_of_use(need)
            for name, need in zip(reason.tolist(), asking.tolist(), strict=True)
        ]

    def _reason_of_use(self, need: int) -> Reason:
        """Why a need that some offer could serve is not served by it."""
        if self.waits[need] and (not self.options[need] or self.idle[need]):
            return "sequence"
        if not self.options[need] and need in self.barred:
            return "exclusion"
        return "whole" if self.pool.needs.whole[need] and self._unfilled(need) else "capacity"

    def _unfilled(self, need: int) -> bool:
        """Whether offers have units left for the need, only never enough in one period."""
        return bool(self.idle[need]) or not self.options[need]
