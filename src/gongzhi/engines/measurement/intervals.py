"""The shape of an answer with its uncertainty, and the root search behind the mid-p limits."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gongzhi.engines.measurement.inputs import Floats, MaskedFloats, Truths


@dataclass(frozen=True, slots=True)
class Interval:
    """One estimate with its confidence limits."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Intervals:
    """Estimates with confidence limits; a cell with nothing to estimate is masked, never NaN.

    `tolist()` of a masked array writes such a cell as None.
    """

    estimate: MaskedFloats
    lower: MaskedFloats
    upper: MaskedFloats
    level: float
    method: str

    def at(self, *index: int) -> Interval | None:
        """Return one cell, or None where there was nothing to estimate."""
        if np.ma.getmaskarray(self.estimate)[index]:
            return None
        estimate, lower, upper = (
            float(np.ma.getdata(part)[index]) for part in (self.estimate, self.lower, self.upper)
        )
        return Interval(estimate=estimate, lower=lower, upper=upper)


def masked(values: Floats, *, absent: Truths) -> MaskedFloats:
    """Mask the absent cells and put zero beneath, so that no NaN lies anywhere."""
    return np.ma.MaskedArray(np.where(absent, 0.0, values), mask=absent)


def masked_intervals(
    estimate: Floats,
    lower: Floats,
    upper: Floats,
    *,
    absent: Truths,
    level: float,
    method: str,
    limitless: Truths | None = None,
) -> Intervals:
    """Put three arrays together, masking the cells in which there was nothing to estimate.

    `limitless` marks further cells that have an estimate but no limits.
    """
    without = absent if limitless is None else absent | limitless
    return Intervals(
        estimate=masked(estimate, absent=absent),
        lower=masked(lower, absent=without),
        upper=masked(upper, absent=without),
        level=level,
        method=method,
    )


def rising_root(
    function: Callable[[Floats], Floats], low: Floats, high: Floats, *, within: float = 0.0
) -> Floats:
    """Find, cell by cell, where a rising function passes zero between `low` and `high`.

    Bisection until each bracket is `within` this part of its upper end, or as narrow as floating
    point allows; at most 200 halvings.
    """
    low, high = low.copy(), high.copy()
    for _ in range(200):
        middle = (low + high) / 2
        if ((middle == low) | (middle == high) | (high - low <= within * high)).all():
            break
        below = function(middle) < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2
