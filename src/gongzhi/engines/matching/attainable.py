"""What each community could receive if it were alone: the yardstick of fairness."""

import numpy as np

from gongzhi.engines.matching.flows import send_most
from gongzhi.engines.matching.network import Network, arcs_of
from gongzhi.engines.matching.pool import IntArray


def attainable_units(network: Network, *, only: IntArray | None = None) -> IntArray:
    """(communities,), what each community could receive if nobody else asked.

    `only` (some communities) computes and returns these and no others.
    """
    arcs = arcs_of(network)
    classes, pairs = len(network.class_community), len(network.pair_class)
    result = np.zeros(network.communities, dtype=np.int64)
    rest = np.arange(classes + pairs, len(arcs))
    home = network.class_community[network.pair_class]
    class_order = np.argsort(network.class_community, kind="stable")
    pair_order = np.argsort(home, kind="stable")
    bounds = np.arange(network.communities + 1)
    class_cut = np.searchsorted(network.class_community[class_order], bounds)
    pair_cut = np.searchsorted(home[pair_order], bounds)
    asked = np.arange(network.communities) if only is None else only
    for community in asked.tolist():
        mine = class_order[class_cut[community] : class_cut[community + 1]]
        if not len(mine):
            continue
        through = classes + pair_order[pair_cut[community] : pair_cut[community + 1]]
        groups = np.zeros(network.nodes, dtype=bool)
        groups[arcs.head[through]] = True
        spread = rest[: len(network.spread_group)]
        chosen = np.concatenate(
            [mine, through, spread[groups[arcs.tail[spread]]], rest[len(spread) :]]
        )
        result[community] = send_most(
            tail=arcs.tail[chosen], head=arcs.head[chosen], capacity=arcs.capacity[chosen],
            source=community, sink=network.sink, nodes=network.nodes,
        ).total  # fmt: skip
    units: IntArray = result[asked]
    return units
