"""Small cells: an attacker with linear programming learns nothing about them."""

from collections.abc import Sequence

import numpy as np
import pytest
from scipy import optimize

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.suppression import SafeTable, suppress_small_cells

# A district with two subdistricts, of two and three communities.
DISTRICT = [-1, 0, 0, 1, 1, 2, 2, 2]
CATEGORIES = [-1, 0, 0, 0, 1, 1]


def blocks(parents: Sequence[int]) -> np.ndarray:
    """Which leaves lie under each node: written apart from the engine, to check it."""
    leaves = [node for node in range(len(parents)) if node not in parents]

    def under(leaf: int, node: int) -> bool:
        return leaf == node or (parents[leaf] >= 0 and under(parents[leaf], node))

    return np.array([[under(leaf, node) for leaf in leaves] for node in range(len(parents))], float)


def attack(
    table: SafeTable, rows: Sequence[int], columns: Sequence[int], *, whole: bool = False
) -> dict[tuple[int, int], tuple[float, float]]:
    """Bound each small cell by every published sum of unknown leaves, none below zero."""
    cover = np.kron(blocks(rows), blocks(columns))
    shown = ~np.ma.getmaskarray(table.values).ravel()
    equal = {"A_eq": cover[shown], "b_eq": np.ma.getdata(table.values).ravel()[shown]}
    ranges = {}
    for at in np.argwhere(table.primary):
        cell = int(np.ravel_multi_index(tuple(at), table.primary.shape))
        ends = []
        for sign in (1, -1):
            found = optimize.linprog(
                sign * cover[cell], **equal, bounds=(0, 10_000), integrality=int(whole)
            )
            assert found.success
            ends.append(sign * found.fun)
        ranges[at[0], at[1]] = (ends[0], ends[1])
    return ranges


@pytest.mark.parametrize("seed", range(12))
def test_an_attacker_must_hold_every_small_value_possible(seed: int) -> None:
    generator = np.random.default_rng(seed)
    cells = generator.poisson(generator.choice([2, 8, 40], (5, 4)))
    table = suppress_small_cells(cells, row_parents=DISTRICT, column_parents=CATEGORIES)
    for whole in (False, True):
        for low, high in attack(table, DISTRICT, CATEGORIES, whole=whole).values():
            assert low <= 1 + 1e-6
            assert high >= 5 - 1e-6


def test_hiding_only_the_small_cells_would_have_given_them_away() -> None:
    """The attack of these tests works: without complementary cells it finds the exact value."""
    cells = np.array([[3, 20, 30], [40, 50, 60], [70, 80, 90]])
    safe = suppress_small_cells(cells)
    naive = SafeTable(
        values=np.ma.MaskedArray(np.ma.getdata(_totalled(cells)), mask=safe.primary),
        primary=safe.primary,
        secondary=safe.primary & False,
    )
    flat = [-1, 0, 0, 0]
    assert attack(naive, flat, flat) == {(1, 1): (3, 3)}
    assert safe.secondary.sum() == 3


def _totalled(cells: np.ndarray) -> np.ma.MaskedArray:
    full = np.zeros((cells.shape[0] + 1, cells.shape[1] + 1))
    full[1:, 1:] = cells
    full[0, 1:], full[1:, 0], full[0, 0] = cells.sum(0), cells.sum(1), cells.sum()
    return np.ma.MaskedArray(full)


def test_published_values_are_true_and_hidden_ones_leave_no_trace() -> None:
    cells = np.array([[3, 20], [40, 50]])
    table = suppress_small_cells(cells)
    shown = ~np.ma.getmaskarray(table.values)
    np.testing.assert_array_equal(
        np.ma.getdata(table.values)[shown], np.ma.getdata(_totalled(cells))[shown]
    )
    assert (np.ma.getdata(table.values)[~shown] == 0).all()


def test_a_table_without_small_cells_is_published_whole() -> None:
    table = suppress_small_cells([[5, 0], [9, 100]])
    assert not np.ma.getmaskarray(table.values).any()


def test_zeros_are_hidden_when_asked() -> None:
    table = suppress_small_cells([[50, 0], [9, 100]], show_zeros=False)
    assert table.primary[1, 2]
    ((low, high),) = attack(table, [-1, 0, 0], [-1, 0, 0]).values()
    assert (low, high >= 5) == (0, True)


def test_a_single_row_hides_its_total_too() -> None:
    table = suppress_small_cells([[3]])
    assert np.ma.getmaskarray(table.values).all()


def test_a_small_subtotal_is_hidden_although_its_parts_are_zero_and_small() -> None:
    table = suppress_small_cells(
        [[2], [1], [50], [60], [70]], row_parents=DISTRICT, column_parents=[-1]
    )
    assert table.primary[1, 0]
    assert min(high for _, high in attack(table, DISTRICT, [-1]).values()) >= 5 - 1e-6


def test_what_is_public_already_stays_shown_or_is_refused() -> None:
    totals = np.zeros((3, 3), bool)
    totals[0], totals[:, 0] = True, True
    table = suppress_small_cells([[3, 20], [40, 50]], already_public=totals)
    assert not np.ma.getmaskarray(table.values)[totals].any()
    with pytest.raises(CannotMeasure) as caught:
        suppress_small_cells([[3]], already_public=[[True, True], [True, False]])
    assert caught.value.code == "cannot_protect"


@pytest.mark.parametrize(
    "parents", [[-1, 0], [-1, 0, 0, 0, 0], [0, 1, 1], [1, 0, 1, 1], [-1, 9, 0]]
)
def test_broken_hierarchies_are_refused(parents: list[int]) -> None:
    with pytest.raises(CannotMeasure) as caught:
        suppress_small_cells([[1], [2], [3]], row_parents=parents)
    assert caught.value.code == "hierarchy"


def test_the_district_scan_leaves_most_of_the_table_shown() -> None:
    cells = np.random.default_rng(0).poisson(
        np.linspace(3, 60, 36)[:, None] * np.linspace(0.2, 2, 8)
    )
    table = suppress_small_cells(cells)
    assert table.primary.any()
    assert table.secondary.sum() <= table.primary.sum()
