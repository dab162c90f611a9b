"""EWMA and CUSUM: recursions by hand, false alarms as published and as simulated."""

import numpy as np
import pytest

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.slow_shifts import (
    cusum,
    cusum_false_alarms,
    ewma,
    ewma_false_alarms,
)


def test_ewma_follows_its_recursion_and_limits() -> None:
    result = ewma([1.0, 2.0, -1.0], weight=0.5, width=3)
    assert result.value.tolist() == [0.5, 1.25, 0.125]
    expected = [3 * np.sqrt(1 / 3 * (1 - 0.25**t)) for t in (1, 2, 3)]
    assert result.limit.tolist() == pytest.approx(expected)


def test_cusum_follows_its_recursion_in_both_directions() -> None:
    result = cusum([1.0, -3.0, 2.0], slack=0.5, bound=2)
    assert result.upward.tolist() == [0.5, 0, 1.5]
    assert result.downward.tolist() == [0, 2.5, 0]
    assert result.alarm.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("weight", "width"), [(0.05, 2.615), (0.1, 2.814), (0.2, 2.962), (0.25, 2.998)]
)
def test_ewma_run_lengths_equal_the_table_of_lucas_and_saccucci(
    weight: float, width: float
) -> None:
    stated = ewma_false_alarms(weight=weight, width=width, widening=False)
    assert stated.mean_months == pytest.approx(500, rel=0.005)


@pytest.mark.parametrize(("bound", "months"), [(4, 168), (5, 465)])
def test_cusum_run_lengths_equal_the_table_of_montgomery(bound: float, months: float) -> None:
    assert cusum_false_alarms(bound=bound).mean_months == pytest.approx(months, rel=0.003)


def test_the_stated_chance_of_a_false_alarm_in_two_years_is_the_simulated_one() -> None:
    z = np.random.default_rng(9).standard_normal((40_000, 24))
    seen = cusum(z, bound=4).alarm.any(axis=1).mean()
    assert cusum_false_alarms(bound=4, months=24).probability == pytest.approx(seen, abs=0.005)
    seen = ewma(z).alarm.any(axis=1).mean()
    assert ewma_false_alarms(months=24).probability == pytest.approx(seen, abs=0.004)
    constant = np.abs(ewma(z).value) > 2.962 / 3
    stated = ewma_false_alarms(months=24, widening=False).probability
    assert stated == pytest.approx(constant.any(axis=1).mean(), abs=0.004)


def test_a_missing_month_leaves_the_sums_where_they_were() -> None:
    z = np.ma.MaskedArray([3.0, 99.0, 0.0], mask=[False, True, False])
    assert cusum(z).upward.tolist() == [2.5, 2.5, 2.0]
    assert ewma(z, weight=0.5).value.tolist() == [1.5, 1.5, 0.75]
    assert not ewma(z).alarm[1]


def test_impossible_designs_are_refused() -> None:
    calls = [
        lambda: ewma([0.0], weight=0),
        lambda: cusum([0.0], bound=0),
        lambda: ewma_false_alarms(months=-1),
        lambda: ewma(3.0),
    ]
    for call in calls:
        with pytest.raises(CannotMeasure):
            call()
