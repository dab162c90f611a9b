"""How sure are we of a share: Wilson, exact (Clopper–Pearson) and mid-p intervals."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from gongzhi.engines.measurement.inputs import CannotMeasure, Floats, parts_of, tail
from gongzhi.engines.measurement.intervals import Intervals, masked_intervals, rising_root

Method = Literal["recommended", "wilson", "exact", "mid_p"]

# Below this many successes or failures the normal curve behind Wilson's interval is too rough.
FEW = 8


def proportion_intervals(
    successes: ArrayLike,
    trials: ArrayLike,
    *,
    level: float = 0.95,
    method: Method = "recommended",
) -> Intervals:
    """Estimate shares with confidence intervals, for arrays of any shape.

    `recommended` is mid-p where fewer than 8 succeeded or fewer than 8 failed, and Wilson
    elsewhere: both keep to the level on average. `exact` never covers less than the level at any
    true share, and pays for it in width. No trials: the cell is masked. None or all succeeded:
    the limit on that side is exactly 0 or 1.

    Raises CannotMeasure (not_a_number, negative, not_whole, more_than_possible, shape, level,
    method). Cost: O(cells), mid-p about 60 evaluations of the beta function each.
    Sources: Wilson 1927; Clopper and Pearson 1934; Lancaster 1961 and Berry and Armitage 1995
    (mid-p); Brown, Cai and DasGupta 2001 (comparison).
    """
    k, n = parts_of(successes, trials)
    alpha = tail(level)
    if method == "wilson":
        lower, upper = _wilson(k, n, alpha)
    elif method == "exact":
        lower, upper = _lower_exact(k, n, alpha), 1 - _lower_exact(n - k, n, alpha)
    elif method == "mid_p":
        lower, upper = _mid_p(k, n, alpha)
    elif method == "recommended":
        few = np.minimum(k, n - k) < FEW
        lower, upper = _wilson(k, n, alpha)
        lower[few], upper[few] = _mid_p(k[few], n[few], alpha)
    else:
        raise CannotMeasure("method", f"no interval for a share is called {method!r}")
    absent = n == 0
    return masked_intervals(
        k / np.where(absent, 1, n), lower, upper, absent=absent, level=level, method=method
    )


def _wilson(k: Floats, n: Floats, alpha: float) -> tuple[Floats, Floats]:
    z = float(special.ndtri(1 - alpha))
    n = np.where(n == 0, 1, n)
    share = k / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.where(k == 0, 0.0, centre - half), np.where(k == n, 1.0, centre + half)


def _lower_exact(k: Floats, n: Floats, alpha: float) -> Floats:
    some = k > 0
    limit = special.betaincinv(np.where(some, k, 1), np.where(some, n - k + 1, 1), alpha)
    return np.where(some, limit, 0.0)


def _mid_p(k: Floats, n: Floats, alpha: float) -> tuple[Floats, Floats]:
    return _lower_mid_p(k, n, alpha), 1 - _lower_mid_p(n - k, n, alpha)


def _lower_mid_p(k: Floats, n: Floats, alpha: float) -> Floats:
    some = k > 0
    k, n = np.where(some, k, 1), np.where(some, n, 1)
    all_succeeded = k == n
    beyond = np.where(all_succeeded, 1, n - k)

    def excess(p: Floats) -> Floats:
        as_many = special.betainc(k, n - k + 1, p)
        more = np.where(all_succeeded, 0.0, special.betainc(k + 1, beyond, p))
        return np.asarray((as_many + more) / 2 - alpha)

    root = rising_root(excess, _lower_exact(k, n, alpha), k / n)
    return np.where(some, root, 0.0)
