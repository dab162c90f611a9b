"""How well points fit their groups: silhouettes, exactly or on a grid."""

import numpy as np
from scipy.spatial.distance import cdist

from gongzhi.engines.deliberation.clustering import gather_cells
from gongzhi.engines.deliberation.votes import Floats, Ints

# Silhouettes of up to this many points are exact from the outset.
EXACT_POINTS = 2_500


def silhouette_exactly(points: Floats, labelings: list[Ints]) -> Floats:
    """Mean silhouette (Rousseeuw 1987) of each labelling (points,); cost: points squared."""
    n = len(points)
    marks = [_mark(labels) for labels in labelings]
    together = np.concatenate(marks, axis=1)
    ends = np.cumsum([mark.shape[1] for mark in marks])
    totals = np.zeros(len(labelings))
    rows = max(1, min(n, 4_000_000 // n))
    for start in range(0, n, rows):
        part = slice(start, start + rows)
        sums = np.split(together.T @ cdist(points, points[part]), ends[:-1])
        for i, mark in enumerate(marks):
            own = labelings[i][part]
            widths = _widths(sums[i], mark.sum(axis=0))
            totals[i] += widths[own, np.arange(len(own))].sum()
    return totals / n


def silhouette_on_grid(points: Floats, labelings: list[Ints], *, per_side: int = 64) -> Floats:
    """Mean silhouette of each labelling with the points gathered on a grid.

    Points of one cell stand at its centre, and apart from each other as in a normal cloud of the
    cell's spread; the docs give the measured error. Cost: cells squared.
    """
    cells = gather_cells(points, per_side=per_side)
    count = len(cells.weights)
    between = cdist(cells.centres, cells.centres)
    off = ((points - cells.centres[cells.cell]) ** 2).sum(axis=1)
    spread = np.sqrt(np.bincount(cells.cell, off, count) / cells.weights)
    # Mean distance of two points of one normal cloud is sqrt(pi / 2) times its radial spread.
    np.fill_diagonal(between, np.sqrt(np.pi / 2) * spread)
    held = []
    for labels in labelings:
        k = int(labels.max()) + 1
        key = labels * count + cells.cell
        held.append(np.bincount(key, minlength=k * count).reshape(k, count).astype(np.float64))
    ends = np.cumsum([len(one) for one in held])
    sums = np.split(np.concatenate(held) @ between, ends[:-1])
    totals = [
        (one * _widths(far, one.sum(axis=1))).sum() for one, far in zip(held, sums, strict=True)
    ]
    return np.array(totals) / len(points)


def _mark(labels: Ints) -> Floats:
    mark = np.zeros((len(labels), int(labels.max()) + 1))
    mark[np.arange(len(labels)), labels] = 1
    return mark


def _widths(sums: Floats, sizes: Floats) -> Floats:
    """The silhouette width each point would have in each group (k, points).

    `sums` (k, points): its distances to the members of each group, itself included if it is in;
    `sizes` (k,). Alone in a group it has the width 0.
    """
    k, points = sums.shape
    nearest, second = np.full(points, np.inf), np.full(points, np.inf)
    where = np.full(points, -1)
    for g in range(k):
        if not sizes[g]:
            continue
        mean = sums[g] / sizes[g]
        second = np.minimum(second, np.maximum(mean, nearest))
        where[mean < nearest] = g
        nearest = np.minimum(nearest, mean)
    widths = np.zeros(sums.shape)
    for g in range(k):
        if sizes[g] > 1:
            inner, outer = sums[g] / (sizes[g] - 1), np.where(where == g, second, nearest)
            larger = np.maximum(inner, outer)
            np.divide(outer - inner, larger, out=widths[g], where=larger > 0)
    return widths
