"""Which statements are liked across the divide: agreement that the divide does not explain."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from gongzhi.engines.deliberation.votes import Floats, Votes

_MOST_ROUNDS = 500
_STILL = 1e-9


@dataclass(frozen=True, eq=False)
class Bridging:
    """`score` (statements,): what a statement is liked beyond the divide; `divide` (statements,):
    how far it is liked by one side more than by the other; `losses`: the sum that is minimised,
    after each round."""

    score: Floats
    divide: Floats
    losses: tuple[float, ...]


def score_bridging(
    votes: Votes, *, side: Floats, intercept_weight: float = 5.0, factor_weight: float = 1.0
) -> Bridging:
    """Factorise the votes into liking and one divide, and return the liking.

    vote = mean + voter's mildness + statement's liking + voter's side x statement's side, by
    least squares with ridges counted in votes; intercepts weigh more than factors, so that what
    one side's agreement can explain is not taken for general liking. A statement with few votes
    stays near zero. `side` (voters,): the start of the voters' sides, the first coordinate of
    the map. Alternating least squares: each half-step has a closed form and lowers the loss.
    Signs: as `side`. Deterministic.

    Source: Wojcik et al. 2022, "Birdwatch: Crowd wisdom and bridging algorithms can inform
    understanding and reduce the spread of misinformation". Cost: rounds x votes.
    """
    values = votes.values.astype(np.float64)
    mean = values.mean()
    rows = votes.matrix(values - mean)
    ones = votes.matrix(np.ones(len(values)))
    columns, ones_by_column = rows.T.tocsr(), ones.T.tocsr()
    spread = side.std()
    voter = np.column_stack((np.zeros(len(side)), (side - side.mean()) / (spread or 1.0)))
    ridges = (intercept_weight, factor_weight)
    losses: list[float] = []
    while len(losses) < _MOST_ROUNDS and not _still(losses):
        statement = _solve(columns, ones_by_column, voter, ridges)
        voter = _solve(rows, ones, statement, ridges)
        losses.append(_loss(votes, values - mean, voter, statement, ridges))
    if float(voter[:, 1] @ side) < 0:
        statement[:, 1] *= -1
    return Bridging(statement[:, 0], statement[:, 1], tuple(losses))


def _still(losses: list[float]) -> bool:
    return len(losses) > 1 and losses[-2] - losses[-1] <= _STILL * losses[-1]


def _solve(
    residuals: sparse.csr_array, ones: sparse.csr_array, other: Floats, ridges: tuple[float, float]
) -> Floats:
    """Best (intercept, factor) of each row, given those of the columns (columns, 2).

    The residual of a row is vote - other's intercept - own intercept - own factor x other's.
    """
    taken, factor = other[:, 0], other[:, 1]
    sums = ones @ np.column_stack((np.ones(len(other)), factor, factor**2, taken, taken * factor))
    count, first, second, taken_sum, taken_first = sums.T
    targets = residuals @ np.column_stack((np.ones(len(other)), factor))
    r0, r1 = targets[:, 0] - taken_sum, targets[:, 1] - taken_first
    a, c = count + ridges[0], second + ridges[1]
    determinant = a * c - first * first
    return np.column_stack(
        ((c * r0 - first * r1) / determinant, (a * r1 - first * r0) / determinant)
    )


def _loss(
    votes: Votes, values: Floats, voter: Floats, statement: Floats, ridges: tuple[float, float]
) -> float:
    mine, theirs = voter[votes.voters], statement[votes.statements]
    rest = values - mine[:, 0] - theirs[:, 0] - mine[:, 1] * theirs[:, 1]
    weights = (voter**2).sum(axis=0) + (statement**2).sum(axis=0)
    return float(rest @ rest + weights @ np.array(ridges))
