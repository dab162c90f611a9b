"""Concentration and gap between mixes: formulas by hand, limits by simulation."""

from itertools import combinations

import numpy as np
import pytest

from gongzhi.engines.measurement.concentration import (
    concentration_delta,
    concentration_intervals,
    gap_intervals,
)
from gongzhi.engines.measurement.inputs import CannotMeasure


def test_the_estimate_is_the_chance_that_two_items_are_of_one_kind() -> None:
    tallies = [4, 2, 1]
    kinds = [kind for kind, many in enumerate(tallies) for _ in range(many)]
    pairs = list(combinations(kinds, 2))
    alike = sum(a == b for a, b in pairs) / len(pairs)
    assert concentration_intervals(tallies).estimate == pytest.approx(alike)


def test_the_delta_method_equals_its_formula_by_hand() -> None:
    """Shares ½, ¼, ¼ of 400: Σs² = 3/8, variance 4 (5/32 − 9/64) / 400 = 1/6400."""
    result = concentration_delta([200, 100, 100]).at()
    assert result
    assert result.estimate == pytest.approx(0.375)
    assert result.upper - result.estimate == pytest.approx(1.959963984540054 / 80, rel=1e-10)


@pytest.mark.parametrize("shares", [(0.5, 0.2, 0.2, 0.1), (0.25, 0.25, 0.25, 0.25), (0.9, 0.1, 0)])
def test_concentration_limits_cover_near_their_level(shares: tuple[float, ...]) -> None:
    truth = sum(s**2 for s in shares)
    tallies = np.random.default_rng(5).multinomial(100, shares, size=150)
    result = concentration_intervals(tallies, draws=300)
    inside = (result.lower - 1e-12 <= truth) & (truth <= result.upper + 1e-12)
    assert inside.mean() > 0.9


def test_gap_limits_cover_no_gap_although_the_index_is_never_zero() -> None:
    generator = np.random.default_rng(6)
    needs = generator.multinomial(50, [0.4, 0.3, 0.3], size=100)
    offers = generator.multinomial(50, [0.4, 0.3, 0.3], size=100)
    result = gap_intervals(needs, offers, draws=300)
    assert (result.lower == 0).mean() > 0.9
    assert result.estimate.mean() > 0.05


def test_one_kind_alone_is_not_certain_in_small_numbers() -> None:
    few, many = concentration_intervals([5, 0, 0]).at(), concentration_intervals([500, 0, 0]).at()
    assert few
    assert many
    assert few.estimate == few.upper == 1
    assert few.lower < 0.7 < many.lower


def test_equal_kinds_reach_down_to_the_lowest_possible_value() -> None:
    result = concentration_intervals([10, 10, 10]).at()
    assert result
    assert result.lower == pytest.approx(min(1 / 3, result.estimate))
    assert concentration_delta([10, 10, 10]).at() is None


def test_too_few_items_are_masked_and_a_scalar_is_refused() -> None:
    assert concentration_intervals([[1, 0], [0, 0]]).estimate.tolist() == [None, None]
    assert gap_intervals([0, 0], [1, 2]).at() is None
    with pytest.raises(CannotMeasure):
        concentration_intervals(5)


def test_the_same_seed_gives_the_same_limits() -> None:
    first, second = (concentration_intervals([5, 9, 2], seed=3).at() for _ in range(2))
    assert first == second
