"""What is stuck anywhere comes to a meeting's agenda; people choose. A whistle calls a meeting."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies.meeting_choices import MeetingKind, Reason
from gongzhi.affairs.assemblies.meetings import NewMeeting, Point, draft_meeting, put_on_agenda
from gongzhi.affairs.assemblies.queries.meetings import meeting_story
from gongzhi.affairs.resources.queries.facts import unmet_needs
from gongzhi.affairs.tickets.queries.for_meetings import (
    late_whistles,
    overdue_tickets,
    parked_tickets,
)
from gongzhi.affairs.tickets.queries.whistles import (
    place_of_whistle,
    units_called,
    whistle_story,
)
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.tasks.queries import overdue_tasks_at
from gongzhi.commons.territory.queries import place

UNMET_AFTER = timedelta(days=14)
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A matter that might go on the agenda, and for how many days it has been stuck."""

    why: Reason
    subject: Subject
    title: str
    days: int | None

    @property
    def key(self) -> str:
        """What a form sends back for it."""
        return f"{self.subject.kind}-{self.subject.id}"


def suggest_agenda(*, meeting_id: int, by: Actor, at: datetime) -> tuple[Suggestion, ...]:
    """What is stuck at the place of a meeting, as far as `by` may know of it.

    Late tasks of earlier decisions first, then tickets, whistles and needs; what stands on the
    agenda already is left out. Raises NoSuchMeeting, NotPermitted.
    """
    story = meeting_story(by=by, meeting_id=meeting_id)
    if not story.may_run:
        raise NotPermitted("meetings.call")
    there = {point.subject for point in story.agenda}
    found = _stuck(story.place_id, by=by, at=at)
    return tuple(one for one in found if one.subject not in there)


def _stuck(place_id: int, *, by: Actor, at: datetime) -> Iterable[Suggestion]:
    late = overdue_tasks_at(
        place_path=place(place_id).path, subject_kind="decision", now=at, most=20
    )
    names = units({task.unit_id for task in late})
    for task in late:
        title = f"{task.title}（{names[task.unit_id].name}）"[:_LONGEST]
        yield _suggestion(Reason.TASK_LATE, Subject("task", task.id), title, task.due_at, at)
    for why, matters in (
        (Reason.OVERDUE, overdue_tickets(by=by, place_id=place_id, at=at)),
        (Reason.PARKED, parked_tickets(by=by, place_id=place_id, at=at)),
        (Reason.WHISTLE_LATE, late_whistles(by=by, place_id=place_id, at=at)),
    ):
        for matter in matters:
            subject = Subject(matter.kind, matter.id)
            yield _suggestion(why, subject, matter.title[:_LONGEST], matter.since, at)
    for need_id, title in unmet_needs(place_id=place_id, before=at - UNMET_AFTER):
        yield Suggestion(Reason.NEED_UNMET, Subject("need", need_id), title, None)


def _suggestion(
    why: Reason, subject: Subject, title: str, since: datetime | None, at: datetime
) -> Suggestion:
    days = None if since is None else (localdate(at) - localdate(since)).days
    return Suggestion(why, subject, title, days)


def take_suggestions(*, meeting_id: int, keys: Iterable[str], by: Actor, at: datetime) -> int:
    """Put the chosen suggestions on the agenda; returns how many. What is not stuck any more is
    left out."""
    wanted = set(keys)
    chosen = [
        one for one in suggest_agenda(meeting_id=meeting_id, by=by, at=at) if one.key in wanted
    ]
    if chosen:
        points = [Point(one.title, one.why, one.subject) for one in chosen]
        put_on_agenda(meeting_id=meeting_id, points=points, by=by, at=at)
    return len(chosen)


@transaction.atomic
def draft_meeting_of_whistle(
    *,
    whistle_id: int,
    begins_at: datetime,
    ends_at: datetime,
    venue: str,
    by: Actor,
    at: datetime,
) -> int:
    """Prepare a meeting of the units that a whistle called, with the whistle as its first point.

    Raises NoSuchWhistle, CannotMeet, NotPermitted.
    """
    story = whistle_story(by=by, whistle_id=whistle_id)
    source = Subject("whistle", whistle_id)
    meeting_id = draft_meeting(
        new=NewMeeting(
            title=(_("%(title)s：会商") % {"title": story.row.title})[:120],
            begins_at=begins_at,
            ends_at=ends_at,
            venue=venue,
            kind=MeetingKind.WHISTLE,
            place_id=place_of_whistle(whistle_id),
            unit_ids=units_called(whistle_id),
            source=source,
        ),
        by=by,
        at=at,
    )
    first = Point(story.row.title, Reason.OWN, source)
    put_on_agenda(meeting_id=meeting_id, points=[first], by=by, at=at)
    return meeting_id
