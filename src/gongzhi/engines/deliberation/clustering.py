"""Groups of points in the plane: weighted k-means with many starts, and silhouettes."""

from dataclasses import dataclass

import numpy as np
from scipy.cluster.vq import vq
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from gongzhi.engines.deliberation.votes import Floats, Ints

_MOST_ROUNDS = 300
# Starts are tried on a grid of this many cells per side, then the best are finished on all points.
_GRID = 32
_FINISHED = 3
# Silhouettes of up to this many points are exact from the outset.
EXACT_POINTS = 2_500


@dataclass(frozen=True, eq=False)
class Clustering:
    """`labels` (points,), largest group first; `centres` (k, 2); `inertia`: sum of squares."""

    labels: Ints
    centres: Floats
    inertia: float

    @property
    def k(self) -> int:
        return len(self.centres)

    @property
    def sizes(self) -> Ints:
        return np.bincount(self.labels, minlength=self.k)


@dataclass(frozen=True, eq=False)
class Cells:
    """Points gathered on a grid: `cell` (points,), `centres` (cells, 2), `weights` (cells,)."""

    cell: Ints
    centres: Floats
    weights: Floats


def gather_cells(points: Floats, *, per_side: int) -> Cells:
    """Put points (points, 2) in square cells; a cell stands at the mean of its points."""
    low, high = points.min(axis=0), points.max(axis=0)
    side = max(float((high - low).max()), 1e-300) / per_side
    column, row = np.minimum((points - low) / side, per_side - 1).astype(np.int64).T
    key = row * per_side + column
    count = np.bincount(key, minlength=per_side * per_side)
    filled = np.flatnonzero(count)
    place = np.zeros(per_side * per_side, dtype=np.int64)
    place[filled] = np.arange(len(filled))
    weights = count[filled].astype(np.float64)
    sums = [np.bincount(key, points[:, d], per_side * per_side)[filled] for d in (0, 1)]
    return Cells(place[key], np.column_stack(sums) / weights[:, None], weights)


def cluster_points(
    points: Floats,
    *,
    k: int,
    starts: int,
    seed: int,
    near: Floats | None = None,
    cells: Cells | None = None,
) -> Clustering:
    """Divide points (points, 2) into k groups with the least sum of squares found.

    `starts` k-means++ drawings (Arthur & Vassilvitskii 2007) and `near` (k, 2), centres of an
    earlier map, are followed to a standstill; with `cells` the drawings are followed on the
    cells and the best three finished on the points. The finish has no tolerance: it ends when
    no point changes its group. A point midway between two centres goes to the first. Labels: in
    the order of `near` if given, else largest group first, equal ones by the first coordinate,
    then the second. Deterministic for a seed.

    Raises ValueError when there are fewer distinct points than groups.
    """
    ground = points if cells is None else cells.centres
    weights = np.ones(len(points)) if cells is None else cells.weights
    begun = [] if near is None else [near]
    if starts:
        begun += _draw_starts(ground, weights, k=k, starts=starts, seed=seed)
    if cells is not None and starts:
        tried = [_settle(ground, weights, centres) for centres in begun]
        tried.sort(key=lambda found: found[2])
        begun = _distinct([centres for _, centres, _ in tried])[:_FINISHED]
    everyone = np.ones(len(points))
    found = [_settle(points, everyone, centres) for centres in begun]
    labels, centres, inertia = min(found, key=lambda one: one[2])
    order = _by_size(labels, centres) if near is None else _like(near, centres)
    rank = np.empty(k, dtype=np.int64)
    rank[order] = np.arange(k)
    return Clustering(rank[labels], centres[order], inertia)


def find_centres(points: Floats, weights: Floats, *, k: int, starts: int, seed: int) -> Floats:
    """Centres (k, 2) of the best division of weighted points; for trials on cells."""
    begun = _draw_starts(points, weights, k=k, starts=starts, seed=seed)
    found = [_settle(points, weights, centres) for centres in begun]
    return min(found, key=lambda one: one[2])[1]


def _draw_starts(
    points: Floats, weights: Floats, *, k: int, starts: int, seed: int
) -> list[Floats]:
    rng = np.random.default_rng([seed, k])
    total = weights.cumsum()
    chosen = np.searchsorted(total, rng.random(starts) * total[-1], side="right")
    centres = np.empty((starts, k, 2))
    centres[:, 0] = points[chosen]
    nearest = np.full((starts, len(points)), np.inf)
    for j in range(1, k):
        latest = centres[:, j - 1]
        across = points[:, 0] - latest[:, :1]
        along = points[:, 1] - latest[:, 1:]
        np.minimum(nearest, across * across + along * along, out=nearest)
        total = (nearest * weights).cumsum(axis=1)
        if (total[:, -1] <= 0).any():
            raise ValueError(f"fewer than {k} distinct positions")
        aims = rng.random(starts) * total[:, -1]
        chosen = (total <= aims[:, None]).sum(axis=1)
        centres[:, j] = points[np.minimum(chosen, len(points) - 1)]
    return list(centres)


def _settle(points: Floats, weights: Floats, centres: Floats) -> tuple[Ints, Floats, float]:
    """Lloyd's rounds until no point changes its group."""
    k = len(centres)
    x, y = points[:, 0] * weights, points[:, 1] * weights
    before: Ints | None = None
    for _ in range(_MOST_ROUNDS):
        labels, distances = vq(points, centres, check_finite=False)
        if before is not None and np.array_equal(labels, before):
            break
        mass = np.bincount(labels, weights, k)
        if not mass.all():
            # An empty group takes the point that is worst served; the others stay.
            centres = centres.copy()
            centres[np.argmin(mass)] = points[np.argmax(distances * (weights > 0))]
            before = None
            continue
        centres = np.column_stack((np.bincount(labels, x, k), np.bincount(labels, y, k)))
        centres /= mass[:, None]
        before = labels
    return labels.astype(np.int64), centres, float(weights @ distances**2)


def _distinct(found: list[Floats]) -> list[Floats]:
    """Drop centres that only repeat better ones in another order."""
    kept: dict[bytes, Floats] = {}
    for centres in found:
        ordered = centres[np.lexsort(centres.T[::-1])]
        kept.setdefault(np.round(ordered, 6).tobytes(), centres)
    return list(kept.values())


def _by_size(labels: Ints, centres: Floats) -> Ints:
    sizes = np.bincount(labels, minlength=len(centres))
    return np.lexsort((centres[:, 1], centres[:, 0], -sizes))


def _like(near: Floats, centres: Floats) -> Ints:
    """The order in which the centres match earlier ones with the least total distance."""
    return linear_sum_assignment(cdist(near, centres))[1]


def silhouette_exactly(points: Floats, labelings: list[Ints]) -> Floats:
    """Mean silhouette (Rousseeuw 1987) of each labelling (points,); cost: points squared."""
    n = len(points)
    marks = [_mark(labels) for labels in labelings]
    together = np.concatenate(marks, axis=1)
    totals = np.zeros(len(labelings))
    rows = max(1, min(n, 4_000_000 // n))
    for start in range(0, n, rows):
        part = slice(start, start + rows)
        sums = cdist(points[part], points) @ together
        at = 0
        for i, mark in enumerate(marks):
            width = mark.shape[1]
            own = labelings[i][part]
            totals[i] += _widths(sums[:, at : at + width], mark.sum(axis=0), own).sum()
            at += width
    return totals / n


def silhouette_on_grid(points: Floats, labelings: list[Ints], *, per_side: int = 64) -> Floats:
    """Mean silhouette of each labelling with the points gathered on a grid.

    Distances inside one cell count as half its spread; the docs give the measured error.
    Cost: cells squared.
    """
    cells = gather_cells(points, per_side=per_side)
    count = len(cells.weights)
    between = cdist(cells.centres, cells.centres)
    off = ((points - cells.centres[cells.cell]) ** 2).sum(axis=1)
    spread = np.sqrt(np.bincount(cells.cell, off, count) / cells.weights)
    # Mean distance of two points of one normal cloud is sqrt(pi / 2) times its radial spread.
    np.fill_diagonal(between, np.sqrt(np.pi / 2) * spread)
    result = []
    for labels in labelings:
        k = int(labels.max()) + 1
        held = np.bincount(cells.cell * k + labels, minlength=count * k).reshape(count, k)
        sums = between @ held
        widths = sum(
            held[:, g] @ _widths(sums, held.sum(axis=0), np.full(count, g)) for g in range(k)
        )
        result.append(float(widths) / len(points))
    return np.array(result)


def _mark(labels: Ints) -> Floats:
    mark = np.zeros((len(labels), int(labels.max()) + 1))
    mark[np.arange(len(labels)), labels] = 1
    return mark


def _widths(sums: Floats, sizes: Floats, own: Ints) -> Floats:
    """Silhouette widths from sums of distances (points, k) to each group; alone in a group: 0."""
    at = np.arange(len(own))
    own_size = sizes[own]
    inner = sums[at, own] / np.maximum(own_size - 1, 1)
    means = sums / np.maximum(sizes, 1)
    means[at, own] = np.inf
    means[:, sizes == 0] = np.inf
    outer = means.min(axis=1)
    larger = np.maximum(inner, outer)
    widths = np.divide(outer - inner, larger, out=np.zeros(len(own)), where=larger > 0)
    return np.where(own_size > 1, widths, 0.0)
