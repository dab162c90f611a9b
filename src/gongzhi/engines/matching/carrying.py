"""Taking a plan over to another network: its pairs, its flow and its prices."""

import numpy as np

from gongzhi.engines.matching.candidates import Candidates
from gongzhi.engines.matching.network import Built
from gongzhi.engines.matching.planning import Plan
from gongzhi.engines.matching.pool import IntArray, Pool
from gongzhi.engines.matching.solving import Solved


def joined_candidates(*, old: Candidates, new: Candidates) -> Candidates:
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


def flow_of_rows(*, built: Built, plan: Plan, pool: Pool) -> IntArray:
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


def carried_prices(*, old: Solved, new: Built) -> IntArray:
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
