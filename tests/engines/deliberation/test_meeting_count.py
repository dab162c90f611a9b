"""Meetings are counted by thresholds that are data."""

from fractions import Fraction

import pytest

from gongzhi.engines.deliberation.meeting_count import BadMeeting, MeetingRule, count_meeting
from gongzhi.engines.deliberation.owners_count import Threshold

MORE_THAN_HALF = Threshold(Fraction(1, 2), inclusive=False)
RULE = MeetingRule("village rule 7", MORE_THAN_HALF, MORE_THAN_HALF)


def test_more_than_half_of_those_entitled_come_and_more_than_half_of_these_agree() -> None:
    found = count_meeting(RULE, entitled=40, present=21, in_favour=11, against=6, abstained=4)
    assert found.passed
    assert (found.attendance, found.approval) == (Fraction(21, 40), Fraction(11, 21))


def test_exactly_half_is_not_more_than_half_and_one_more_is_missing() -> None:
    found = count_meeting(RULE, entitled=40, present=20, in_favour=10, against=10, abstained=0)
    assert not found.attended
    assert not found.approved
    assert (found.attendance_missing, found.approval_missing) == (1, 1)


def test_approval_may_be_asked_of_all_who_are_entitled() -> None:
    rule = MeetingRule(
        "local", Threshold(Fraction(2, 3), inclusive=True), MORE_THAN_HALF, "entitled"
    )
    found = count_meeting(rule, entitled=30, present=20, in_favour=15, against=2, abstained=3)
    assert found.attended
    assert not found.approved
    assert found.approval_missing == 1


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((10, 11, 0, 0, 0), "only 10 are entitled"),
        ((10, 5, 3, 2, 1), "only 5 were present"),
        ((0, 0, 0, 0, 0), "somebody is entitled"),
        ((10, 5, -1, 0, 0), "not negative"),
    ],
)
def test_numbers_that_contradict_each_other_are_refused(
    numbers: tuple[int, int, int, int, int], words: str
) -> None:
    entitled, present, in_favour, against, abstained = numbers
    with pytest.raises(BadMeeting, match=words):
        count_meeting(
            RULE,
            entitled=entitled,
            present=present,
            in_favour=in_favour,
            against=against,
            abstained=abstained,
        )


def test_a_meeting_nobody_came_to_decides_nothing() -> None:
    found = count_meeting(RULE, entitled=5, present=0, in_favour=0, against=0, abstained=0)
    assert not found.passed
    assert found.approval_missing == 1
