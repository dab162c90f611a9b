"""Counting a meeting of residents or their representatives by rules that are data."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from gongzhi.engines.deliberation.owners_count import Threshold


@dataclass(frozen=True)
class MeetingRule:
    """What a meeting needs.

    `attendance`: of those entitled; `approval`: of those present, or of all entitled when
    `approval_of` says so. `basis` names the article or local rule, for the record.
    """

    basis: str
    attendance: Threshold
    approval: Threshold
    approval_of: Literal["present", "entitled"] = "present"


@dataclass(frozen=True)
class MeetingCount:
    """The count: shares, whether each threshold is met, and how many more it would take."""

    rule: MeetingRule
    attendance: Fraction
    attended: bool
    attendance_missing: int
    approval: Fraction
    approved: bool
    approval_missing: int
    passed: bool


class BadMeeting(ValueError):
    """Numbers that contradict each other."""


def count_meeting(
    rule: MeetingRule, *, entitled: int, present: int, in_favour: int, against: int, abstained: int
) -> MeetingCount:
    """Count one decision of a meeting; whoever was present and did not vote is not in favour.

    Raises BadMeeting when more are present than entitled, or more voted than are present.
    """
    if min(entitled, present, in_favour, against, abstained) < 0 or not entitled:
        raise BadMeeting("numbers are not negative, and somebody is entitled to vote")
    if present > entitled:
        raise BadMeeting(f"{present} were present and only {entitled} are entitled")
    voted = in_favour + against + abstained
    if voted > present:
        raise BadMeeting(f"{voted} votes were counted and only {present} were present")
    base = present if rule.approval_of == "present" else entitled
    attendance = Fraction(present, entitled)
    approval = Fraction(in_favour, base) if base else Fraction(0)
    attended, approved = rule.attendance.is_met(attendance), rule.approval.is_met(approval)
    return MeetingCount(
        rule=rule,
        attendance=attendance,
        attended=attended,
        attendance_missing=_missing(rule.attendance, present, entitled),
        approval=approval,
        approved=approved,
        approval_missing=_missing(rule.approval, in_favour, base),
        passed=attended and approved,
    )


def _missing(threshold: Threshold, yes: int, of: int) -> int:
    return max(threshold.least(of) - yes, 0)
