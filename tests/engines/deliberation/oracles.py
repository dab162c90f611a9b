"""Slow and plain computations that the engine has to agree with."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gongzhi.engines.deliberation.votes import Votes, gather_votes

Matrix = NDArray[np.float64]


def make_votes(
    *, voters: int, statements: int, camps: int = 3, seed: int = 0, answered: float = 0.5
) -> tuple[Votes, NDArray[np.int64]]:
    """Voters of several camps with leanings of their own, and the camp of each."""
    rng = np.random.default_rng(seed)
    camp = rng.integers(0, camps, voters)
    leaning = rng.normal(0.3, 2.0, (camps, statements))
    mood = leaning[camp] + rng.logistic(0, 1, (voters, statements))
    votes = np.where(mood > 0.4, 1, np.where(mood < -0.4, -1, 0))
    voter, statement = np.nonzero(rng.random((voters, statements)) < answered)
    return (
        gather_votes(
            voters=voter,
            statements=statement,
            values=votes[voter, statement],
            known_statements=range(statements),
        ),
        camp[np.unique(voter)],
    )


def as_matrix(votes: Votes) -> Matrix:
    """Votes as a full matrix, NaN where nobody voted."""
    matrix = np.full((votes.voter_count, votes.statement_count), np.nan)
    matrix[votes.voters, votes.statements] = votes.values
    return matrix


def imputed(matrix: Matrix) -> Matrix:
    """The matrix with column means in the gaps, centred."""
    seen = ~np.isnan(matrix)
    means = np.where(seen, matrix, 0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    return np.where(seen, matrix, means) - means


def silhouette(points: Matrix, labels: NDArray[np.int64]) -> float:
    """Rousseeuw's definition, point by point."""
    widths = []
    for i, point in enumerate(points):
        distances = np.sqrt(((points - point) ** 2).sum(axis=1))
        own = labels == labels[i]
        if own.sum() == 1:
            widths.append(0.0)
            continue
        inner = distances[own].sum() / (own.sum() - 1)
        outer = min(distances[labels == g].mean() for g in set(labels.tolist()) - {labels[i]})
        widths.append((outer - inner) / max(inner, outer))
    return float(np.mean(widths))


def pav_score(approvals: NDArray[np.bool_], slate: Sequence[int]) -> Fraction:
    """Thiele's score of a slate: 1 + 1/2 + ... for every voter."""
    total = Fraction(0)
    for got in approvals[:, list(slate)].sum(axis=1):
        total += sum((Fraction(1, i) for i in range(1, int(got) + 1)), Fraction(0))
    return total


def violates_ejr_plus(approvals: NDArray[np.bool_], slate: Sequence[int]) -> bool:
    """Whether some l/k of the voters agree on one more statement and each has fewer than l."""
    voters, statements = approvals.shape
    size = len(slate)
    got = approvals[:, list(slate)].sum(axis=1)
    return any(
        ((approvals[:, s]) & (got < level)).sum() * size >= level * voters
        for s in set(range(statements)) - set(slate)
        for level in range(1, size + 1)
    )


def best_inertia(points: Matrix, k: int) -> float:
    """Least sum of squares over all divisions of a few points, by trying all labellings."""
    n = len(points)
    best = np.inf
    labels = np.zeros(n, dtype=int)

    def visit(i: int, used: int) -> None:
        nonlocal best
        if i == n:
            if used == k:
                spread = sum(
                    ((points[labels == g] - points[labels == g].mean(axis=0)) ** 2).sum()
                    for g in range(k)
                )
                best = min(best, float(spread))
            return
        for g in range(min(used + 1, k)):
            labels[i] = g
            visit(i + 1, max(used, g + 1))

    visit(0, 0)
    return best


def every_slate(statements: int, size: int) -> list[tuple[int, ...]]:
    return list(combinations(range(statements), size))
