"""Comparison of waves: independent, panel, and where chance can't be seen."""

import numpy as np
import pytest
from scipy import stats

from gongzhi.engines.measurement.designs import read_design
from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.survey_estimates import estimate_means
from gongzhi.engines.measurement.waves import Wave, compare_waves
from tests.engines.measurement import surveys as s

RNG = np.random.default_rng(50)


def simple(values: np.ndarray) -> Wave:
    return Wave(read_design(np.ones(len(values))), values[:, None])


def test_two_simple_samples_are_compared_as_by_welch() -> None:
    a, b = RNG.normal(3, 1, 40), RNG.normal(3.6, 2, 25)
    ours = compare_waves(simple(a), simple(b), ["satisfaction"])
    theirs = stats.ttest_ind(b, a, equal_var=False)
    limits = theirs.confidence_interval()
    assert ours.p_value[0] == pytest.approx(theirs.pvalue, rel=1e-10)
    assert (ours.change.lower[0], ours.change.upper[0]) == pytest.approx((limits.low, limits.high))


def test_the_same_people_asked_twice_are_compared_in_pairs() -> None:
    a = RNG.normal(3, 1, 30)
    b = a + RNG.normal(0.2, 0.3, 30)
    ours = compare_waves(simple(a), simple(b), ["satisfaction"], same_clusters=True)
    theirs = stats.ttest_rel(b, a)
    assert ours.shared_clusters == 30
    assert ours.p_value[0] == pytest.approx(theirs.pvalue, rel=1e-9)


def test_shared_clusters_of_a_stratified_survey_give_the_paired_error() -> None:
    """With all clusters shared, the error is that of the difference of cluster sums."""
    design = read_design(s.WEIGHTS, strata=s.STRATA.tolist(), clusters=s.CLUSTERS.tolist())
    later = s.SCORES + RNG.normal(0.1, 0.5, s.SIZE)
    ours = compare_waves(
        Wave(design, s.SCORES[:, None]), Wave(design, later[:, None]), ["q"], same_clusters=True
    )
    paired = estimate_means(design, later - s.SCORES)
    half = (ours.change.upper[0] - ours.change.lower[0]) / 2
    t = stats.t.ppf(0.975, design.degrees_of_freedom)
    assert half / t == pytest.approx(paired.standard_error[0], rel=1e-10)


def test_a_rotating_panel_has_limits_that_cover_the_change() -> None:
    """Of 30 clusters half come again: the covariance of those that do has to count."""
    inside, apart = [], []
    for _ in range(300):
        own = RNG.normal(0, 1, 45)
        first, second = own[:30] + RNG.normal(0, 0.5, 30), own[15:] + 0.4 + RNG.normal(0, 0.5, 30)
        waves = [
            Wave(read_design(np.ones(30), clusters=list(names)), values[:, None])
            for names, values in ((range(30), first), (range(15, 45), second))
        ]
        told = compare_waves(waves[0], waves[1], ["q"], same_clusters=True)
        interval = told.change.at(0)
        assert interval
        inside.append(interval.lower <= 0.4 <= interval.upper)
        untold = compare_waves(waves[0], waves[1], ["q"]).change.at(0)
        assert untold
        apart.append((untold.upper - untold.lower) / (interval.upper - interval.lower))
    assert told.shared_clusters == 15
    assert np.mean(inside) == pytest.approx(0.95, abs=0.035)
    assert np.mean(apart) > 1.1


def test_many_items_are_judged_together() -> None:
    before, after = RNG.normal(size=(80, 30)), RNG.normal(size=(80, 30))
    after[:, 4] += 1.5
    design = read_design(np.ones(80))
    result = compare_waves(Wave(design, before), Wave(design, after), range(30))
    assert [i for i, d in zip(result.items, result.different, strict=True) if d] == [4]
    assert (result.control, result.error_rate) == ("bh", 0.05)
    assert (result.adjusted_p_value >= result.p_value - 1e-12).all()


def test_unanimous_waves_show_a_change_and_claim_nothing() -> None:
    result = compare_waves(simple(np.full(6, 1.0)), simple(np.full(6, 2.0)), ["q"])
    assert (result.earlier[0], result.later[0]) == (1, 2)
    assert result.p_value.tolist() == [None]
    assert result.different == (False,)
    same = compare_waves(simple(np.ones(6)), simple(np.ones(6)), ["q"])
    assert same.p_value.tolist() == [1]


def test_an_item_nobody_answered_is_masked() -> None:
    nobody = np.ma.MaskedArray(np.ones((5, 1)), mask=True)
    result = compare_waves(simple(np.arange(5.0)), Wave(read_design(np.ones(5)), nobody), ["q"])
    assert (result.later.tolist(), result.change.at(0)) == ([None], None)


def test_waves_without_a_common_cluster_or_item_are_refused() -> None:
    one = Wave(read_design([1, 1], clusters=["a", "b"]), np.ones((2, 1)))
    two = Wave(read_design([1, 1], clusters=["c", "d"]), np.ones((2, 1)))
    with pytest.raises(CannotMeasure) as caught:
        compare_waves(one, two, ["q"], same_clusters=True)
    assert caught.value.code == "no_shared_cluster"
    with pytest.raises(CannotMeasure):
        compare_waves(one, two, ["q", "r"])
