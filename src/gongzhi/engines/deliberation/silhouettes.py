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
