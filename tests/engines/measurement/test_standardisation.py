"""Case mix: a published direct and a published indirect standardisation, and the edges."""

import numpy as np
import pytest

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.proportions import proportion_intervals
from gongzhi.engines.measurement.rates import rate_intervals
from gongzhi.engines.measurement.standardisation import (
    expected_counts,
    standardise_proportions,
    standardise_rates,
    standardised_ratios,
)


def test_direct_rates_equal_the_example_of_fay_and_feuer() -> None:
    """Down's syndrome by mother's age (Fay and Feuer 1997); digits from R's epitools."""
    births = [230061, 329449, 114920, 39487, 14208, 3052]
    standard = [63986.6, 186263.6, 157302.2, 97647.0, 47572.6, 12262.6]
    events = [107, 141, 60, 40, 39, 25]
    result = standardise_rates(events, births, standard, method="gamma").at()
    assert result
    assert result.estimate == pytest.approx(0.000923045255331994, rel=1e-12)
    assert result.lower == pytest.approx(0.000804417498507042, rel=1e-9)
    assert result.upper == pytest.approx(0.001057633457492612, rel=1e-9)


def test_indirect_ratio_equals_the_example_of_selvin() -> None:
    """Cancer deaths 1960 against 1940 (Selvin 2004), as worked in R's epitools."""
    deaths = [45, 201, 320, 670, 1126, 3160, 9723, 17935, 22179, 13461, 2238]
    people = [906897, 3794573, 10003544, 10629526, 9465330, 8249558, 7294330, 5022499, 2920220]
    people += [1019504, 142532]
    standard = [141, 926, 1253, 1080, 1869, 4891, 14956, 30888, 41725, 26501, 5928]
    standing = [1784033, 7065148, 15658730, 10482916, 9939972, 10563872, 9114202, 6850263]
    standing += [4702482, 1874619, 330915]
    expected = expected_counts(people, standard, standing)
    assert expected == pytest.approx(85556.88884452569, rel=1e-12)
    ratio = standardised_ratios(sum(deaths), expected).at()
    assert ratio
    assert ratio.estimate == pytest.approx(0.8305351089744144, rel=1e-12)
    assert (ratio.lower, ratio.upper) == pytest.approx((0.8244509, 0.8366642), abs=5e-5)


def test_one_stratum_is_the_plain_interval() -> None:
    ours = standardise_proportions([[7]], [[20]], [3.0]).at(0)
    plain = proportion_intervals(7, 20, method="wilson").at()
    assert ours
    assert plain
    assert (ours.estimate, ours.lower, ours.upper) == pytest.approx(
        (plain.estimate, plain.lower, plain.upper), abs=1e-14
    )


def test_a_difference_of_mix_alone_disappears() -> None:
    """Two communities equally good at each kind of matter, one with more of the hard kind."""
    trials = np.array([[100, 300], [300, 100]])
    successes = trials * np.array([0.9, 0.5])
    crude = (successes.sum(axis=1) / trials.sum(axis=1)).tolist()
    result = standardise_proportions(successes, trials, [1, 1])
    assert crude == [0.6, 0.8]
    assert result.estimate.tolist() == pytest.approx([0.7, 0.7])


def test_combined_limits_cover_near_their_level() -> None:
    generator = np.random.default_rng(3)
    shares, weight = np.array([0.95, 0.6, 0.2]), np.array([0.5, 0.3, 0.2])
    trials = np.broadcast_to([15, 40, 25], (2000, 3))
    result = standardise_proportions(generator.binomial(trials, shares), trials, weight)
    truth = shares @ weight
    assert ((result.lower <= truth) & (truth <= result.upper)).mean() == pytest.approx(
        0.95, abs=0.015
    )


def test_a_missing_stratum_is_masked_and_a_stratum_of_no_weight_is_not_missed() -> None:
    trials = [[5, 0], [5, 5]]
    assert standardise_proportions([[1, 0], [1, 1]], trials, [1, 1]).estimate.tolist() == [
        None,
        0.2,
    ]
    assert standardise_rates([[1, 0], [1, 1]], trials, [1, 0]).estimate.tolist() == [0.2, 0.2]


def test_one_stratum_of_a_rate_is_the_plain_mid_p_interval() -> None:
    ours = standardise_rates([[7], [0]], [[20], [20]], [1.0])
    plain = rate_intervals([7, 0], [20, 20])
    np.testing.assert_allclose(ours.lower, plain.lower, atol=1e-12)
    np.testing.assert_allclose(ours.upper, plain.upper, rtol=1e-10)


def test_no_events_at_all_still_has_an_upper_limit() -> None:
    result = standardise_rates([0, 0], [50, 50], [1, 1], method="gamma").at()
    assert result
    assert (result.estimate, result.lower) == (0, 0)
    assert result.upper == pytest.approx(-np.log(0.025) / 100, rel=1e-10)


def test_a_stratum_the_standard_never_saw_is_named() -> None:
    with pytest.raises(CannotMeasure) as caught:
        expected_counts([3, 4], [1, 0], [10, 0])
    assert caught.value.code == "missing_stratum"
    assert "1" in str(caught.value)
    with pytest.raises(CannotMeasure):
        standardise_rates([1], [1], [0])
