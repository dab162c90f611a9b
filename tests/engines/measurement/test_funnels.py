"""Funnels: dispersion equal to scipy and statsmodels, limits to direct enumeration."""

import numpy as np
import pytest
from scipy import stats
from scipy.stats.mstats import winsorize
from statsmodels.stats.meta_analysis import combine_effects

from gongzhi.engines.measurement.funnels import draw_funnel, funnel_limits
from gongzhi.engines.measurement.inputs import CannotMeasure

RNG = np.random.default_rng(11)
TRIALS = RNG.integers(20, 400, 36)
SUCCESSES = RNG.binomial(TRIALS, RNG.beta(30, 10, 36))


def test_dispersion_is_the_mean_square_of_winsorised_distances() -> None:
    target = SUCCESSES.sum() / TRIALS.sum()
    z = (SUCCESSES / TRIALS - target) / np.sqrt(target * (1 - target) / TRIALS)
    expected = np.square(np.asarray(winsorize(z, limits=(0.1, 0.1)))).mean()
    assert draw_funnel(SUCCESSES, TRIALS).dispersion == pytest.approx(expected, rel=1e-12)


def test_variance_between_communities_equals_dersimonian_and_laird() -> None:
    counts, exposure = RNG.poisson(TRIALS * 0.4 * RNG.gamma(20, 1 / 20, 36)), TRIALS
    target = counts.sum() / exposure.sum()
    funnel = draw_funnel(counts, exposure, kind="rate", winsorised=0)
    theirs = combine_effects(counts / exposure, target / exposure, method_re="dl")
    assert bool(funnel.adjusted)
    assert float(funnel.between) ** 2 == pytest.approx(theirs.tau2, rel=1e-8)


def test_multiplicative_limits_divide_the_distance_by_the_root_of_dispersion() -> None:
    plain = draw_funnel(SUCCESSES, TRIALS, adjustment="none")
    wider = draw_funnel(SUCCESSES, TRIALS, adjustment="multiplicative")
    assert bool(wider.adjusted)
    np.testing.assert_allclose(wider.z * np.sqrt(wider.dispersion), plain.z, rtol=1e-12)
    np.testing.assert_allclose(wider.p_value, 2 * stats.norm.sf(abs(wider.z)), rtol=1e-10)


def test_without_over_dispersion_p_values_are_twice_the_smaller_mid_p_tail() -> None:
    k, n = np.array([3, 9, 6, 7]), np.array([10, 12, 10, 12])
    funnel = draw_funnel(k, n, target=0.6)
    assert not funnel.adjusted
    low = stats.binom.cdf(k, n, 0.6) - stats.binom.pmf(k, n, 0.6) / 2
    np.testing.assert_allclose(funnel.p_value, 2 * np.minimum(low, 1 - low), rtol=1e-12)


def test_columns_are_judged_apart() -> None:
    together = draw_funnel(np.c_[SUCCESSES, TRIALS // 2], np.c_[TRIALS, TRIALS])
    assert together.adjusted.tolist() == [True, False]
    alone = draw_funnel(SUCCESSES, TRIALS)
    np.testing.assert_array_equal(together.p_value[:, 0], alone.p_value)


def test_chance_alone_is_called_different_no_more_often_than_promised() -> None:
    counts = RNG.binomial(TRIALS[:, None], 0.8, size=(36, 200))
    p = draw_funnel(counts, np.broadcast_to(TRIALS[:, None], counts.shape)).p_value
    assert (p < 0.05).mean() < 0.05


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_exact_limits_pass_through_the_cumulative_curve(kind: str) -> None:
    """At the limit, linear interpolation of the cumulative curve meets the tail probability."""
    n, target = np.array([20.0, 50, 300]), 0.3
    low, high = funnel_limits(n, target=target, kind=kind, level=0.95)  # type: ignore[arg-type]
    curve = stats.binom(n, target) if kind == "proportion" else stats.poisson(n * target)
    for limit, tail in [(low, 0.025), (high, 0.975)]:
        count = limit * n
        below, above = np.floor(count), np.ceil(count)
        at = curve.cdf(below) + (count - below) * (curve.cdf(above) - curve.cdf(below))
        np.testing.assert_allclose(at, tail, rtol=1e-9)


def test_wider_limits_hold_target_plus_and_minus_the_combined_deviation() -> None:
    low, high = funnel_limits([100], target=0.5, kind="proportion", level=0.95, between=0.05)
    half = stats.norm.ppf(0.975) * np.sqrt(0.0025 + 0.0025)
    assert (low[0], high[0]) == pytest.approx((0.5 - half, 0.5 + half))


def test_all_perfect_communities_are_not_different() -> None:
    funnel = draw_funnel([5, 9, 100], [5, 9, 100])
    assert funnel.z.tolist() == [0, 0, 0]
    assert funnel.p_value.tolist() == [1, 1, 1]


def test_an_empty_community_is_masked_and_leaves_the_others_alone() -> None:
    funnel = draw_funnel([4, 0, 6], [10, 0, 10])
    assert funnel.p_value.tolist()[1] is None
    assert funnel.p_value.tolist()[0] == draw_funnel([4, 6], [10, 10]).p_value[0]


def test_unknown_adjustments_and_impossible_targets_are_refused() -> None:
    with pytest.raises(CannotMeasure):
        draw_funnel([1], [2], adjustment="magic")  # type: ignore[arg-type]
    for target in (1.5, 1, 0, float("nan")):
        with pytest.raises(CannotMeasure, match="target"):
            draw_funnel([1], [2], target=target)
