"""What a sample says about everyone: means, shares, totals and ratios with design-based errors.

Each estimate has an influence for every respondent; its variance is that of the weighted sum
of influences between the clusters of each stratum (Taylor linearisation: Binder 1983; Wolter
2007, chapter 6). Domains stay in the whole design, as they must.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from gongzhi.engines.measurement.designs import Design
from gongzhi.engines.measurement.inputs import (
    CannotMeasure,
    Floats,
    MaskedFloats,
    Truths,
    Whole,
    finite,
    tail,
)
from gongzhi.engines.measurement.intervals import Intervals, masked_intervals


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimates in the order of `names`, with everything needed to compare them.

    Masked: an estimate nobody answered for; the errors of one that rests on a single cluster.
    `influence` is (respondents, names): covariances and comparisons of waves come from it.
    """

    names: tuple[Hashable, ...]
    intervals: Intervals
    standard_error: MaskedFloats
    design_effect: MaskedFloats
    respondents: Whole
    covariance: Floats
    influence: Floats
    degrees_of_freedom: int


def estimate_means(
    design: Design,
    values: ArrayLike,
    *,
    domains: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> Estimates:
    """Estimate the mean of (respondents,) values, for everyone or for each domain.

    Mask the values of those who did not answer. Limits are t with clusters − strata degrees
    of freedom. Raises CannotMeasure. Cost: O(respondents × domains).
    """
    y, answered = _answers(values, design)
    names, inside = _split(domains, answered, design)
    return _ratios(design, names, inside * y[:, None], inside, level=level)


def estimate_ratios(
    design: Design,
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    domains: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> Estimates:
    """Estimate the ratio of two totals, for everyone or for each domain; see `estimate_means`.

    Raises CannotMeasure ("no_denominator": a domain's denominators add up to nothing).
    """
    y, has_y = _answers(numerator, design)
    x, has_x = _answers(denominator, design)
    names, inside = _split(domains, has_y & has_x, design)
    below = inside * x[:, None]
    if ((design.weights @ below == 0) & inside.any(axis=0)).any():
        raise CannotMeasure("no_denominator", "the denominators of a domain add up to nothing")
    return _ratios(design, names, inside * y[:, None], below, level=level, inside=inside)


def estimate_totals(
    design: Design,
    values: ArrayLike,
    *,
    domains: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> Estimates:
    """Estimate the total of (respondents,) values; those masked count as not there."""
    y, answered = _answers(values, design)
    names, inside = _split(domains, answered, design)
    influence = inside * y[:, None]
    return _finish(design, names, design.weights @ influence, influence, inside, level=level)


def estimate_shares(
    design: Design,
    answers: ArrayLike,
    categories: Sequence[float],
    *,
    level: float = 0.95,
    method: Literal["wilson", "logit"] = "wilson",
) -> Estimates:
    """Estimate what share gave each answer, among those whose answer is not masked.

    `wilson` uses the effective sample size p (1 − p) / variance (that of the respondents where
    all agree) and the t quantile, so that 0 and 1 have limits; `logit` has none there, and
    masks them. Raises CannotMeasure ("unknown_category": an answer outside the categories).
    Sources: Dean and Pagano 2015 (wilson); Korn and Graubard 1999, section 3.2.
    """
    y, answered = _answers(answers, design)
    kinds = finite("categories", categories)
    chose = (y[:, None] == kinds) & answered[:, None]
    lost = answered & ~chose.any(axis=1)
    if lost.any():
        row = int(np.flatnonzero(lost)[0])
        raise CannotMeasure("unknown_category", f"answers[{row}] = {y[row]} is no category")
    inside = np.broadcast_to(answered[:, None], chose.shape).astype(np.float64)
    plain = _ratios(design, tuple(categories), chose.astype(np.float64), inside, level=level)
    return _with_share_limits(plain, level=level, method=method)


def covariance_of_totals(design: Design, influence: Floats) -> Floats:
    """Return the (names, names) covariance of the weighted sums of (respondents, names)."""
    if design.margins.shape[1]:
        root = np.sqrt(design.weights)[:, None]
        fitted = np.linalg.lstsq(root * design.margins, root * influence, rcond=None)[0]
        influence = influence - design.margins @ fitted
    clusters, strata = len(design.stratum_of_cluster), len(design.taken)
    sums = np.zeros((clusters, influence.shape[1]))
    np.add.at(sums, design.cluster, design.weights[:, None] * influence)
    sizes = np.bincount(design.stratum_of_cluster, minlength=strata)
    means = np.zeros((strata, influence.shape[1]))
    np.add.at(means, design.stratum_of_cluster, sums)
    means /= sizes[:, None]
    factor = np.where(sizes > 1, sizes / np.maximum(sizes - 1, 1), 1.0)
    if design.lone == "centre":
        means[sizes == 1] = sums.mean(axis=0)
    factor = (factor * (1 - design.taken))[design.stratum_of_cluster]
    apart = sums - means[design.stratum_of_cluster]
    return np.asarray((apart * factor[:, None]).T @ apart)


def _ratios(
    design: Design,
    names: tuple[Hashable, ...],
    above: Floats,
    below: Floats,
    *,
    level: float,
    inside: Floats | None = None,
) -> Estimates:
    total = design.weights @ below
    safe = np.where(total == 0, 1, total)
    estimate = design.weights @ above / safe
    influence = (above - estimate * below) / safe
    inside = below if inside is None else inside
    return _finish(design, names, estimate, influence, inside, level=level, spread_of=above)


def _finish(
    design: Design,
    names: tuple[Hashable, ...],
    estimate: Floats,
    influence: Floats,
    inside: Floats,
    *,
    level: float,
    spread_of: Floats | None = None,
) -> Estimates:
    there = (inside > 0) & (design.weights > 0)[:, None]
    respondents = there.sum(axis=0)
    covariance = covariance_of_totals(design, influence)
    error = np.sqrt(np.maximum(np.diagonal(covariance), 0))
    freedom = design.degrees_of_freedom
    none, unseen = respondents == 0, _on_one_cluster(design, there)
    if freedom < 1:
        unseen = np.ones_like(unseen)
    half = stats.t.ppf(1 - tail(level), max(freedom, 1)) * error
    intervals = masked_intervals(
        estimate,
        estimate - half,
        estimate + half,
        absent=none,
        level=level,
        method="t",
        limitless=unseen,
    )
    effect = np.ones(len(names))
    simple = np.zeros(len(names))
    if spread_of is not None:
        simple = _simple_variance(design, spread_of, inside, estimate)
        effect = np.divide(error**2, simple, out=np.ones(len(names)), where=simple > 0)
    return Estimates(
        names=names,
        intervals=intervals,
        standard_error=np.ma.MaskedArray(error, mask=none | unseen),
        design_effect=np.ma.MaskedArray(effect, mask=none | unseen | (simple <= 0)),
        respondents=respondents,
        covariance=covariance,
        influence=influence,
        degrees_of_freedom=freedom,
    )


def _simple_variance(design: Design, above: Floats, inside: Floats, estimate: Floats) -> Floats:
    """The variance that a simple random sample of as many respondents would have."""
    weight = design.weights[:, None] * inside
    size = ((weight > 0).sum(axis=0)).astype(np.float64)
    squares = (weight * np.square(above - estimate * inside)).sum(axis=0)
    spread = squares / np.where(weight.sum(axis=0) == 0, 1, weight.sum(axis=0))
    return np.asarray(spread / np.maximum(size - 1, 1))


def _with_share_limits(
    plain: Estimates, *, level: float, method: Literal["wilson", "logit"]
) -> Estimates:
    share = np.ma.getdata(plain.intervals.estimate)
    error = np.ma.getdata(plain.standard_error)
    t = float(stats.t.ppf(1 - tail(level), max(plain.degrees_of_freedom, 1)))
    edge = (error == 0) | (share <= 0) | (share >= 1)
    absent = np.ma.getmaskarray(plain.intervals.estimate)
    if method == "logit":
        safe = np.where(edge, 0.5, share)
        half = t * error / (safe * (1 - safe))
        lower, upper = (
            special.expit(special.logit(safe) - half),
            special.expit(special.logit(safe) + half),
        )
        unseen = edge
    elif method == "wilson":
        size = np.where(edge, plain.respondents, share * (1 - share) / np.where(edge, 1, error**2))
        size = np.maximum(size, 1e-9)
        middle = (share + t**2 / (2 * size)) / (1 + t**2 / size)
        half = t / (1 + t**2 / size) * np.sqrt(share * (1 - share) / size + (t / (2 * size)) ** 2)
        lower = np.where(share <= 0, 0.0, np.maximum(middle - half, 0))
        upper = np.where(share >= 1, 1.0, np.minimum(middle + half, 1))
        unseen = np.zeros(share.shape, dtype=np.bool_)
    else:
        raise CannotMeasure("method", f"no interval for a share is called {method!r}")
    intervals = masked_intervals(
        share,
        lower,
        upper,
        absent=absent,
        level=level,
        method=method,
        limitless=unseen | np.ma.getmaskarray(plain.standard_error),
    )
    return replace(plain, intervals=intervals)


def _answers(values: ArrayLike, design: Design) -> tuple[Floats, Truths]:
    given: MaskedFloats = np.ma.asarray(values)
    absent = np.ma.getmaskarray(given)
    y = finite("values", np.where(absent, 0.0, np.ma.getdata(given)))
    if y.shape != design.weights.shape:
        text = f"{y.shape} values for {design.weights.shape} respondents"
        raise CannotMeasure("shape", text)
    return y, ~absent


def _split(
    domains: Sequence[Hashable] | None, answered: Truths, design: Design
) -> tuple[tuple[Hashable, ...], Floats]:
    """Name the domains in order of appearance, with (respondents, domains) indicators."""
    if domains is None:
        return ("all",), answered[:, None].astype(np.float64)
    if len(domains) != len(design.weights):
        raise CannotMeasure(
            "shape", f"{len(domains)} domains for {len(design.weights)} respondents"
        )
    names = tuple(dict.fromkeys(domains))
    numbers = {name: number for number, name in enumerate(names)}
    mine = np.array([numbers[name] for name in domains])
    inside = (mine[:, None] == np.arange(len(names))) & answered[:, None]
    return names, inside.astype(np.float64)


def _on_one_cluster(design: Design, there: Truths) -> Truths:
    """Which estimates rest on the respondents of a single cluster."""
    first = np.where(there, design.cluster[:, None], len(design.cluster)).min(axis=0)
    last = np.where(there, design.cluster[:, None], -1).max(axis=0)
    return np.asarray(first >= last)
