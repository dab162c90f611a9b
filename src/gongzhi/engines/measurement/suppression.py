"""Hide small cells of an additive table so that sums and differences can't bring them back.

Rows and columns may be hierarchical (communities in subdistricts in a district, categories in
groups). A cell from 1 to threshold − 1 is hidden; so are further cells, until everyone who
knows all published numbers, and that no number is below zero, must hold every value from 1
to the threshold itself possible for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, sparse

from gongzhi.engines.measurement.inputs import (
    CannotMeasure,
    Floats,
    MaskedFloats,
    Truths,
    Whole,
    counts,
)

# A total tells readers more than a cell: each level up costs ten times as much to hide.
_LEVEL_COST = 10.0

# A smaller change in a solution is rounding.
_STILL = 1e-7


@dataclass(frozen=True, slots=True)
class SafeTable:
    """Values of (row nodes, column nodes) with the hidden ones masked.

    `primary` marks the cells that are small, `secondary` those hidden to protect them. Neither mask
    may be published: knowing which is which gives small cells away.
    """

    values: MaskedFloats
    primary: Truths
    secondary: Truths


def suppress_small_cells(
    cells: ArrayLike,
    *,
    row_parents: Sequence[int] | None = None,
    column_parents: Sequence[int] | None = None,
    threshold: int = 5,
    show_zeros: bool = True,
    already_public: ArrayLike | None = None,
) -> SafeTable:
    """Total (rows, columns) counts up their hierarchies, and hide what must be hidden.

    A hierarchy is the parent of each node, −1 for the root; nodes without children are the
    given rows (or columns), in order. By default node 0 is the total and nodes 1 … are the rows.
    With `show_zeros` a zero is a publishable fact about nobody; it may still be hidden to protect
    others. `already_public` marks (row nodes, column nodes) that readers know anyway.

    Each small cell, smallest first, is protected by the cheapest set of cells that lets it rise
    to the threshold and fall to 1 (0 if zeros are hidden) with all sums intact: a linear programme
    in which hidden cells move for nothing and others at a price, totals ten times dearer
    for each level. The result is safe, and not always the smallest possible.

    Raises CannotMeasure ("shape", "hierarchy", "threshold", "cannot_protect": what is public
    already gives a small cell away). Cost: up to two linear programmes for each small cell.
    Sources: Fischetti and Salazar 2001; Kelly, Golden and Assad 1992 (the heuristic).
    """
    leaves = counts("cells", cells)
    if leaves.ndim != 2 or leaves.size == 0:
        raise CannotMeasure("shape", f"a table has rows and columns, not shape {leaves.shape}")
    if threshold < 2:
        raise CannotMeasure("threshold", f"a threshold below 2 hides nothing: {threshold}")
    rows = _Hierarchy.read("row_parents", row_parents, leaves.shape[0])
    columns = _Hierarchy.read("column_parents", column_parents, leaves.shape[1])
    values = rows.membership @ leaves @ columns.membership.T
    public = np.zeros(values.shape, dtype=np.bool_)
    if already_public is not None:
        public |= np.asarray(already_public, dtype=np.bool_)
    small = (values < threshold) & ~((values == 0) & show_zeros)
    if (small & public).any():
        at = [int(i) for i in np.argwhere(small & public)[0]]
        raise CannotMeasure("cannot_protect", f"the small cell {at} is public already")
    protector = _Protector(
        values=values.ravel(),
        relations=_relations(rows, columns),
        price=_LEVEL_COST ** np.add.outer(rows.height, columns.height).ravel(),
        public=public.ravel(),
    )
    hidden = protector.protect(
        small.ravel(), threshold=threshold, lowest=1.0 if show_zeros else 0.0
    )
    hidden_cells = hidden.reshape(values.shape)
    return SafeTable(
        values=np.ma.MaskedArray(np.where(hidden_cells, 0.0, values), mask=hidden_cells),
        primary=small,
        secondary=hidden_cells & ~small,
    )


@dataclass(frozen=True, slots=True)
class _Hierarchy:
    """Which leaves each node covers (nodes, leaves), its children, and its height above leaves."""

    membership: Floats
    children: tuple[tuple[int, ...], ...]
    height: Whole

    @classmethod
    def read(cls, name: str, parents: Sequence[int] | None, leaves: int) -> "_Hierarchy":
        known = [-1, *[0] * leaves] if parents is None else list(parents)
        nodes = len(known)
        children: list[list[int]] = [[] for _ in known]
        for node, parent in enumerate(known):
            if not -1 <= parent < nodes or parent == node:
                raise CannotMeasure("hierarchy", f"{name}[{node}] = {parent} is no other node")
            if parent >= 0:
                children[parent].append(node)
        bottom = [node for node in range(nodes) if not children[node]]
        if len(bottom) != leaves:
            text = f"{name} has {len(bottom)} nodes without children for {leaves} given"
            raise CannotMeasure("hierarchy", text)
        membership = np.zeros((nodes, leaves))
        height = np.zeros(nodes, dtype=np.int64)
        for leaf, lowest in enumerate(bottom):
            node, steps = lowest, 0
            while node >= 0:
                membership[node, leaf] = 1
                height[node] = max(height[node], steps)
                node, steps = known[node], steps + 1
        return cls(membership, tuple(tuple(c) for c in children), height)


@dataclass(frozen=True, slots=True)
class _Protector:
    values: Floats
    relations: sparse.csr_array
    price: Floats
    public: Truths

    def protect(self, small: Truths, *, threshold: int, lowest: float) -> Truths:
        """Hide more and more cells until each small one may rise and fall as far as it must.

        A move found for one small cell also serves every other small cell that it carries as far.
        """
        hidden = small.copy()
        rise = np.where(small, threshold - self.values, 0.0)
        fall = np.where(small, lowest - self.values, 0.0)
        order = np.flatnonzero(small)
        for cell in order[np.argsort(self.values[order], kind="stable")]:
            for needed in (rise, fall):
                if needed[cell] == 0:
                    continue
                move = self.move(int(cell), float(needed[cell]), hidden)
                hidden |= np.abs(move) > _STILL
                rise[move >= rise - _STILL] = 0
                fall[move <= fall + _STILL] = 0
        return hidden

    def move(self, cell: int, change: float, hidden: Truths) -> Floats:
        """Find the cheapest way to change the table so that this cell changes by so much."""
        size = len(self.values)
        price = np.where(hidden, 0.0, self.price)
        up = np.where(self.public, 0.0, np.inf)
        down = np.where(self.public, 0.0, self.values)
        bounds = np.column_stack([np.zeros(2 * size), np.concatenate([up, down])])
        bounds[cell], bounds[size + cell] = max(change, 0), max(-change, 0)
        found = optimize.linprog(
            np.concatenate([price, price]),
            A_eq=sparse.hstack([self.relations, -self.relations], format="csr"),
            b_eq=np.zeros(self.relations.shape[0]),
            bounds=bounds,
            method="highs",
        )
        if not found.success:
            raise CannotMeasure("cannot_protect", "what is public gives a small cell away")
        return np.asarray(found.x[:size] - found.x[size:])


def _relations(rows: _Hierarchy, columns: _Hierarchy) -> sparse.csr_array:
    """One line for each node with children and each line across it: children − node = 0."""
    across, down = len(columns.children), len(rows.children)
    by_rows = sparse.kron(_sums(rows), sparse.eye_array(across))
    by_columns = sparse.kron(sparse.eye_array(down), _sums(columns))
    return sparse.csr_array(sparse.vstack([by_rows, by_columns], format="csr"))


def _sums(hierarchy: _Hierarchy) -> sparse.csr_array:
    inner = [node for node, below in enumerate(hierarchy.children) if below]
    matrix = np.zeros((len(inner), len(hierarchy.children)))
    for line, node in enumerate(inner):
        matrix[line, node] = -1
        matrix[line, list(hierarchy.children[node])] = 1
    return sparse.csr_array(matrix)
