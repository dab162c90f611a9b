"""Which communities stand out from the target by more than chance and shared heterogeneity.

Spiegelhalter 2005, "Funnel plots for comparing institutional performance" (Statistics in
Medicine 24) and "Handling over-dispersion of performance indicators" (Quality and Safety in
Health Care 14). Sections named below are of the first.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from gongzhi.engines.measurement.inputs import (
    CannotMeasure,
    Floats,
    Kind,
    MaskedFloats,
    counts_of,
    positive,
    tail,
)
from gongzhi.engines.measurement.intervals import masked

Adjustment = Literal["additive", "multiplicative", "none"]


@dataclass(frozen=True, slots=True)
class Funnel:
    """Observed values against a target; axis 0 is the communities, further axes are columns.

    `dispersion` is φ, the mean squared winsorised z of a column; `between` is τ, the standard
    deviation between communities that the additive limits allow for. `adjusted` says for
    each column whether φ exceeded what chance explains, so that limits and p-values were widened.
    """

    estimate: MaskedFloats
    z: MaskedFloats
    p_value: MaskedFloats
    target: Floats
    dispersion: Floats
    between: Floats
    adjusted: np.ndarray
    kind: Kind
    adjustment: Adjustment


def draw_funnel(
    observed: ArrayLike,
    sizes: ArrayLike,
    *,
    kind: Kind = "proportion",
    target: ArrayLike | None = None,
    adjustment: Adjustment = "additive",
    winsorised: float = 0.1,
) -> Funnel:
    """Compare (communities, …) counts out of `sizes` (trials, exposure or expected counts).

    The target is the pooled value of each column unless given (1 for observed against expected);
    a given one has to leave room for chance, so a share can't be held against exactly 0 or 1.
    A column is over-dispersed when φ > 1 + 2 √(2 / communities); then z = (y − target) / s is
    divided by √φ (multiplicative), or s² grows by τ² from the moments of DerSimonian and Laird
    (additive). Otherwise p-values are exact (twice the smaller mid-p tail). A community of
    size 0 is masked; a column where all sit at a target of 0 or 1 has z = 0 and p = 1.

    Raises CannotMeasure. Cost: O(cells log communities). Sections 2–4 and A.1; see module.
    """
    if not 0 <= winsorised < 0.5:
        raise CannotMeasure("winsorised", f"the share to winsorise is in [0, 0.5): {winsorised}")
    if adjustment not in {"additive", "multiplicative", "none"}:
        raise CannotMeasure("method", f"no adjustment is called {adjustment!r}")
    k, n = counts_of(kind, observed, sizes)
    if k.ndim == 0:
        raise CannotMeasure("shape", "a funnel compares communities along axis 0")
    absent = n == 0
    centre = _target(k, n, target, kind=kind)
    safe = np.where(absent, 1, n)
    variance = centre * (1 - centre if kind == "proportion" else 1) / safe
    deviation = np.sqrt(variance)
    estimate = k / safe
    z = np.divide(estimate - centre, deviation, out=np.zeros(k.shape), where=deviation > 0)
    dispersion, between = _dispersions(z, variance, absent, winsorised)
    present = (~absent).sum(axis=0)
    adjusted = np.asarray(dispersion > 1 + 2 * np.sqrt(2 / np.maximum(present, 1)))
    adjusted &= (adjustment != "none") & (present > 1)
    if adjustment == "multiplicative":
        wider = z / np.sqrt(np.where(adjusted, dispersion, 1))
    else:
        spread = np.sqrt(variance + np.where(adjusted, between, 0) ** 2)
        wider = np.divide(estimate - centre, spread, out=np.zeros(k.shape), where=spread > 0)
    p_value = np.where(adjusted, 2 * special.ndtr(-np.abs(wider)), _exact_p(k, n, centre, kind))
    return Funnel(
        estimate=masked(estimate, absent=absent),
        z=masked(wider, absent=absent),
        p_value=masked(p_value, absent=absent),
        target=centre,
        dispersion=dispersion,
        between=np.where(adjusted & (adjustment == "additive"), between, 0.0),
        adjusted=adjusted,
        kind=kind,
        adjustment=adjustment,
    )


def funnel_limits(
    sizes: ArrayLike,
    *,
    target: float,
    kind: Kind,
    level: float,
    dispersion: float = 1.0,
    between: float = 0.0,
) -> tuple[Floats, Floats]:
    """Return the lower and upper control limits to draw at each size (0.95, 0.998 are usual).

    Without over-dispersion the limits are exact, interpolated between whole counts
    (section A.1.1), and always on their side of the target; with `dispersion` or `between` they
    are normal and kept within bounds.
    """
    n = positive("sizes", sizes)
    top = 1.0 if kind == "proportion" else np.inf
    if not 0 <= target <= top:
        raise CannotMeasure("target", f"the target {target} is not a possible {kind}")
    alpha = tail(level)
    variance = target * (1 - target if kind == "proportion" else 1) / n
    if dispersion > 1 or between > 0:
        half = float(special.ndtri(1 - alpha)) * np.sqrt(variance * dispersion + between**2)
        return np.clip(target - half, 0, top), np.clip(target + half, 0, top)
    if target in {0, top}:
        return np.full(n.shape, float(target)), np.full(n.shape, float(target))
    curve = stats.binom(n, target) if kind == "proportion" else stats.poisson(n * target)
    limits = []
    for probability in (alpha, 1 - alpha):
        count = curve.ppf(probability)
        step = curve.cdf(count) - curve.cdf(count - 1)
        count = count - (curve.cdf(count) - probability) / step
        limits.append(np.clip(count / n, 0, top))
    return np.minimum(limits[0], target), np.maximum(limits[1], target)


def winsorise(z: Floats, *, share: float) -> Floats:
    """Pull the most extreme `share` of a vector at each end in to the next value."""
    cut = int(share * len(z))
    if cut == 0:
        return z
    ordered = np.sort(z)
    return np.clip(z, ordered[cut], ordered[len(z) - cut - 1])


def _dispersions(
    z: Floats, variance: Floats, absent: np.ndarray, share: float
) -> tuple[Floats, Floats]:
    """Return φ and τ of each column (section A.3 and equation of DerSimonian and Laird)."""
    columns = z.shape[1:]
    phi, tau = np.ones(columns), np.zeros(columns)
    for at in np.ndindex(columns):
        use = ~absent[(slice(None), *at)] & (variance[(slice(None), *at)] > 0)
        size = int(use.sum())
        if size < 2:
            continue
        drawn_in = winsorise(z[(use, *at)], share=share)
        phi[at] = np.square(drawn_in).mean()
        weight = 1 / variance[(use, *at)]
        excess = size * phi[at] - (size - 1)
        tau[at] = np.sqrt(max(excess, 0) / (weight.sum() - np.square(weight).sum() / weight.sum()))
    return phi, tau


def _target(k: Floats, n: Floats, target: ArrayLike | None, *, kind: Kind) -> Floats:
    if target is None:
        total = n.sum(axis=0)
        return np.asarray(k.sum(axis=0) / np.where(total == 0, 1, total))
    centre = np.array(np.broadcast_to(np.asarray(target, dtype=np.float64), k.shape[1:]))
    top = 1.0 if kind == "proportion" else np.inf
    if not ((centre > 0) & (centre < top)).all():
        raise CannotMeasure("target", f"a {kind} can't be held against a target of {target}")
    return centre


def _exact_p(k: Floats, n: Floats, centre: Floats, kind: Kind) -> Floats:
    """Twice the smaller mid-p tail, at most 1."""
    curve = stats.binom(n, centre) if kind == "proportion" else stats.poisson(n * centre)
    half = curve.pmf(k) / 2
    smaller = np.minimum(curve.cdf(k) - half, curve.sf(k) + half)
    return np.asarray(np.clip(2 * smaller, 0, 1))
