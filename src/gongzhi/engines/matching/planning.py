"""The best fair plan for a pool, with its proof or its gap."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.matching.candidates import Candidates, find_candidates
from gongzhi.engines.matching.checking import check_pool
from gongzhi.engines.matching.handovers import fewest_handovers, with_fewer_handovers
from gongzhi.engines.matching.pool import BoolArray, IntArray, Order, Pool
from gongzhi.engines.matching.repairing import Bound, Repaired, repair
from gongzhi.engines.matching.solving import Solved, remaining_of, solve
from gongzhi.engines.matching.spreading import Rows, rows_of


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Who gives what to whom, when, and how good that is."""

    order: Order
    rows: Rows
    locked: BoolArray
    """(rows,), decided by people beforehand."""
    distance: IntArray
    """(rows,), metres."""
    met: IntArray
    """(needs,), units."""
    attainable: IntArray
    """(communities,), units that the community could have if it were alone."""
    received: IntArray
    """(communities,), units."""
    value: int
    """Urgency-weighted units met."""
    fewest_rows: int
    """A lower bound for the number of hand-overs, each need receiving what it receives."""
    bound: Bound | None
    """None when the plan is proved optimal."""
    candidates: Candidates
    solved: Solved

    @property
    def proved(self) -> bool:
        return self.bound is None

    @property
    def shares(self) -> np.ndarray:
        """(communities,), part received of the attainable units; nan where there are none."""
        with np.errstate(invalid="ignore"):
            return np.where(self.attainable > 0, self.received / self.attainable, np.nan)

    @property
    def total_distance(self) -> int:
        """Metres times units."""
        return int((self.distance * self.rows.quantity).sum())


def plan_matches(*, pool: Pool, order: Order = "fair-first") -> Plan:
    """The plan that is best in the given order of aims.

    fair-first: leximin over the communities' shares of what each could have, then most
    urgency-weighted need, then least distance. value-first: the first two exchanged. Then fewer
    hand-overs without loss. Raises `CannotMatch` for input that makes no sense. Ties between
    equally good plans fall the same way for the same input. Cost: about ten maximum flows and one
    cheapest flow on a network of all pairs; a few more when needs are whole or wait for others.
    """
    check_pool(pool)
    candidates = find_candidates(pool)
    if pool.needs.whole.any() or len(pool.decisions.later):
        return _plan_of_repaired(pool, repair(pool=pool, candidates=candidates, order=order))
    solved = solve(pool=pool, candidates=candidates, remaining=remaining_of(pool), order=order)
    return plan_of(pool=pool, candidates=candidates, solved=solved)


def plan_of(*, pool: Pool, candidates: Candidates, solved: Solved) -> Plan:
    """The rows of a solved network, with the locked ones."""
    rows = rows_of(built=solved.built, flow=solved.flow, left=solved.remaining.need)
    rows = _with_fewer_visits(pool, rows)
    bound = None if solved.proof.complete else _loose_bound(pool, solved)
    return _assembled(pool, candidates, solved, rows, bound)


def _plan_of_repaired(pool: Pool, repaired: Repaired) -> Plan:
    rows = _with_fewer_visits(pool, repaired.rows)
    return _assembled(pool, repaired.candidates, repaired.solved, rows, repaired.bound)


def _with_fewer_visits(pool: Pool, rows: Rows) -> Rows:
    """Fewer hand-overs of what may be split; whole needs and those in sequence stay as they are."""
    bound = pool.needs.whole.copy()
    bound[pool.decisions.earlier] = bound[pool.decisions.later] = True
    stays = bound[rows.need]
    left = remaining_of(pool).period
    np.subtract.at(left, (rows.offer[stays], rows.period[stays]), rows.quantity[stays])
    free = with_fewer_handovers(pool=pool, rows=rows.only(~stays), period_left=left)
    kept = rows.only(stays)
    columns = [
        np.concatenate([getattr(kept, name), getattr(free, name)])
        for name in ("need", "offer", "period", "quantity")
    ]
    return Rows(need=columns[0], offer=columns[1], period=columns[2], quantity=columns[3])


def _loose_bound(pool: Pool, solved: Solved) -> Bound:
    """What holds without any proof: nobody gets more than is attainable."""
    units = int(solved.attainable.sum())
    value = int((pool.needs.quantity * pool.needs.urgency).sum())
    return Bound(units=units, lowest_share=1.0, value=value)


def _assembled(
    pool: Pool, candidates: Candidates, solved: Solved, open_rows: Rows, bound: Bound | None
) -> Plan:
    decided = pool.decisions
    columns = [
        np.concatenate(pair)
        for pair in (
            (decided.locked_need, open_rows.need), (decided.locked_offer, open_rows.offer),
            (decided.locked_period, open_rows.period),
            (decided.locked_quantity, open_rows.quantity),
        )
    ]  # fmt: skip
    locked = np.arange(len(columns[0])) < len(decided.locked_need)
    order = np.lexsort((columns[2], columns[1], columns[0]))
    need, offer, period, quantity = (column[order] for column in columns)
    rows = Rows(need=need, offer=offer, period=period, quantity=quantity)
    step = pool.places[pool.needs.place[need]] - pool.places[pool.offers.place[offer]]
    met = np.zeros(len(pool.needs), dtype=np.int64)
    np.add.at(met, need, quantity)
    received = np.zeros(pool.communities, dtype=np.int64)
    np.add.at(received, pool.needs.community, met)
    return Plan(
        order=solved.order, rows=rows, locked=locked[order],
        distance=np.rint(np.hypot(step[:, 0], step[:, 1])).astype(np.int64), met=met,
        attainable=solved.attainable, received=received,
        value=int((met * pool.needs.urgency).sum()),
        fewest_rows=len(decided.locked_need) + fewest_handovers(built=solved.built, rows=open_rows),
        bound=bound, candidates=candidates, solved=solved,
    )  # fmt: skip
