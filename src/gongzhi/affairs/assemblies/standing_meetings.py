"""Meetings that come back: setting one up with its members and rules, changing it, ending it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies import meeting_events as events
from gongzhi.affairs.assemblies.meeting_choices import ApprovalOf, MeetingKind, MeetingState
from gongzhi.affairs.assemblies.meeting_lifecycle import CannotMeet, NoSuchMeeting
from gongzhi.affairs.assemblies.models import StandingMeeting, StandingMember
from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record
from gongzhi.commons.organisations.queries import standing_unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.territory.queries import find_place
from gongzhi.engines.deliberation.meeting_count import MeetingRule
from gongzhi.engines.deliberation.owners_count import Threshold

MOST_MEMBERS = 200
_RULES = (
    "entitled", "attendance_share", "attendance_inclusive", "approval_share",
    "approval_inclusive", "approval_of", "basis",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """By which rules a meeting decides; data, since law, charters and places differ."""

    basis: str
    attendance_share: str = "1/2"
    attendance_inclusive: bool = False
    approval_share: str = "1/2"
    approval_inclusive: bool = False
    approval_of: ApprovalOf = ApprovalOf.PRESENT
    entitled: int | None = None
    callers: str = ""


@dataclass(frozen=True, slots=True)
class NewStanding:
    """What a meeting that comes back is."""

    kind: MeetingKind
    name: str
    place_id: int
    chair_id: int
    member_ids: Sequence[int]
    rules: Rules
    every_months: int | None = None


@transaction.atomic
def open_standing(*, new: NewStanding, by: Actor, at: datetime) -> int:
    """Set up a meeting that comes back; returns its id. Raises CannotMeet, NotPermitted."""
    place = find_place(new.place_id)
    if place is None:
        raise CannotMeet(_("没有这个地点，请重新选择。"), field="place")
    require(by, "meetings.call", place_path=place.path)
    members = _checked(new, at=at)
    row = StandingMeeting.objects.create(
        kind=new.kind, place_id=place.id, place_path=place.path, opened_at=at, touched_at=at,
        **_columns(new),
    )  # fmt: skip
    _set_members(row, members)
    _tell(
        row, events.STANDING_OPENED, by=by, at=at, opens=True, kind=new.kind,
        units=list(members), months=new.every_months,
    )  # fmt: skip
    return row.pk


@transaction.atomic
def change_standing(*, standing_id: int, new: NewStanding, by: Actor, at: datetime) -> None:
    """Change members, rhythm or rules; kind and place stay. Past meetings keep their counts.

    Rules stand while a sitting has begun and its minutes are not out: it decides by those.
    """
    row = _standing_for(by, standing_id, at=at)
    members = _checked(new, at=at)
    columns = _columns(new)
    if any(getattr(row, name) != columns[name] for name in _RULES) and _is_sitting(row, at=at):
        raise CannotMeet(
            _("有一次会议已经开始、纪要还没有发布；发布纪要后再改议事规则。"), field="basis"
        )
    StandingMeeting.objects.filter(pk=row.pk).update(**columns)
    row.members.all().delete()
    _set_members(row, members)
    _tell(row, events.STANDING_CHANGED, by=by, at=at, units=list(members))


def _is_sitting(row: StandingMeeting, *, at: datetime) -> bool:
    begun = Q(state=MeetingState.HELD) | Q(state=MeetingState.CALLED, begins_at__lte=at)
    return row.meetings.filter(begun).exists()


@transaction.atomic
def end_standing(*, standing_id: int, by: Actor, at: datetime) -> None:
    """End a meeting that comes back; what was held stays readable."""
    row = _standing_for(by, standing_id, at=at)
    StandingMeeting.objects.filter(pk=row.pk).update(ended_at=at)
    _tell(row, events.STANDING_ENDED, by=by, at=at)


def _standing_for(by: Actor, standing_id: int, *, at: datetime) -> StandingMeeting:
    row = StandingMeeting.objects.filter(pk=standing_id).first()
    if row is None:
        raise NoSuchMeeting
    require(by, "meetings.call", place_path=row.place_path)
    if not StandingMeeting.objects.filter(pk=row.pk, ended_at=None).update(touched_at=at):
        raise CannotMeet(_("这个例会已经停开。"))
    return row


def rule_of(row: StandingMeeting) -> MeetingRule:
    """The rule of a standing meeting as the engine takes it."""
    return MeetingRule(
        basis=row.basis,
        attendance=Threshold(Fraction(row.attendance_share), row.attendance_inclusive),
        approval=Threshold(Fraction(row.approval_share), row.approval_inclusive),
        approval_of="entitled" if row.approval_of == ApprovalOf.ENTITLED else "present",
    )


def _columns(new: NewStanding) -> dict[str, object]:
    rules = new.rules
    return {
        "name": new.name.strip(),
        "chair_id": new.chair_id,
        "every_months": new.every_months,
        "entitled": rules.entitled if new.kind == MeetingKind.REPRESENTATIVES else None,
        "attendance_share": _share(rules.attendance_share, "attendance_share"),
        "attendance_inclusive": rules.attendance_inclusive,
        "approval_share": _share(rules.approval_share, "approval_share"),
        "approval_inclusive": rules.approval_inclusive,
        "approval_of": rules.approval_of,
        "basis": rules.basis.strip(),
        "callers": rules.callers.strip(),
    }


def _share(text: str, field: str) -> str:
    """A share between 0 and 1 in lowest terms, such as 2/3."""
    share = Fraction(-1)
    if len(text) < 10 and "e" not in text.lower():  # 1e9999999 takes its time
        with suppress(ValueError, ZeroDivisionError):
            share = Fraction(text.strip())
    if not 0 <= share <= 1 or share.denominator > 1000:
        raise CannotMeet(_("比例请写成 0 到 1 之间的分数，例如 1/2 或 2/3。"), field=field)
    return str(share)


def _checked(new: NewStanding, *, at: datetime) -> tuple[int, ...]:
    members = tuple(dict.fromkeys(new.member_ids))
    if new.kind not in {MeetingKind.JOINT, MeetingKind.REPRESENTATIVES}:
        raise CannotMeet(_("只有联席会议和居民代表会议是例会。"), field="kind")
    if not 0 < len(new.name.strip()) <= 80:
        raise CannotMeet(_("请用 1 到 80 个字写明会议名称。"), field="name")
    if not 0 < len(new.rules.basis.strip()) <= 160 or len(new.rules.callers.strip()) > 160:
        raise CannotMeet(_("请写明议事规则的依据（160 字以内）。"), field="basis")
    on = localdate(at)
    if any(standing_unit(unit_id, on=on) is None for unit_id in (new.chair_id, *members)):
        raise CannotMeet(_("成员或主持单位中有不存在的单位，请重新选择。"), field="members")
    if new.kind == MeetingKind.JOINT and not 2 <= len(members) <= MOST_MEMBERS:
        raise CannotMeet(
            _("联席会议至少两个、最多 %(most)d 个成员单位。") % {"most": MOST_MEMBERS},
            field="members",
        )
    entitled = new.rules.entitled
    if new.kind == MeetingKind.REPRESENTATIVES and not 1 <= (entitled or 0) <= 10_000:
        raise CannotMeet(_("请填写居民代表的人数。"), field="entitled")
    if new.every_months is not None and not 1 <= new.every_months <= 24:
        raise CannotMeet(_("会议间隔应在 1 到 24 个月之间。"), field="every_months")
    return members


def _set_members(row: StandingMeeting, unit_ids: Sequence[int]) -> None:
    StandingMember.objects.bulk_create(
        [StandingMember(standing=row, unit_id=unit_id) for unit_id in unit_ids]
    )


def _tell(
    row: StandingMeeting, kind: str, /, *, by: Actor, at: datetime, opens: bool = False,
    **data: Plain,
) -> None:  # fmt: skip
    record(
        NewEvent(
            subject=Subject("standing_meeting", row.pk),
            kind=kind,
            at=at,
            unit_id=by.unit_id,
            person_id=by.person_id,
            place_id=row.place_id,
            data=data,
            opens=opens,
        )
    )
