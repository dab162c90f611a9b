"""What a meeting resolved: counted by its own rule, and on to a decision with tasks; minutes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies import meeting_events as events
from gongzhi.affairs.assemblies.decisions import NewTask, take_decision
from gongzhi.affairs.assemblies.meeting_choices import MeetingKind, MeetingState, Presence
from gongzhi.affairs.assemblies.meeting_lifecycle import (
    KIND,
    CannotMeet,
    meeting_for,
    move,
    require_state,
    tell,
)
from gongzhi.affairs.assemblies.models import AgendaItem, Meeting, Resolution
from gongzhi.affairs.assemblies.standing_meetings import rule_of
from gongzhi.commons.permissions.actors import Actor
from gongzhi.engines.deliberation.meeting_count import BadMeeting, MeetingCount, count_meeting

_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Hands:
    """How many voted which way; the others present are not in favour."""

    in_favour: int
    against: int
    abstained: int


@transaction.atomic
def resolve(
    *,
    meeting_id: int,
    position: int | None,
    text: str,
    hands: Hands | None,
    tasks: Sequence[NewTask],
    by: Actor,
    at: datetime,
) -> int | None:
    """Write down what was resolved on a point of the agenda; returns the decision's id, if any.

    With `hands` the meeting's own rule decides whether it was carried. Without them all who were
    there agreed, which is refused where they are too few by that rule.
    What was not carried is on record too, and has no decision and no tasks.
    """
    meeting = meeting_for(by, meeting_id, at=at)
    require_state(meeting, MeetingState.HELD)
    if not 0 < len(text.strip()) <= _LONGEST:
        raise CannotMeet(_("请写明议定的内容（4000 字以内）。"), field="text")
    point = _point(meeting, position)
    if meeting.resolutions.filter(point=point, text=text.strip()).exists():
        raise CannotMeet(_("这项议定内容已经登记过。"), field="text")
    figures = _count(meeting, hands) if hands else None
    passed = figures is None or bool(figures["passed"])
    if not passed and tasks:
        raise CannotMeet(_("没有通过的事项不能交办任务。"))
    if figures is None and meeting.kind == MeetingKind.REPRESENTATIVES:
        raise CannotMeet(_("居民代表会议的决定要登记表决人数。"), field="in_favour")
    if figures is None:
        _require_agreement(meeting)
    decision = None
    if passed:
        decision = take_decision(
            subject_kind=KIND, subject_id=meeting.pk, place_id=meeting.place_id, text=text.strip(),
            rule=meeting.standing.basis if meeting.standing else _("协商一致"),
            figures=figures or {}, tasks=tasks, by=by, at=at,
        )  # fmt: skip
    last = meeting.resolutions.aggregate(last=Max("position"))["last"] or 0
    Resolution.objects.create(
        meeting=meeting, point=point, position=last + 1, text=text.strip(), passed=passed,
        figures=figures, decision_id=decision,
    )  # fmt: skip
    tell(
        meeting, events.RESOLVED, by=by, at=at, passed=passed, decision=decision,
        voted=figures is not None,
    )  # fmt: skip
    return decision


def _point(meeting: Meeting, position: int | None) -> AgendaItem | None:
    if position is None:
        return None
    point = meeting.agenda.filter(position=position).first()
    if point is None:
        raise CannotMeet(_("议程上没有这一项。"), field="point")
    return point


def _count(meeting: Meeting, hands: Hands) -> dict[str, Any]:
    standing = meeting.standing
    if standing is None:
        raise CannotMeet(_("没有表决规则的会议只登记一致意见。"), field="in_favour")
    entitled, present = _people(meeting)
    try:
        count = count_meeting(
            rule_of(standing), entitled=entitled, present=present, in_favour=hands.in_favour,
            against=hands.against, abstained=hands.abstained,
        )  # fmt: skip
    except BadMeeting as error:
        raise CannotMeet(
            _("人数对不上：应到 %(entitled)d，实到 %(present)d，同意、反对、弃权之和不能超过实到。")
            % {"entitled": entitled, "present": present},
            field="in_favour",
        ) from error
    return _figures(count, hands, entitled=entitled, present=present)


def _people(meeting: Meeting) -> tuple[int, int]:
    """How many are entitled, and how many of them came."""
    if meeting.kind == MeetingKind.REPRESENTATIVES and meeting.standing:
        return meeting.standing.entitled or 0, meeting.present or 0
    asked = list(meeting.attendance.values_list("presence", flat=True))
    return len(asked), asked.count(Presence.CAME)


def _require_agreement(meeting: Meeting) -> None:
    """Refuse that those present agree for all where the meeting's rule asks for more of them."""
    entitled, present = _people(meeting)
    if not present:
        raise CannotMeet(_("没有单位到会，不能形成决定。"), field="text")
    if meeting.standing is None:
        return
    count = count_meeting(
        rule_of(meeting.standing), entitled=entitled, present=present, in_favour=present,
        against=0, abstained=0,
    )  # fmt: skip
    if not count.passed:
        raise CannotMeet(
            _("应到 %(entitled)d，实到 %(present)d，按议事规则人数不够，不能一致议定。")
            % {"entitled": entitled, "present": present},
            field="in_favour",
        )


def _figures(count: MeetingCount, hands: Hands, *, entitled: int, present: int) -> dict[str, Any]:
    rule = count.rule
    return {
        "entitled": entitled,
        "present": present,
        "in_favour": hands.in_favour,
        "against": hands.against,
        "abstained": hands.abstained,
        "attendance": str(count.attendance),
        "attendance_threshold": str(rule.attendance.share),
        "attendance_inclusive": rule.attendance.inclusive,
        "attended": count.attended,
        "attendance_missing": count.attendance_missing,
        "approval": str(count.approval),
        "approval_threshold": str(rule.approval.share),
        "approval_inclusive": rule.approval.inclusive,
        "approval_of": rule.approval_of,
        "approved": count.approved,
        "approval_missing": count.approval_missing,
        "basis": rule.basis,
        "passed": count.passed,
    }


@transaction.atomic
def write_minutes(*, meeting_id: int, minutes: str, by: Actor, at: datetime) -> None:
    """Write or rewrite the minutes, until they are published."""
    meeting = meeting_for(by, meeting_id, at=at)
    require_state(meeting, MeetingState.HELD)
    if not 0 < len(minutes.strip()) <= 20_000:
        raise CannotMeet(_("请填写会议纪要（两万字以内）。"), field="minutes")
    move(meeting, MeetingState.HELD, minutes=minutes.strip())


@transaction.atomic
def publish_minutes(*, meeting_id: int, by: Actor, at: datetime) -> None:
    """Publish the minutes within the members; from now on they stand."""
    meeting = meeting_for(by, meeting_id, at=at)
    require_state(meeting, MeetingState.HELD)
    if not meeting.minutes:
        raise CannotMeet(_("请先填写会议纪要再发布。"), field="minutes")
    move(meeting, MeetingState.PUBLISHED, published_at=at)
    tell(
        meeting, events.PUBLISHED, by=by, at=at, kind=meeting.kind,
        resolutions=meeting.resolutions.count(),
        digest=hashlib.sha256(meeting.minutes.encode()).hexdigest(),
    )  # fmt: skip
