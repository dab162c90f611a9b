"""Estimates for communities with few respondents: Fay–Herriot, which borrows through a model.

y = Xβ + v + e: the direct estimates differ from a regression on known facts by a community's own
effect v (variance σ², to estimate) and by sampling error e (variance known from the design).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from gongzhi.engines.measurement.inputs import CannotMeasure, Floats, finite, positive, tail, vector
from gongzhi.engines.measurement.intervals import Intervals, masked_intervals


@dataclass(frozen=True, slots=True)
class SmallAreas:
    """Model-based estimates of (areas,), their mean squared errors, and the model.

    `direct_part` is the part of each estimate that is its own direct estimate, 0 to 1.
    """

    intervals: Intervals
    mean_squared_error: Floats
    direct_part: Floats
    coefficients: Floats
    coefficient_errors: Floats
    area_variance: float
    method: Literal["reml", "ml"]


def estimate_small_areas(
    direct: ArrayLike,
    sampling_variances: ArrayLike,
    covariates: ArrayLike,
    *,
    method: Literal["reml", "ml"] = "reml",
    level: float = 0.95,
) -> SmallAreas:
    """Shrink (areas,) direct estimates towards a regression on (areas, facts) covariates.

    Give a column of ones for the intercept. The result is the empirical best linear unbiased
    predictor; its mean squared error allows for the estimation of β and σ² to second order.
    Limits are normal. An estimated σ² of 0 is allowed: every area is then put on the regression.

    Raises CannotMeasure ("too_few": not more areas than covariates; "collinear"; "not_positive").
    Cost: O(areas × facts² × 100).
    Sources: Fay and Herriot 1979; Prasad and Rao 1990; Datta and Lahiri 2000; Rao and Molina
    2015, sections 6.1 and 6.2.
    """
    y = vector("direct", direct)
    known = positive("sampling_variances", sampling_variances)
    x = finite("covariates", covariates)
    if known.shape != y.shape or x.ndim != 2 or len(x) != len(y):
        raise CannotMeasure("shape", f"{y.shape}, {known.shape} and {x.shape} do not fit together")
    if len(y) <= x.shape[1] + (method == "reml"):
        raise CannotMeasure("too_few", f"{len(y)} areas for {x.shape[1]} covariates")
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise CannotMeasure("collinear", "a covariate is a sum of the others")
    if method not in {"reml", "ml"}:
        raise CannotMeasure("method", f"σ² is estimated by reml or ml, not {method!r}")
    variance = _area_variance(y, known, x, method)
    total = variance + known
    inverse = np.asarray(np.linalg.inv(x.T @ (x / total[:, None])), dtype=np.float64)
    beta = inverse @ (x.T @ (y / total))
    own = variance / total
    estimate = own * y + (1 - own) * (x @ beta)
    error = _mean_squared_error(known, x, variance, inverse, method)
    half = float(special.ndtri(1 - tail(level))) * np.sqrt(error)
    none = np.zeros(y.shape, dtype=np.bool_)
    return SmallAreas(
        intervals=masked_intervals(
            estimate, estimate - half, estimate + half, absent=none, level=level, method=method
        ),
        mean_squared_error=error,
        direct_part=own,
        coefficients=beta,
        coefficient_errors=np.sqrt(np.diagonal(inverse)),
        area_variance=variance,
        method=method,
    )


def _area_variance(y: Floats, known: Floats, x: Floats, method: str) -> float:
    """Maximise the (restricted) likelihood in σ² ≥ 0: best of a coarse grid, then polished."""

    def loss(variance: float) -> float:
        total = variance + known
        information = x.T @ (x / total[:, None])
        beta = np.linalg.solve(information, x.T @ (y / total))
        value = np.log(total).sum() + (np.square(y - x @ beta) / total).sum()
        return float(value + (np.linalg.slogdet(information)[1] if method == "reml" else 0))

    def slope(variance: float) -> float:
        total = variance + known
        inverse = np.asarray(np.linalg.inv(x.T @ (x / total[:, None])), dtype=np.float64)
        away = (y - x @ (inverse @ (x.T @ (y / total)))) / total
        value = (1 / total).sum() - np.square(away).sum()
        if method == "reml":
            value -= np.trace(inverse @ (x.T @ (x / (total**2)[:, None])))
        return float(value)

    top = float(10 * (np.var(y) + known.max()))
    grid = np.concatenate([[0.0], np.geomspace(1e-6 * known.min(), top, 60)])
    best = int(np.argmin([loss(value) for value in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    if slope(low) >= 0 or slope(high) <= 0:
        return float(grid[best])
    return float(optimize.brentq(slope, low, high, xtol=1e-15 * top, rtol=1e-14))


def _mean_squared_error(
    known: Floats, x: Floats, variance: float, inverse: Floats, method: str
) -> Floats:
    total = variance + known
    own = variance / total
    first = own * known
    second = np.square(1 - own) * np.einsum("ij,jk,ik->i", x, inverse, x)
    spread = 2 / np.square(1 / total).sum()
    third = np.square(known) / total**3 * spread
    error = first + second + 2 * third
    if method == "ml":
        lost = np.trace(inverse @ (x.T @ (x / (total**2)[:, None])))
        bias = -lost / np.square(1 / total).sum()
        error = error - bias * np.square(1 - own)
    return np.asarray(error)
