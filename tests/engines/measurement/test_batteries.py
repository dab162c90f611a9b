"""Reliability of batteries: alpha by hand and by formula, omega equal to statsmodels."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.multivariate.factor import Factor

from gongzhi.engines.measurement.batteries import measure_reliability
from gongzhi.engines.measurement.inputs import CannotMeasure

RNG = np.random.default_rng(40)
TRAIT = RNG.normal(size=300)
BATTERY = TRAIT[:, None] * [0.9, 0.8, 0.7, 0.6, 0.5] + RNG.normal(size=(300, 5)) * 0.7


def test_alpha_of_a_small_table_by_hand() -> None:
    """Items 1,2,3,4 and 2,1,4,3: variances 5/3 each, covariance 1, total 16/3: 2 (1 − 10/16)."""
    result = measure_reliability([[1, 2], [2, 1], [3, 4], [4, 3]])
    assert result.alpha.estimate == pytest.approx(0.75)
    assert result.item_rest.tolist() == pytest.approx([0.6, 0.6])
    assert result.alpha_without.tolist() == [None, None]
    assert result.omega_refused == "one factor needs at least three items"


def test_alpha_is_the_mean_of_all_split_halves() -> None:
    x = BATTERY[:, :4]
    halves = []
    for other in (1, 2, 3):
        first = x[:, 0] + x[:, other]
        second = x.sum(axis=1) - first
        halves.append(4 * np.cov(first, second)[0, 1] / x.sum(axis=1).var(ddof=1))
    assert measure_reliability(x).alpha.estimate == pytest.approx(np.mean(halves), rel=1e-12)


def test_limits_are_those_of_feldt() -> None:
    result = measure_reliability(BATTERY)
    lower = 1 - (1 - result.alpha.estimate) * stats.f.ppf(0.975, 299, 299 * 4)
    assert result.alpha.lower == pytest.approx(lower, rel=1e-12)


def test_the_one_factor_equals_that_of_statsmodels() -> None:
    result = measure_reliability(BATTERY)
    fitted = Factor(BATTERY, n_factor=1, method="ml").fit(maxiter=500, opt_method="bfgs")
    loadings = np.abs(fitted.loadings[:, 0])
    assert result.loadings is not None
    np.testing.assert_allclose(result.loadings, loadings, atol=2e-5)
    deviation = BATTERY.std(axis=0, ddof=1)
    shared, unique = (loadings * deviation).sum() ** 2, ((1 - loadings**2) * deviation**2).sum()
    assert result.omega == pytest.approx(shared / (shared + unique), abs=1e-5)


def test_omega_of_items_made_from_one_factor_is_known() -> None:
    """Correlations λᵢλⱼ exactly: omega = (Σλ)² / ((Σλ)² + Σ(1 − λ²)) to eight digits."""
    loading = np.array([0.8, 0.7, 0.6, 0.5])
    wanted = np.outer(loading, loading) + np.diag(1 - loading**2)
    raw = RNG.normal(size=(50, 4))
    raw -= raw.mean(axis=0)
    exact = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw, rowvar=False))).T
    result = measure_reliability(exact @ np.linalg.cholesky(wanted).T)
    expected = loading.sum() ** 2 / (loading.sum() ** 2 + (1 - loading**2).sum())
    assert result.omega == pytest.approx(expected, abs=1e-8)


def test_an_item_not_reversed_shows_itself_and_forbids_omega() -> None:
    turned = BATTERY.copy()
    turned[:, 2] *= -1
    result = measure_reliability(turned)
    assert result.item_rest.argmin() == 2
    assert result.item_rest[2] < 0
    assert (result.omega, result.omega_refused) == (None, "the items do not all point the same way")
    assert result.alpha_without.argmax() == 2


def test_copies_of_an_item_forbid_omega() -> None:
    copied = np.column_stack([BATTERY[:, 0], BATTERY[:, 0], BATTERY[:, 1]])
    assert measure_reliability(copied).omega_refused == "an item is a sum of the others"


def test_those_who_skipped_an_item_are_left_out_and_counted() -> None:
    masked = np.ma.MaskedArray(BATTERY, mask=False)
    masked[:10, 0] = np.ma.masked
    result = measure_reliability(masked)
    assert (result.respondents, result.left_out) == (290, 10)
    assert result.alpha.estimate == measure_reliability(BATTERY[10:]).alpha.estimate


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([[1, 2], [2, 1]], "too_few"),
        ([[1], [2], [3]], "too_few"),
        ([[1, 2], [1, 3], [1, 4]], "constant"),
    ],
)
def test_batteries_that_say_nothing_are_refused(answers: list, code: str) -> None:
    with pytest.raises(CannotMeasure) as caught:
        measure_reliability(answers)
    assert caught.value.code == code
