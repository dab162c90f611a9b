"""Fitting whole needs in where they do more good than what is there now."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gongzhi.engines.matching.candidates import Candidates
from gongzhi.engines.matching.pool import IntArray, Order, Pool
from gongzhi.engines.matching.solving import Solved, remaining_of
from gongzhi.engines.matching.spreading import Rows

_PASSES = 3
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Gain:
    """What an exchange does: units that communities win or lose, and urgency-weighted units."""

    change: dict[int, int]
    value: int


_NONE = Gain({}, 0)


def displace(
    *,
    pool: Pool,
    candidates: Candidates,
    relaxed: Solved,
    rows: Rows,
    waiting: IntArray,
    order: Order,
) -> Rows:
    """Let whole needs in `waiting` take the place of others, wherever the plan gains by its aims.

    Locked rows, and rows of needs in a sequence, stay. Whoever loses a place looks for another one.
    Needs are tried by urgency; of equally good places the nearest is taken. Cost: waiting needs
    times their offers.
    """
    work = _Places(
        pool=pool, candidates=candidates, relaxed=relaxed, rows=rows, order=order,
    )  # fmt: skip
    queue = waiting[np.argsort(-pool.needs.urgency[waiting], kind="stable")].tolist()
    for _ in range(_PASSES):
        queue, before = [need for need in queue if not work.take(need)], len(queue)
        queue += work.homeless()
        if not queue or len(queue) == before:
            break
    return work.rows()


class _Places:
    """The working state: who is served where, and what is free."""

    def __init__(
        self,
        *,
        pool: Pool,
        candidates: Candidates,
        relaxed: Solved,
        rows: Rows,
        order: Order,
    ) -> None:
        self.pool, self.candidates, self.order = pool, candidates, order
        self.untouched = np.zeros(len(pool.needs), dtype=bool)
        self.untouched[pool.decisions.earlier] = True
        self.untouched[pool.decisions.later] = True
        remaining = remaining_of(pool)
        self.period, self.total, self.left = remaining.period, remaining.total, remaining.need
        self.attainable = relaxed.attainable.tolist()
        self.units = remaining.beforehand.tolist()
        self.served: dict[Cell, dict[int, int]] = defaultdict(dict)
        self.start = np.searchsorted(candidates.need, np.arange(len(pool.needs) + 1))
        self.displaced: list[int] = []
        for need, offer, period, units in zip(
            rows.need.tolist(), rows.offer.tolist(), rows.period.tolist(), rows.quantity.tolist(),
            strict=True,
        ):  # fmt: skip
            self._give(need, (offer, period), units)

    def _give(self, need: int, cell: Cell, units: int) -> None:
        have = self.served[cell].get(need, 0) + units
        self.served[cell][need] = have
        if not have:
            del self.served[cell][need]
        self.period[cell] -= units
        self.total[cell[0]] -= units
        self.left[need] -= units
        self.units[int(self.pool.needs.community[need])] += units

    def take(self, need: int) -> bool:
        """Serve the need where the plan gains most; False where it gains nowhere."""
        units = int(self.left[need])
        best: tuple[Gain, Cell, list[tuple[int, int]]] | None = None
        for cell in self._cells(need):
            victims = self._victims(need, cell, units)
            if victims is None:
                continue
            gain = self._gain(need, units, victims)
            if self._beats(gain, best[0] if best else _NONE):
                best = (gain, cell, victims)
        if best is None:
            return False
        _, cell, victims = best
        for other, lost in victims:
            self._give(other, cell, -lost)
        self._give(need, cell, units)
        for other, _ in victims:
            self._rehouse(other)
        return True

    def _cells(self, need: int) -> list[Cell]:
        found = self.candidates
        pairs = np.arange(self.start[need], self.start[need + 1])
        return [
            (int(found.offer[pair]), int(period))
            for pair in pairs[np.argsort(found.distance[pairs], kind="stable")]
            for period in np.flatnonzero(found.group_periods[found.group[pair]])
        ]

    def _victims(self, need: int, cell: Cell, units: int) -> list[tuple[int, int]] | None:
        """The least urgent of those in the cell whose units make room, or None."""
        lacking = units - int(min(self.period[cell], self.total[cell[0]]))
        if lacking <= 0:
            return []
        victims = []
        needs = self.pool.needs
        for other, have in sorted(
            self.served[cell].items(), key=lambda item: (needs.urgency[item[0]], -item[1])
        ):
            if other == need or self.untouched[other]:
                continue
            lost = have if needs.whole[other] else min(have, lacking)
            victims.append((other, lost))
            lacking -= lost
            if lacking <= 0:
                return victims
        return None

    def _gain(self, need: int, units: int, victims: list[tuple[int, int]]) -> Gain:
        needs = self.pool.needs
        change, value = {int(needs.community[need]): units}, units * int(needs.urgency[need])
        for other, lost in victims:
            home = int(needs.community[other])
            change[home] = change.get(home, 0) - lost
            value -= lost * int(needs.urgency[other])
        return Gain(change, value)

    def _beats(self, one: Gain, other: Gain) -> bool:
        """Whether the plan is better by its aims with one exchange than with the other.

        Communities that neither touches have the same share in both, and leximin compares two plans
        by what differs, so only the touched ones are sorted.
        """
        if self.order == "value-first":
            return one.value > other.value
        touched = [place for place in one.change | other.change if self.attainable[place]]
        shares, others = (
            sorted(
                Fraction(self.units[place] + gain.change.get(place, 0), self.attainable[place])
                for place in touched
            )
            for gain in (one, other)
        )
        return (shares, one.value) > (others, other.value)

    def _rehouse(self, need: int) -> None:
        """Find free capacity for what the need has lost."""
        whole = bool(self.pool.needs.whole[need])
        for cell in self._cells(need):
            free = int(min(self.period[cell], self.total[cell[0]]))
            units = int(self.left[need])
            if units and free and (free >= units or not whole):
                self._give(need, cell, min(free, units))
        if whole and self.left[need]:
            self.displaced.append(need)

    def homeless(self) -> list[int]:
        """Whole needs that lost their place and found no other; asked once."""
        found, self.displaced = self.displaced, []
        return found

    def rows(self) -> Rows:
        """What is served where now."""
        table = np.array(
            [
                (need, *cell, units)
                for cell, served in self.served.items()
                for need, units in served.items()
            ],
            dtype=np.int64,
        ).reshape(-1, 4)
        table = table[np.lexsort(table.T[::-1])]
        return Rows(need=table[:, 0], offer=table[:, 1], period=table[:, 2], quantity=table[:, 3])
