"""Groups of points in the plane: weighted k-means with many starts."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from gongzhi.engines.deliberation.votes import Floats, Ints

_MOST_ROUNDS = 300
_ROUGH_ROUNDS, _EARLY_ROUNDS = 40, 8
# Starts are tried on a grid of this many cells per side, then the best are finished on all points.
_GRID = 32
# A gain of this part of the whole is rounding.
_NO_GAIN = 1e-12
_GOING_ON, _FINISHED = 6, 3


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
    earlier map, are followed together, on the cells if there are any; the best three are
    finished on the points. The finish has no tolerance: it ends when no point changes its group,
    and moving none would lower the sum (Hartigan & Wong 1979). A point midway between two
    centres goes to the first. Labels: in the order of `near` if
    given, else largest group first, equal ones by the first coordinate, then the second.
    Deterministic for a seed.

    Raises ValueError when there are fewer distinct points than groups.
    """
    ground = points if cells is None else cells.centres
    weights = np.ones(len(points)) if cells is None else cells.weights
    begun = np.empty((0, k, 2)) if near is None else near[None]
    if starts:
        drawn = _draw_starts(ground, weights, k=k, starts=starts, seed=seed)
        begun = _settle_together(ground, weights, np.concatenate((begun, drawn)))[:_FINISHED]
    everyone = np.ones(len(points))
    found = [_settle(points, everyone, centres) for centres in begun]
    labels, centres, inertia = _improve(points, min(found, key=lambda one: one[2]))
    order = _by_size(labels, centres) if near is None else _like(near, centres)
    rank = np.empty(k, dtype=np.int64)
    rank[order] = np.arange(k)
    return Clustering(rank[labels], centres[order], inertia)


def find_centres(points: Floats, weights: Floats, *, k: int, starts: int, seed: int) -> Floats:
    """Centres (k, 2) of the best division of weighted points; for trials on cells."""
    begun = _draw_starts(points, weights, k=k, starts=starts, seed=seed)
    best: Floats = _settle_together(points, weights, begun)[0]
    return best


def _draw_starts(points: Floats, weights: Floats, *, k: int, starts: int, seed: int) -> Floats:
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
    return centres


def _settle(points: Floats, weights: Floats, centres: Floats) -> tuple[Ints, Floats, float]:
    """Lloyd's rounds until no point changes its group."""
    k = len(centres)
    weighted = points * weights[:, None]
    before: Ints | None = None
    for _ in range(_MOST_ROUNDS):
        labels = _nearest(points, centres)
        if before is not None and (labels == before).all():
            break
        mass = np.bincount(labels, weights, k)
        centres = centres.copy()
        if not mass.all():
            # An empty group takes the point that is worst served; the others stay.
            off = ((points - centres[labels]) ** 2).sum(axis=1)
            centres[np.argmin(mass)] = points[np.argmax(off * (weights > 0))]
            before = None
            continue
        for d in (0, 1):
            centres[:, d] = np.bincount(labels, weighted[:, d], k) / mass
        before = labels
    off = ((points - centres[labels]) ** 2).sum(axis=1)
    return labels, centres, float(weights @ off)


def _improve(points: Floats, settled: tuple[Ints, Floats, float]) -> tuple[Ints, Floats, float]:
    """Move single points while that lowers the sum of squares, and settle again.

    A point next to the border may stay by its centre and yet be better off in the other group,
    since leaving and joining move the centres too.
    """
    labels, centres, inertia = settled
    everyone = np.ones(len(points))
    for _ in range(_MOST_ROUNDS):
        gain = _gains(points, labels, centres)
        movers = np.flatnonzero(gain > _NO_GAIN * inertia)
        if not len(movers):
            break
        labels = labels.copy()
        for mover in movers[np.argsort(-gain[movers], kind="stable")]:
            centres = _move(points, labels, centres, int(mover))
        labels, centres, inertia = _settle(points, everyone, centres)
    return labels, centres, inertia


def _gains(points: Floats, labels: Ints, centres: Floats) -> Floats:
    """By how much moving each point to its best other group lowers the sum of squares."""
    sizes = np.bincount(labels, minlength=len(centres)).astype(np.float64)
    squares = cdist(points, centres, "sqeuclidean")
    joining = squares * (sizes / (sizes + 1))
    at = np.arange(len(points))
    joining[at, labels] = np.inf
    leaving = squares[at, labels] * (sizes / np.maximum(sizes - 1, 1))[labels]
    gains: Floats = np.where(sizes[labels] > 1, leaving - joining.min(axis=1), 0.0)
    return gains


def _move(points: Floats, labels: Ints, centres: Floats, mover: int) -> Floats:
    """Move one point if it still gains by it; changes `labels` and returns the centres."""
    sizes = np.bincount(labels, minlength=len(centres)).astype(np.float64)
    point, own = points[mover], int(labels[mover])
    if sizes[own] < 2:
        return centres
    squares = ((centres - point) ** 2).sum(axis=1)
    joining = squares * (sizes / (sizes + 1))
    joining[own] = np.inf
    other = int(np.argmin(joining))
    if squares[own] * sizes[own] / (sizes[own] - 1) <= joining[other]:
        return centres
    moved = centres.copy()
    moved[own] += (centres[own] - point) / (sizes[own] - 1)
    moved[other] += (point - centres[other]) / (sizes[other] + 1)
    labels[mover] = other
    return moved


def _nearest(points: Floats, centres: Floats) -> Ints:
    """The nearest centre of each point; of equally near ones the first."""
    return np.argmax(points @ centres.T - (centres**2).sum(axis=1) / 2, axis=1)


def _settle_together(points: Floats, weights: Floats, begun: Floats) -> Floats:
    """Lloyd's rounds from many starts (starts, k, 2) at once, to the best distinct ends.

    After eight rounds, by when they have all but arrived, only the best six go on; these end
    after a limited number of rounds: what is left is settled on the points.
    """
    centres, k = begun.transpose(1, 0, 2).copy(), begun.shape[1]
    labels, worth = _assign(points, weights, centres)
    for rounds in range(_ROUGH_ROUNDS):
        if rounds == _EARLY_ROUNDS and len(worth) > _GOING_ON:
            going = np.argsort(-worth, kind="stable")[:_GOING_ON]
            centres, labels = centres[:, going], labels[going]
        centres = _centre(points, weights, labels, centres)
        before = labels
        labels, worth = _assign(points, weights, centres)
        if np.array_equal(labels, before):
            break
    kept: dict[bytes, Floats] = {}
    for start in np.argsort(-worth, kind="stable"):
        found = centres[:, start]
        kept.setdefault(np.round(found[np.lexsort(found.T[::-1])], 6).tobytes(), found)
    return np.array(list(kept.values())).reshape(-1, k, 2)


def _assign(points: Floats, weights: Floats, centres: Floats) -> tuple[Ints, Floats]:
    """Nearest centre of each point (starts, points), for centres (k, starts, 2).

    With it the weighted sum of squares of each start, negative, halved and but for a part that
    all starts have in common.
    """
    nearness = centres @ points.T - ((centres**2).sum(axis=2) / 2)[:, :, None]
    best = nearness[0]
    labels = np.zeros(best.shape, dtype=np.int64)
    for j in range(1, len(centres)):
        np.copyto(labels, j, where=nearness[j] > best)
        best = np.maximum(best, nearness[j])
    return labels, best @ weights


def _centre(points: Floats, weights: Floats, labels: Ints, centres: Floats) -> Floats:
    """The means of the groups; one that ran empty stays where it is."""
    k, starts, _ = centres.shape
    key = (labels + np.arange(starts)[:, None] * k).ravel()
    mass = np.bincount(key, np.tile(weights, starts), starts * k)
    moved = centres.copy()
    for d in (0, 1):
        sums = np.bincount(key, np.tile(points[:, d] * weights, starts), starts * k)
        np.divide(
            sums.reshape(starts, k).T,
            mass.reshape(starts, k).T,
            out=moved[:, :, d],
            where=mass.reshape(starts, k).T > 0,
        )
    return moved


def _by_size(labels: Ints, centres: Floats) -> Ints:
    sizes = np.bincount(labels, minlength=len(centres))
    return np.lexsort((centres[:, 1], centres[:, 0], -sizes))


def _like(near: Floats, centres: Floats) -> Ints:
    """The order in which the centres match earlier ones with the least total distance."""
    return linear_sum_assignment(cdist(near, centres))[1]
