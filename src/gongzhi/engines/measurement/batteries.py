"""Do the items of a battery measure one thing: Cronbach's alpha, and omega where it is sound."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from gongzhi.engines.measurement.inputs import CannotMeasure, Floats, MaskedFloats, finite, tail
from gongzhi.engines.measurement.intervals import Interval, masked

# Below this uniqueness the factor explains more of an item than can be believed (Heywood case).
_LEAST_UNIQUE = 0.005


@dataclass(frozen=True, slots=True)
class Reliability:
    """Reliability of the sum of (items,) answers.

    `item_rest` is the correlation of each item with the sum of the others, `alpha_without` the
    alpha of the others (masked for two items); a negative `item_rest` usually means an item
    that should have been reversed. Omega is None where `omega_refused` says why.
    """

    alpha: Interval
    omega: float | None
    omega_refused: str | None
    loadings: Floats | None
    item_rest: Floats
    alpha_without: MaskedFloats
    respondents: int
    left_out: int


def measure_reliability(answers: ArrayLike, *, level: float = 0.95) -> Reliability:
    """Measure a battery of (respondents, items) answers, using those who answered every item.

    Alpha's limits are Feldt's: (1 − α) F(n − 1, (n − 1)(items − 1)) quantiles, exact for normal,
    parallel items. Omega is (Σ loadings)² / (that + Σ unique variances) of one factor fitted by
    maximum likelihood to the correlations and scaled back; it is refused for fewer than three
    items, loadings of both signs, an item explained entirely, or no convergence.

    Raises CannotMeasure ("too_few": under 3 complete respondents or 2 items; "constant": an item
    all answered alike). Cost: O(respondents × items²).
    Sources: Cronbach 1951; Feldt 1965; McDonald 1999; Jöreskog 1967.
    """
    given: MaskedFloats = np.ma.asarray(answers)
    if given.ndim != 2:
        raise CannotMeasure("shape", f"a battery is (respondents, items), not {given.shape}")
    complete = ~np.ma.getmaskarray(given).any(axis=1)
    x = finite("answers", np.ma.getdata(given)[complete])
    many, items = x.shape
    if many < 3 or items < 2:
        raise CannotMeasure("too_few", f"{many} complete respondents and {items} items")
    covariance = np.atleast_2d(np.cov(x, rowvar=False))
    same = np.flatnonzero(np.diagonal(covariance) <= 0)
    if len(same):
        raise CannotMeasure("constant", f"everyone answered item {same[0]} alike")
    rest = covariance.sum(axis=0) - np.diagonal(covariance)
    of_rest = covariance.sum() - 2 * covariance.sum(axis=0) + np.diagonal(covariance)
    scale = np.sqrt(np.diagonal(covariance) * np.maximum(of_rest, 0))
    without = [_alpha(np.delete(np.delete(covariance, i, 0), i, 1)) for i in range(items)]
    omega, refused, loadings = _omega(covariance)
    return Reliability(
        alpha=_alpha_interval(_alpha(covariance), many, items, level=level),
        omega=omega,
        omega_refused=refused,
        loadings=loadings,
        item_rest=np.divide(rest, scale, out=np.zeros(items), where=scale > 0),
        alpha_without=masked(np.array(without), absent=np.full(items, items == 2)),
        respondents=many,
        left_out=int((~complete).sum()),
    )


def _alpha(covariance: Floats) -> float:
    items, total = len(covariance), covariance.sum()
    if items < 2 or total <= 0:
        return 0.0
    return float(items / (items - 1) * (1 - np.trace(covariance) / total))


def _alpha_interval(alpha: float, many: int, items: int, *, level: float) -> Interval:
    below = tail(level)
    freedom = many - 1, (many - 1) * (items - 1)
    lower, upper = (1 - (1 - alpha) * stats.f.ppf(p, *freedom) for p in (1 - below, below))
    return Interval(estimate=alpha, lower=float(lower), upper=float(upper))


def _omega(covariance: Floats) -> tuple[float | None, str | None, Floats | None]:
    if len(covariance) < 3:
        return None, "one factor needs at least three items", None
    deviation = np.sqrt(np.diagonal(covariance))
    correlation = covariance / np.outer(deviation, deviation)
    if np.linalg.eigvalsh(correlation)[0] < 1e-10:
        return None, "an item is a sum of the others", None
    found = optimize.minimize(
        _misfit,
        np.full(len(covariance), 0.5),
        args=(correlation,),
        jac=True,
        method="L-BFGS-B",
        bounds=[(_LEAST_UNIQUE, 1.0)] * len(covariance),
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 1000},
    )
    unique = np.asarray(found.x, dtype=np.float64)
    loadings = _loadings(unique, correlation)
    if not found.success:
        return None, "the factor could not be fitted", None
    if (unique <= _LEAST_UNIQUE + 1e-9).any():
        return None, "the factor explains an item entirely", loadings
    if (loadings <= 0).any():
        return None, "the items do not all point the same way", loadings
    shared = float((loadings * deviation).sum() ** 2)
    return shared / (shared + float((unique * deviation**2).sum())), None, loadings


def _misfit(unique: Floats, correlation: Floats) -> tuple[float, Floats]:
    """The likelihood of one factor with the loadings already best, and its slope."""
    root = np.sqrt(unique)
    values = np.linalg.eigvalsh(correlation / np.outer(root, root))[:-1]
    loadings = _loadings(unique, correlation)
    fitted = np.outer(loadings, loadings) + np.diag(unique)
    slope = np.diagonal(fitted - correlation) / unique**2
    return float(-(np.log(values) - values).sum()), slope


def _loadings(unique: Floats, correlation: Floats) -> Floats:
    root = np.sqrt(unique)
    values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
    loadings = root * vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0))
    return np.asarray(loadings * (np.sign(loadings.sum()) or 1.0))
