"""What is each community's own share or rate, when small ones borrow from all the others.

Each community's true value is a draw from a beta (for shares) or gamma (for rates) distribution
with a common centre and size; the size says how alike the communities are. The uncertainty
about centre and size is integrated over a grid, because plugging in their best values gives
intervals that are too narrow.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gongzhi.engines.measurement.inputs import (
    CannotMeasure,
    Floats,
    events_in,
    parts_of,
    tail,
)
from gongzhi.engines.measurement.intervals import Intervals, masked_intervals, rising_root
from gongzhi.engines.measurement.mixing_families import BetaBinomial, Family, GammaPoisson

# The prior sizes on the grid: from communities that have nothing in common to equal ones.
_LOG_SIZES = np.arange(-3.0, 14.01, 0.5)
_STANDARD = np.linspace(-4.0, 4.0, 13)


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """Shrunk values of (communities,), and what they were shrunk to.

    `centre` and `size` are the maximum-likelihood values of the common distribution; the size is
    counted in trials (shares) or events (rates) and infinite when the communities differ by no
    more than chance. `borrowed` is the part of each value that comes from the others, 0 to 1.
    """

    intervals: Intervals
    centre: float
    size: float
    borrowed: Floats


def shrink_proportions(
    successes: ArrayLike, trials: ArrayLike, *, level: float = 0.95
) -> Shrinkage:
    """Shrink (communities,) shares to their common distribution (beta-binomial).

    A community without trials gets the common distribution itself: a prediction, with its width.
    Priors on the grid: Jeffreys' for the centre, and uniform in the intra-class
    correlation 1 / (1 + size).

    Raises CannotMeasure ("too_few": fewer than two communities with trials).
    Cost: O(communities × grid of at most 455 nodes × 35).
    Sources: Griffiths 1973; Kass and Steffey 1989; Carlin and Louis 2008, chapter 5.
    """
    k, n = parts_of(successes, trials)
    return _shrink(BetaBinomial(k, n), level=level)


def shrink_rates(events: ArrayLike, exposure: ArrayLike, *, level: float = 0.95) -> Shrinkage:
    """Shrink (communities,) rates to their common distribution (gamma-Poisson).

    Give expected counts as exposure to shrink standardised ratios. Priors on the grid:
    Jeffreys' for the centre, and uniform in 1 / (1 + size), where 1 / size is the squared
    coefficient of variation between communities.

    Raises CannotMeasure ("too_few": fewer than two communities with exposure).
    Cost: as `shrink_proportions`. Sources: Clayton and Kaldor 1987; Kass and Steffey 1989.
    """
    return _shrink(GammaPoisson(*events_in(events, exposure)), level=level)


def _shrink(family: Family, *, level: float) -> Shrinkage:
    alpha = tail(level)
    if family.sizes.ndim != 1:
        raise CannotMeasure("shape", "shrinkage takes one value for each community")
    if (family.sizes > 0).sum() < 2:
        raise CannotMeasure("too_few", "shrinkage needs at least two communities with data")
    places, log_sizes, weights = _grid(family)
    keep = weights > weights.max() * 1e-6
    places, log_sizes, weights = places[keep], log_sizes[keep], weights[keep]
    weights = weights / weights.sum()
    centre, size = family.best(places, log_sizes, weights)
    first, second = family.posterior(places, log_sizes)
    estimate = family.posterior_mean(first, second) @ weights
    low, high = family.bracket(first, second)

    def chance_below(value: Floats, probability: float) -> Floats:
        return np.asarray(family.posterior_cdf(first, second, value) @ weights - probability)

    lower = rising_root(lambda value: chance_below(value, alpha), low, high, within=1e-10)
    upper = rising_root(lambda value: chance_below(value, 1 - alpha), low, high, within=1e-10)
    nothing = np.zeros(estimate.shape, dtype=np.bool_)
    return Shrinkage(
        intervals=masked_intervals(
            estimate, lower, upper, absent=nothing, level=level, method=family.name
        ),
        centre=centre,
        size=size,
        borrowed=family.borrowed(places, log_sizes) @ weights,
    )


def _grid(family: Family) -> tuple[Floats, Floats, Floats]:
    """Lay nodes over the plausible centres for each size, weighted by likelihood and prior."""
    middle = family.pooled_place()
    widths = family.place_error(np.full(_LOG_SIZES.shape, middle), _LOG_SIZES)
    places = (middle + _STANDARD[:, None] * widths).ravel()
    log_sizes = np.tile(_LOG_SIZES, len(_STANDARD))
    size = np.exp(log_sizes)
    prior = np.log(size) - 2 * np.log1p(size) + np.log(np.tile(widths, len(_STANDARD)))
    prior = prior + family.place_prior(places)
    log_weight = family.log_likelihood(places, log_sizes) + prior
    return places, log_sizes, np.exp(log_weight - log_weight.max())
