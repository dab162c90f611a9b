"""Would the difference remain if every community had the same mix of matters?

Strata are the last axis (categories of matters); all axes before it are cells (communities,
months). Direct standardisation asks what a community would show with the standard mix;
indirect compares what it shows with what the standard's rates would give for its own mix.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from gongzhi.engines.measurement.inputs import (
    CannotMeasure,
    Floats,
    events_in,
    not_negative,
    parts_of,
    tail,
    together,
)
from gongzhi.engines.measurement.intervals import Intervals, masked_intervals, rising_root
from gongzhi.engines.measurement.proportions import Method, proportion_intervals
from gongzhi.engines.measurement.rates import rate_intervals


def standardise_rates(
    events: ArrayLike,
    exposure: ArrayLike,
    standard: ArrayLike,
    *,
    level: float = 0.95,
    method: Literal["mid_p", "gamma"] = "mid_p",
) -> Intervals:
    """Standardise (…, strata) rates directly to a (strata,) standard mix.

    `gamma` limits (Fay and Feuer 1997, equations 3 and 4) promise too little rather than too much;
    `mid_p` limits (Fay and Kim 2017) lie half-way between their lower and upper distributions
    and keep to the level on average. A cell with no exposure in a stratum that the standard has
    is masked: there is no rate to weigh. Raises CannotMeasure. Cost: O(cells × strata).
    """
    k, t, weight = _strata(*events_in(events, exposure), standard)
    absent = ((t == 0) & (weight > 0)).any(axis=-1)
    factor = np.where(weight > 0, weight / np.where(t == 0, 1, t), 0)
    estimate = (factor * k).sum(axis=-1)
    variance = (factor**2 * k).sum(axis=-1)
    lower, upper = _gamma_limits(
        estimate, variance, factor.max(axis=-1), alpha=tail(level), method=method
    )
    return masked_intervals(
        estimate, lower, upper, absent=absent, level=level, method=f"direct, {method}"
    )


def standardise_proportions(
    successes: ArrayLike,
    trials: ArrayLike,
    standard: ArrayLike,
    *,
    level: float = 0.95,
    method: Method = "wilson",
) -> Intervals:
    """Standardise (…, strata) shares directly to a (strata,) standard mix.

    The limits combine the distances of each stratum's own limits (MOVER: Zou, Huang and Zhang
    2009), so that they stay within [0, 1] and have width where all or none succeeded. A cell
    without trials in a stratum that the standard has is masked.
    Raises CannotMeasure. Cost: O(cells × strata).
    """
    k, n, weight = _strata(*parts_of(successes, trials), standard)
    absent = ((n == 0) & (weight > 0)).any(axis=-1)
    own = proportion_intervals(k, n, level=level, method=method)
    share, low, high = (np.ma.getdata(part) for part in (own.estimate, own.lower, own.upper))
    estimate = (weight * share).sum(axis=-1)
    lower = estimate - np.sqrt(np.square(weight * (share - low)).sum(axis=-1))
    upper = estimate + np.sqrt(np.square(weight * (high - share)).sum(axis=-1))
    limits = np.clip(lower, 0, 1), np.clip(upper, 0, 1)
    return masked_intervals(
        estimate, *limits, absent=absent, level=level, method="direct, combined limits"
    )


def expected_counts(sizes: ArrayLike, events: ArrayLike, exposure: ArrayLike) -> Floats:
    """Return Σ size × standard rate for (…, strata) sizes, the standard's rates being (strata,).

    Raises CannotMeasure ("missing_stratum": the standard saw none of a stratum that a cell has).
    """
    k, t = events_in(events, exposure)
    size, k, t = together(sizes=not_negative("sizes", sizes), events=k, exposure=t)
    missing = (t == 0) & (size > 0)
    if missing.any():
        stratum = int(np.argwhere(missing)[0][-1])
        raise CannotMeasure("missing_stratum", f"the standard has no exposure in {stratum=}")
    return np.asarray((size * k / np.where(t == 0, 1, t)).sum(axis=-1))


def standardised_ratios(
    observed: ArrayLike, expected: ArrayLike, *, level: float = 0.95, exact: bool = True
) -> Intervals:
    """Divide observed by expected counts (indirect standardisation), 1 being as expected.

    Poisson limits for the observed, exact or mid-p; the expected count is taken as known. Nothing
    expected and nothing observed: masked. Raises CannotMeasure. Source: Breslow and Day 1987,
    section 2.3.
    """
    method = "exact" if exact else "mid_p"
    return rate_intervals(observed, expected, level=level, method=method)  # type: ignore[arg-type]


def _gamma_limits(
    estimate: Floats, variance: Floats, largest: Floats, *, alpha: float, method: str
) -> tuple[Floats, Floats]:
    """Limits of a weighted sum of Poisson counts from two gamma distributions around it."""
    if method not in {"mid_p", "gamma"}:
        raise CannotMeasure("method", f"no interval for a standardised rate is called {method!r}")
    seen = estimate > 0
    value, spread = np.where(seen, estimate, 1), np.where(seen, variance, 1)
    low_shape, low_scale = value**2 / spread, spread / value
    above, wider = estimate + largest, variance + largest**2
    high_shape, high_scale = above**2 / wider, wider / above
    lower = np.where(seen, low_scale * special.gammaincinv(low_shape, alpha), 0.0)
    upper = np.asarray(high_scale * special.gammainccinv(high_shape, alpha))
    if method == "gamma":
        return lower, upper

    def below(rate: Floats) -> Floats:
        of_lower = np.where(seen, special.gammainc(low_shape, rate / low_scale), 1.0)
        return np.asarray((of_lower + special.gammainc(high_shape, rate / high_scale)) / 2)

    middle = (lower + upper) / 2
    lowest = rising_root(lambda rate: below(rate) - alpha, lower, middle)
    highest = rising_root(lambda rate: below(rate) - (1 - alpha), lower, upper)
    return np.where(seen, lowest, 0.0), highest


def _strata(part: Floats, size: Floats, standard: ArrayLike) -> tuple[Floats, Floats, Floats]:
    weight = not_negative("standard", standard)
    if weight.ndim != 1 or not weight.sum() > 0:
        raise CannotMeasure("standard", "the standard mix is one row of weights, some above zero")
    part, size = together(events=part, sizes=size)
    if part.ndim == 0 or part.shape[-1] != len(weight):
        raise CannotMeasure("shape", f"the last axis has to hold the {len(weight)} strata")
    return part, size, weight / weight.sum()
