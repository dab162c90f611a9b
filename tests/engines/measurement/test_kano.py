"""KANO: every cell of the published table, coefficients by hand, Fong's test."""

import numpy as np
import pytest

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.kano import classify_service


@pytest.mark.parametrize(
    ("row", "letters"), [(1, "QAAAO"), (2, "RIIIM"), (3, "RIIIM"), (4, "RIIIM"), (5, "RRRRQ")]
)
def test_each_pair_of_answers_falls_where_the_table_says(row: int, letters: str) -> None:
    names = {"A": "attractive", "O": "one_dimensional", "M": "must_be"}
    names |= {"I": "indifferent", "R": "reverse", "Q": "questionable"}
    for column, letter in enumerate(letters, start=1):
        assert classify_service([row] * 9, [column] * 9).category == names[letter]


def answers(**counts: int) -> tuple[list[int], list[int]]:
    pairs = {
        "attractive": (1, 3),
        "one_dimensional": (1, 5),
        "must_be": (3, 5),
        "indifferent": (3, 3),
    }
    rows = [pairs[name] for name, many in counts.items() for _ in range(many)]
    return [a for a, _ in rows], [b for _, b in rows]


def test_better_and_worse_follow_berger() -> None:
    result = classify_service(
        *answers(attractive=20, one_dimensional=30, must_be=40, indifferent=10)
    )
    assert result.better
    assert result.worse
    assert (result.better.estimate, result.worse.estimate) == (0.5, 0.7)
    assert result.better.lower < 0.5 < result.better.upper


def test_categories_too_close_to_call_are_left_open() -> None:
    """Fong: 40 and 30 of 100 need a difference of 1.65 √(70 · 130 / 200) = 11.1."""
    close = classify_service(*answers(must_be=40, one_dimensional=30, indifferent=30))
    clear = classify_service(*answers(must_be=42, one_dimensional=29, indifferent=29))
    assert (close.category, clear.category) == (None, "must_be")


def test_weights_count_and_cost_certainty() -> None:
    present, absent = answers(must_be=10, indifferent=10)
    weights = np.repeat([9.0, 1.0], 10)
    weighted = classify_service(present, absent, weights=weights)
    assert weighted.category == "must_be"
    assert sum(weighted.counts.values()) == pytest.approx(100**2 / 820)


def test_only_contradictions_give_no_coefficients() -> None:
    result = classify_service([1, 1], [1, 1])
    assert (result.better, result.worse) == (None, None)


def test_one_respondent_is_classified_with_wide_limits() -> None:
    result = classify_service([1], [5])
    assert result.counts["one_dimensional"] == 1
    assert result.better
    assert result.better.upper - result.better.lower > 0.7


@pytest.mark.parametrize(
    ("present", "absent", "code"),
    [([], [], "empty"), ([6], [1], "unknown_answer"), ([1], [1, 2], "shape")],
)
def test_answers_off_the_scale_are_refused(present: list, absent: list, code: str) -> None:
    with pytest.raises(CannotMeasure) as caught:
        classify_service(present, absent)
    assert caught.value.code == code
