"""The pool as a flow network: community, need, offer in a set of periods, period, offer, sink.

Every unit of help runs from a community through one of its needs to one offer in one period.
Capacities are nested (period within offer, need within community), so the matching problem is a
flow problem, and whole-number capacities have whole-number optima: no unit is ever cut.
"""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.matching.candidates import Candidates
from gongzhi.engines.matching.pool import BoolArray, IntArray, Pool

PLENTY = np.int64(1) << 40  # a capacity that never binds


@dataclass(frozen=True, kw_only=True)
class Network:
    """Five layers of nodes, numbered through in this order, and four layers of arcs between them.

    A class is a set of needs that differ in nothing but quantity. A group is an offer in a set of
    periods. A column is an offer in one period.
    """

    communities: int
    class_community: IntArray
    class_quantity: IntArray
    class_urgency: IntArray
    pair_class: IntArray
    pair_group: IntArray
    pair_distance: IntArray
    group_offer: IntArray
    spread_group: IntArray
    """(spreads,), arcs from a group ..."""
    spread_column: IntArray
    """(spreads,), ... to the columns of its periods."""
    column_offer: IntArray
    column_period: IntArray
    column_capacity: IntArray
    offer_capacity: IntArray

    @property
    def first_class(self) -> int:
        return self.communities

    @property
    def first_group(self) -> int:
        return self.first_class + len(self.class_community)

    @property
    def first_column(self) -> int:
        return self.first_group + len(self.group_offer)

    @property
    def first_offer(self) -> int:
        return self.first_column + len(self.column_offer)

    @property
    def sink(self) -> int:
        return self.first_offer + len(self.offer_capacity)

    @property
    def nodes(self) -> int:
        return self.sink + 1


@dataclass(frozen=True, kw_only=True)
class Arcs:
    """A plain list of arcs."""

    tail: IntArray
    head: IntArray
    capacity: IntArray

    def __len__(self) -> int:
        return len(self.tail)


def arcs_of(network: Network) -> Arcs:
    """All arcs: community to class, class to group, group to column, column to offer, to sink."""
    net = network
    classes, columns = len(net.class_community), len(net.column_offer)
    offers = len(net.offer_capacity)
    tail = [
        net.class_community,
        net.first_class + net.pair_class,
        net.first_group + net.spread_group,
        net.first_column + np.arange(columns),
        net.first_offer + np.arange(offers),
    ]
    head = [
        net.first_class + np.arange(classes),
        net.first_group + net.pair_group,
        net.first_column + net.spread_column,
        net.first_offer + net.column_offer,
        np.full(offers, net.sink),
    ]
    capacity = [
        net.class_quantity,
        np.full(len(net.pair_class), PLENTY),
        np.full(len(net.spread_group), PLENTY),
        net.column_capacity,
        net.offer_capacity,
    ]
    return Arcs(
        tail=np.concatenate(tail), head=np.concatenate(head), capacity=np.concatenate(capacity)
    )


@dataclass(frozen=True, kw_only=True)
class Built:
    """A network with the way back to the rows of the pool."""

    network: Network
    group_id: IntArray
    """(groups,), their numbers among the candidates."""
    class_of_need: IntArray
    """(needs,), the class, or -1 where no offer fits or nothing is left to meet."""


def build_network(
    *,
    pool: Pool,
    candidates: Candidates,
    left: IntArray,
    apart: BoolArray,
    period_left: IntArray,
    total_left: IntArray,
) -> Built:
    """Join equal needs, and number the nodes.

    `left` (needs,) is the quantity still to be met, `apart` (needs,) marks needs that must not be
    joined with others, `period_left` (offers, periods) and `total_left` (offers,) what the offers
    have left after locked decisions.
    """
    needs = pool.needs
    usable = (left[candidates.need] > 0) & (total_left[candidates.offer] > 0)
    taking = np.unique(candidates.need[usable])
    key = np.stack([
        needs.community[taking], needs.place[taking], needs.category[taking],
        needs.urgency[taking], needs.window[taking], needs.asks[taking], needs.gives[taking],
        np.where(apart[taking], taking + 1, 0),
    ])  # fmt: skip
    first, which = _joined(key)
    class_of_need = np.full(len(needs), -1, dtype=np.int64)
    class_of_need[taking] = which
    speaker = np.zeros(len(needs), dtype=bool)
    speaker[taking[first]] = True
    chosen = usable & speaker[candidates.need]

    group_id, pair_group = np.unique(candidates.group[chosen], return_inverse=True)
    group_offer = candidates.group_offer[group_id]
    spread_group, period = np.nonzero(
        candidates.group_periods[group_id] & (period_left[group_offer] > 0)
    )
    cell = group_offer[spread_group] * pool.periods + period
    column, spread_column = np.unique(cell, return_inverse=True)
    column_offer, column_period = column // pool.periods, column % pool.periods
    network = Network(
        communities=pool.communities,
        class_community=needs.community[taking][first],
        class_quantity=np.bincount(which, left[taking], len(first)).astype(np.int64),
        class_urgency=needs.urgency[taking][first],
        pair_class=class_of_need[candidates.need[chosen]],
        pair_group=pair_group.astype(np.int64),
        pair_distance=candidates.distance[chosen],
        group_offer=group_offer,
        spread_group=spread_group.astype(np.int64), spread_column=spread_column.astype(np.int64),
        column_offer=column_offer, column_period=column_period,
        column_capacity=np.minimum(period_left[column_offer, column_period],
                                   total_left[column_offer]),
        offer_capacity=total_left,
    )  # fmt: skip
    return Built(network=network, group_id=group_id, class_of_need=class_of_need)


def _joined(key: IntArray) -> tuple[IntArray, IntArray]:
    """(first column of each distinct column, number of the distinct column of each)."""
    order = np.lexsort(key[::-1])
    ordered = key[:, order]
    new = np.ones(key.shape[1], dtype=bool)
    new[1:] = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    which = np.empty(key.shape[1], dtype=np.int64)
    which[order] = np.cumsum(new) - 1
    first = np.full(int(new.sum()), key.shape[1], dtype=np.int64)
    np.minimum.at(first, which, np.arange(key.shape[1]))
    return first, which
