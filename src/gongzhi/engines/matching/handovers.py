"""Fewer hand-overs at no loss: the same offers and needs, in fewer visits."""

from collections import defaultdict

import numpy as np

from gongzhi.engines.matching.network import Built
from gongzhi.engines.matching.pool import IntArray, Pool
from gongzhi.engines.matching.spreading import Rows

Visits = dict[int, dict[int, int]]  # period -> need -> units


def with_fewer_handovers(*, pool: Pool, rows: Rows, period_left: IntArray) -> Rows:
    """Bring what one offer gives to one need into fewer periods.

    Only periods within one offer are exchanged, so nobody receives more or less, and every
    distance stays. A part of a need moves to a period in which the need is served anyway, into
    spare capacity or in exchange for another need's units. Cost: offers that serve some need in
    several periods, times the needs they serve.
    """
    pair = rows.need * len(pool.offers) + rows.offer
    found, count = np.unique(pair, return_counts=True)
    split = np.unique(found[count > 1] % len(pool.offers))
    touched = np.isin(rows.offer, split)
    by_offer: dict[int, Visits] = defaultdict(lambda: defaultdict(dict))
    for row in np.flatnonzero(touched):
        visits = by_offer[int(rows.offer[row])]
        visits[int(rows.period[row])][int(rows.need[row])] = int(rows.quantity[row])
    moved: list[tuple[int, int, int, int]] = []
    for offer, visits in by_offer.items():
        spare = {
            period: int(period_left[offer, period]) - sum(visits.get(period, {}).values())
            for period in range(pool.periods)
        }
        _gather(pool, visits, spare)
        moved += [
            (need, offer, period, units)
            for period, served in visits.items()
            for need, units in served.items()
        ]
    table = np.array(moved, dtype=np.int64).reshape(-1, 4)
    columns = [
        np.concatenate([old[~touched], table[:, place]])
        for place, old in enumerate((rows.need, rows.offer, rows.period, rows.quantity))
    ]
    order = np.lexsort((columns[2], columns[1], columns[0]))
    need, offers, period, quantity = (column[order] for column in columns)
    return Rows(need=need, offer=offers, period=period, quantity=quantity)


def _gather(pool: Pool, visits: Visits, spare: dict[int, int]) -> None:
    times: dict[int, list[int]] = defaultdict(list)
    for period, served in visits.items():
        for need in served:
            times[need].append(period)
    for need in sorted(need for need, periods in times.items() if len(periods) > 1):
        for small in sorted(times[need], key=lambda period: visits[period][need]):
            for large in sorted(times[need], key=lambda period: -visits[period][need]):
                if small != large and _move(
                    pool=pool, visits=visits, spare=spare, times=times, need=need, small=small,
                    large=large,
                ):  # fmt: skip
                    break


def _move(
    *,
    pool: Pool,
    visits: Visits,
    spare: dict[int, int],
    times: dict[int, list[int]],
    need: int,
    small: int,
    large: int,
) -> bool:
    """Try to bring the units of `need` in period `small` into period `large`."""
    units = visits[small][need]
    if spare[large] >= units:
        spare[large] -= units
        spare[small] += units
    else:
        other = _partner(pool=pool, visits=visits, need=need, units=units, small=small, large=large)
        if other is None:
            return False
        visits[large][other] -= units
        visits[small][other] = visits[small].get(other, 0) + units
        if not visits[large][other]:
            del visits[large][other]
            times[other].remove(large)
        if small not in times[other]:
            times[other].append(small)
    visits[large][need] += units
    del visits[small][need]
    times[need].remove(small)
    return True


def _partner(
    *, pool: Pool, visits: Visits, need: int, units: int, small: int, large: int
) -> int | None:
    """A need that can leave the period for the other one without a hand-over more."""
    for other, theirs in sorted(visits[large].items()):
        if other == need or theirs < units:
            continue
        if not pool.windows[pool.needs.window[other], small]:
            continue
        if theirs == units or other in visits[small]:
            return other
    return None


def fewest_handovers(*, built: Built, rows: Rows) -> int:
    """No plan that gives each need what it receives here can do with fewer hand-overs.

    A need takes at least its units divided by the most that any one of its offers gives at once.
    """
    net = built.network
    at_group = np.zeros(len(net.group_offer), dtype=np.int64)
    np.maximum.at(at_group, net.spread_group, net.column_capacity[net.spread_column])
    at_class = np.zeros(len(net.class_community), dtype=np.int64)
    np.maximum.at(at_class, net.pair_class, at_group[net.pair_group])
    needs, which = np.unique(rows.need, return_inverse=True)
    units = np.bincount(which, rows.quantity, len(needs)).astype(np.int64)
    known = built.class_of_need[needs] >= 0
    most = units.copy()
    most[known] = np.maximum(1, at_class[built.class_of_need[needs[known]]])
    return int((-(-units // most)).sum())
