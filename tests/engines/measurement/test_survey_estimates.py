"""Design-based estimates: equal to samplics to 1e-8, defined for tiny domains."""

import warnings

import numpy as np
import pytest
from scipy import stats

from gongzhi.engines.measurement.designs import Design, read_design
from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.survey_estimates import (
    Estimates,
    estimate_means,
    estimate_ratios,
    estimate_shares,
    estimate_totals,
)
from tests.engines.measurement import surveys as s

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import samplics

PLAIN = {"samp_weight": s.WEIGHTS, "stratum": s.STRATA, "psu": s.CLUSTERS}
REMAINING = {k: 1 - n / s.POPULATION[k] for k, n in enumerate(s.CLUSTERS_IN_STRATUM)}


def design(*, population: bool = False) -> Design:
    return read_design(
        s.WEIGHTS,
        strata=s.STRATA.tolist(),
        clusters=s.CLUSTERS.tolist(),
        population_clusters=s.POPULATION if population else None,
    )


def theirs(param: str, y: np.ndarray, **facts: object) -> samplics.TaylorEstimator:
    estimator = samplics.TaylorEstimator(getattr(samplics.PopParam, param))
    estimator.estimate(y, **PLAIN, **facts)
    return estimator


def equal(ours: Estimates, at: int, *expected: float) -> None:
    """Compare estimate, standard error and both limits."""
    interval = ours.intervals.at(at)
    assert interval
    got = (interval.estimate, ours.standard_error[at], interval.lower, interval.upper)
    assert got == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("population", [False, True])
@pytest.mark.parametrize("param", ["mean", "total", "ratio"])
def test_estimates_equal_samplics(param: str, population: bool) -> None:
    facts: dict = {"fpc": REMAINING} if population else {}
    if param == "ratio":
        facts["x"] = s.HOURS
        ours = estimate_ratios(design(population=population), s.SCORES, s.HOURS)
    else:
        function = {"mean": estimate_means, "total": estimate_totals}[param]
        ours = function(design(population=population), s.SCORES)
    other = theirs(param, s.SCORES, **facts)
    equal(ours, 0, other.point_est, other.stderror, other.lower_ci, other.upper_ci)


def test_domains_equal_samplics() -> None:
    other = theirs("mean", s.SCORES, domain=s.DISTRICT)
    ours = estimate_means(design(), s.SCORES, domains=s.DISTRICT.tolist())
    for at, name in enumerate(ours.names):
        parts = (other.point_est, other.stderror, other.lower_ci, other.upper_ci)
        equal(ours, at, *(part[name] for part in parts))


def test_shares_with_logit_limits_equal_samplics() -> None:
    other = theirs("prop", s.LIKERT)
    ours = estimate_shares(design(), s.LIKERT, [1, 2, 3, 4, 5], method="logit")
    for at, name in enumerate(ours.names):
        parts = (other.point_est, other.stderror, other.lower_ci, other.upper_ci)
        equal(ours, at, *(part[name] for part in parts))


def test_a_real_public_survey_equals_samplics() -> None:
    """NHANES II, as delivered with samplics: blood pressure by race, 31 strata of two clusters."""
    data = samplics.load_nhanes2()["data"]
    other = samplics.TaylorEstimator(samplics.PopParam.mean)
    other.estimate(
        data["highbp"].to_numpy(),
        samp_weight=data["finalwgt"].to_numpy(),
        stratum=data["stratid"].to_numpy(),
        psu=data["psuid"].to_numpy(),
        domain=data["race"].to_numpy(),
    )
    whole = read_design(
        data["finalwgt"].to_numpy(),
        strata=data["stratid"].tolist(),
        clusters=data["psuid"].tolist(),
        nested=True,
    )
    ours = estimate_means(whole, data["highbp"].to_numpy(), domains=data["race"].tolist())
    for at, name in enumerate(ours.names):
        interval = ours.intervals.at(at)
        assert interval
        assert interval.estimate == pytest.approx(other.point_est[name], abs=1e-10)
        assert ours.standard_error[at] == pytest.approx(other.stderror[name], abs=1e-8)


def test_a_simple_random_sample_has_the_textbook_error() -> None:
    y = np.array([4.0, 7, 1, 9, 3, 6])
    ours = estimate_means(read_design(np.ones(6), population_clusters={0: 60}), y)
    assert ours.standard_error[0] == pytest.approx(np.sqrt(y.var(ddof=1) / 6 * 0.9), rel=1e-12)
    assert ours.design_effect[0] == pytest.approx(0.9, rel=1e-12)


def test_unanswered_questions_leave_the_design_whole() -> None:
    """Masking is the same as a domain of those who answered."""
    hidden = np.arange(s.SIZE) % 5 == 0
    masked = estimate_means(design(), np.ma.MaskedArray(s.SCORES, mask=hidden))
    domain = estimate_means(design(), s.SCORES, domains=hidden.tolist())
    assert masked.standard_error[0] == pytest.approx(domain.standard_error[1], rel=1e-12)
    assert masked.respondents.tolist() == [int((~hidden).sum())]


def test_wilson_limits_exist_where_all_agree_and_logit_masks_them() -> None:
    everyone = np.ones(s.SIZE)
    wilson, logit = (
        estimate_shares(design(), everyone, [0, 1], method=m)  # type: ignore[arg-type]
        for m in ("wilson", "logit")
    )
    assert (wilson.intervals.upper[1], wilson.intervals.lower[0]) == (1, 0)
    assert 0.9 < wilson.intervals.lower[1] < 1
    assert logit.intervals.lower.tolist() == [None, None]


def test_wilson_limits_of_a_simple_sample_use_the_t_quantile_and_the_effective_size() -> None:
    y = np.array([1.0, 1, 1, 0, 0, 1, 1, 0, 1, 1])
    ours = estimate_shares(read_design(np.ones(10)), y, [1, 0]).intervals.at(0)
    t, n = stats.t.ppf(0.975, 9), 9  # the design-based variance is p (1 − p) / (n − 1)
    middle, half = (0.7 + t**2 / 18) / (1 + t**2 / 9), t * np.sqrt(0.21 / n + t**2 / 324)
    assert ours
    assert ours.lower == pytest.approx(middle - half / (1 + t**2 / 9), rel=1e-12)


def test_one_respondent_and_nobody_are_defined() -> None:
    domains = ["most"] * (s.SIZE - 1) + ["one"]
    one = estimate_means(design(), s.SCORES, domains=domains)
    assert one.intervals.estimate[1] == pytest.approx(s.SCORES[-1])
    assert (one.standard_error.tolist()[1], one.intervals.lower.tolist()[1]) == (None, None)
    nobody = estimate_means(design(), np.ma.MaskedArray(s.SCORES, mask=True))
    assert nobody.intervals.estimate.tolist() == [None]
    alone = estimate_means(read_design([1.0], lone="certain"), [4.0])
    assert (alone.intervals.estimate[0], alone.intervals.upper.tolist()) == (4, [None])


def test_a_lone_cluster_is_certain_or_centred_as_chosen() -> None:
    strata, clusters = [0, 0, 0, 0, 1, 1], [1, 1, 2, 2, 3, 3]
    y = [1.0, 2, 4, 5, 9, 8]
    certain, centred = (
        estimate_means(read_design(np.ones(6), strata=strata, clusters=clusters, lone=lone), y)
        for lone in ("certain", "centre")
    )
    assert certain.standard_error[0] < centred.standard_error[0]


def test_calibrated_weights_lose_the_error_the_margins_explain() -> None:
    kind = (np.median(s.SCORES) < s.SCORES).tolist()
    plain = estimate_means(design(), s.SCORES)
    told = read_design(
        s.WEIGHTS, strata=s.STRATA.tolist(), clusters=s.CLUSTERS.tolist(), margins=[kind]
    )
    assert estimate_means(told, s.SCORES).standard_error[0] < 0.8 * plain.standard_error[0]
    assert estimate_means(told, np.array(kind, float)).standard_error[0] == pytest.approx(
        0, abs=1e-9
    )


def test_answers_outside_the_categories_and_empty_denominators_are_refused() -> None:
    with pytest.raises(CannotMeasure) as caught:
        estimate_shares(design(), s.LIKERT, [1, 2, 3])
    assert caught.value.code == "unknown_category"
    with pytest.raises(CannotMeasure) as caught:
        estimate_ratios(design(), s.SCORES, np.zeros(s.SIZE))
    assert caught.value.code == "no_denominator"
    with pytest.raises(CannotMeasure):
        estimate_means(design(), [1.0, 2.0])
