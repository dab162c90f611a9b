"""Replicates: equal to samplics, and to linearisation where they have to be."""

import warnings

import numpy as np
import pytest

from gongzhi.engines.measurement.designs import read_design
from gongzhi.engines.measurement.inputs import CannotMeasure, Floats
from gongzhi.engines.measurement.replicates import (
    Replicates,
    balanced_halves,
    bootstrap,
    jackknife,
    replicate,
)
from gongzhi.engines.measurement.survey_estimates import estimate_means, estimate_totals
from tests.engines.measurement import surveys as s

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import samplics

DESIGN = read_design(s.WEIGHTS, strata=s.STRATA.tolist(), clusters=s.CLUSTERS.tolist())
PAIRED = read_design(
    np.ones(48), strata=np.repeat(range(6), 8).tolist(), clusters=np.repeat(range(12), 4).tolist()
)


def mean(weights: Floats) -> float:
    return float(weights @ s.SCORES / weights.sum())


def test_the_jackknife_equals_samplics() -> None:
    ours = replicate(jackknife(DESIGN), mean)
    weights = samplics.ReplicateWeight(samplics.RepMethod.jackknife)
    frame = weights.replicate(s.WEIGHTS, s.CLUSTERS, s.STRATA)
    columns = [name for name in frame.columns if name.startswith("_jk")]
    estimator = samplics.ReplicateEstimator(samplics.RepMethod.jackknife, samplics.PopParam.mean)
    estimator.estimate(
        s.SCORES,
        s.WEIGHTS,
        frame[columns].to_numpy(),
        rep_coefs=jackknife(DESIGN).coefficients,
        conservative=True,  # deviations from the full estimate, as ours
    )
    np.testing.assert_allclose(jackknife(DESIGN).weights, frame[columns], atol=1e-12)
    assert ours.standard_error[0] == pytest.approx(estimator.stderror, abs=1e-10)


@pytest.mark.parametrize("method", ["jackknife", "brr", "fay"])
def test_the_variance_of_a_total_is_exactly_that_of_linearisation(method: str) -> None:
    design = PAIRED if method != "jackknife" else DESIGN
    y = s.SCORES[: len(design.weights)]
    made = {
        "jackknife": lambda: jackknife(design),
        "brr": lambda: balanced_halves(design),
        "fay": lambda: balanced_halves(design, fay=0.3),
    }[method]()
    ours = replicate(made, lambda w: float(w @ y))
    linear = estimate_totals(design, y)
    assert ours.standard_error[0] == pytest.approx(linear.standard_error[0], rel=1e-10)


@pytest.mark.parametrize("population", [None, s.POPULATION])
def test_the_bootstrap_comes_near_to_linearisation(population: dict | None) -> None:
    design = read_design(
        s.WEIGHTS,
        strata=s.STRATA.tolist(),
        clusters=s.CLUSTERS.tolist(),
        population_clusters=population,
    )
    ours = replicate(bootstrap(design, replicates=4000), mean)
    linear = estimate_means(design, s.SCORES)
    assert ours.standard_error[0] == pytest.approx(linear.standard_error[0], rel=0.06)


def test_each_half_sample_keeps_one_cluster_of_each_stratum() -> None:
    made = balanced_halves(PAIRED)
    kept = made.weights[::4] > 0
    assert (kept.reshape(6, 2, -1).sum(axis=1) == 1).all()
    assert made.weights.mean(axis=1) == pytest.approx(np.ones(48))


def test_a_median_gets_an_error_from_the_bootstrap() -> None:
    def median(weights: Floats) -> float:
        order = np.argsort(s.SCORES)
        return float(s.SCORES[order][np.searchsorted(weights[order].cumsum(), weights.sum() / 2)])

    ours = replicate(bootstrap(DESIGN), median)
    interval = ours.intervals.at(0)
    assert interval
    assert interval.lower < interval.estimate < interval.upper


def test_designs_that_cannot_be_replicated_are_refused() -> None:
    lone = read_design([1, 1, 1], strata=["a", "a", "b"], lone="certain")
    for make, code in [(jackknife, "lone_cluster"), (balanced_halves, "not_two_clusters")]:
        with pytest.raises(CannotMeasure) as caught:
            make(lone)
        assert caught.value.code == code


def test_a_statistic_that_fails_in_a_replicate_is_named() -> None:
    made: Replicates = jackknife(DESIGN)
    with pytest.raises(CannotMeasure, match="replicate 0"):
        replicate(made, lambda w: float("nan") if w.min() == 0 else 1.0)
