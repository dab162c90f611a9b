"""Rates: equal to statsmodels, defined without events and without exposure."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.rates import confint_poisson

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.rates import rate_intervals

EVENTS = np.array([0, 1, 2, 10, 47, 300])
EXPOSURE = np.array([3.0, 0.5, 7, 12, 5, 1000])


def test_exact_limits_equal_statsmodels() -> None:
    result = rate_intervals(EVENTS, EXPOSURE, method="exact")
    for i, (events, exposure) in enumerate(zip(EVENTS, EXPOSURE, strict=True)):
        low, high = confint_poisson(events, exposure, method="exact-c")
        assert result.lower[i] == pytest.approx(low if events else 0, rel=1e-10)
        assert result.upper[i] == pytest.approx(high, rel=1e-10)


def test_mid_p_limits_solve_their_equation_and_equal_statsmodels() -> None:
    """To 1e-10 in the equation; statsmodels' own root search stops at about 1e-7."""
    result = rate_intervals(EVENTS[1:], EXPOSURE[1:], method="mid_p")
    for i, (events, exposure) in enumerate(zip(EVENTS[1:], EXPOSURE[1:], strict=True)):
        low, high = result.lower[i] * exposure, result.upper[i] * exposure
        half_low, half_high = (stats.poisson.pmf(events, mean) / 2 for mean in (low, high))
        assert stats.poisson.sf(events, low) + half_low == pytest.approx(0.025, abs=1e-10)
        assert stats.poisson.cdf(events - 1, high) + half_high == pytest.approx(0.025, abs=1e-10)
        theirs = confint_poisson(events, exposure, method="midp-c")
        assert (result.lower[i], result.upper[i]) == pytest.approx(theirs, rel=1e-6)


def test_no_events_gives_zero_and_the_closed_form_limit() -> None:
    exact, mid = (rate_intervals(0, 1, method=m).at() for m in ("exact", "mid_p"))  # type: ignore[arg-type]
    assert exact
    assert mid
    assert exact.lower == mid.lower == 0
    assert exact.upper == pytest.approx(-np.log(0.025), rel=1e-12)
    assert mid.upper == pytest.approx(-np.log(0.05), rel=1e-12)


def test_no_exposure_is_no_estimate_but_events_without_exposure_are_refused() -> None:
    assert rate_intervals([0, 3], [0, 1]).estimate.tolist() == [None, 3]
    with pytest.raises(CannotMeasure) as caught:
        rate_intervals([2], [0])
    assert caught.value.code == "no_exposure"


def test_mean_coverage_of_mid_p_is_within_a_point_of_the_level() -> None:
    k, truth = np.arange(200), np.linspace(2, 50, 2000)
    ours = rate_intervals(k, 1)
    inside = (ours.lower[:, None] <= truth) & (truth <= ours.upper[:, None])
    coverage = (stats.poisson.pmf(k[:, None], truth) * inside).sum(axis=0).mean()
    assert coverage == pytest.approx(0.95, abs=0.01)
