"""Shrinkage: the common distribution equals statsmodels and scipy, intervals cover."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import optimize, stats

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.shrinkage import shrink_proportions, shrink_rates

RNG = np.random.default_rng(2)
TRIALS = RNG.integers(5, 200, 36)
SUCCESSES = RNG.binomial(TRIALS, RNG.beta(8, 4, 36))
EVENTS = RNG.poisson(TRIALS * 0.2 * RNG.gamma(6, 1 / 6, 36))


def test_the_beta_distribution_maximises_the_likelihood_that_scipy_computes() -> None:
    ours = shrink_proportions(SUCCESSES, TRIALS)

    def loss(logs: np.ndarray) -> float:
        return -stats.betabinom.logpmf(SUCCESSES, TRIALS, *np.exp(logs)).sum()

    a, b = ours.centre * ours.size, (1 - ours.centre) * ours.size
    best = optimize.minimize(loss, np.log([2.0, 2.0]), method="Nelder-Mead", tol=1e-12)
    assert loss(np.log([a, b])) == pytest.approx(best.fun, abs=1e-8)
    assert (a, b) == pytest.approx(tuple(np.exp(best.x)), rel=1e-4)
    assert optimize.approx_fprime(np.log([a, b]), loss) == pytest.approx([0, 0], abs=1e-4)


def test_the_gamma_distribution_equals_the_negative_binomial_of_statsmodels() -> None:
    ours = shrink_rates(EVENTS, TRIALS)
    model = sm.NegativeBinomial(EVENTS, np.ones(36), exposure=TRIALS)
    theirs = model.fit(disp=0, method="newton", maxiter=200, tol=1e-14)
    assert np.log(ours.centre) == pytest.approx(theirs.params[0], abs=1e-8)
    assert 1 / ours.size == pytest.approx(theirs.params[1], rel=1e-6)
    assert model.loglike([np.log(ours.centre), 1 / ours.size]) == pytest.approx(
        theirs.llf, abs=1e-8
    )


def test_small_communities_borrow_more_and_move_further() -> None:
    result = shrink_proportions([1, 100, 40, 75, 20], [1, 100, 80, 80, 60])
    assert result.borrowed[0] > result.borrowed[1]
    assert result.intervals.estimate[0] < 0.95 < result.intervals.estimate[1]


def test_communities_alike_beyond_chance_have_an_infinite_common_size() -> None:
    result = shrink_proportions([10] * 8, [20] * 8)
    assert result.size == np.inf
    assert result.centre == pytest.approx(0.5)
    assert np.ptp(result.intervals.estimate) < 1e-12
    assert result.intervals.lower[0] < 0.5 < result.intervals.upper[0]


@pytest.mark.parametrize("share", [0, 1])
def test_all_or_none_succeeding_still_leaves_room_for_doubt(share: int) -> None:
    n = np.array([3, 8, 20])
    interval = shrink_proportions(share * n, n).intervals.at(0)
    assert interval
    assert 0 <= interval.lower < interval.estimate < interval.upper <= 1
    assert interval.upper - interval.lower > 0.05


def test_a_community_without_data_gets_the_prediction_for_a_new_one() -> None:
    with_data = shrink_rates(EVENTS, TRIALS)
    extended = shrink_rates([*EVENTS, 0], [*TRIALS, 0])
    assert extended.intervals.estimate[-1] == pytest.approx(with_data.centre, rel=0.1)
    assert extended.borrowed[-1] == pytest.approx(1)


@pytest.mark.parametrize("size", [6.0, 60.0])
def test_intervals_cover_near_their_level(size: float) -> None:
    inside = []
    for _ in range(12):
        truth = RNG.beta(0.7 * size, 0.3 * size, 36)
        result = shrink_proportions(RNG.binomial(TRIALS, truth), TRIALS).intervals
        inside.append((result.lower <= truth) & (truth <= result.upper))
    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_one_community_has_nobody_to_borrow_from() -> None:
    with pytest.raises(CannotMeasure) as caught:
        shrink_proportions([3, 0], [5, 0])
    assert caught.value.code == "too_few"
