"""Control charts: limits by hand, Laney's spread, and series that never vary."""

import numpy as np
import pytest

from gongzhi.engines.measurement.control_charts import draw_chart
from gongzhi.engines.measurement.inputs import CannotMeasure

SOLVED = np.array([45, 48, 40, 44, 47, 39, 46, 20])
CALLED = np.array([50, 55, 50, 50, 52, 45, 50, 50])


def test_limits_of_the_p_chart_are_three_binomial_deviations() -> None:
    chart = draw_chart(SOLVED, CALLED, baseline=7, spread="chance")
    centre = SOLVED[:7].sum() / CALLED[:7].sum()
    half = 3 * np.sqrt(centre * (1 - centre) / CALLED)
    np.testing.assert_allclose(chart.lower, centre - half, rtol=1e-12)
    np.testing.assert_allclose(chart.upper, np.minimum(centre + half, 1), rtol=1e-12)
    assert chart.z[-1] < -3


def test_the_p_prime_chart_widens_by_the_moving_range_of_the_distances() -> None:
    plain, wide = (draw_chart(SOLVED, CALLED, spread=s) for s in ("chance", "laney"))  # type: ignore[arg-type]
    moving = np.abs(np.diff(np.asarray(plain.z))).mean() / 1.1283791670955126
    assert wide.spread == pytest.approx(moving, rel=1e-12)
    np.testing.assert_allclose(wide.z, plain.z / moving, rtol=1e-12)


def test_the_spread_is_near_one_when_chance_is_all_there_is() -> None:
    trials = np.full((200, 24), 80)
    solved = np.random.default_rng(0).binomial(trials, 0.7)
    assert draw_chart(solved, trials).spread.mean() == pytest.approx(1, abs=0.05)


def test_the_u_chart_follows_the_exposure_of_each_month() -> None:
    chart = draw_chart([4, 6, 3, 7], [2.0, 3, 2, 3], kind="rate", spread="chance")
    half = 3 * np.sqrt(2 / np.array([2.0, 3, 2, 3]))
    np.testing.assert_allclose(chart.upper, 2 + half, rtol=1e-12)
    assert (chart.lower == 0).all()


def test_an_empty_month_is_masked_and_does_not_break_the_ranges() -> None:
    gap = draw_chart([45, 0, 48, 40], [50, 0, 55, 50])
    whole = draw_chart([45, 48, 40], [50, 55, 50])
    assert gap.value.tolist()[1] is None
    assert gap.spread == pytest.approx(whole.spread)


def test_a_series_always_at_the_top_is_calm_until_it_leaves_and_then_says_so() -> None:
    assert draw_chart([5, 9, 7], [5, 9, 7]).z.tolist() == [0, 0, 0]
    with pytest.raises(CannotMeasure) as caught:
        draw_chart([5, 9, 6], [5, 9, 7], baseline=2)
    assert caught.value.code == "no_variation"


def test_a_single_month_charts_itself_and_a_baseline_too_long_is_refused() -> None:
    assert draw_chart([3], [5]).spread == 1
    with pytest.raises(CannotMeasure, match="baseline"):
        draw_chart([3], [5], baseline=2)


def test_counts_of_an_unknown_kind_and_events_without_exposure_are_refused() -> None:
    for kind, sizes, code in [("mean", [5, 5], "method"), ("rate", [5, 0], "no_exposure")]:
        with pytest.raises(CannotMeasure) as caught:
            draw_chart([1, 2], sizes, kind=kind)  # type: ignore[arg-type]
        assert caught.value.code == code
