"""How sure are we of a median or another quantile: order statistics, free of any curve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from gongzhi.engines.measurement.inputs import (
    CannotMeasure,
    MaskedFloats,
    group_numbers,
    tail,
    vector,
)
from gongzhi.engines.measurement.intervals import masked


@dataclass(frozen=True, slots=True)
class QuantileIntervals:
    """One quantile for each group; a limit the group is too small for is masked.

    `achieved` is the coverage the chosen ranks guarantee for a continuous quantity; with a
    missing limit it is that of the one-sided interval.
    """

    estimate: MaskedFloats
    lower: MaskedFloats
    upper: MaskedFloats
    achieved: MaskedFloats
    level: float
    probability: float


def quantile_intervals(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    n_groups: int = 1,
    probability: float = 0.5,
    level: float = 0.95,
) -> QuantileIntervals:
    """Estimate a quantile of each group from (values,) numbers and (values,) group numbers.

    The limits are two of the observed values: the ranks r < s for which a binomial count
    (n, probability) falls below r, and reaches s, with at most (1 − level) / 2 each. The
    estimate interpolates linearly. An empty group is masked.

    Raises CannotMeasure. Cost: O(values log values).
    Source: David and Nagaraja 2003, Order Statistics, section 7.1.
    """
    numbers = vector("values", values)
    alpha = tail(level)
    if not 0 < probability < 1:
        raise CannotMeasure("probability", f"a quantile lies within (0, 1), not {probability}")
    if groups is None:
        groups = np.zeros(len(numbers), dtype=np.int64)
    group = group_numbers("groups", groups, length=len(numbers), n_groups=n_groups)
    ordered = numbers[np.lexsort((numbers, group))]
    sizes = np.bincount(group, minlength=n_groups)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    columns = np.zeros((4, n_groups))
    absent = np.ones((4, n_groups), dtype=np.bool_)
    for g in np.flatnonzero(sizes):
        mine = ordered[starts[g] : starts[g] + sizes[g]]
        low, high, achieved = quantile_ranks(int(sizes[g]), probability=probability, alpha=alpha)
        columns[0, g] = np.quantile(mine, probability)
        columns[1, g] = mine[low - 1] if low else 0
        columns[2, g] = mine[high - 1] if high else 0
        columns[3, g] = achieved
        absent[:, g] = [False, low is None, high is None, False]
    estimate, lower, upper, reached = (masked(columns[i], absent=absent[i]) for i in range(4))
    return QuantileIntervals(
        estimate=estimate,
        lower=lower,
        upper=upper,
        achieved=reached,
        level=level,
        probability=probability,
    )


def quantile_ranks(
    n: int, *, probability: float, alpha: float
) -> tuple[int | None, int | None, float]:
    """Choose the ranks (from 1) of the two limits in a sample of n, and their true coverage."""
    at_most = special.bdtr(np.arange(n + 1), n, probability)
    below = np.flatnonzero(at_most[:n] <= alpha)
    low = int(below[-1]) + 1 if len(below) else None
    enough = np.flatnonzero(1 - at_most[:n] <= alpha)
    high = int(enough[0]) + 1 if len(enough) else None
    missed_low = float(at_most[low - 1]) if low else 0.0
    missed_high = float(1 - at_most[high - 1]) if high else 0.0
    return low, high, 1 - missed_low - missed_high
