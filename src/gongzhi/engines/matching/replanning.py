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

from gongzhi.engines.matching.candidates import Candidates, find_candidates
from gongzhi.engines.matching.cheapest import arc_costs, unit_weight
from gongzhi.engines.matching.checking import check_pool
from gongzhi.engines.matching.fairness import attainable_units
from gongzhi.engines.matching.network import Arcs, Built, Network, arcs_of, build_network
from gongzhi.engines.matching.planning import Plan, plan_matches, plan_of
from gongzhi.engines.matching.pool import IntArray, Pool
from gongzhi.engines.matching.proof import Shares, prove
from gongzhi.engines.matching.residual import changes_of, spread_from
from gongzhi.engines.matching.solving import Remaining, Solved, remaining_of, units_received

_MOST_STEPS = 60


def plan_with_more_needs(*, pool: Pool, plan: Plan, before: Pool) -> Plan:
    """The best plan for `pool`, which is `before` with further needs at the end.

    Equal in every aim to `plan_matches(pool=pool)`, which is what runs when the difference is of
    another kind, or too large to mend. Only the fair-first order is mended.
    """
    check_pool(pool)
    if plan.order != "fair-first" or not plan.proved or not _only_more_needs(pool, before):
        return plan_matches(pool=pool, order=plan.order)
    fresh = np.arange(len(before.needs), len(pool.needs))
    candidates = _joined(plan.candidates, find_candidates(pool, only=fresh))
    remaining = remaining_of(pool)
    apart = np.zeros(len(pool.needs), dtype=bool)
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
    flow = _flow_of_rows(built, plan, pool)
    price = _old_prices(plan.solved, built)
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
    return plan_of(pool=pool, candidates=candidates, solved=solved)


def _only_more_needs(pool: Pool, before: Pool) -> bool:
    """Whether the first needs and all else are as before, and nothing has to stay whole."""
    count = len(before.needs)
    if pool.needs.whole.any() or len(pool.decisions.later) or len(pool.needs) < count:
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


def _joined(old: Candidates, new: Candidates) -> Candidates:
    """Both lists of pairs, in which equal groups have one number."""
    known = {
        (int(offer), periods.tobytes()): number
        for number, (offer, periods) in enumerate(
            zip(old.group_offer, old.group_periods, strict=True)
        )
        if offer in set(new.group_offer.tolist())
    }
    number = np.empty(len(new.group_offer), dtype=np.int64)
    fresh: list[int] = []
    for group, (offer, periods) in enumerate(zip(new.group_offer, new.group_periods, strict=True)):
        key = (int(offer), periods.tobytes())
        if key not in known:
            known[key] = len(old.group_offer) + len(fresh)
            fresh.append(group)
        number[group] = known[key]
    return Candidates(
        need=np.concatenate([old.need, new.need]),
        offer=np.concatenate([old.offer, new.offer]),
        distance=np.concatenate([old.distance, new.distance]),
        group=np.concatenate([old.group, number[new.group]]),
        group_offer=np.concatenate([old.group_offer, new.group_offer[fresh]]),
        group_periods=np.concatenate([old.group_periods, new.group_periods[fresh]]),
    )


def _flow_of_rows(built: Built, plan: Plan, pool: Pool) -> IntArray:
    """The open rows of a plan as a flow on the arcs of another network."""
    net, rows, found = built.network, plan.rows, plan.candidates
    open_rows = np.flatnonzero(~plan.locked)
    need, offer = rows.need[open_rows], rows.offer[open_rows]
    units = rows.quantity[open_rows]
    width = len(pool.offers)
    at = np.searchsorted(found.need * width + found.offer, need * width + offer)
    group = np.searchsorted(built.group_id, found.group[at])
    column = np.searchsorted(
        net.column_offer * pool.periods + net.column_period,
        offer * pool.periods + rows.period[open_rows],
    )
    of_class = built.class_of_need[need]
    classes, pairs = len(net.class_community), len(net.pair_class)
    spreads, columns = len(net.spread_group), len(net.column_offer)
    flow = np.zeros(classes + pairs + spreads + columns + width, dtype=np.int64)
    np.add.at(flow, of_class, units)
    np.add.at(
        flow,
        classes + _position(net.pair_class, net.pair_group, of_class, group),
        units,
    )
    np.add.at(
        flow,
        classes + pairs + _position(net.spread_group, net.spread_column, group, column),
        units,
    )
    np.add.at(flow, classes + pairs + spreads + column, units)
    np.add.at(flow, classes + pairs + spreads + columns + offer, units)
    return flow


def _position(first: IntArray, second: IntArray, a: IntArray, b: IntArray) -> IntArray:
    """Where the pairs (a, b) stand in the list of pairs (first, second)."""
    width = int(max(second.max(initial=0), b.max(initial=0))) + 1
    key = first * width + second
    order = np.argsort(key, kind="stable")
    result: IntArray = order[np.searchsorted(key[order], a * width + b)]
    return result


def _old_prices(old: Solved, new: Built) -> IntArray:
    """The prices of a proof on the nodes of a network with more needs; new nodes fit in."""
    assert old.proof.price is not None
    before, after, price = old.built.network, new.network, old.proof.price
    result = np.zeros(after.nodes, dtype=np.int64)
    result[: after.communities] = price[: before.communities]
    result[after.first_offer :] = price[before.first_offer : before.nodes]
    result[after.first_column : after.first_offer] = result[after.first_offer + after.column_offer]
    width = int(max(before.column_period.max(initial=0), after.column_period.max(initial=0))) + 1
    _, old_at, new_at = np.intersect1d(
        before.column_offer * width + before.column_period,
        after.column_offer * width + after.column_period,
        return_indices=True,
    )
    result[after.first_column + new_at] = price[before.first_column + old_at]
    at_group = np.full(len(after.group_offer), np.iinfo(np.int64).min // 2)
    np.maximum.at(at_group, after.spread_group, result[after.first_column + after.spread_column])
    _, old_at, new_at = np.intersect1d(old.built.group_id, new.group_id, return_indices=True)
    at_group[new_at] = price[before.first_group + old_at]
    result[after.first_group : after.first_column] = at_group
    at_class = np.full(len(after.class_community), np.iinfo(np.int64).min // 2)
    np.maximum.at(at_class, after.pair_class, at_group[after.pair_group] - after.pair_distance)
    count = len(old.built.class_of_need)
    known = np.flatnonzero(old.built.class_of_need >= 0)
    at_class[new.class_of_need[:count][known]] = price[
        before.first_class + old.built.class_of_need[known]
    ]
    result[after.first_class : after.first_group] = at_class
    return result


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
