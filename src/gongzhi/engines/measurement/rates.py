"""How sure are we of a rate: exact and mid-p Poisson intervals for events in an exposure."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from gongzhi.engines.measurement.inputs import (
    CannotMeasure,
    Floats,
    events_in,
    tail,
)
from gongzhi.engines.measurement.intervals import Intervals, masked_intervals, rising_root


def rate_intervals(
    events: ArrayLike,
    exposure: ArrayLike,
    *,
    level: float = 0.95,
    method: Literal["mid_p", "exact"] = "mid_p",
) -> Intervals:
    """Estimate events per unit of exposure with confidence intervals, for arrays of any shape.

    `mid_p` keeps to the level on average; `exact` (Garwood) never covers less than the level.
    No exposure and no events: the cell is masked. No events: the lower limit is exactly 0.

    Raises CannotMeasure (also "no_exposure": events where there was no exposure).
    Cost: O(cells). Sources: Garwood 1936; Cohen and Yang 1994 (mid-p).
    """
    k, t = events_in(events, exposure)
    absent = t == 0
    lower, upper = poisson_limits(k, level=level, method=method)
    t = np.where(absent, 1, t)
    return masked_intervals(k / t, lower / t, upper / t, absent=absent, level=level, method=method)


def poisson_limits(
    k: Floats, *, level: float, method: Literal["mid_p", "exact"] = "mid_p"
) -> tuple[Floats, Floats]:
    """Return confidence limits for the means of Poisson counts of which `k` were seen."""
    alpha = tail(level)
    some = k > 0
    at_least_one = np.where(some, k, 1)
    lower = np.where(some, special.gammaincinv(at_least_one, alpha), 0.0)
    upper = np.asarray(special.gammainccinv(k + 1, alpha))
    if method == "exact":
        return lower, upper
    if method != "mid_p":
        raise CannotMeasure("method", f"no interval for a rate is called {method!r}")

    def above(mean: Floats) -> Floats:
        as_many = special.gammainc(at_least_one, mean)
        return np.asarray((as_many + special.gammainc(at_least_one + 1, mean)) / 2 - alpha)

    def below(mean: Floats) -> Floats:
        fewer = np.where(some, special.gammaincc(at_least_one, mean), 0.0)
        return np.asarray(alpha - (special.gammaincc(k + 1, mean) + fewer) / 2)

    return np.where(some, rising_root(above, lower, at_least_one), 0.0), rising_root(
        below, k, upper
    )
