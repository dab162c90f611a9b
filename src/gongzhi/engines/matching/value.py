"""The value-first order: which needs can be part of a plan with the most urgency-weighted need met.

The sets of units that can be met together form a matroid, so the greedy method is exact: go down
the urgencies, and let each take all it can. One maximum flow per urgency shows what is then full;
what is full is closed to all lower urgencies and drops out. The urgency at which a node fills up is
its price, and these prices prove the value optimal.
"""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.matching.flows import send_most
from gongzhi.engines.matching.network import Network, arcs_of
from gongzhi.engines.matching.pool import BoolArray, IntArray


@dataclass(frozen=True, kw_only=True)
class Priced:
    """The network without everything that no plan of greatest value uses."""

    network: Network
    """Same classes, columns and offers, fewer pairs and spreads; see `extra_offers`."""
    forced: BoolArray
    """(classes,), met completely in every plan of greatest value."""
    pair: IntArray
    """(pairs kept,), their numbers in the whole network."""
    spread: IntArray
    """(spreads kept,), their numbers in the whole network."""

    def on_whole(self, flow: IntArray, whole: Network) -> IntArray:
        """The flow on the arcs of the whole network."""
        classes, pairs = len(whole.class_community), len(whole.pair_class)
        spreads, columns = len(whole.spread_group), len(whole.column_offer)
        result = np.zeros(
            classes + pairs + spreads + columns + len(whole.offer_capacity), dtype=np.int64
        )
        cut = np.cumsum([classes, len(self.pair), len(self.spread), columns])
        on_class, on_pair, on_spread, on_column, _ = np.split(flow, cut)
        result[:classes] = on_class
        result[classes + self.pair] = on_pair
        result[classes + pairs + self.spread] = on_spread
        result[classes + pairs + spreads : classes + pairs + spreads + columns] = on_column
        result[classes + pairs + spreads + columns :] = np.bincount(
            whole.column_offer, on_column, len(whole.offer_capacity)
        )
        return result


def most_value(network: Network) -> Priced:
    """Keep what plans of greatest value can use; cost: one maximum flow per distinct urgency."""
    net = network
    arcs = arcs_of(net)
    classes = len(net.class_community)
    price = np.zeros(net.nodes, dtype=np.int64)
    is_open = np.ones(net.nodes, dtype=bool)
    capacity = arcs.capacity.copy()
    tail, head = arcs.tail.copy(), arcs.head.copy()
    first_column_arc = classes + len(net.pair_class) + len(net.spread_group)
    column_arcs = np.arange(first_column_arc, first_column_arc + len(net.column_offer))
    offer_arcs = column_arcs[-1] + 1 if len(column_arcs) else first_column_arc
    tail[:classes] = net.nodes  # every need draws from one source: communities do not matter here
    for urgency in np.unique(net.class_urgency)[::-1]:
        chosen = is_open[np.minimum(tail, net.sink)] | (tail == net.nodes)
        chosen &= is_open[head]
        chosen[:classes] &= net.class_urgency >= urgency
        kept = np.flatnonzero(chosen & (capacity > 0))
        if not (tail[kept] == net.nodes).any():
            continue  # every need of this urgency is closed already
        found = send_most(
            tail=tail[kept], head=head[kept], capacity=capacity[kept], source=net.nodes,
            sink=net.sink, nodes=net.nodes + 1,
        )  # fmt: skip
        full = is_open & ~found.reaches_sink[:-1]
        full[: net.first_class] = False
        price[full] = urgency
        is_open &= ~full
        crossing = column_arcs[
            full[net.first_column + np.arange(len(column_arcs))]
            & is_open[net.first_offer + net.column_offer]
        ]
        used = net.column_offer[crossing - first_column_arc]
        np.subtract.at(capacity, offer_arcs + used, capacity[crossing])
    return _pruned(net, price)


def _pruned(net: Network, price: IntArray) -> Priced:
    """Drop arcs between different prices; a full period of an offer becomes its own offer."""
    at_class = price[net.first_class : net.first_group]
    at_group = price[net.first_group : net.first_column]
    at_column = price[net.first_column : net.first_offer]
    at_offer = price[net.first_offer : net.sink]
    never = net.class_urgency < at_class
    forced = net.class_urgency > at_class
    pair = np.flatnonzero(
        (at_class[net.pair_class] == at_group[net.pair_group]) & ~never[net.pair_class]
    )
    spread = np.flatnonzero(at_group[net.spread_group] == at_column[net.spread_column])
    offers = len(net.offer_capacity)
    ahead = at_column > at_offer[net.column_offer]
    closed = at_column < at_offer[net.column_offer]
    column_offer = net.column_offer.copy()
    column_offer[ahead] = offers + np.arange(int(ahead.sum()))
    capacity = net.offer_capacity.copy()
    np.subtract.at(capacity, net.column_offer[ahead], net.column_capacity[ahead])
    network = Network(
        communities=net.communities, class_community=net.class_community,
        class_quantity=np.where(never, 0, net.class_quantity), class_urgency=net.class_urgency,
        pair_class=net.pair_class[pair], pair_group=net.pair_group[pair],
        pair_distance=net.pair_distance[pair], group_offer=net.group_offer,
        spread_group=net.spread_group[spread], spread_column=net.spread_column[spread],
        column_offer=column_offer, column_period=net.column_period,
        column_capacity=np.where(closed, 0, net.column_capacity),
        offer_capacity=np.concatenate([capacity, net.column_capacity[ahead]]),
    )  # fmt: skip
    return Priced(network=network, forced=forced, pair=pair, spread=spread)
