"""Runs rules: false alarms exactly as published, patterns found where they are."""

import numpy as np
import pytest

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.runs_rules import (
    BEYOND_LIMITS,
    EIGHT_IN_ROW,
    FOUR_OF_FIVE,
    TWO_OF_THREE,
    USUAL,
    WESTERN_ELECTRIC,
    Rule,
    read_signals,
    rules_false_alarms,
)


@pytest.mark.parametrize(
    ("rules", "months"),
    [
        ([BEYOND_LIMITS], 370.40),
        ([BEYOND_LIMITS, TWO_OF_THREE], 225.44),
        ([BEYOND_LIMITS, FOUR_OF_FIVE], 166.05),
        ([BEYOND_LIMITS, EIGHT_IN_ROW], 152.73),
        ([BEYOND_LIMITS, TWO_OF_THREE, FOUR_OF_FIVE], 132.89),
        ([BEYOND_LIMITS, TWO_OF_THREE, EIGHT_IN_ROW], 122.05),
        ([BEYOND_LIMITS, FOUR_OF_FIVE, EIGHT_IN_ROW], 105.78),
        (WESTERN_ELECTRIC, 91.75),
    ],
)
def test_mean_run_lengths_equal_table_one_of_champ_and_woodall(
    rules: list[Rule], months: float
) -> None:
    assert round(rules_false_alarms(rules=rules).mean_months, 2) == months


@pytest.mark.parametrize("rules", [USUAL, WESTERN_ELECTRIC])
def test_the_stated_chance_of_a_false_alarm_is_the_simulated_one(rules: tuple[Rule, ...]) -> None:
    z = np.random.default_rng(4).standard_normal((8000, 24))
    signals = read_signals(z, rules=rules)
    seen = signals.fired.any(axis=(0, 2)).mean()
    assert signals.false_alarms.probability == pytest.approx(seen, abs=0.015)


def test_each_rule_speaks_on_the_month_that_completes_its_pattern() -> None:
    z = [0.1, 2.5, -0.2, 2.1, 0.3, 1.2, 1.1, 1.3, 1.4, 0.2, 3.5]
    fired = read_signals(z, rules=WESTERN_ELECTRIC).fired
    months = [np.flatnonzero(row).tolist() for row in fired]
    assert months == [[10], [3], [7, 8, 10], [10]]


def test_eight_months_on_one_side_are_a_signal_and_seven_are_not() -> None:
    fired = read_signals([0.5] * 7 + [-0.5] + [0.5] * 8, rules=[EIGHT_IN_ROW]).fired[0]
    assert np.flatnonzero(fired).tolist() == [15]


def test_missing_months_are_looked_past() -> None:
    z = np.ma.MaskedArray([0.5] * 9, mask=[False] * 4 + [True] + [False] * 4)
    assert np.flatnonzero(read_signals(z, rules=[EIGHT_IN_ROW]).fired[0]).tolist() == [8]


def test_no_rules_and_impossible_rules_are_refused() -> None:
    for rules in ([], [Rule("four of three", 4, 3, 1.0)]):
        with pytest.raises(CannotMeasure):
            read_signals([0.0], rules=rules)
