"""Proving a plan optimal without trusting the solver that found it.

A flow is optimal if and only if no cycle in its residual network improves it. For costs, prices on
the nodes show that (every residual arc is at least as dear as the difference of prices: linear
programming duality in whole numbers). For fairness, it is enough that no chain of exchanges can
carry one unit to a community of lower rank from one of higher rank, because the vectors of units
form a polymatroid, where such a single exchange exists unless the plan is leximin (Frank and
Murota, Decreasing minimization on M-convex sets, Mathematical Programming 195, 2022).
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gongzhi.engines.matching.cheapest import arc_costs, unit_weight
from gongzhi.engines.matching.network import Arcs, Network, arcs_of
from gongzhi.engines.matching.pool import IntArray, Order
from gongzhi.engines.matching.residual import (
    Changes,
    Residual,
    changes_of,
    no_change_pays,
    potentials,
    spread_from,
)

Rank = tuple[Fraction, int]


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Units that communities have, of those that each could have."""

    units: list[int]
    attainable: list[int]

    def next_rank(self, community: int) -> Rank | None:
        """The rank of its next unit, or None when it has all it could have."""
        have, most = self.units[community], self.attainable[community]
        return (Fraction(have, most), most) if have < most else None

    def last_rank(self, community: int) -> Rank | None:
        """The rank of its last unit, or None when it has none."""
        have, most = self.units[community], self.attainable[community]
        return (Fraction(have - 1, most), most) if have > 0 else None


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What has been shown about a plan for the network; each part by a check of its own."""

    feasible: bool = False
    most_value: bool = False
    """Most urgency-weighted need, among what the criteria before it leave."""
    fair: bool = False
    """Leximin, among what the criteria before it leave."""
    nearest: bool = False
    price: IntArray | None = None
    """(nodes,), the certificate: prices under which no change of the plan pays."""

    @property
    def complete(self) -> bool:
        return self.feasible and self.most_value and self.fair and self.nearest


def prove(
    *,
    network: Network,
    flow: IntArray,
    attainable: IntArray,
    beforehand: IntArray,
    order: Order,
    first_price: IntArray | None = None,
) -> Proof:
    """Check a plan against every other plan.

    `flow` is (arcs,), in the order of `network.arcs_of`; `beforehand` (communities,) are units of
    locked decisions, which count as received; `first_price` (nodes,) is a guess that saves time and
    decides nothing. Cost: a few passes over the arcs.
    """
    arcs = arcs_of(network)
    if not is_feasible(network=network, arcs=arcs, flow=flow):
        return Proof()
    classes = len(network.class_community)
    units = beforehand + np.bincount(
        network.class_community, flow[:classes], network.communities
    ).astype(np.int64)
    shares = Shares(units=units.tolist(), attainable=attainable.tolist())
    if order == "fair-first":
        cost = arc_costs(network, weight=unit_weight(network))
        changes = changes_of(network=network, arcs=arcs, flow=flow, cost=cost)
        fair = is_fair(residual=changes.residual(), sink=network.sink, shares=shares)
        found = _certificate(changes.joined(equal_ranks(shares)), first_price)
        done = found is not None
        return Proof(feasible=True, most_value=done, fair=fair, nearest=done, price=found)
    value = arc_costs(network, weight=1)
    value[classes : classes + len(network.pair_class)] = 0
    changes = changes_of(network=network, arcs=arcs, flow=flow, cost=value)
    price = potentials(changes.joined(_one_source(network, flow)).residual())
    if price is None:
        return Proof(feasible=True)
    equal = changes.cost + price[changes.tail] == price[changes.head]
    distance = arc_costs(network, weight=0)
    changes = changes_of(network=network, arcs=arcs, flow=flow, cost=distance).only(equal)
    fair = is_fair(residual=changes.residual(), sink=network.sink, shares=shares)
    found = _certificate(changes.joined(equal_ranks(shares)), None)
    return Proof(feasible=True, most_value=True, fair=fair, nearest=found is not None, price=found)


def _certificate(changes: Changes, first: IntArray | None) -> IntArray | None:
    """Prices that show that no change pays, checked arc by arc; None where there are none."""
    residual = changes.residual()
    price = potentials(residual, first)
    return price if price is not None and no_change_pays(residual, price) else None


def _one_source(network: Network, flow: IntArray) -> list[tuple[int, int]]:
    """Let communities pass units to each other, and take or leave units altogether."""
    hub = network.nodes
    links = [(hub, c) for c in range(network.communities)]
    links += [(c, hub) for c in range(network.communities)]
    return [*links, (network.sink, hub), *([(hub, network.sink)] if flow.any() else [])]


def is_feasible(*, network: Network, arcs: Arcs, flow: IntArray) -> bool:
    """Whether all capacities are kept and every unit that enters a node leaves it."""
    if (flow < 0).any() or (flow > arcs.capacity).any():
        return False
    balance = np.bincount(arcs.head, flow, network.nodes) - np.bincount(
        arcs.tail, flow, network.nodes
    )
    return not balance[network.first_class : network.sink].any()


def next_rank(units: int, attainable: int) -> Rank | None:
    """The rank of the next unit of a community, or None when it has all it could have."""
    return (Fraction(units, attainable), attainable) if units < attainable else None


def last_rank(units: int, attainable: int) -> Rank | None:
    """The rank of the last unit of a community, or None when it has none."""
    return (Fraction(units - 1, attainable), attainable) if units > 0 else None


def is_fair(*, residual: Residual, sink: int, shares: Shares) -> bool:
    """Whether no chain of exchanges helps a community of lower rank at the cost of a higher one."""
    count = len(shares.units)
    ahead = [(rank, c) for c in range(count) if (rank := shares.next_rank(c))]
    seen = np.zeros(residual.nodes, dtype=bool)
    for rank, community in sorted(ahead):
        if seen[community]:
            continue  # it reaches nothing that a community of lower rank has not reached
        before = seen[:count].copy()
        spread_from(residual, community, seen)
        if seen[sink]:
            return False
        for other in np.flatnonzero(seen[:count] & ~before):
            last = shares.last_rank(int(other))
            if other != community and last is not None and last > rank:
                return False
    return True


def equal_ranks(shares: Shares) -> list[tuple[int, int]]:
    """Links over which a unit may pass between communities without loss of fairness.

    A link (a, b) means that a gives its last unit, and b takes its next, which has the same rank.
    """
    takers: dict[Rank, list[int]] = {}
    for community in range(len(shares.units)):
        if rank := shares.next_rank(community):
            takers.setdefault(rank, []).append(community)
    return [
        (giver, taker)
        for giver in range(len(shares.units))
        if (rank := shares.last_rank(giver))
        for taker in takers.get(rank, ())
    ]
