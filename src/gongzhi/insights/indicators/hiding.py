"""Small cells are hidden before anybody sees a table, with as many more as protect them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gongzhi.engines.measurement.suppression import suppress_small_cells
from gongzhi.insights.indicators.cells import Cell, Standing, hidden

FEWEST = 5
# Each small cell costs up to two linear programmes over the whole table; beyond so many, whole
# columns are hidden instead, which is safe, quick, and what a table that thin is worth.
_MOST_PROTECTED = 40


def hide_small(
    cells: Sequence[Sequence[Cell]],
    totals: Sequence[Cell],
    *,
    streets: Sequence[int | None] = (),
) -> tuple[list[list[Cell]], list[Cell]]:
    """Hide what must be hidden in a table of (groups, columns) cells shown with its totals.

    `streets` names the street of each group where tables of streets are shown too: their totals
    count as published and are protected along with the rest. Returns the table and the totals. The
    counts that matter are the denominators: a denominator from 1 to 4 speaks of single requests.
    """
    counts = np.array([[cell.denominator or 0 for cell in row] for row in cells])
    whole = np.array([cell.denominator or 0 for cell in totals])
    if counts.size == 0 or (not _is_small(counts).any() and not _is_small(whole).any()):
        return [list(row) for row in cells], list(totals)
    # Records outside every group make the total more than the sum: a row of their own.
    strays = np.maximum(whole - counts.sum(axis=0), 0)
    table = np.vstack([counts, strays[None, :]])
    keep, keep_totals = _kept(table, [*(streets or [None] * len(cells)), None])
    shown = [
        [cell if keep[r, c] else _hide(cell) for c, cell in enumerate(row)]
        for r, row in enumerate(cells)
    ]
    return shown, [c if keep_totals[i] else _hide(c) for i, c in enumerate(totals)]


def _hide(cell: Cell) -> Cell:
    return cell if cell.standing is Standing.NO_RECORD else hidden(cell)


def _is_small(counts: np.ndarray) -> np.ndarray:
    return np.asarray((counts > 0) & (counts < FEWEST))


def _kept(table: np.ndarray, streets: Sequence[int | None]) -> tuple[np.ndarray, np.ndarray]:
    """Which cells, and which column totals, may be shown. Each column is a table of its own.

    Row totals over columns are never shown beside the columns, so columns don't meet.
    """
    keep = np.ones(table.shape, dtype=bool)
    keep_totals = np.ones(table.shape[1], dtype=bool)
    thin = int(_is_small(table).sum()) > _MOST_PROTECTED
    parents, order = _hierarchy(streets)
    for column in range(table.shape[1]):
        small = _is_small(table[:, column])
        if not small.any():
            continue
        if thin:
            keep[:, column] = False
            keep_totals[column] = table[:, column].sum() >= FEWEST and small.sum() > 1
            continue
        safe = suppress_small_cells(
            table[order, column][:, None],
            row_parents=parents,
            column_parents=[-1],
            threshold=FEWEST,
        )
        shown = ~np.ma.getmaskarray(safe.values)[:, 0]
        keep[order, column] = shown[-len(order) :]
        keep_totals[column] = shown[0]
    return keep, keep_totals


def _hierarchy(streets: Sequence[int | None]) -> tuple[list[int], list[int]]:
    """Parents of total, streets and groups; and the groups in the order of those nodes."""
    named = sorted({street for street in streets if street is not None})
    parents = [-1, *([0] * len(named))]
    nodes = {street: position + 1 for position, street in enumerate(named)}
    parents += [nodes[street] if street is not None else 0 for street in streets]
    return parents, list(range(len(streets)))


def hide_alone(cell: Cell) -> Cell:
    """A cell shown by itself, away from any table."""
    if _is_small(np.array([cell.denominator or 0]))[0]:
        return replace(hidden(cell))
    return cell
