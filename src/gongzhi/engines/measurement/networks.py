"""Who works with whom: the shape of the network of organisations, never of persons."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gongzhi.engines.measurement.inputs import (
    CannotMeasure,
    Floats,
    MaskedFloats,
    Truths,
    Whole,
    not_negative,
)


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """Measures of a network; arrays are one value for each organisation.

    `density` is the share of possible pairs that work together (None for fewer than two).
    `betweenness` is the share of other pairs whose shortest ways lead through an organisation.
    `constraint` is how closed the circle of its partners is: low for one that bridges holes;
    masked for the isolated. `effective_size` is its partners less their mean ties among themselves.
    `component` numbers the connected parts by their first member.
    """

    density: float | None
    degree: Whole
    isolated: Truths
    betweenness: Floats
    constraint: MaskedFloats
    effective_size: Floats
    component: Whole


def joint_items(took_part: ArrayLike) -> Floats:
    """Count joint items for each pair from a (items, organisations) table of who took part.

    Returns (organisations, organisations), symmetric, zero on the diagonal.
    Raises CannotMeasure ("shape", "not_a_truth"). Cost: O(items × organisations²).
    """
    table = not_negative("took_part", took_part)
    if table.ndim != 2:
        raise CannotMeasure("shape", "took_part has a row for each item, a column for each unit")
    if not np.isin(table, (0, 1)).all():
        raise CannotMeasure("not_a_truth", "took_part holds only true and false (1 and 0)")
    pairs = table.T @ table
    np.fill_diagonal(pairs, 0)
    return np.asarray(pairs)


def describe_network(ties: ArrayLike) -> NetworkShape:
    """Measure a symmetric (organisations, organisations) matrix of tie strengths, 0 for none.

    Strength counts in the constraint only; the other measures ask whether there is a tie.
    Raises CannotMeasure ("shape", "not_symmetric", "own_tie"). Cost: O(organisations³ · diameter).
    Sources: Freeman 1977 and Brandes 2001 (betweenness); Burt 1992 (constraint, summed over
    partners); Borgatti 1997 (effective size).
    """
    strength = not_negative("ties", ties)
    if strength.ndim != 2 or strength.shape[0] != strength.shape[1]:
        raise CannotMeasure("shape", f"ties is a square matrix, not of shape {strength.shape}")
    if not np.array_equal(strength, strength.T):
        raise CannotMeasure("not_symmetric", "a joint item ties both: ties has to be symmetric")
    if np.diagonal(strength).any():
        raise CannotMeasure("own_tie", "an organisation has no tie with itself")
    many = len(strength)
    tied = strength > 0
    degree = tied.sum(axis=1)
    possible = many * (many - 1)
    return NetworkShape(
        density=float(degree.sum() / possible) if possible else None,
        degree=degree,
        isolated=degree == 0,
        betweenness=_betweenness(tied.astype(np.float64)),
        constraint=_constraint(strength, tied),
        effective_size=_effective_size(tied.astype(np.float64), degree),
        component=_components(tied),
    )


def _betweenness(tied: Floats) -> Floats:
    """Brandes' accumulation for all sources at once: rows are sources, columns are nodes."""
    many = len(tied)
    distance = np.where(np.eye(many, dtype=np.bool_), 0, -1)
    paths = np.eye(many)
    level = 0
    while (distance == level).any():
        arriving = np.where(distance == level, paths, 0) @ tied
        fresh = (distance < 0) & (arriving > 0)
        distance[fresh] = level + 1
        paths = np.where(fresh, arriving, paths)
        level += 1
    passed = np.zeros((many, many))
    safe = np.where(paths > 0, paths, 1)
    for depth in range(level - 1, 0, -1):
        handed = np.where(distance == depth, (1 + passed) / safe, 0) @ tied
        passed += np.where(distance == depth - 1, handed * paths, 0)
    np.fill_diagonal(passed, 0)
    pairs = (many - 1) * (many - 2)
    return np.asarray(passed.sum(axis=0) / pairs) if pairs > 0 else np.zeros(many)


def _constraint(strength: Floats, tied: Truths) -> MaskedFloats:
    total = strength.sum(axis=1)
    alone = total == 0
    share = strength / np.where(alone, 1, total)[:, None]
    invested = np.where(tied, share + share @ share, 0)
    return np.ma.MaskedArray(np.square(invested).sum(axis=1), mask=alone)


def _effective_size(tied: Floats, degree: Whole) -> Floats:
    among_partners = np.diagonal(tied @ tied @ tied)
    return np.asarray(degree - among_partners / np.maximum(degree, 1))


def _components(tied: Truths) -> Whole:
    component = np.full(len(tied), -1, dtype=np.int64)
    for first in range(len(tied)):
        if component[first] >= 0:
            continue
        reached = np.zeros(len(tied), dtype=np.bool_)
        edge = reached.copy()
        edge[first] = True
        while edge.any():
            reached |= edge
            edge = tied[edge].any(axis=0) & ~reached
        component[reached] = first
    return component
