"""Codes become numbers, no-answers are counted by reason, and the rest is refused by row."""

import pytest

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.recoding import Scale, recode, reverse

SCALE = [1, 2, 3, 4, 5]


def test_codes_match_as_numbers_however_they_were_written() -> None:
    result = recode(["4", " 4.0 ", 4, 4.0], valid=SCALE)
    assert result.values.tolist() == [4, 4, 4, 4]


def test_no_answers_are_masked_and_counted_by_reason() -> None:
    result = recode([5, 9, "", None, "9", float("nan")], valid=SCALE, missing={9: "don't know"})
    assert result.values.tolist() == [5, None, None, None, None, None]
    assert result.missing == {"don't know": 2, "blank": 3}


def test_words_map_to_numbers() -> None:
    book = {"满意": 1.0, "不满意": 0.0}
    assert recode(["满意", " 不满意"], valid=book).values.tolist() == [1, 0]


def test_an_unknown_answer_is_refused_by_row_or_masked_and_listed() -> None:
    with pytest.raises(CannotMeasure, match=r"answers\[1\] = 'often'"):
        recode([1, "often"], valid=SCALE)
    result = recode([1, "often", 7], valid=SCALE, unknown="mask")
    assert [(r.row, r.answer) for r in result.refused] == [(1, "often"), (2, 7)]
    assert result.values.tolist() == [1, None, None]


def test_a_code_that_is_both_valid_and_missing_and_an_empty_book_are_refused() -> None:
    with pytest.raises(CannotMeasure) as caught:
        recode([1], valid=SCALE, missing={5.0: "refused"})
    assert caught.value.code == "code_twice"
    with pytest.raises(CannotMeasure):
        recode([1], valid=[])


def test_a_scale_is_turned_round_and_blanks_stay_blank() -> None:
    values = recode([1, 2, ""], valid=SCALE).values
    assert reverse(values, lowest=1, highest=5).tolist() == [5, 4, None]
    with pytest.raises(CannotMeasure):
        reverse(values, lowest=2, highest=5)


def test_every_number_on_a_scale_is_valid_unless_it_is_named_missing() -> None:
    result = recode(
        ["7.5", 0, 10, 11, "R", 9], valid=Scale(0, 10), missing={9: "unsure"}, unknown="mask"
    )
    assert result.values.tolist() == [7.5, 0, 10, None, None, None]
    assert [r.row for r in result.refused] == [3, 4]
    assert result.missing == {"unsure": 1}
    with pytest.raises(CannotMeasure):
        recode([1], valid=Scale(5, 5))
