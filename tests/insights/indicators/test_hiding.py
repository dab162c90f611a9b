"""What is small is hidden, and nothing shown gives it away."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from gongzhi.insights.indicators.cells import Cell, Standing
from gongzhi.insights.indicators.hiding import Tree, hide_small, hide_tree
from gongzhi.insights.indicators.shapes import Level


def cell(count: int, group: int | None = None) -> Cell:
    if not count:
        return Cell("x", Level.COMMUNITY, group, None, Standing.NO_RECORD)
    return Cell(
        "x", Level.COMMUNITY, group, None, Standing.MEASURED, count, count, count, 1.0, 0.5, 1.0
    )


def table(columns: list[list[int]]) -> tuple[list[list[Cell]], list[Cell]]:
    rows = [[cell(count, group) for count in row] for group, row in enumerate(columns, start=1)]
    totals = [cell(int(total)) for total in np.sum(columns, axis=0)]
    return rows, totals


def shown(cells: list[Cell]) -> list[float | None]:
    return [each.denominator if each.is_measured else None for each in cells]


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    rows, totals = hide_small(*table([[5], [8], [0]]))
    assert [shown(row) for row in rows] == [[5], [8], [None]]
    assert rows[2][0].standing is Standing.NO_RECORD
    assert shown(totals) == [13]


def test_one_small_cell_takes_another_with_it() -> None:
    rows, totals = hide_small(*table([[3], [20], [30]]))
    hidden = [row[0].standing for row in rows].count(Standing.HIDDEN)
    assert rows[0][0].standing is Standing.HIDDEN
    assert hidden == 2
    assert shown(totals) == [53]


def test_a_hidden_cell_keeps_none_of_its_numbers() -> None:
    rows, _totals = hide_small(*table([[3], [20], [30]]))
    gone = rows[0][0]
    assert (gone.n, gone.numerator, gone.denominator, gone.value) == (0, None, None, None)


@pytest.mark.parametrize("seed", range(20))
def test_every_small_cell_could_be_any_number_up_to_four(seed: int) -> None:
    """By brute force: what a reader of communities, streets and total together can conclude."""
    rng = np.random.default_rng(seed)
    counts = [int(count) for count in rng.choice([0, 1, 2, 3, 4, 6, 9], size=5)]
    street_of = [0, 0, 1, 1, 1]
    streets = [sum(counts[:2]), sum(counts[2:])]
    told = hide_tree(
        Tree(
            [cell(sum(counts))],
            [[cell(count)] for count in streets],
            [[cell(count)] for count in counts],
            street_of,
        )
    )
    known = [_told(row[0]) for row in told.communities]
    street_known = [_told(row[0]) for row in told.streets]
    total = _told(told.total[0])
    open_cells = [i for i, value in enumerate(known) if value is None]
    for target in open_cells:
        if not 0 < counts[target] < 5:
            continue
        possible = set()
        for guess in itertools.product(range(16), repeat=len(open_cells)):
            values = [v if v is not None else 0 for v in known]
            for position, value in zip(open_cells, guess, strict=True):
                values[position] = value
            sums = [sum(values[:2]), sum(values[2:])]
            fits = all(k is None or k == v for k, v in zip(street_known, sums, strict=True))
            if fits and (total is None or sum(values) == total):
                possible.add(values[target])
        assert {1, 2, 3, 4} <= possible, (counts, known, street_known, total)


def _told(cell: Cell) -> int | None:
    return None if cell.standing is Standing.HIDDEN else int(cell.denominator or 0)


def test_months_of_one_quarter_are_hidden_together() -> None:
    january = 2026 * 12
    row = [
        replace(cell(count, 1), month=january + number)
        for number, count in enumerate([20, 3, 20, 20, 20, 20])
    ]
    other = [replace(each, group=2, numerator=40.0, denominator=40.0) for each in row]
    total = [replace(cell(60), month=january + number) for number in range(6)]
    rows, _totals = hide_small([row, other], total)
    assert [each.is_measured for each in rows[0]] == [False] * 3 + [True] * 3


def test_a_table_too_thin_to_protect_cell_by_cell_keeps_whole_columns_back() -> None:
    columns = [[2, 8] for _ in range(45)]
    rows, totals = hide_small(*table(columns))
    assert all(row[0].standing is Standing.HIDDEN for row in rows)
    assert all(row[1].is_measured for row in rows)
    assert shown(totals) == [90, 360]


def test_a_cell_by_itself_is_hidden_when_small() -> None:
    for count, shown in ((4, False), (5, True)):
        assert hide_small([], [cell(count)])[1][0].is_measured is shown
