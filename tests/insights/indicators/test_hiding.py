"""What is small is hidden, and nothing shown gives it away."""

import itertools

import numpy as np
import pytest

from gongzhi.insights.indicators.cells import Cell, Standing
from gongzhi.insights.indicators.hiding import hide_alone, hide_small
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
    """By brute force: what a reader of communities, streets and total can conclude."""
    rng = np.random.default_rng(seed)
    counts = rng.choice([0, 1, 2, 3, 4, 6, 9], size=5)
    streets = [1, 1, 2, 2, 2]
    rows, totals = hide_small(*table([[int(c)] for c in counts]), streets=streets)
    known = [None if r[0].standing is Standing.HIDDEN else int(r[0].denominator or 0) for r in rows]
    total = totals[0].denominator if totals[0].is_measured else None
    open_cells = [i for i, value in enumerate(known) if value is None]
    for target in open_cells:
        if not 0 < counts[target] < 5:
            continue
        possible = set()
        for guess in itertools.product(range(1, 26), repeat=len(open_cells)):
            values = [v if v is not None else 0 for v in known]
            for position, value in zip(open_cells, guess, strict=True):
                values[position] = value
            if total is None or sum(values) == total:
                possible.add(values[target])
            if len(possible) >= 4:
                break
        assert len(possible) >= 4, (counts, known, total)


def test_a_table_too_thin_to_protect_cell_by_cell_keeps_whole_columns_back() -> None:
    columns = [[2, 8] for _ in range(45)]
    rows, totals = hide_small(*table(columns))
    assert all(row[0].standing is Standing.HIDDEN for row in rows)
    assert all(row[1].is_measured for row in rows)
    assert shown(totals) == [90, 360]


def test_a_cell_by_itself_is_hidden_when_small() -> None:
    assert hide_alone(cell(4)).standing is Standing.HIDDEN
    assert hide_alone(cell(5)).is_measured
