"""One sitting: preparing, calling, moving and cancelling it, and who came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies import meeting_events as events
from gongzhi.affairs.assemblies.meeting_choices import (
    MeetingKind,
    MeetingState,
    Presence,
    Reason,
)
from gongzhi.affairs.assemblies.meeting_lifecycle import (
    CannotMeet,
    NoSuchMeeting,
    meeting_for,
    move,
    require_state,
    tell,
)
from gongzhi.affairs.assemblies.models import (
    AgendaItem,
    Attendance,
    Meeting,
    StandingMeeting,
)
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import standing_unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.territory.queries import find_place

LONGEST = timedelta(hours=12)
LONGEST_AHEAD = timedelta(days=1096)
MOST_POINTS = 40
_S = MeetingState


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """A meeting to prepare: of a standing one, whose members come, or for one matter."""

    title: str
    begins_at: datetime
    ends_at: datetime
    venue: str
    standing_id: int | None = None
    kind: MeetingKind = MeetingKind.WHISTLE  # without a standing meeting
    place_id: int | None = None
    chair_id: int | None = None
    unit_ids: Sequence[int] = ()
    source: Subject | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A point for the agenda, and why it is there."""

    title: str
    why: Reason = Reason.OWN
    subject: Subject | None = None


@transaction.atomic
def draft_meeting(*, new: NewMeeting, by: Actor, at: datetime) -> int:
    """Begin to prepare a meeting; returns its id. Raises CannotMeet, NotPermitted."""
    standing = None
    if new.standing_id is not None:
        standing = StandingMeeting.objects.filter(pk=new.standing_id, ended_at=None).first()
        if standing is None:
            raise NoSuchMeeting
    place = find_place(standing.place_id if standing else new.place_id)
    if place is None:
        raise CannotMeet(_("没有这个地点，请重新选择。"), field="place")
    require(by, "meetings.call", place_path=place.path)
    _check_time(new.begins_at, new.ends_at, new.venue, at=at)
    if not 0 < len(new.title.strip()) <= 120:
        raise CannotMeet(_("请用 1 到 120 个字写明会议名称。"), field="title")
    if by.unit_id is None:
        raise CannotMeet(_("只有在岗人员可以召集会议。"))
    units = (
        tuple(standing.members.order_by("id").values_list("unit_id", flat=True))
        if standing
        else tuple(dict.fromkeys(new.unit_ids))
    )
    chair = standing.chair_id if standing else (new.chair_id or by.unit_id)
    if any(standing_unit(unit_id, on=localdate(at)) is None for unit_id in {chair, *units}):
        raise CannotMeet(_("参会单位中有不存在的单位，请重新选择。"), field="units")
    row = Meeting.objects.create(
        kind=standing.kind if standing else new.kind, standing=standing, title=new.title.strip(),
        place_id=place.id, place_path=place.path, convener_id=by.unit_id, chair_id=chair,
        source_kind=new.source.kind if new.source else "",
        source_id=new.source.id if new.source else None,
        begins_at=new.begins_at, ends_at=new.ends_at, venue=new.venue.strip(), drafted_at=at,
        touched_at=at,
    )  # fmt: skip
    Attendance.objects.bulk_create([Attendance(meeting=row, unit_id=unit) for unit in units])
    tell(
        row, events.DRAFTED, by=by, at=at, opens=True, kind=row.kind, standing=row.standing_id,
        source_kind=row.source_kind, source=row.source_id,
    )  # fmt: skip
    return row.pk


def _check_time(begins_at: datetime, ends_at: datetime, venue: str, *, at: datetime) -> None:
    if begins_at <= at:
        raise CannotMeet(_("会议时间应晚于现在。"), field="begins_at")
    if begins_at - at > LONGEST_AHEAD:
        raise CannotMeet(_("会议时间应在三年以内。"), field="begins_at")
    if not begins_at < ends_at or ends_at - begins_at > LONGEST:
        raise CannotMeet(_("结束时间应晚于开始时间，且不超过 12 小时。"), field="ends_at")
    if not 0 < len(venue.strip()) <= 120:
        raise CannotMeet(_("请写明开会地点（120 字以内）。"), field="venue")


@transaction.atomic
def put_on_agenda(*, meeting_id: int, points: Sequence[Point], by: Actor, at: datetime) -> None:
    """Add points at the end of the agenda; a matter that stands there already is left out."""
    row = meeting_for(by, meeting_id, at=at)
    require_state(row, _S.DRAFTED, _S.CALLED)
    there = list(row.agenda.order_by("position"))
    known = {(point.subject_kind, point.subject_id) for point in there if point.subject_kind}
    fresh: list[Point] = []
    for point in points:
        matter = (point.subject.kind, point.subject.id) if point.subject else None
        if matter is None:
            fresh.append(point)
        elif matter not in known:
            fresh.append(point)
            known.add(matter)
    if any(not 0 < len(point.title.strip()) <= 160 for point in fresh):
        raise CannotMeet(_("请用 1 到 160 个字写明议题。"), field="title")
    if len(there) + len(fresh) > MOST_POINTS:
        raise CannotMeet(_("一次会议最多 %(most)d 个议题。") % {"most": MOST_POINTS})
    last = there[-1].position if there else 0
    AgendaItem.objects.bulk_create(
        [
            AgendaItem(
                meeting=row,
                position=last + number,
                title=point.title.strip(),
                why=point.why,
                subject_kind=point.subject.kind if point.subject else "",
                subject_id=point.subject.id if point.subject else None,
            )
            for number, point in enumerate(fresh, start=1)
        ]
    )
    if fresh:
        tell(row, events.AGENDA_SET, by=by, at=at, points=len(there) + len(fresh))


@transaction.atomic
def take_off_agenda(*, meeting_id: int, position: int, by: Actor, at: datetime) -> None:
    """Take a point off the agenda before the meeting."""
    row = meeting_for(by, meeting_id, at=at)
    require_state(row, _S.DRAFTED, _S.CALLED)
    if not row.agenda.filter(position=position).delete()[0]:
        raise CannotMeet(_("议程上没有这一项。"))
    tell(row, events.AGENDA_SET, by=by, at=at, points=row.agenda.count())


@transaction.atomic
def call_meeting(*, meeting_id: int, by: Actor, at: datetime) -> None:
    """Ask the units to come; they are told, and it stands in their calendars."""
    row = meeting_for(by, meeting_id, at=at)
    require_state(row, _S.DRAFTED)
    if not row.agenda.exists():
        raise CannotMeet(_("还没有议题；请先写明要议什么，再通知各单位。"))
    if row.begins_at <= at:
        raise CannotMeet(_("会议时间已过，请先改期。"), field="begins_at")
    units = list(row.attendance.order_by("unit_id").values_list("unit_id", flat=True))
    if row.kind != MeetingKind.REPRESENTATIVES and not units:
        raise CannotMeet(_("没有参会单位，不能通知。"))
    move(row, _S.CALLED, called_at=at)
    tell(
        row, events.CALLED, by=by, at=at, kind=row.kind, units=units,
        begins=row.begins_at.isoformat(timespec="minutes"),
    )  # fmt: skip


@transaction.atomic
def move_meeting(
    *,
    meeting_id: int,
    begins_at: datetime,
    ends_at: datetime,
    venue: str,
    by: Actor,
    at: datetime,
) -> None:
    """Give a meeting another time or room; units that were called are told."""
    row = meeting_for(by, meeting_id, at=at)
    require_state(row, _S.DRAFTED, _S.CALLED)
    _check_time(begins_at, ends_at, venue, at=at)
    move(
        row, _S(row.state), begins_at=begins_at, ends_at=ends_at, venue=venue.strip(),
        moves=F("moves") + 1,
    )  # fmt: skip
    if row.state == _S.CALLED:
        tell(row, events.MOVED, by=by, at=at, begins=begins_at.isoformat(timespec="minutes"))


@transaction.atomic
def cancel_meeting(*, meeting_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Call a meeting off; units that were called are told."""
    row = meeting_for(by, meeting_id, at=at)
    require_state(row, _S.DRAFTED, _S.CALLED)
    if not 0 < len(reason.strip()) <= 300:
        raise CannotMeet(_("请说明取消的理由（300 字以内）。"), field="reason")
    move(row, _S.CANCELLED, reason=reason.strip(), moves=F("moves") + 1)
    tell(row, events.CANCELLED, by=by, at=at, kind=row.kind)


@transaction.atomic
def hold_meeting(
    *,
    meeting_id: int,
    presence: Mapping[int, Presence],
    present: int | None,
    by: Actor,
    at: datetime,
) -> None:
    """Put on record that the meeting took place: which units came, or how many representatives.

    Units that are left out count as absent. Raises CannotMeet before its time.
    """
    row = meeting_for(by, meeting_id, at=at)
    require_state(row, _S.CALLED)
    if at < row.begins_at:
        raise CannotMeet(_("会议还没有开始，不能登记到会情况。"))
    asked = list(row.attendance.all())
    strangers = set(presence) - {one.unit_id for one in asked}
    if strangers:
        raise CannotMeet(_("只能登记被邀请单位的到会情况。"), field="presence")
    if row.kind == MeetingKind.REPRESENTATIVES:
        entitled = row.standing.entitled if row.standing else None
        if present is None or not 0 <= present <= (entitled or 10_000):
            raise CannotMeet(
                _("到会代表人数应在 0 和代表总数 %(entitled)s 之间。") % {"entitled": entitled},
                field="present",
            )
    for one in asked:
        one.presence = presence.get(one.unit_id, Presence.ABSENT)
    Attendance.objects.bulk_update(asked, ["presence"])
    came = sum(one.presence == Presence.CAME for one in asked)
    move(row, _S.HELD, held_at=at, present=present)
    tell(
        row, events.HELD, by=by, at=at, kind=row.kind, units=len(asked), came=came,
        present=present,
    )  # fmt: skip
