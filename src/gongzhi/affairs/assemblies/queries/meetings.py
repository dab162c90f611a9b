"""Reading meetings: lists, one meeting with what the last one left, a unit's calendar."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from gongzhi.affairs.assemblies.meeting_choices import (
    MeetingKind,
    MeetingState,
    Presence,
    Reason,
)
from gongzhi.affairs.assemblies.meeting_lifecycle import NoSuchMeeting
from gongzhi.affairs.assemblies.models import (
    Attendance,
    Meeting,
    Resolution,
    StandingMeeting,
)
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import allowed, reach
from gongzhi.commons.tasks.queries import TaskView, tasks_of_many
from gongzhi.commons.territory.queries import find_place, public_name

__all__ = ["NoSuchMeeting"]


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One line of a list."""

    id: int
    title: str
    kind: MeetingKind
    state: MeetingState
    place_name: str
    begins_at: datetime
    ends_at: datetime
    venue: str
    convener_name: str
    moves: int
    touched_at: datetime


@dataclass(frozen=True, slots=True)
class PointView:
    """A point of the agenda."""

    position: int
    title: str
    why: Reason
    subject: Subject | None


@dataclass(frozen=True, slots=True)
class ResolutionView:
    """What was resolved, with its count and what came of it."""

    id: int
    position: int
    point: str
    text: str
    passed: bool
    figures: Mapping[str, Any] | None
    decision_id: int | None
    tasks: tuple[TaskView, ...]


@dataclass(frozen=True, slots=True)
class Sat:
    """A unit that was asked, and whether it came."""

    unit_id: int
    unit_name: str
    presence: Presence


@dataclass(frozen=True, slots=True)
class MeetingStory:
    """One meeting whole, as far as the reader may see it."""

    row: MeetingRow
    chair_name: str
    place_id: int
    standing_id: int | None
    standing_name: str
    source: Subject | None
    agenda: tuple[PointView, ...]
    attendance: tuple[Sat, ...]
    entitled: int | None
    present: int | None
    resolutions: tuple[ResolutionView, ...]
    minutes: str  # for members once published
    published_at: datetime | None
    reason: str
    previous: MeetingRow | None
    left_over: tuple[TaskView, ...]  # tasks of the last meeting, first on the agenda
    may_run: bool


@dataclass(frozen=True, slots=True)
class StandingView:
    """A meeting that comes back."""

    id: int
    kind: MeetingKind
    name: str
    place_id: int
    place_name: str
    chair_id: int
    chair_name: str
    member_ids: tuple[int, ...]
    member_names: tuple[str, ...]
    every_months: int | None
    entitled: int | None
    attendance_share: str
    attendance_inclusive: bool
    approval_share: str
    approval_inclusive: bool
    approval_of: str
    basis: str
    callers: str
    ended_at: datetime | None
    last_at: datetime | None
    next_at: datetime | None


def meetings_within_reach(
    *, by: Actor, page: int = 1, size: int = 20
) -> tuple[tuple[MeetingRow, ...], bool]:
    """Meetings that `by` may see, the latest first, and whether there are more; two queries."""
    found = Meeting.objects.filter(_within_reach(by)).order_by("-begins_at", "-id")
    start = (page - 1) * size
    rows = list(found[start : start + size + 1])
    return _rows(rows[:size]), len(rows) > size


def _within_reach(by: Actor) -> Q:
    """Meetings at the actor's places; those their units are asked to, once they are called."""
    granted = reach(by, "meetings.read")
    if granted.everywhere:
        return Q()
    condition = Q(pk__in=[])
    for place_id in granted.place_ids:
        place = find_place(place_id)
        if place is not None:
            condition |= Q(place_path__startswith=place.path)
    ours = reach(by, "meetings.attend").unit_ids
    if ours:
        asked = Attendance.objects.filter(meeting=OuterRef("pk"), unit_id__in=ours)
        condition |= Q(Exists(asked), called_at__isnull=False)
    return condition


def _rows(meetings: Iterable[Meeting]) -> tuple[MeetingRow, ...]:
    meetings = list(meetings)
    conveners = units({meeting.convener_id for meeting in meetings})
    return tuple(
        MeetingRow(
            id=meeting.pk,
            title=meeting.title,
            kind=MeetingKind(meeting.kind),
            state=MeetingState(meeting.state),
            place_name=public_name(meeting.place_id),
            begins_at=meeting.begins_at,
            ends_at=meeting.ends_at,
            venue=meeting.venue,
            convener_name=conveners[meeting.convener_id].name,
            moves=meeting.moves,
            touched_at=meeting.touched_at,
        )
        for meeting in meetings
    )


def meeting_story(*, by: Actor, meeting_id: int) -> MeetingStory:
    """One meeting with the tasks the last one left; raises NoSuchMeeting. A fixed number of
    queries."""
    found = Meeting.objects.filter(_within_reach(by), pk=meeting_id)
    meeting = found.select_related("standing").first()
    if meeting is None:
        raise NoSuchMeeting
    may_run = allowed(by, "meetings.call", place_path=meeting.place_path)
    previous = _previous(meeting)
    if previous and not (may_run or previous.state == MeetingState.PUBLISHED):
        previous = None  # like its minutes
    resolved = list(meeting.resolutions.select_related("point").order_by("position"))
    before = list(previous.resolutions.order_by("position")) if previous else []
    decisions = [one.decision_id for one in (*resolved, *before) if one.decision_id]
    tasks = tasks_of_many("decision", decisions) if decisions else {}
    asked = list(meeting.attendance.order_by("id"))
    names = units({meeting.chair_id, *(one.unit_id for one in asked)})
    (row,) = _rows([meeting])
    standing = meeting.standing
    published = meeting.state == MeetingState.PUBLISHED
    return MeetingStory(
        row=row,
        chair_name=names[meeting.chair_id].name,
        place_id=meeting.place_id,
        standing_id=meeting.standing_id,
        standing_name=standing.name if standing else "",
        source=_subject(meeting.source_kind, meeting.source_id),
        agenda=tuple(
            PointView(
                point.position,
                point.title,
                Reason(point.why),
                _subject(point.subject_kind, point.subject_id),
            )
            for point in meeting.agenda.order_by("position")
        ),
        attendance=tuple(
            Sat(one.unit_id, names[one.unit_id].name, Presence(one.presence)) for one in asked
        ),
        entitled=standing.entitled if standing else None,
        present=meeting.present,
        resolutions=tuple(_resolution(one, tasks) for one in resolved)
        if may_run or published
        else (),
        minutes=meeting.minutes if may_run or published else "",
        published_at=meeting.published_at,
        reason=meeting.reason,
        previous=_rows([previous])[0] if previous else None,
        left_over=tuple(
            task for one in before if one.decision_id for task in tasks.get(one.decision_id, ())
        ),
        may_run=may_run,
    )


def _previous(meeting: Meeting) -> Meeting | None:
    if meeting.standing_id is None:
        return None
    held = Meeting.objects.filter(
        standing_id=meeting.standing_id,
        state__in=[MeetingState.HELD, MeetingState.PUBLISHED],
        begins_at__lt=meeting.begins_at,
    )
    return held.order_by("-begins_at", "-id").first()


def _subject(kind: str, id: int | None) -> Subject | None:
    return Subject(kind, id) if kind and id is not None else None


def _resolution(one: Resolution, tasks: Mapping[int, list[TaskView]]) -> ResolutionView:
    return ResolutionView(
        id=one.pk,
        position=one.position,
        point=one.point.title if one.point else "",
        text=one.text,
        passed=one.passed,
        figures=one.figures,
        decision_id=one.decision_id,
        tasks=tuple(tasks.get(one.decision_id or 0, ())),
    )


def units_asked(meeting_id: int) -> list[int]:
    """The ids of the units that are asked to a meeting."""
    asked = Attendance.objects.filter(meeting_id=meeting_id)
    return list(asked.order_by("id").values_list("unit_id", flat=True))


def was_called(meeting_id: int) -> bool:
    """Whether the units were asked to come."""
    return Meeting.objects.filter(pk=meeting_id, called_at__isnull=False).exists()


def meetings_of(*, by: Actor, source: Subject) -> tuple[MeetingRow, ...]:
    """The meetings that a matter, as a whistle, has called, as far as `by` may see them."""
    found = Meeting.objects.filter(_within_reach(by), source_kind=source.kind, source_id=source.id)
    return _rows(found.order_by("-begins_at")[:20])


def calendar_of_unit(unit_id: int, *, at: datetime) -> tuple[MeetingRow, ...]:
    """The meetings a unit was called to, from three months back on; two queries."""
    called = Attendance.objects.filter(meeting=OuterRef("pk"), unit_id=unit_id)
    found = Meeting.objects.filter(
        Exists(called), called_at__isnull=False, begins_at__gte=at - timedelta(days=92)
    )
    return _rows(found.order_by("begins_at", "id")[:500])


def standing_meetings(*, by: Actor, at: datetime, most: int = 100) -> tuple[StandingView, ...]:
    """The meetings that come back at the places of `by`, and those their units belong to."""
    granted = reach(by, "meetings.read")
    condition = Q() if granted.everywhere else Q(pk__in=[])
    for place_id in granted.place_ids:
        place = find_place(place_id)
        if place is not None:
            condition |= Q(place_path__startswith=place.path)
    ours = reach(by, "meetings.attend").unit_ids
    if ours and not granted.everywhere:
        condition |= Q(members__unit_id__in=ours)
    found = StandingMeeting.objects.filter(condition, ended_at=None).distinct().order_by("id")
    rows = list(found.prefetch_related("members")[:most])
    sittings: dict[int, list[datetime]] = {}
    held = Meeting.objects.filter(standing__in=rows).exclude(state=MeetingState.CANCELLED)
    for standing_id, begins in held.order_by("begins_at").values_list("standing_id", "begins_at"):
        sittings.setdefault(standing_id or 0, []).append(begins)
    return tuple(_standing(row, sittings.get(row.pk, []), at=at) for row in rows)


def standing_meeting(*, by: Actor, standing_id: int, at: datetime) -> StandingView:
    """One meeting that comes back; raises NoSuchMeeting."""
    found = [one for one in standing_meetings(by=by, at=at, most=1000) if one.id == standing_id]
    if not found:
        raise NoSuchMeeting
    return found[0]


def _standing(row: StandingMeeting, sittings: list[datetime], *, at: datetime) -> StandingView:
    members = tuple(sorted(member.unit_id for member in row.members.all()))
    names = units({row.chair_id, *members})
    return StandingView(
        id=row.pk,
        kind=MeetingKind(row.kind),
        name=row.name,
        place_id=row.place_id,
        place_name=public_name(row.place_id),
        chair_id=row.chair_id,
        chair_name=names[row.chair_id].name,
        member_ids=members,
        member_names=tuple(names[unit_id].name for unit_id in members),
        every_months=row.every_months,
        entitled=row.entitled,
        attendance_share=row.attendance_share,
        attendance_inclusive=row.attendance_inclusive,
        approval_share=row.approval_share,
        approval_inclusive=row.approval_inclusive,
        approval_of=row.approval_of,
        basis=row.basis,
        callers=row.callers,
        ended_at=row.ended_at,
        last_at=max((moment for moment in sittings if moment <= at), default=None),
        next_at=min((moment for moment in sittings if moment > at), default=None),
    )


def no_meetings_yet() -> bool:
    """Whether no meeting was ever prepared."""
    return not Meeting.objects.exists()
