"""How many groups there are: by silhouette, and where that is close, by stability."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import cdist

from gongzhi.engines.deliberation.clustering import (
    Cells,
    Clustering,
    cluster_points,
    find_centres,
    gather_cells,
)
from gongzhi.engines.deliberation.silhouettes import (
    EXACT_POINTS,
    silhouette_exactly,
    silhouette_on_grid,
)
from gongzhi.engines.deliberation.votes import Floats, Ints

Choice = Literal["stable", "silhouette"]

# How far the silhouette widths of a point under two numbers of groups spread: 0.15 to 0.28 in the
# conversations of docs/engines/deliberation.md.
_SPREAD = 0.23
# More than twice the error of a gridded silhouette.
_UNSURE = 0.005
_MOST_EXACT = 25_000
_GRID, _FINE_GRID = 64, 192
_QUICK_EXACT_POINTS, _QUICK_GRID = 500, 48
_TRIALS = 10
_TRIAL_STARTS = 4


@dataclass(frozen=True, eq=False)
class Candidate:
    """One number of groups that was tried.

    `exact` says whether the silhouette was computed on all points or on a grid; `stability` is
    the mean adjusted Rand index between these groups and those of resampled points, and None
    where the silhouette alone decided; `allowed` is False when a group is too small to be shown.
    """

    clustering: Clustering
    silhouette: float
    exact: bool
    allowed: bool
    stability: float | None = None

    @property
    def k(self) -> int:
        return self.clustering.k


def try_groupings(
    points: Floats,
    *,
    ks: range,
    starts: int,
    seed: int,
    smallest: int,
    near: dict[int, Floats] | None = None,
    fresh: frozenset[int] = frozenset(),
) -> tuple[Candidate, ...]:
    """Cluster points (points, 2) into each number of groups and score it.

    Numbers larger than the distinct positions are left out. Silhouettes are exact up to 2,500
    points; above, on a grid, and again exactly (beyond 25,000 points: on a grid nine times
    finer) for those that may be close to the best that is allowed. `near`: the centres of an
    earlier map, by number of groups; then only the numbers in `fresh` get starts beside them,
    and silhouettes are gridded from 500 points on, so that the map can follow every vote.
    """
    near = near or {}
    distinct = len(np.unique(points @ np.array([1, 1j])))
    cells = gather_cells(points, per_side=32) if len(points) > 400 else None
    found = [
        cluster_points(
            points,
            k=k,
            starts=starts if k not in near or k in fresh else 0,
            seed=seed,
            near=near.get(k),
            cells=cells,
        )
        for k in ks
        if k <= distinct
    ]
    if not found:
        return ()
    allowed = [int(one.sizes.min()) >= smallest for one in found]
    scores, exact = _score(points, found, allowed, quick=bool(near))
    return tuple(map(Candidate, found, scores, exact, allowed))


def _score(
    points: Floats, found: list[Clustering], allowed: list[bool], *, quick: bool
) -> tuple[list[float], list[bool]]:
    labels = [one.labels for one in found]
    if len(points) <= (_QUICK_EXACT_POINTS if quick else EXACT_POINTS):
        return silhouette_exactly(points, labels).tolist(), [True] * len(found)
    scores = silhouette_on_grid(points, labels, per_side=_QUICK_GRID if quick else _GRID)
    fit = np.array(allowed) if any(allowed) else np.ones(len(found), dtype=bool)
    margin = close_silhouettes(len(points)) + _UNSURE
    unsure = np.flatnonzero(fit & (scores >= scores[fit].max() - margin))
    exact = np.zeros(len(found), dtype=bool)
    if len(unsure) > 1:
        again = [labels[i] for i in unsure]
        if len(points) <= _MOST_EXACT:
            scores[unsure], exact[unsure] = silhouette_exactly(points, again), True
        else:
            scores[unsure] = silhouette_on_grid(points, again, per_side=_FINE_GRID)
    return scores.tolist(), exact.tolist()


def choose_grouping(
    points: Floats,
    candidates: tuple[Candidate, ...],
    *,
    choice: Choice,
    seed: int,
    before: int | None = None,
) -> tuple[tuple[Candidate, ...], Candidate | None]:
    """The candidates, with their stability where it was needed, and the chosen one.

    "silhouette": the largest, as Polis does at one moment; ties go to fewer groups. "stable": of
    the allowed candidates close to the largest allowed silhouette, `before`, the number an
    earlier map had, if it is among them; else the one most stable when points are resampled,
    ties going to fewer groups. None when no candidate is allowed.
    """
    fit = [one for one in candidates if one.allowed]
    if not fit:
        return candidates, None
    best = max(fit, key=lambda one: (one.silhouette, -one.k))
    if choice == "silhouette":
        return candidates, best
    margin = close_silhouettes(len(points))
    close = [one for one in fit if one.silhouette >= best.silhouette - margin]
    kept = [one for one in close if one.k == before]
    if kept:
        return candidates, kept[0]
    if len(close) == 1:
        return candidates, best
    cells = gather_cells(points, per_side=32)
    measured = tuple(
        Candidate(
            one.clustering,
            one.silhouette,
            one.exact,
            one.allowed,
            _stability(cells, one.clustering.centres, seed=seed) if one in close else None,
        )
        for one in candidates
    )
    return measured, max(
        (one for one in measured if one.stability is not None),
        key=lambda one: (round(one.stability or 0.0, 3), -one.k),
    )


def close_silhouettes(number: int) -> float:
    """How close two mean silhouettes of this many points must be not to tell their groups apart.

    Two standard errors of the difference.
    """
    return float(2 * _SPREAD / np.sqrt(max(number, 1)))


def _stability(cells: Cells, centres: Floats, *, seed: int) -> float:
    """Mean agreement of the groups with those found when the points are drawn anew."""
    rng = np.random.default_rng([seed, len(centres), 1])
    k = len(centres)
    base = np.argmin(cdist(cells.centres, centres), axis=1)
    share = cells.weights / cells.weights.sum()
    total = 0.0
    for trial in range(_TRIALS):
        drawn = rng.multinomial(int(cells.weights.sum()), share)
        held = drawn > 0
        if held.sum() < k:
            continue  # so few positions were drawn that the groups can't have come back
        again = find_centres(
            cells.centres[held],
            drawn[held].astype(np.float64),
            k=k,
            starts=_TRIAL_STARTS,
            seed=seed + trial,
        )
        other = np.argmin(cdist(cells.centres, again), axis=1)
        total += rand_agreement(base, other, cells.weights)
    return total / _TRIALS


def rand_agreement(one: Ints, other: Ints, weights: Floats | None = None) -> float:
    """Adjusted Rand index (Hubert & Arabie 1985) of two labellings, 1 for the same groups."""
    columns = int(other.max()) + 1
    size = (int(one.max()) + 1) * columns
    table = np.bincount(one * columns + other, weights, size).reshape(-1, columns)

    def pairs(counts: ArrayLike) -> float:
        counts = np.asarray(counts, dtype=np.float64)
        return float((counts * (counts - 1)).sum() / 2)

    together, rows, across = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    everything = pairs(table.sum())
    expected = rows * across / everything if everything else 0.0
    most = (rows + across) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)
