"""A community's meetings come to life: real actions, each with the time at which it happens."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import localdate, localtime

from gongzhi.affairs.assemblies.decisions import NewTask
from gongzhi.affairs.assemblies.meeting_choices import MeetingKind, Presence
from gongzhi.affairs.assemblies.meetings import (
    NewMeeting,
    Point,
    call_meeting,
    draft_meeting,
    hold_meeting,
    put_on_agenda,
)
from gongzhi.affairs.assemblies.resolutions import Hands, publish_minutes, resolve, write_minutes
from gongzhi.affairs.assemblies.standing_meetings import NewStanding, Rules, open_standing
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import unit_named
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.tasks.finishing import finish_task
from gongzhi.commons.tasks.queries import tasks_of
from gongzhi.commons.territory.queries import place_named
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.coordination.meeting_agendas import suggest_agenda, take_suggestions
from gongzhi.simulation.staff import Staff

Facts = Mapping[str, Any]
_MOST_SUGGESTED = 4


class CannotMeetInModel(ValueError):
    """A line of the sample that names a place or unit that isn't there."""


def unit_id(name: str) -> int:
    """The unit of this name."""
    found = unit_named(name)
    if found is None:
        raise CannotMeetInModel(f"没有这个单位：{name}")
    return found.id


def at_hour(moment: datetime, *, days_ago: int, hour: int) -> datetime:
    """A full hour of the day that many days before."""
    day = localtime(moment) - timedelta(days=days_ago)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def hold_meetings(facts: Facts, *, at: datetime) -> None:
    """A joint meeting a month ago with its tasks, a representatives' meeting, and one to come."""
    home = place_named(facts["community"])
    if home is None:
        raise CannotMeetInModel(f"没有这个地点：{facts['community']}")
    staff = Staff(on=localdate(at))
    by = staff.coordinator(home.id)
    joint = facts["joint"]
    first = at_hour(at, days_ago=joint["last"]["days_ago"] + 30, hour=9)
    chair = by.unit_id or 0
    series = open_standing(
        new=NewStanding(
            MeetingKind.JOINT, joint["name"], home.id, chair,
            [unit_id(name) for name in joint["members"]],
            Rules(joint["basis"], approval_share="2/3", approval_inclusive=True), 1,
        ),
        by=by,
        at=first,
    )  # fmt: skip
    _sit(joint["last"], series, members=joint["members"], by=by, staff=staff, at=at)
    other = facts["representatives"]
    rules = Rules(other["basis"], entitled=other["entitled"], callers=other["callers"])
    people = open_standing(
        new=NewStanding(MeetingKind.REPRESENTATIVES, other["name"], home.id, chair, (), rules, 3),
        by=by,
        at=first,
    )
    _sit(other, people, members=(), by=by, staff=staff, at=at)
    _come(joint["next"], series, by=by, at=at)


def _sit(
    facts: Facts, standing: int, *, members: Any, by: Actor, staff: Staff, at: datetime
) -> None:
    """One sitting, from the notice a week before to the minutes a day later."""
    begins = at_hour(at, days_ago=facts["days_ago"], hour=14)
    before, after = begins - timedelta(days=7), begins + timedelta(hours=2)
    meeting = draft_meeting(
        new=NewMeeting(facts["title"], begins, after, facts["venue"], standing_id=standing),
        by=by,
        at=before,
    )
    points = [Point(title) for title in facts["agenda"]]
    put_on_agenda(meeting_id=meeting, points=points, by=by, at=before)
    call_meeting(meeting_id=meeting, by=by, at=before)
    presence = {unit_id(name): Presence.CAME for name in members}
    presence |= {unit_id(name): Presence.ABSENT for name in facts.get("absent", ())}
    presence |= {unit_id(name): Presence.EXCUSED for name in facts.get("excused", ())}
    hold_meeting(
        meeting_id=meeting, presence=presence, present=facts.get("present"), by=by, at=after
    )
    for resolution in facts["resolutions"]:
        _resolve(resolution, meeting, by=by, staff=staff, now=after, at=at)
    minuted = begins + timedelta(days=1)
    write_minutes(meeting_id=meeting, minutes=facts["minutes"], by=by, at=minuted)
    publish_minutes(meeting_id=meeting, by=by, at=minuted)


def _resolve(
    facts: Facts, meeting: int, *, by: Actor, staff: Staff, now: datetime, at: datetime
) -> None:
    hands = Hands(*facts["hands"]) if "hands" in facts else None
    decision = resolve(
        meeting_id=meeting, position=facts["point"], text=facts["text"], hands=hands,
        tasks=tasks_from(facts.get("tasks", ()), at=at), by=by, at=now,
    )  # fmt: skip
    if decision is not None:
        finish_tasks(facts.get("tasks", ()), decision, staff=staff, at=at)


def tasks_from(lines: Any, *, at: datetime) -> list[NewTask]:
    """Tasks with their dates counted back from `at`."""
    return [
        NewTask(
            line["title"],
            unit_id(line["unit"]),
            at_hour(at, days_ago=line["due_days_ago"], hour=18),
        )
        for line in lines
    ]


def finish_tasks(lines: Any, decision: int, *, staff: Staff, at: datetime) -> None:
    """What the sample calls done is done by its unit on that day; the decision follows."""
    asked = {task.title: task for task in tasks_of(Subject("decision", decision))}
    for line in lines:
        if "done_days_ago" in line:
            task = asked[line["title"]]
            done = at_hour(at, days_ago=line["done_days_ago"], hour=16)
            by = staff.of_unit(task.unit_id)
            finish_task(task_id=task.id, proof="已按议定的办完。", by=by, at=done)
            follow_all(at=done)


def _come(facts: Facts, standing: int, *, by: Actor, at: datetime) -> None:
    """The next sitting, its agenda drafted from what is stuck now."""
    begins = at_hour(at, days_ago=-facts["in_days"], hour=14)
    meeting = draft_meeting(
        new=NewMeeting(
            facts["title"], begins, begins + timedelta(hours=2), facts["venue"],
            standing_id=standing,
        ),
        by=by,
        at=at,
    )  # fmt: skip
    found = suggest_agenda(meeting_id=meeting, by=by, at=at)
    keys = [one.key for one in found[:_MOST_SUGGESTED]]
    take_suggestions(meeting_id=meeting, keys=keys, by=by, at=at)
    points = [Point(title) for title in facts["agenda"]]
    put_on_agenda(meeting_id=meeting, points=points, by=by, at=at)
    call_meeting(meeting_id=meeting, by=by, at=at)
