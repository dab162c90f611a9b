"""Shares: equal to statsmodels, defined at the edges, honest about their coverage."""

import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.stats.proportion import proportion_confint

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.proportions import proportion_intervals

CASES = [(0, 5), (1, 5), (5, 5), (7, 30), (29, 30), (60, 300), (1, 1), (0, 1), (480, 1000)]


@pytest.mark.parametrize(("name", "theirs"), [("wilson", "wilson"), ("exact", "beta")])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.998])
def test_limits_equal_statsmodels(name: str, theirs: str, level: float) -> None:
    k, n = np.array(CASES).T
    ours = proportion_intervals(k, n, level=level, method=name)  # type: ignore[arg-type]
    expected = [proportion_confint(a, b, alpha=1 - level, method=theirs) for a, b in CASES]
    np.testing.assert_allclose(np.column_stack([ours.lower, ours.upper]), expected, atol=1e-12)


@pytest.mark.parametrize(("k", "n"), [(1, 5), (3, 10), (7, 30), (60, 300)])
def test_mid_p_limits_solve_their_equation(k: int, n: int) -> None:
    interval = proportion_intervals(k, n, method="mid_p").at()
    assert interval

    def upper_tail(p: float) -> float:
        return stats.binom.sf(k, n, p) + stats.binom.pmf(k, n, p) / 2 - 0.025

    def lower_tail(p: float) -> float:
        return stats.binom.cdf(k - 1, n, p) + stats.binom.pmf(k, n, p) / 2 - 0.025

    low = optimize.brentq(upper_tail, 1e-9, k / n, xtol=1e-14)
    high = optimize.brentq(lower_tail, k / n, 1 - 1e-9, xtol=1e-14)
    assert (interval.lower, interval.upper) == pytest.approx((low, high), abs=1e-10)


def test_a_newcombe_worked_example_is_met() -> None:
    """Newcombe 1998, table I: 81 of 263; Wilson, exact and mid-p to four places."""
    for method, low, high in [
        ("wilson", 0.2553, 0.3662),
        ("exact", 0.2527, 0.3676),
        ("mid_p", 0.2544, 0.3658),
    ]:
        interval = proportion_intervals(81, 263, method=method).at()  # type: ignore[arg-type]
        assert interval
        assert (round(interval.lower, 4), round(interval.upper, 4)) == (low, high)


@pytest.mark.parametrize("method", ["wilson", "exact", "mid_p", "recommended"])
def test_none_and_all_have_limits_of_exactly_zero_and_one(method: str) -> None:
    result = proportion_intervals([0, 7], [7, 7], method=method)  # type: ignore[arg-type]
    assert (result.lower[0], result.upper[1]) == (0, 1)
    assert 0 < result.upper[0] < 1
    assert 0 < result.lower[1] < 1


def test_no_trials_is_no_estimate() -> None:
    result = proportion_intervals([[0, 1]], [[0, 2]])
    assert result.estimate.tolist() == [[None, 0.5]]
    assert result.at(0, 0) is None
    assert not np.isnan(np.ma.getdata(result.lower)).any()


def test_the_recommended_method_is_mid_p_for_few_and_wilson_for_many() -> None:
    k, n = [3, 50, 297], [300, 300, 300]
    ours = proportion_intervals(k, n)
    few, many = (proportion_intervals(k, n, method=m) for m in ("mid_p", "wilson"))  # type: ignore[arg-type]
    assert ours.lower.tolist() == [few.lower[0], many.lower[1], few.lower[2]]


@pytest.mark.parametrize("n", [20, 50, 200])
def test_mean_coverage_is_within_a_point_of_the_level(n: int) -> None:
    """Exact, not simulated: every outcome weighed by its chance, over shares from 0 to 1."""
    k, truth = np.arange(n + 1), (np.arange(1000) + 0.5) / 1000
    ours = proportion_intervals(k, n)
    inside = (ours.lower[:, None] <= truth) & (truth <= ours.upper[:, None])
    coverage = (stats.binom.pmf(k[:, None], n, truth) * inside).sum(axis=0).mean()
    assert coverage == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize(
    ("k", "n", "code", "place"),
    [
        ([1, 3], [2, 2], "more_than_possible", "[1]"),
        ([-1], [2], "negative", "[0]"),
        ([0.5], [2], "not_whole", "[0]"),
        ([float("nan")], [2], "not_a_number", "[0]"),
        (["many"], [2], "not_a_number", ""),
        ([1, 2, 3], [4, 4], "shape", "(3,)"),
    ],
)
def test_impossible_counts_are_refused_by_place(k: list, n: list, code: str, place: str) -> None:
    with pytest.raises(CannotMeasure) as caught:
        proportion_intervals(k, n)
    assert caught.value.code == code
    assert place in str(caught.value)


@pytest.mark.parametrize("level", [0, 1, 95, -1])
def test_a_level_outside_zero_and_one_is_refused(level: float) -> None:
    with pytest.raises(CannotMeasure, match="confidence level"):
        proportion_intervals(1, 2, level=level)
