"""Small cells are hidden before anybody sees a table, with as many more as protect them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.suppression import suppress_small_cells
from gongzhi.insights.indicators.cells import Cell, hidden

FEWEST = 5
# Each small cell costs up to two linear programmes over the whole table; beyond so many, whole
# columns are hidden instead, which is safe, quick, and what a table that thin is worth.
_MOST_PROTECTED = 40


@dataclass(frozen=True, slots=True)
class Tree:
    """The cells of one indicator at every level of places, each row with the same columns.

    `street_of` gives the position of the street of each community; None where it has none, or
    where streets are not told of.
    """

    total: Sequence[Cell]
    streets: Sequence[Sequence[Cell]]
    communities: Sequence[Sequence[Cell]]
    street_of: Sequence[int | None]


def hide_tree(tree: Tree) -> Tree:
    """Hide what must be hidden at all levels together, since all of them are shown somewhere.

    The counts that matter are the denominators: one from 1 to 4 speaks of single requests. Columns
    are tables of their own. Months of one quarter are hidden together, because a quarter's number
    less the other months' would be that of the month.
    """
    rows = [tree.total, *tree.streets, *tree.communities]
    counts = np.array([[cell.denominator or 0 for cell in row] for row in rows])
    if not _is_small(counts).any():
        return tree
    thin = int(_is_small(counts).sum()) > _MOST_PROTECTED
    keep = np.ones(counts.shape, dtype=bool)
    for column in np.flatnonzero(_is_small(counts).any(axis=0)):
        keep[:, column] = _shown(counts[:, column], tree, thin=thin)
    keep = _whole_quarters(keep, [cell.month for cell in tree.total])
    shown = [
        [cell if keep[r, c] else hidden(cell) for c, cell in enumerate(row)]
        for r, row in enumerate(rows)
    ]
    first = 1 + len(tree.streets)
    return replace(tree, total=shown[0], streets=shown[1:first], communities=shown[first:])


def _shown(counts: np.ndarray, tree: Tree, *, thin: bool) -> np.ndarray:
    """Which of total, streets and communities may be shown in one column."""
    small = _is_small(counts)
    bare = np.zeros(len(counts), dtype=bool)
    bare[0] = counts[0] >= FEWEST and small[1:].sum() != 1
    if thin:
        return bare
    parents = [-1, *([0] * len(tree.streets))]
    parents += [0 if street is None else street + 1 for street in tree.street_of]
    # Records at no community (or no street) are a leaf of their own, which nobody is shown.
    told = np.array(parents[1:])
    below = np.arange(1, len(counts))
    strays = [
        counts[node] - counts[below[told == node]].sum() for node in range(1 + len(tree.streets))
    ]
    leaves = np.concatenate([counts[1 + len(tree.streets) :], np.maximum(strays, 0)])
    parents += list(range(1 + len(tree.streets)))
    # Where there is none, readers will take it for granted.
    public = np.zeros((len(parents), 1), dtype=bool)
    public[len(counts) :, 0] = np.array(strays) <= 0
    try:
        safe = suppress_small_cells(
            leaves[:, None],
            row_parents=parents,
            column_parents=[-1],
            threshold=FEWEST,
            already_public=public,
        )
    except CannotMeasure:
        return bare
    hidden_nodes = np.ma.getmaskarray(safe.values)[:, 0]
    return np.asarray(~hidden_nodes[: len(counts)])


def _whole_quarters(keep: np.ndarray, months: Sequence[int | None]) -> np.ndarray:
    """A row's months of a quarter are shown together or not at all."""
    quarters = np.array([-1 if month is None else month // 3 for month in months])
    kept = keep.copy()
    for quarter in np.unique(quarters[quarters >= 0]):
        inside = quarters == quarter
        kept[:, inside] = np.asarray(keep[:, inside].all(axis=1))[:, None]
    return kept


def hide_small(
    cells: Sequence[Sequence[Cell]], totals: Sequence[Cell]
) -> tuple[list[list[Cell]], list[Cell]]:
    """Hide what must be hidden in a table of (groups, columns) cells shown with its totals."""
    found = hide_tree(Tree(totals, (), cells, [None] * len(cells)))
    return [list(row) for row in found.communities], list(found.total)


def _is_small(counts: np.ndarray) -> np.ndarray:
    return np.asarray((counts > 0) & (counts < FEWEST))
