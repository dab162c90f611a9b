"""Where each voter stands: the two main directions in which opinions differ."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, eigsh

from gongzhi.engines.deliberation.votes import Bools, Floats, Votes

Placing = Literal["scaled", "least_squares"]

# Up to this many rows or columns a dense decomposition is quicker than an iteration.
_DENSE = 24


@dataclass(frozen=True, eq=False)
class Projection:
    """The plane of the map.

    `means` (statements,): mean vote; `axes` (2, statements): orthonormal directions; `explained`
    (2,): share of all variance along each; `positions` (voters, 2); `statement_positions`
    (statements, 2): where someone would stand who agreed with this one statement and had not
    voted on any other.
    """

    means: Floats
    axes: Floats
    explained: Floats
    positions: Floats
    statement_positions: Floats


def project_votes(
    votes: Votes,
    *,
    shown: Bools | None = None,
    placing: Placing = "scaled",
    like: Floats | None = None,
) -> Projection:
    """Project voters and statements on the two principal axes of the votes.

    Missing votes count as the mean of the statement, so the centred matrix is zero wherever
    nobody voted: it is the sparse matrix of (vote - mean), and the result equals the full
    singular value decomposition of the imputed matrix. `shown` (statements,) leaves out
    statements that were moderated away. `placing` "scaled" multiplies a voter's projection by
    sqrt(statements / votes cast), as Polis does (Small et al. 2021, "Polis: Scaling deliberation
    by mapping high dimensional opinion spaces", section 3); "least_squares" fits each position
    to the votes cast only, with a ridge of one vote's weight, so that nothing is assumed of
    statements a person never saw. `like` (2, statements), axes of an earlier map, settles signs.

    Signs: each axis points so that its largest entry is positive (the first of equal ones), or
    towards `like`. Deterministic. Cost: a few dozen products with the sparse matrix.
    """
    shown = np.ones(votes.statement_count, dtype=bool) if shown is None else shown
    seen = votes.only(statements=shown)
    counts = np.bincount(seen.statements, minlength=votes.statement_count)
    sums = np.bincount(seen.statements, seen.values, votes.statement_count)
    means = sums / np.maximum(counts, 1)
    centred = seen.matrix(seen.values - means[seen.statements])
    axes, explained = _principal_axes(centred)
    axes = _settle_signs(axes, like)
    if placing == "scaled":
        stretch = np.sqrt(shown.sum() / np.maximum(seen.votes_of_voter, 1))
        positions = (centred @ axes.T) * stretch[:, None]
    else:
        positions = _least_squares(seen, centred @ axes.T, axes)
    alone = np.where(shown, (1 - means) * np.sqrt(shown.sum()), 0.0)
    return Projection(means, axes, explained, positions, alone[:, None] * axes.T)


def _principal_axes(centred: sparse.csr_array) -> tuple[Floats, Floats]:
    rows, columns = centred.shape
    if min(rows, columns) <= _DENSE:
        _, values, right = np.linalg.svd(centred.toarray(), full_matrices=False)
    else:
        turned = centred.T.tocsr()
        gram = LinearOperator(
            (columns, columns), matvec=lambda x: turned @ (centred @ x), dtype=np.float64
        )
        start = np.random.default_rng(0).standard_normal(columns)
        squares, vectors = eigsh(gram, k=2, v0=start, tol=0)
        values, right = np.sqrt(np.maximum(squares[::-1], 0)), vectors[:, ::-1].T
    values = np.concatenate((values, np.zeros(2)))[:2]
    axes = np.zeros((2, columns))
    # A direction without strength is no direction: its sign and place would be noise.
    kept = min(2, int((values > 1e-9 * max(values[0], 1e-300)).sum()), len(right))
    axes[:kept] = right[:kept]
    total = float((centred.data**2).sum())
    return axes, values**2 / total if total else np.zeros(2)


def _settle_signs(axes: Floats, like: Floats | None) -> Floats:
    if like is not None and like.shape == axes.shape:
        towards = (axes * like).sum(axis=1)
    else:
        size = np.abs(axes)
        first = np.argmax(size >= size.max(axis=1, keepdims=True) * (1 - 1e-9), axis=1)
        towards = np.take_along_axis(axes, first[:, None], axis=1)[:, 0]
    return axes * np.where(towards < 0, -1.0, 1.0)[:, None]


def _least_squares(seen: Votes, scores: Floats, axes: Floats) -> Floats:
    """Solve each voter's 2 x 2 ridge problem; `scores` (voters, 2) is the right-hand side."""
    products = np.stack((axes[0] * axes[0], axes[0] * axes[1], axes[1] * axes[1]))
    ones = seen.matrix(np.ones(len(seen.values)))
    a, b, c = (ones @ products.T).T
    # An average vote weighs 1 / statements on an axis; the ridge is as heavy as one vote.
    ridge = 1.0 / max(seen.statement_count, 1)
    a, c = a + ridge, c + ridge
    determinant = a * c - b * b
    x = (c * scores[:, 0] - b * scores[:, 1]) / determinant
    y = (a * scores[:, 1] - b * scores[:, 0]) / determinant
    return np.column_stack((x, y))
