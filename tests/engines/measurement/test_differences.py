"""Different beyond chance: says what it compared, and keeps its promise."""

import numpy as np
import pytest

from gongzhi.engines.measurement.differences import Comparison, find_differences
from gongzhi.engines.measurement.inputs import CannotMeasure

NAMES = [f"community {i}" for i in range(36)]
RNG = np.random.default_rng(12)


def test_a_community_far_off_is_found_and_the_scan_describes_itself() -> None:
    trials = np.full(36, 200)
    solved = np.tile([156, 160, 164], 12)
    solved[4] = 110
    scan = find_differences({"resolution_rate": Comparison(solved, trials)}, NAMES)
    assert [v.community for v in scan.different] == ["community 4"]
    verdict = scan.different[0]
    assert (verdict.indicator, verdict.direction, verdict.estimate) == (
        "resolution_rate",
        "below",
        0.55,
    )
    assert verdict.target == pytest.approx(solved.sum() / trials.sum())
    assert (scan.tests, scan.error_rate, scan.control, scan.adjustment) == (
        36,
        0.05,
        "bh",
        "additive",
    )


def test_scanning_26_indicators_of_pure_chance_seldom_names_anyone() -> None:
    named = 0
    for _ in range(15):
        trials = RNG.integers(5, 150, (26, 36))
        counts = RNG.binomial(trials, RNG.uniform(0.1, 0.9, (26, 1)))
        comparisons = {f"indicator {i}": Comparison(counts[i], trials[i]) for i in range(26)}
        named += bool(find_differences(comparisons, NAMES).different)
    assert named <= 3


def test_communities_without_data_are_listed_as_untested() -> None:
    scan = find_differences({"rate": Comparison([3, 0, 4], [10.0, 0, 9], "rate")}, NAMES[:3])
    assert scan.untested == (("rate", "community 1"),)
    assert scan.tests == len(scan.verdicts) == 2


def test_a_given_target_is_the_one_compared_with() -> None:
    scan = find_differences(
        {"x": Comparison([50, 90], [100, 100], target=0.9)}, NAMES[:2], adjustment="none"
    )
    assert [(v.target, v.direction, v.different) for v in scan.verdicts] == [
        (0.9, "below", True),
        (0.9, "level", False),
    ]


def test_nothing_to_compare_is_an_empty_scan() -> None:
    assert find_differences({}, NAMES).verdicts == ()


def test_counts_that_do_not_match_the_communities_name_their_indicator() -> None:
    with pytest.raises(CannotMeasure, match="resolution"):
        find_differences({"resolution": Comparison([1, 2], [3, 4])}, NAMES)
    with pytest.raises(CannotMeasure, match="error rate"):
        find_differences({}, NAMES, error_rate=1)
