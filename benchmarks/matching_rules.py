"""The simple rules that people use instead: the most urgent first, and first come, first served."""

import numpy as np

from gongzhi.engines.matching.candidates import Candidates
from gongzhi.engines.matching.pool import IntArray, Pool


def serve_in_turn(pool: Pool, candidates: Candidates, turn: IntArray) -> tuple[IntArray, int]:
    """Let needs take, in the given turn, what the nearest offers have left in their first period.

    Returns (units met per need, distance times units).
    """
    period, total = pool.offers.per_period.copy(), pool.offers.total.copy()
    start = np.searchsorted(candidates.need, np.arange(len(pool.needs) + 1))
    met = np.zeros(len(pool.needs), dtype=np.int64)
    travelled = 0
    for need in turn.tolist():
        pairs = np.arange(start[need], start[need + 1])
        wanted = int(pool.needs.quantity[need])
        for pair in pairs[np.argsort(candidates.distance[pairs], kind="stable")].tolist():
            offer = int(candidates.offer[pair])
            for when in np.flatnonzero(candidates.group_periods[candidates.group[pair]]).tolist():
                units = min(wanted, int(period[offer, when]), int(total[offer]))
                period[offer, when] -= units
                total[offer] -= units
                wanted -= units
                travelled += units * int(candidates.distance[pair])
            if not wanted:
                break
        met[need] = pool.needs.quantity[need] - wanted
    return met, travelled


def most_urgent_first(pool: Pool, candidates: Candidates) -> tuple[IntArray, int]:
    """Needs in the order of their urgency."""
    turn = np.argsort(-pool.needs.urgency, kind="stable")
    return serve_in_turn(pool, candidates, turn)


def first_come_first_served(pool: Pool, candidates: Candidates) -> tuple[IntArray, int]:
    """Needs in the order of the table."""
    return serve_in_turn(pool, candidates, np.arange(len(pool.needs)))
