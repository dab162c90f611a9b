"""Is it more than usual? Counts against their own past, with a stated rate of false alarms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import nbinom

# Jeffreys' prior for a Poisson rate: half an event before anything was seen.
_PRIOR = 0.5


def chance_of(count: ArrayLike, *, past: ArrayLike, periods: ArrayLike) -> NDArray[np.float64]:
    """Return the chance of at least `count` events in a period, given `past` events in `periods`.

    Gamma-Poisson predictive with Jeffreys' prior: negative binomial of size past + ½ and success
    probability periods/(periods + 1) (Gelman et al., Bayesian Data Analysis, section 2.6). Without
    any past period nothing is surprising: 1.
    """
    counts, before, exposure = np.broadcast_arrays(
        np.asarray(count, dtype=float), np.asarray(past, dtype=float), np.asarray(periods, float)
    )
    share = np.where(exposure > 0, exposure / (exposure + 1), 0.5)
    chance = nbinom.sf(counts - 1, before + _PRIOR, share)
    return np.where((exposure > 0) & (counts > 0), chance, 1.0)


@dataclass(frozen=True, slots=True)
class Growth:
    """One count of this period against its past: what is usual, the chance, whether to look."""

    count: int
    usual: float
    chance: float
    rising: bool


def find_rising(
    counts: ArrayLike, *, past: ArrayLike, periods: float, false_alarms: float = 0.05
) -> list[Growth]:
    """Tell which of many counts (series,) are above their past (series,) of `periods` periods.

    A series is rising when its chance is below false_alarms / (series with any event): if nothing
    has changed, the chance of even one false alarm among all series is at most `false_alarms`, as
    far as events come independently of each other (Bonferroni).
    """
    now, before = np.asarray(counts, dtype=float), np.asarray(past, dtype=float)
    chance = chance_of(now, past=before, periods=periods)
    limit = false_alarms / max(int((now > 0).sum()), 1)
    return [
        Growth(
            count=int(one), usual=float(old / periods) if periods else 0.0, chance=float(p),
            rising=bool(p < limit),
        )
        for one, old, p in zip(now, before, chance, strict=True)
    ]  # fmt: skip


def busiest_week(days: NDArray[np.float64], *, observed_days: float) -> tuple[int, float]:
    """Return the most events in any seven days, and the chance of so many if all weeks were alike.

    The chance compares that week with all other time observed, times the number of weeks that could
    have been the busiest (one for each event), at most 1. Under four weeks observed: chance 1.
    """
    ordered = np.sort(days)
    within = np.searchsorted(ordered, ordered + 7.0, side="left") - np.arange(len(ordered))
    peak = int(within.max(initial=0))
    if observed_days < 28 or peak < 2:
        return peak, 1.0
    chance = chance_of(peak, past=len(days) - peak, periods=(observed_days - 7) / 7)
    return peak, float(min(1.0, len(days) * float(chance)))
