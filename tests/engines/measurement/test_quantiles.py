"""Medians and other quantiles: equal to scipy, defined for tiny groups."""

import numpy as np
import pytest
from scipy import stats

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.quantiles import quantile_intervals


@pytest.mark.parametrize("n", [6, 10, 25, 101])
@pytest.mark.parametrize("probability", [0.5, 0.9])
def test_limits_equal_scipy(n: int, probability: float) -> None:
    hours = np.random.default_rng(n).exponential(10, n)
    ours = quantile_intervals(hours, probability=probability)
    theirs = stats.quantile_test(hours, p=probability).confidence_interval()
    for mine, other in [(ours.lower, theirs.low), (ours.upper, theirs.high)]:
        assert mine.tolist()[0] == (None if np.isnan(other) else pytest.approx(other, abs=1e-12))
    assert ours.estimate[0] == pytest.approx(np.quantile(hours, probability))


def test_a_textbook_median_of_ten_uses_the_second_and_ninth_value() -> None:
    result = quantile_intervals(np.arange(1.0, 11))
    assert (result.lower[0], result.upper[0]) == (2, 9)
    assert result.achieved[0] == pytest.approx(1 - 22 / 1024)


def test_groups_are_kept_apart_and_an_empty_group_is_masked() -> None:
    values, groups = np.arange(20.0), np.array([0] * 10 + [2] * 10)
    result = quantile_intervals(values, groups=groups, n_groups=3)
    assert result.estimate.tolist() == [4.5, None, 14.5]
    assert result.lower.tolist() == [1, None, 11]


def test_one_value_has_a_median_and_no_limits() -> None:
    result = quantile_intervals([7.0])
    assert (result.estimate[0], result.lower.tolist(), result.upper.tolist()) == (7, [None], [None])


def test_an_unknown_group_is_refused_by_row() -> None:
    with pytest.raises(CannotMeasure) as caught:
        quantile_intervals([1.0, 2.0], groups=np.array([0, 5]), n_groups=2)
    assert caught.value.code == "unknown_group"
    assert "[1]" in str(caught.value)
