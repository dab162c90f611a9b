"""Why this offer serves this need, and which offer would be the next best."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.matching.planning import Plan
from gongzhi.engines.matching.pool import BoolArray, IntArray, Pool
from gongzhi.engines.matching.unmet import spare_capacity

NO_OFFER = -1
_CELLS = 8_000_000


@dataclass(frozen=True, kw_only=True)
class Choices:
    """For each row of a plan: what else there was. All arrays are (rows,)."""

    locked: BoolArray
    """People decided it."""
    options: IntArray
    """Offers that satisfy every rule of the need."""
    nearer: IntArray
    """Of these, the ones that are nearer; all of their capacity is of more use elsewhere."""
    next_offer: IntArray
    """The nearest other one that still has a unit to give, or NO_OFFER."""
    next_distance: IntArray
    """Its distance in metres, or 0."""


def explain_choices(*, pool: Pool, plan: Plan) -> Choices:
    """What else there was for each row. Ties fall to the first offer. Cost: rows times options."""
    rows, found = plan.rows, plan.candidates
    start = np.searchsorted(found.need, np.arange(len(pool.needs) + 1))
    options = (start[1:] - start[:-1])[rows.need]
    room = (spare_capacity(pool=pool, plan=plan)[found.group_offer] > 0) & found.group_periods
    idle = np.logical_or.reduce(room, axis=1)[found.group]
    nearer = np.zeros(len(rows), dtype=np.int64)
    next_offer = np.full(len(rows), NO_OFFER, dtype=np.int64)
    next_distance = np.zeros(len(rows), dtype=np.int64)
    cut = np.searchsorted(np.cumsum(options), np.arange(0, int(options.sum()) + _CELLS, _CELLS))
    for first, last in zip(cut[:-1].tolist(), cut[1:].tolist(), strict=True):
        some = np.arange(first, last)
        row = np.repeat(some, options[some])
        shift = np.cumsum(options[some]) - options[some]
        pair = np.repeat(start[rows.need[some]] - shift, options[some]) + np.arange(len(row))
        distance = found.distance[pair]
        np.add.at(nearer, row[distance < plan.distance[row]], 1)
        other = idle[pair] & (found.offer[pair] != rows.offer[row])
        row, pair, distance = row[other], pair[other], distance[other]
        order = np.lexsort((found.offer[pair], distance, row))
        row, pair, distance = row[order], pair[order], distance[order]
        new = np.ones(len(row), dtype=bool)
        new[1:] = row[1:] != row[:-1]
        next_offer[row[new]], next_distance[row[new]] = found.offer[pair[new]], distance[new]
    return Choices(
        locked=plan.locked,
        options=options,
        nearer=nearer,
        next_offer=next_offer,
        next_distance=next_distance,
    )
