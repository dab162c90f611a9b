"""Fay–Herriot: the milk data as published, and samplics on the same cases."""

import warnings

import numpy as np
import pytest
from scipy import optimize, stats

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.small_areas import SmallAreas, estimate_small_areas

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import samplics

MILK = samplics.load_expenditure_milk()["data"]
DIRECT, ERROR = MILK["direct_est"].to_numpy(), MILK["std_error"].to_numpy()
MAJOR = (MILK["major_area"].to_numpy()[:, None] == [1, 2, 3, 4]).astype(float)
MAJOR[:, 0] = 1


AREAS = MILK["small_area"].to_numpy()


def fitted(method: str) -> samplics.EblupAreaModel:
    model = samplics.EblupAreaModel(getattr(samplics.FitMethod, method))
    facts = {"X": MAJOR, "area": AREAS, "error_std": ERROR}
    model.fit(yhat=DIRECT, **facts, intercept=False, tol=1e-12, maxiter=1000)
    return model


def equal_predictions(ours: SmallAreas, model: samplics.EblupAreaModel) -> None:
    model.predict(X=MAJOR, area=AREAS, intercept=False)
    np.testing.assert_allclose(ours.intervals.estimate, list(model.area_est.values()), atol=1e-8)
    np.testing.assert_allclose(ours.mean_squared_error, list(model.area_mse.values()), atol=1e-8)


def test_reml_equals_samplics_on_the_milk_data() -> None:
    ours, model = estimate_small_areas(DIRECT, ERROR**2, MAJOR), fitted("reml")
    assert ours.area_variance == pytest.approx(model.re_std**2, rel=1e-7)
    np.testing.assert_allclose(ours.coefficients, model.fixed_effects, atol=1e-8)
    equal_predictions(ours, model)


def test_ml_is_the_maximum_and_its_errors_equal_samplics() -> None:
    """samplics 0.6.1 leaves its ML iteration after two steps; so its formulas are given our σ²."""
    ours, model = estimate_small_areas(DIRECT, ERROR**2, MAJOR, method="ml"), fitted("ml")

    def loss(variance: float) -> float:
        total = variance + ERROR**2
        root = 1 / np.sqrt(total)
        beta = np.linalg.lstsq(MAJOR * root[:, None], DIRECT * root, rcond=None)[0]
        return float(-stats.norm.logpdf(DIRECT, MAJOR @ beta, np.sqrt(total)).sum())

    best = optimize.minimize_scalar(loss, bounds=(0, 1), method="bounded", options={"xatol": 1e-12})
    assert ours.area_variance == pytest.approx(best.x, rel=1e-5)
    assert loss(ours.area_variance) <= min(best.fun, loss(float(model.re_std[0]) ** 2)) + 1e-12
    model.re_std = np.sqrt(ours.area_variance)
    model.fixed_effects = ours.coefficients
    model.re_std_cov = 2 / (1 / (ours.area_variance + ERROR**2) ** 2).sum()
    equal_predictions(ours, model)


def test_the_published_fit_of_the_milk_data_is_met() -> None:
    """R package sae (Molina and Marhuenda 2015): REML, iterated to about six digits."""
    ours = estimate_small_areas(DIRECT, ERROR**2, MAJOR)
    assert ours.area_variance == pytest.approx(0.01855022, abs=5e-7)
    assert ours.intervals.estimate[:2].tolist() == pytest.approx([1.0219703, 1.0476018], abs=1e-6)
    assert ours.mean_squared_error[0] == pytest.approx(0.013460220, abs=1e-7)


def test_areas_that_differ_by_chance_only_are_put_on_the_regression() -> None:
    ours = estimate_small_areas([1.0, 1.01, 0.99, 1.0, 1.0], [0.5] * 5, np.ones((5, 1)))
    assert ours.area_variance == 0
    assert ours.direct_part.tolist() == [0] * 5
    assert np.ptp(ours.intervals.estimate) < 1e-12
    assert (ours.mean_squared_error > 0).all()


def test_the_vaguer_an_area_the_more_it_borrows() -> None:
    ours = estimate_small_areas([1.0, 5, 2, 8, 4], [0.1, 4, 0.1, 4, 0.1], np.ones((5, 1)))
    assert ours.direct_part[0] > ours.direct_part[1]


@pytest.mark.parametrize(
    ("y", "variances", "x", "code"),
    [
        ([1.0, 2], [1, 1], [[1.0], [1]], "too_few"),
        ([1.0, 2, 3, 4], [1, 1, 0, 1], np.ones((4, 1)), "not_positive"),
        ([1.0, 2, 3, 4, 5], [1] * 5, np.ones((5, 2)), "collinear"),
        ([1.0, 2, 3], [1, 1], np.ones((3, 1)), "shape"),
    ],
)
def test_models_that_cannot_be_fitted_are_refused(
    y: list, variances: list, x: np.ndarray, code: str
) -> None:
    with pytest.raises(CannotMeasure) as caught:
        estimate_small_areas(y, variances, x)
    assert caught.value.code == code
