"""Needs that must not be split, and needs that wait for others: the flow optimum, then repair.

With such needs the problem is NP-hard (it contains bin packing). The network without these rules
gives a bound that no plan can exceed. Whole needs that the flow happens to serve in one piece are
kept, the flow is solved again for the rest, and what remains broken is fitted into free capacity,
the most urgent first, or takes the place of others where the plan gains by it. The gap to the bound
is reported with the plan.
"""

from dataclasses import dataclass, replace

import numpy as np

from gongzhi.engines.matching.candidates import Candidates, find_candidates
from gongzhi.engines.matching.displacing import displace
from gongzhi.engines.matching.pool import BoolArray, Decisions, IntArray, Order, Pool
from gongzhi.engines.matching.solving import Remaining, Solved, remaining_of, solve
from gongzhi.engines.matching.spreading import Rows, rows_of

_ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class Bound:
    """What no plan can exceed, where optimality could not be proved."""

    units: int
    lowest_share: float
    """The best possible share of the community with the smallest share."""
    value: int
    """Urgency-weighted units of the plan that asks for nothing else."""


@dataclass(frozen=True, kw_only=True)
class Repaired:
    rows: Rows
    """All hand-overs, without the locked ones of the pool."""
    solved: Solved
    """The last network, in which whole needs are already decided."""
    relaxed: Solved
    """The network as if everything could be split and nothing had to wait."""
    bound: Bound | None
    """None where the repaired plan is as good as the relaxed one in every aim, hence optimal."""
    candidates: Candidates


def repair(*, pool: Pool, candidates: Candidates, order: Order) -> Repaired:
    """A plan that keeps needs whole and in sequence, and the relaxed plan that bounds it."""
    work = _Repair(pool=pool, candidates=candidates, order=order)
    relaxed = work.relaxed
    if work.is_settled():
        return Repaired(
            rows=work.relaxed_rows, solved=relaxed, relaxed=relaxed, bound=None,
            candidates=work.first_candidates,
        )  # fmt: skip
    depth = _depths(pool)
    for level in range(int(depth.max(initial=0)) + 1):
        work.decide(depth=depth, level=level)
    rows, solved = work.finish()
    exact = relaxed.proof.complete and (
        _aims(pool, rows, relaxed) == _aims(pool, work.relaxed_rows, relaxed)
    )
    return Repaired(
        rows=rows, solved=solved, relaxed=relaxed, bound=None if exact else _bound(pool, work),
        candidates=work.first_candidates,
    )  # fmt: skip


def keeps_whole(*, rows: Rows, pool: Pool, left: IntArray) -> bool:
    """Whether every whole need stands in one row with all its `left` (needs,) units, or in none."""
    broken = pool.needs.whole[rows.need] & (rows.quantity < left[rows.need])
    return not broken.any()


def _bound(pool: Pool, work: "_Repair") -> Bound:
    """Each aim asked for alone, as if everything could be split: one more plan."""
    relaxed, order = work.relaxed, work.order
    other: Order = "value-first" if order == "fair-first" else "fair-first"
    turned = solve(
        pool=work.first_pool, candidates=work.first_candidates, order=other,
        remaining=remaining_of(pool), apart=work.special, attainable=relaxed.attainable,
    )  # fmt: skip
    fair, valued = (relaxed, turned) if order == "fair-first" else (turned, relaxed)
    return Bound(
        units=int(relaxed.received.sum()), lowest_share=_lowest_share(fair),
        value=_value(pool, valued),
    )  # fmt: skip


def _lowest_share(solved: Solved) -> float:
    some = solved.attainable > 0
    return float((solved.received[some] / solved.attainable[some]).min(initial=1.0))


def _value(pool: Pool, solved: Solved) -> int:
    net, decided = solved.built.network, pool.decisions
    locked = decided.locked_quantity * pool.needs.urgency[decided.locked_need]
    open_value = solved.flow[: len(net.class_community)] * net.class_urgency
    return int(open_value.sum() + locked.sum())


def _aims(pool: Pool, rows: Rows, relaxed: Solved) -> tuple[list[float], int, int]:
    """The sorted shares, the value and the distance that rows reach."""
    units = relaxed.remaining.beforehand + np.bincount(
        pool.needs.community[rows.need], rows.quantity, pool.communities
    )
    some = relaxed.attainable > 0
    step = pool.places[pool.needs.place[rows.need]] - pool.places[pool.offers.place[rows.offer]]
    distance = np.rint(np.hypot(step[:, 0], step[:, 1])).astype(np.int64)
    return (
        sorted((units[some] / relaxed.attainable[some]).tolist()),
        int((rows.quantity * pool.needs.urgency[rows.need]).sum()),
        int((rows.quantity * distance).sum()),
    )


def _depths(pool: Pool) -> IntArray:
    """(needs,), 0 for needs that wait for nobody, 1 for those that wait for these, and so on."""
    depth = np.zeros(len(pool.needs), dtype=np.int64)
    earlier, later = pool.decisions.earlier, pool.decisions.later
    while (too_low := depth[later] <= depth[earlier]).any():
        np.maximum.at(depth, later[too_low], depth[earlier[too_low]] + 1)
    return depth


class _Repair:
    """The working state: what is fixed so far, who is out, and the windows as they narrow."""

    def __init__(self, *, pool: Pool, candidates: Candidates, order: Order) -> None:
        self.pool, self.candidates, self.order = pool, candidates, order
        self.original = pool.decisions
        self.fixed: list[tuple[int, int, int, int]] = []
        self.out = np.zeros(len(pool.needs), dtype=bool)
        """Needs that wait for something that will not be met."""
        self.unplaced = np.zeros(len(pool.needs), dtype=bool)
        """Whole needs that fit nowhere so far."""
        self.special = pool.needs.whole.copy()
        self.special[self.original.earlier] = True
        self.special[self.original.later] = True
        for need in np.unique(self.original.later):
            before = self.original.earlier[self.original.later == need]
            first = self.pool.windows[pool.needs.window[before]].argmax(axis=1).max()
            self._narrow(int(need), int(first))
        if len(self.original.later):
            self.candidates = find_candidates(self.pool)
        self.first_pool, self.first_candidates = self.pool, self.candidates
        self.attainable: IntArray | None = None
        self.last: Solved | None = None
        """What was solved last, while nothing has been decided since."""
        self.relaxed = self._solve()
        self.attainable = self.relaxed.attainable
        self.relaxed_rows = self._rows(self.relaxed)

    def is_settled(self) -> bool:
        """Whether the relaxed plan breaks no rule, so that there is nothing to repair."""
        if len(self.original.later) or not self.relaxed.proof.complete:
            return False
        return keeps_whole(rows=self.relaxed_rows, pool=self.pool, left=self.relaxed.remaining.need)

    def _solve(self) -> Solved:
        if self.last is None:
            self.last = solve(
                pool=self.pool, candidates=self.candidates, remaining=self._remaining(),
                order=self.order, apart=self.special, attainable=self.attainable,
            )  # fmt: skip
        return self.last

    def _remaining(self) -> Remaining:
        remaining = remaining_of(self.pool)
        remaining.need[self.out | self.unplaced] = 0
        return remaining

    def _rows(self, solved: Solved) -> Rows:
        return rows_of(built=solved.built, flow=solved.flow, left=solved.remaining.need)

    def decide(self, *, depth: IntArray, level: int) -> None:
        """Settle the whole needs of one depth, then what waits for this depth."""
        mine = depth == level
        whole = mine & self.pool.needs.whole
        for _ in range(_ROUNDS):
            solved = self._solve()
            rows = self._rows(solved)
            complete = whole[rows.need] & (rows.quantity == self.pool.needs.quantity[rows.need])
            if not complete.any():
                break
            self._fix(rows, complete)
        rows = self._rows(self._solve())
        rows = self._displaced(rows.only((depth <= level)[rows.need]), whole)
        waited_for = np.isin(rows.need, self.original.earlier) & mine[rows.need]
        self._fix(rows, waited_for | whole[rows.need])
        self.unplaced |= whole & (remaining_of(self.pool).need > 0)
        self.last = None
        self._narrow_followers(np.flatnonzero(mine))

    def _displaced(self, rows: Rows, waiting: BoolArray) -> Rows:
        """Let whole needs that are not met take the place of others where the plan gains."""
        left = remaining_of(self.pool).need
        short = waiting & (left > 0)
        short[rows.need[rows.quantity == left[rows.need]]] = False
        return displace(
            pool=self.pool,
            candidates=self.candidates,
            relaxed=self.relaxed,
            rows=rows.only(~short[rows.need]),
            waiting=np.flatnonzero(short & ~self.out),
            order=self.order,
        )

    def _fix(self, rows: Rows, chosen: BoolArray) -> None:
        self.fixed += zip(
            rows.need[chosen].tolist(), rows.offer[chosen].tolist(),
            rows.period[chosen].tolist(), rows.quantity[chosen].tolist(), strict=True,
        )  # fmt: skip
        self._lock()

    def _lock(self) -> None:
        table = np.array(self.fixed, dtype=np.int64).reshape(-1, 4)
        before = self.original
        decisions = Decisions(
            locked_need=np.concatenate([before.locked_need, table[:, 0]]),
            locked_offer=np.concatenate([before.locked_offer, table[:, 1]]),
            locked_period=np.concatenate([before.locked_period, table[:, 2]]),
            locked_quantity=np.concatenate([before.locked_quantity, table[:, 3]]),
            excluded_need=before.excluded_need, excluded_offer=before.excluded_offer,
            earlier=before.earlier, later=before.later,
        )  # fmt: skip
        self.pool, self.last = replace(self.pool, decisions=decisions), None

    def _narrow_followers(self, needs: IntArray) -> None:
        decided = self.pool.decisions
        mine = np.isin(self.original.earlier, needs)
        for first, second in zip(
            self.original.earlier[mine].tolist(), self.original.later[mine].tolist(), strict=True
        ):
            locked = decided.locked_need == first
            if decided.locked_quantity[locked].sum() < self.pool.needs.quantity[first]:
                self.out[second] = True
            else:
                self._narrow(second, int(decided.locked_period[locked].max()))
        if mine.any():
            self.candidates = find_candidates(self.pool)

    def _narrow(self, need: int, after: int) -> None:
        """Leave the need only periods later than the given one."""
        windows, needs = self.pool.windows, self.pool.needs
        row = windows[needs.window[need]].copy()
        row[: after + 1] = False
        window = needs.window.copy()
        window[need] = len(windows)
        self.pool = replace(
            self.pool, windows=np.vstack([windows, row]), needs=replace(needs, window=window)
        )

    def finish(self) -> tuple[Rows, Solved]:
        """Solve for what may be split, and let in what was left out where the plan gains by it."""
        solved = self._solve()
        late = self.unplaced.copy()
        late[self.original.later] = False
        rows = self._displaced(self._rows(solved), late)
        table = np.array(self.fixed, dtype=np.int64).reshape(-1, 4)
        columns = [
            np.concatenate([old, table[:, place]])
            for place, old in enumerate((rows.need, rows.offer, rows.period, rows.quantity))
        ]
        return _summed(*columns), solved


def _summed(need: IntArray, offer: IntArray, period: IntArray, quantity: IntArray) -> Rows:
    """Rows in which need, offer and period stand once."""
    key = np.stack([need, offer, period])
    found, which = np.unique(key, axis=1, return_inverse=True)
    units = np.bincount(which.ravel(), quantity, found.shape[1]).astype(np.int64)
    return Rows(need=found[0], offer=found[1], period=found[2], quantity=units)
