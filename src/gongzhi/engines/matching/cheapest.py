"""Among the fair plans: most urgency-weighted need met, then least distance, part by part."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.matching.fairness import Levels
from gongzhi.engines.matching.flows import send_cheapest
from gongzhi.engines.matching.network import Network
from gongzhi.engines.matching.pool import IntArray


@dataclass(frozen=True, kw_only=True)
class _Sorted:
    """Arcs and nodes sorted by part, so that each part is a slice."""

    arcs: IntArray
    arc_cut: IntArray
    nodes: IntArray
    node_cut: IntArray
    local: IntArray
    """(nodes,), number of the node within its part."""


def unit_weight(network: Network) -> int:
    """A factor for urgency so large that no saving of distance can outweigh one unit of it.

    A cycle of changes passes a class and a column at most once, so it changes the distance by at
    most the longest distance times the smaller number of the two. Rounded up to a power of two, so
    that prices stay good when a need is added.
    """
    steps = min(len(network.class_community), len(network.column_offer))
    most = int(network.pair_distance.max(initial=0)) * steps
    return 1 << most.bit_length()


def arc_costs(network: Network, *, weight: int) -> IntArray:
    """(arcs,), the price of a unit on each arc."""
    classes, pairs = len(network.class_community), len(network.pair_class)
    rest = len(network.spread_group) + len(network.column_offer) + len(network.offer_capacity)
    cost = np.zeros(classes + pairs + rest, dtype=np.int64)
    cost[:classes] = -weight * network.class_urgency
    cost[classes : classes + pairs] = network.pair_distance
    return cost


def cheapest_plan(*, network: Network, levels: Levels, weight: int) -> IntArray:
    """(arcs,), units on each arc of the network in a plan of least cost with fair shares."""
    cost = arc_costs(network, weight=weight)
    parts = _sorted_by_part(network, levels)
    flow = np.zeros(len(cost), dtype=np.int64)
    for part in range(len(levels.sequence)):
        nodes = parts.nodes[parts.node_cut[part] : parts.node_cut[part + 1]]
        arcs = parts.arcs[parts.arc_cut[part] : parts.arc_cut[part + 1]]
        if len(arcs):
            _solve_part(
                network=network, levels=levels, parts=parts, nodes=nodes, arcs=arcs, cost=cost,
                flow=flow,
            )  # fmt: skip
    offers = len(network.offer_capacity)
    columns = flow[len(flow) - offers - len(network.column_offer) : len(flow) - offers]
    flow[len(flow) - offers :] = np.bincount(network.column_offer, columns, offers)
    return flow


def _sorted_by_part(network: Network, levels: Levels) -> _Sorted:
    count = len(levels.sequence)
    tail, head = levels.arcs.tail, levels.arcs.head
    label = levels.block
    part = np.where(tail == network.nodes, label[np.minimum(head, network.sink)],
                    label[np.minimum(tail, network.sink)])  # fmt: skip
    used = np.flatnonzero(levels.arcs.capacity > 0)
    order = np.argsort(part[used], kind="stable")
    nodes = np.argsort(label[: network.sink], kind="stable")
    node_cut = np.searchsorted(label[nodes], np.arange(count + 1))
    local = np.empty(network.sink, dtype=np.int64)
    local[nodes] = np.arange(network.sink) - node_cut[label[nodes]]
    return _Sorted(
        arcs=used[order], arc_cut=np.searchsorted(part[used][order], np.arange(count + 1)),
        nodes=nodes, node_cut=node_cut, local=local,
    )  # fmt: skip


def _solve_part(
    *,
    network: Network,
    levels: Levels,
    parts: _Sorted,
    nodes: IntArray,
    arcs: IntArray,
    cost: IntArray,
    flow: IntArray,
) -> None:
    ties = [tie for tie in levels.ties if tie.members[0] in set(nodes[nodes < network.communities])]
    sink = len(nodes)
    supply = np.zeros(sink + 1 + len(ties), dtype=np.int64)
    members = nodes[nodes < network.communities]
    supply[parts.local[members]] = levels.floor[members] - levels.beforehand[members]
    forced = arcs[levels.arcs.tail[arcs] == network.nodes]
    supply[parts.local[levels.arcs.head[forced]]] = levels.arcs.capacity[forced]
    flow[forced] = levels.arcs.capacity[forced]
    inner = arcs[levels.arcs.tail[arcs] != network.nodes]
    local = np.append(parts.local, sink)
    tail = [local[levels.arcs.tail[inner]]]
    head = [local[levels.arcs.head[inner]]]
    for place, tie in enumerate(ties):
        supply[sink + 1 + place] = tie.units
        tail.append(np.full(len(tie.members), sink + 1 + place))
        head.append(local[np.array(tie.members)])
    extra = sum(len(tie.members) for tie in ties)
    supply[sink] = -supply.sum()
    found = send_cheapest(
        tail=np.concatenate(tail), head=np.concatenate(head),
        capacity=np.concatenate([levels.arcs.capacity[inner], np.ones(extra, dtype=np.int64)]),
        cost=np.concatenate([cost[inner], np.zeros(extra, dtype=np.int64)]), supply=supply,
    )  # fmt: skip
    flow[inner] = found[: len(inner)]
