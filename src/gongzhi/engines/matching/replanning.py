"""A few more needs: the old plan is mended instead of made again, and proved again.

The old plan with the old prices is optimal for everything but the arcs of the new needs. Units are
pushed over those arcs and find their way back on cheapest paths (Edmonds and Karp's primal-dual
method), then single exchanges between communities, each on a cheapest path, restore fairness. The
result goes through the same proof as any other plan; if it does not hold, the pool is planned anew.
"""

from dataclasses import fields
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gongzhi.engines.matching.attainable import attainable_units
from gongzhi.engines.matching.candidates import find_candidates
from gongzhi.engines.matching.carrying import carried_prices, flow_of_rows, joined_candidates
from gongzhi.engines.matching.cheapest import arc_costs, unit_weight
from gongzhi.engines.matching.checking import check_pool
from gongzhi.engines.matching.network import Arcs, Built, Network, arcs_of, build_network
from gongzhi.engines.matching.planning import Plan, plan_matches, plan_of
from gongzhi.engines.matching.pool import IntArray, Pool
from gongzhi.engines.matching.proof import Shares, prove
from gongzhi.engines.matching.repairing import keeps_whole
from gongzhi.engines.matching.residual import changes_of, spread_from
from gongzhi.engines.matching.solving import Remaining, Solved, remaining_of, units_received
from gongzhi.engines.matching.spreading import rows_of

_MOST_STEPS = 20  # about what a new plan costs


def plan_with_more_needs(*, pool: Pool, plan: Plan, before: Pool) -> Plan:
    """The best plan for `pool`, which is `before` with further needs at the end.

    Equal in every aim to `plan_matches(pool=pool)`, which is what runs when the difference is of
    another kind, or too large to mend. Only the fair-first order is mended.
    """
    check_pool(pool)
    if not (_can_be_mended(plan, before) and _only_more_needs(pool, before)):
        return plan_matches(pool=pool, order=plan.order)
    fresh = np.arange(len(before.needs), len(pool.needs))
    candidates = joined_candidates(old=plan.candidates, new=find_candidates(pool, only=fresh))
    remaining = remaining_of(pool)
    apart = pool.needs.whole.copy()
    apart[pool.decisions.excluded_need] = True
    built = build_network(
        pool=pool,
        candidates=candidates,
        left=remaining.need,
        apart=apart,
        period_left=remaining.period,
        total_left=remaining.total,
    )
    changed = np.unique(pool.needs.community[fresh])
    attainable = plan.solved.attainable.copy()
    attainable[changed] = remaining.beforehand[changed] + attainable_units(
        built.network, only=changed
    )
    flow = flow_of_rows(built=built, plan=plan, pool=pool)
    price = carried_prices(old=plan.solved, new=built)
    mending = _Mending(
        built=built, flow=flow, price=price, attainable=attainable, remaining=remaining
    )
    if not mending.run():
        return plan_matches(pool=pool, order=plan.order)
    proof = prove(
        network=built.network,
        flow=mending.flow,
        attainable=attainable,
        beforehand=remaining.beforehand,
        order=plan.order,
        first_price=mending.price,
    )
    if not proof.complete:
        return plan_matches(pool=pool, order=plan.order)
    solved = Solved(
        order=plan.order,
        remaining=remaining,
        built=built,
        flow=mending.flow,
        attainable=attainable,
        proof=proof,
    )
    rows = rows_of(built=built, flow=mending.flow, left=remaining.need)
    if not keeps_whole(rows=rows, pool=pool, left=remaining.need):
        return plan_matches(pool=pool, order=plan.order)
    return plan_of(pool=pool, candidates=candidates, solved=solved)


def _can_be_mended(plan: Plan, before: Pool) -> bool:
    """Whether the plan is a proved flow for the whole pool, in which nothing was repaired."""
    untouched = np.array_equal(plan.solved.remaining.need, remaining_of(before).need)
    return plan.order == "fair-first" and plan.proved and untouched


def _only_more_needs(pool: Pool, before: Pool) -> bool:
    """Whether the first needs and all else are as before, and no need waits for another."""
    count = len(before.needs)
    if len(pool.decisions.later) or len(pool.needs) < count:
        return False
    same_needs = all(
        np.array_equal(getattr(pool.needs, part.name)[:count], getattr(before.needs, part.name))
        for part in fields(pool.needs)
    )
    same_rest = all(
        np.array_equal(getattr(new, part.name), getattr(old, part.name))
        for new, old in ((pool.offers, before.offers), (pool.decisions, before.decisions))
        for part in fields(new)
    )
    tables = ("places", "areas", "windows", "condition_sets")
    return (
        same_needs
        and same_rest
        and pool.communities == before.communities
        and all(np.array_equal(getattr(pool, name), getattr(before, name)) for name in tables)
    )


class _Mending:
    """The working state: a flow, and prices under which no change pays for the units given."""

    def __init__(
        self,
        *,
        built: Built,
        flow: IntArray,
        price: IntArray,
        attainable: IntArray,
        remaining: Remaining,
    ) -> None:
        self.built, self.flow, self.price = built, flow, price
        self.network: Network = built.network
        self.arcs: Arcs = arcs_of(built.network)
        self.cost = arc_costs(built.network, weight=unit_weight(built.network))
        self.attainable, self.remaining = attainable, remaining
        self.steps = 0

    def run(self) -> bool:
        """Restore least cost, then fairness; False where it takes too many steps."""
        return self._restore_cost() and self._restore_fairness()

    def _restore_cost(self) -> bool:
        reduced = self.cost + self.price[self.arcs.tail] - self.price[self.arcs.head]
        wrong = np.flatnonzero((reduced < 0) & (self.flow < self.arcs.capacity))
        back = (reduced > 0) & (self.flow > 0)
        if back.any() or (wrong >= len(self.network.class_community)).any():
            return False
        for arc in wrong.tolist():
            excess = int(self.arcs.capacity[arc] - self.flow[arc])
            self.flow[arc] += excess
            while excess:
                sent = self._send(int(self.arcs.head[arc]), int(self.arcs.tail[arc]), most=excess)
                if not sent:
                    return False
                excess -= sent
        return True

    def _restore_fairness(self) -> bool:
        while True:
            exchange = self._unfair_exchange()
            if exchange is None:
                return True
            if not self._send(*exchange, most=1):
                return False

    def _unfair_exchange(self) -> tuple[int, int] | None:
        """(a community of low rank, the sink or the one of highest rank it can take from)."""
        units = units_received(
            built=self.built, flow=self.flow, beforehand=self.remaining.beforehand
        )
        shares = Shares(units=units.tolist(), attainable=self.attainable.tolist())
        residual = changes_of(
            network=self.network, arcs=self.arcs, flow=self.flow, cost=self.cost
        ).residual()
        count = self.network.communities
        ahead = sorted((rank, c) for c in range(count) if (rank := shares.next_rank(c)))
        seen = np.zeros(self.network.nodes, dtype=bool)
        for rank, community in ahead:
            if seen[community]:
                continue
            before = seen.copy()
            spread_from(residual, community, seen)
            if seen[self.network.sink]:
                return community, self.network.sink
            givers = [
                (last, other)
                for other in np.flatnonzero(seen[:count] & ~before[:count]).tolist()
                if other != community and (last := shares.last_rank(other)) and last > rank
            ]
            if givers:
                return community, max(givers)[1]
        return None

    def _send(self, start: int, end: int, *, most: int) -> int:
        """Move units on a cheapest path, as many as it takes and at most `most`."""
        self.steps += 1
        if self.steps > _MOST_STEPS:
            return 0
        room = np.flatnonzero(self.flow < self.arcs.capacity)
        used = np.flatnonzero(self.flow > 0)
        tail = np.concatenate([self.arcs.tail[room], self.arcs.head[used]])
        head = np.concatenate([self.arcs.head[room], self.arcs.tail[used]])
        cost = np.concatenate([self.cost[room], -self.cost[used]])
        weight = cost + self.price[tail] - self.price[head]
        graph = csr_array(
            (np.maximum(weight, 0).astype(float), (tail, head)), shape=(self.network.nodes,) * 2
        )
        distance, before = dijkstra(graph, indices=start, return_predecessors=True)
        if not np.isfinite(distance[end]):
            return 0
        self.price += np.minimum(distance, distance[end]).astype(np.int64)
        path = [end]
        while path[-1] != start:
            path.append(int(before[path[-1]]))
        return self._augment(path[::-1], most)

    def _augment(self, path: list[int], most: int) -> int:
        arcs, room = [], [most]
        for tail, head in pairwise(path):
            forward = np.flatnonzero((self.arcs.tail == tail) & (self.arcs.head == head))
            if len(forward):
                arc = int(forward[0])
                arcs.append((arc, 1))
                room.append(int(self.arcs.capacity[arc] - self.flow[arc]))
            else:
                arc = int(np.flatnonzero((self.arcs.tail == head) & (self.arcs.head == tail))[0])
                arcs.append((arc, -1))
                room.append(int(self.flow[arc]))
        sent = min(room)
        for arc, sign in arcs:
            self.flow[arc] += sign * sent
        return sent
