"""Whatever counts come in, no NaN or infinity goes out, not even beneath a mask."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.engines.measurement.change_points import detect_single_change, find_changes
from gongzhi.engines.measurement.concentration import (
    concentration_delta,
    concentration_intervals,
    gap_intervals,
)
from gongzhi.engines.measurement.control_charts import draw_chart
from gongzhi.engines.measurement.designs import read_design
from gongzhi.engines.measurement.differences import Comparison, find_differences
from gongzhi.engines.measurement.funnels import draw_funnel, funnel_limits
from gongzhi.engines.measurement.networks import describe_network, joint_items
from gongzhi.engines.measurement.proportions import proportion_intervals
from gongzhi.engines.measurement.quantiles import quantile_intervals
from gongzhi.engines.measurement.rates import rate_intervals
from gongzhi.engines.measurement.runs_rules import read_signals
from gongzhi.engines.measurement.shrinkage import shrink_proportions, shrink_rates
from gongzhi.engines.measurement.slow_shifts import cusum, ewma
from gongzhi.engines.measurement.standardisation import standardise_proportions, standardise_rates
from gongzhi.engines.measurement.survey_estimates import (
    estimate_means,
    estimate_shares,
    estimate_totals,
)

SIZES = st.sampled_from([0, 1, 2, 3, 5, 8, 40, 1000])


@st.composite
def counts_out_of(
    draw: st.DrawFn, *, least: int = 2, most: int = 8
) -> tuple[np.ndarray, np.ndarray]:
    n = np.array(draw(st.lists(SIZES, min_size=least, max_size=most)))
    shares = draw(st.lists(st.sampled_from([0, 0.3, 0.9, 1]), min_size=len(n), max_size=len(n)))
    return np.floor(n * np.array(shares)).astype(int), n


def numbers_in(result: Any) -> Iterator[np.ndarray]:
    """Every number of a result, those beneath masks included."""
    if is_dataclass(result):
        for field in fields(result):
            yield from numbers_in(getattr(result, field.name))
    elif isinstance(result, dict):
        for value in result.values():
            yield from numbers_in(value)
    elif isinstance(result, list | tuple):
        for value in result:
            yield from numbers_in(value)
    elif isinstance(result, np.ndarray | float):
        yield np.ma.getdata(result)


def assert_sound(result: Any, *, infinite: bool = False) -> None:
    for numbers in numbers_in(result):
        wrong = np.isnan(numbers) if infinite else ~np.isfinite(numbers)
        assert not wrong.any(), result


@settings(max_examples=60, deadline=None)
@given(counts_out_of())
def test_intervals_and_comparisons_are_sound(counts: tuple[np.ndarray, np.ndarray]) -> None:
    k, n = counts
    for method in ("wilson", "exact", "mid_p", "recommended"):
        assert_sound(proportion_intervals(k, n, method=method))
    for method in ("mid_p", "exact"):
        assert_sound(rate_intervals(k, n, method=method))
    for adjustment in ("additive", "multiplicative", "none"):
        assert_sound(draw_funnel(k, n, adjustment=adjustment))
        assert_sound(draw_funnel(k, n, kind="rate", adjustment=adjustment))
    names = [str(i) for i in range(len(n))]
    scan = {"share": Comparison(k, n), "rate": Comparison(k, n, "rate")}
    for control in ("bh", "by", "storey"):
        assert_sound(find_differences(scan, names, control=control))
    if (n > 0).sum() > 1:
        assert_sound(shrink_proportions(k, n), infinite=True)
        assert_sound(shrink_rates(k, n), infinite=True)
    weight = np.ones(len(n))
    assert_sound(standardise_proportions(k, n, weight))
    for method in ("mid_p", "gamma"):
        assert_sound(standardise_rates(k, n, weight, method=method))
    assert_sound(concentration_delta(n))


@settings(max_examples=25, deadline=None)
@given(counts_out_of(most=5))
def test_indices_are_sound_and_ordered(counts: tuple[np.ndarray, np.ndarray]) -> None:
    k, n = counts
    result = concentration_intervals(n, draws=60)
    assert_sound(result)
    assert_sound(gap_intervals(k, n, draws=60))
    if (interval := result.at()) is not None:
        assert 0 <= interval.lower <= interval.estimate <= interval.upper <= 1


@settings(max_examples=40, deadline=None)
@given(counts_out_of(least=6, most=14))
def test_months_are_sound(counts: tuple[np.ndarray, np.ndarray]) -> None:
    k, n = counts
    for kind in ("proportion", "rate"):
        chart = draw_chart(k, n, kind=kind)
        assert_sound(chart)
        assert_sound(read_signals(chart.z))
        assert_sound(ewma(chart.z))
        assert_sound(cusum(chart.z))
        assert_sound(find_changes(k, n, kind=kind))
        if n.sum():
            assert_sound(detect_single_change(k, n, kind=kind, replicates=19))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=12),
    st.lists(st.booleans(), min_size=12, max_size=12),
    st.lists(st.sampled_from("abc"), min_size=12, max_size=12),
)
def test_surveys_are_sound(scores: list[int], silent: list[bool], places: list[str]) -> None:
    size = len(scores)
    design = read_design(np.ones(size), lone="certain")
    answers = np.ma.MaskedArray(np.array(scores, float), mask=silent[:size])
    assert_sound(estimate_means(design, answers, domains=places[:size]))
    assert_sound(estimate_totals(design, answers, domains=places[:size]))
    for method in ("wilson", "logit"):
        assert_sound(estimate_shares(design, answers, [1, 2, 3, 4, 5], method=method))
    assert_sound(quantile_intervals(np.array(scores, float)))
    assert_sound(describe_network(joint_items(np.array(scores)[:, None] > [1, 2, 3])))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3000), st.sampled_from([0.0, 0.01, 0.5, 1.0]), st.sampled_from([0.8, 0.998]))
def test_funnel_limits_are_sound_and_hold_the_target(n: int, target: float, level: float) -> None:
    for kind in ("proportion", "rate"):
        low, high = funnel_limits([n], target=target, kind=kind, level=level)
        assert_sound((low, high))
        assert low[0] <= target <= high[0]
