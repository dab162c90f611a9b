"""Handing out units one by one to whoever has the smallest share, counted exactly.

Unit k of a community that can reach `attainable` units lifts it from the share (k-1)/attainable to
k/attainable. Units are ranked by the share they start from, then by how far they lift (fewer
attainable units, a longer step): taking every unit that is possible, in this rank, makes the sorted
list of shares as good as can be (the greedy algorithm of polymatroids; Federgruen and Groenevelt,
Operations Research 34, 1986; Frank and Murota, Decreasing minimization on M-convex sets, 2022).
"""

from collections.abc import Sequence
from fractions import Fraction

_STEPS = 1 << 62


def fill(
    *, attainable: Sequence[int], floor: Sequence[int], ceiling: Sequence[int], total: int
) -> tuple[list[int], list[int]]:
    """The units that whole ranks give until `total` would be passed, and who shares the next rank.

    Returns (units per community, indices whose next unit is of the rank that does not fit as a
    whole; none when the total is met exactly or everyone is at the ceiling). Cost: about 60 passes.
    """
    low, high = 0, _STEPS  # shares in units of 1 / _STEPS; `low` always fits
    while high - low > 1:
        middle = (low + high) // 2
        if sum(_units(middle, attainable, floor, ceiling)) <= total:
            low = middle
        else:
            high = middle
    units = _units(low, attainable, floor, ceiling)
    spare = total - sum(units)
    while spare > 0:
        rank = _next_rank(units, attainable, ceiling)
        if len(rank) > spare:
            return units, rank
        if not rank:
            break
        for index in rank:
            units[index] += 1
        spare -= len(rank)
    return units, []


def _units(
    share: int, attainable: Sequence[int], floor: Sequence[int], ceiling: Sequence[int]
) -> list[int]:
    """How many units start below the share."""
    return [
        max(low, min(high, -(-share * size // _STEPS)))
        for size, low, high in zip(attainable, floor, ceiling, strict=True)
    ]


def _next_rank(
    units: Sequence[int], attainable: Sequence[int], ceiling: Sequence[int]
) -> list[int]:
    ranks = {
        index: (Fraction(units[index], attainable[index]), attainable[index])
        for index in range(len(units))
        if units[index] < ceiling[index]
    }
    best = min(ranks.values(), default=None)
    return [index for index, rank in ranks.items() if rank == best]
