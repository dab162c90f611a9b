"""Errors of any statistic of a survey, by doing the survey over: jackknife, BRR, bootstrap."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import linalg, stats

from gongzhi.engines.measurement.designs import Design
from gongzhi.engines.measurement.inputs import CannotMeasure, Floats, finite, tail
from gongzhi.engines.measurement.intervals import Intervals, masked_intervals


@dataclass(frozen=True, slots=True)
class Replicates:
    """Weights of (respondents, replicates) and how much each replicate counts in the variance."""

    weights: Floats
    full: Floats
    coefficients: Floats
    degrees_of_freedom: int
    method: Literal["jackknife", "brr", "bootstrap"]


@dataclass(frozen=True, slots=True)
class Replicated:
    """Estimates of (statistics,) with their covariance from the replicates."""

    intervals: Intervals
    standard_error: Floats
    covariance: Floats


def jackknife(design: Design) -> Replicates:
    """Leave out one cluster at a time, and let the others of its stratum stand in (JKn).

    Raises CannotMeasure ("lone_cluster"). Source: Wolter 2007, section 4.5.
    """
    sizes = _sizes(design)
    out = np.arange(len(design.stratum_of_cluster))
    home = design.stratum_of_cluster[out]
    same_stratum = design.stratum[:, None] == home
    left_out = design.cluster[:, None] == out
    factor = np.where(same_stratum, (sizes / (sizes - 1))[home], 1.0)
    factor[left_out] = 0
    return Replicates(
        weights=design.weights[:, None] * factor,
        full=design.weights,
        coefficients=((sizes - 1) / sizes * (1 - design.taken))[home],
        degrees_of_freedom=design.degrees_of_freedom,
        method="jackknife",
    )


def balanced_halves(design: Design, *, fay: float = 0.0) -> Replicates:
    """Take one of the two clusters of each stratum, in balanced turns (BRR; with `fay`, in part).

    Needs exactly two clusters in each stratum, and ignores how much of a stratum was taken.
    Raises CannotMeasure ("not_two_clusters", "fay"). Sources: McCarthy 1969; Judkins 1990 (Fay).
    """
    if not 0 <= fay < 1:
        raise CannotMeasure("fay", f"Fay's factor lies in [0, 1), not {fay}")
    wrong = np.flatnonzero(np.bincount(design.stratum_of_cluster) != 2)
    if len(wrong):
        name = design.stratum_names[wrong[0]]
        raise CannotMeasure("not_two_clusters", f"stratum {name!r} has not exactly two clusters")
    strata = len(design.taken)
    order = 1 << strata.bit_length()
    signs = linalg.hadamard(order)[:, 1 : strata + 1].T
    second = np.zeros(len(design.stratum_of_cluster), dtype=np.bool_)
    for number in range(strata):
        second[np.flatnonzero(design.stratum_of_cluster == number)[1]] = True
    turn = np.where(second[design.cluster], -1, 1)[:, None] * signs[design.stratum]
    return Replicates(
        weights=design.weights[:, None] * (1 + (1 - fay) * turn),
        full=design.weights,
        coefficients=np.full(order, 1 / (order * (1 - fay) ** 2)),
        degrees_of_freedom=design.degrees_of_freedom,
        method="brr",
    )


def bootstrap(design: Design, *, replicates: int = 500, seed: int = 0) -> Replicates:
    """Draw clusters with replacement within strata, one fewer than there are (Rao–Wu).

    Taking large parts of a stratum is allowed for by shrinking the draws by √(1 − taken).
    Raises CannotMeasure ("lone_cluster", "replicates"). Deterministic for a seed.
    Sources: Rao and Wu 1988; Rao, Wu and Yue 1992.
    """
    if replicates < 2:
        raise CannotMeasure("replicates", f"at least two replicates are needed, not {replicates}")
    sizes = _sizes(design)
    generator = np.random.default_rng(seed)
    factor = np.zeros((len(design.stratum_of_cluster), replicates))
    for number, size in enumerate(sizes):
        mine = np.flatnonzero(design.stratum_of_cluster == number)
        times = generator.multinomial(
            int(size) - 1, np.full(len(mine), 1 / size), size=replicates
        ).T
        shrink = np.sqrt(1 - design.taken[number])
        factor[mine] = 1 + shrink * (times * size / (size - 1) - 1)
    return Replicates(
        weights=design.weights[:, None] * factor[design.cluster],
        full=design.weights,
        coefficients=np.full(replicates, 1 / replicates),
        degrees_of_freedom=design.degrees_of_freedom,
        method="bootstrap",
    )


def replicate(
    replicates: Replicates, statistic: Callable[[Floats], Floats | float], *, level: float = 0.95
) -> Replicated:
    """Compute a statistic of the weights with every set of weights, and its error from them.

    `statistic` takes (respondents,) weights and gives a number or (statistics,) of them. Variance:
    Σ coefficient · (replicate − full)². Raises CannotMeasure ("not_a_number": the statistic failed
    in a replicate). Source: Wolter 2007, sections 3.3, 4.5 and 5.
    """
    alpha = tail(level)
    full = np.atleast_1d(finite("the statistic", statistic(replicates.full)))
    values = np.stack(
        [
            np.atleast_1d(finite(f"the statistic in replicate {number}", statistic(weights)))
            for number, weights in enumerate(replicates.weights.T)
        ]
    )
    apart = values - full
    covariance = (apart * replicates.coefficients[:, None]).T @ apart
    error = np.sqrt(np.diagonal(covariance))
    half = stats.t.ppf(1 - alpha, max(replicates.degrees_of_freedom, 1)) * error
    none = np.zeros(full.shape, dtype=np.bool_)
    return Replicated(
        intervals=masked_intervals(
            full, full - half, full + half, absent=none, level=level, method=replicates.method
        ),
        standard_error=error,
        covariance=covariance,
    )


def _sizes(design: Design) -> Floats:
    sizes = np.bincount(design.stratum_of_cluster, minlength=len(design.taken)).astype(np.float64)
    alone = np.flatnonzero(sizes == 1)
    if len(alone):
        name = design.stratum_names[alone[0]]
        raise CannotMeasure("lone_cluster", f"stratum {name!r} has one cluster: leave none out")
    return sizes
