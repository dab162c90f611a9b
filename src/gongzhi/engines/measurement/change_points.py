"""When did the level change: one change tested, or as many as pay for themselves.

A series is cut into segments with a level each; the cost of a segment is minus twice its
log-likelihood at its best level. Counts are binomial out of trials, or Poisson in an exposure;
`normal` takes values with a standard deviation of 1, such as the z of a chart.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from gongzhi.engines.measurement.inputs import (
    CannotMeasure,
    Floats,
    counts_of,
    vector,
)

SeriesKind = Literal["proportion", "rate", "normal"]


@dataclass(frozen=True, slots=True)
class Segments:
    """Where each segment begins (the first at 0), and its level."""

    starts: tuple[int, ...]
    levels: tuple[float, ...]
    cost: float
    penalty: float


@dataclass(frozen=True, slots=True)
class SingleChange:
    """The best single cut of a series and how often chance alone cuts as well.

    `at` is the first month of the new level; it and the levels are the best guess even when the
    p-value says that there need not be a change.
    """

    at: int
    before: float
    after: float
    gain: float
    p_value: float


def find_changes(
    events: ArrayLike,
    sizes: ArrayLike | None = None,
    *,
    kind: SeriesKind = "proportion",
    penalty: float | None = None,
    shortest: int = 3,
    spread: float = 1.0,
) -> Segments:
    """Cut (months,) counts where the gain in fit exceeds `penalty` for each change.

    The cut is the exact optimum of cost + penalty × changes. The penalty is 3 log months unless
    given (one parameter for the level, two for the place: the modified criterion of
    Zhang and Siegmund 2007, simplified). `shortest` is the least number of months in a segment;
    `spread` (σz of a Laney chart) divides the costs by its square. Of equal cuts the one with
    the earliest last change wins.

    Raises CannotMeasure. Cost: O(months²) at worst, about O(months) with many changes.
    Source: Killick, Fearnhead and Eckley 2012 (PELT).
    """
    k, n = _read(events, sizes, kind)
    months = len(k)
    if penalty is None:
        penalty = 3 * float(np.log(max(months, 2)))
    if not (penalty >= 0 and shortest >= 1 and spread > 0):
        raise CannotMeasure("penalty", "penalty at least 0, shortest at least 1, spread above 0")
    k_sum, n_sum, squares = _sums(k, n)
    best = np.full(months + 1, np.inf)
    best[0] = -penalty
    cut = np.zeros(months + 1, dtype=np.int64)
    dropped_from = np.full(months + 1, months + 1)
    for end in range(shortest, months + 1):
        starts = np.flatnonzero(np.isfinite(best[: end - shortest + 1]))
        starts = starts[dropped_from[starts] > end]
        segments = _cost(
            k_sum[end] - k_sum[starts],
            n_sum[end] - n_sum[starts],
            squares[end] - squares[starts],
            kind,
        )
        without = best[starts] + segments / spread**2
        chosen = int(np.argmin(without))
        best[end], cut[end] = without[chosen] + penalty, starts[chosen]
        # A start worse than ending here can never win again, once a segment from here is allowed.
        worse = starts[without >= best[end]]
        dropped_from[worse] = np.minimum(dropped_from[worse], end + shortest)
    if not np.isfinite(best[months]):
        raise CannotMeasure("too_few", f"{months} months are fewer than {shortest=}")
    edges = [months]
    while edges[-1] > 0:
        edges.append(int(cut[edges[-1]]))
    edges.reverse()
    levels = [_level(k_sum[b] - k_sum[a], n_sum[b] - n_sum[a]) for a, b in pairwise(edges)]
    cost = float(best[months] - penalty * (len(edges) - 2))
    return Segments(starts=tuple(edges[:-1]), levels=tuple(levels), cost=cost, penalty=penalty)


def detect_single_change(
    events: ArrayLike,
    sizes: ArrayLike | None = None,
    *,
    kind: SeriesKind = "proportion",
    shortest: int = 3,
    replicates: int = 1999,
    seed: int = 0,
) -> SingleChange:
    """Find the best single cut of (months,) counts and its p-value against no change at all.

    The gain is the likelihood ratio of the best cut. Chance is what the same total gives when it
    falls on the months as their sizes say (binomial: multivariate hypergeometric, Poisson:
    multinomial, normal: permutations), so the test keeps its level in small counts and needs no
    guess of the common level. p = (1 + as good) / (1 + replicates).

    Raises CannotMeasure ("too_few": fewer than 2 × shortest months). Cost: O(replicates × months),
    deterministic for a seed. Source: Worsley 1983; Davison and Hinkley 1997, section 4.2.
    """
    k, n = _read(events, sizes, kind)
    months = len(k)
    if shortest < 1 or months < 2 * shortest:
        raise CannotMeasure("too_few", f"a change needs {2 * shortest} months, not {months}")
    if replicates < 1:
        raise CannotMeasure("replicates", f"at least one replicate is needed, not {replicates}")
    generator = np.random.default_rng(seed)
    gains = _gains(k[None, :], n, kind, shortest)[0]
    place = int(np.argmax(gains))
    gain = float(gains[place])
    if kind == "normal":
        draws = generator.permuted(np.tile(k, (replicates, 1)), axis=1)
    elif kind == "rate":
        draws = generator.multinomial(int(k.sum()), n / max(n.sum(), 1e-300), size=replicates)
    else:
        draws = generator.multivariate_hypergeometric(
            n.astype(np.int64), int(k.sum()), size=replicates, method="marginals"
        )
    chance = _gains(draws.astype(np.float64), n, kind, shortest).max(axis=1)
    as_good = int((chance >= gain - 1e-9 * max(gain, 1)).sum())
    at = place + shortest
    return SingleChange(
        at=at,
        before=_level(k[:at].sum(), n[:at].sum()),
        after=_level(k[at:].sum(), n[at:].sum()),
        gain=gain,
        p_value=(1 + as_good) / (1 + replicates),
    )


def _gains(k: Floats, n: Floats, kind: SeriesKind, shortest: int) -> Floats:
    """The gain of each allowed cut for (draws, months) counts."""
    months = k.shape[1]
    left, size = k.cumsum(axis=1), n.cumsum()
    squares = np.square(k).cumsum(axis=1)
    at = np.arange(shortest - 1, months - shortest)
    whole = _cost(left[:, -1:], size[-1:], squares[:, -1:], kind)
    before = _cost(left[:, at], size[at], squares[:, at], kind)
    after = _cost(
        left[:, -1:] - left[:, at], size[-1] - size[at], squares[:, -1:] - squares[:, at], kind
    )
    return np.maximum(whole - before - after, 0)


def _cost(k: Floats, n: Floats, squares: Floats, kind: SeriesKind) -> Floats:
    safe = np.where(n > 0, n, 1)
    if kind == "normal":
        return np.asarray(squares - k**2 / safe)
    if kind == "rate":
        return np.asarray(-2 * (special.xlogy(k, k / safe) - k))
    rest = n - k
    return np.asarray(-2 * (special.xlogy(k, k / safe) + special.xlogy(rest, rest / safe)))


def _sums(k: Floats, n: Floats) -> tuple[Floats, Floats, Floats]:
    sums = [np.concatenate([[0.0], part.cumsum()]) for part in (k, n, np.square(k))]
    return sums[0], sums[1], sums[2]


def _level(k: float, n: float) -> float:
    return float(k / n) if n > 0 else 0.0


def _read(events: ArrayLike, sizes: ArrayLike | None, kind: SeriesKind) -> tuple[Floats, Floats]:
    if kind == "normal":
        values = vector("events", events)
        return values, np.ones(len(values))
    if sizes is None:
        raise CannotMeasure("sizes", f"a {kind} needs the sizes it is out of")
    k, n = counts_of(kind, events, sizes)
    return vector("events", k), n
