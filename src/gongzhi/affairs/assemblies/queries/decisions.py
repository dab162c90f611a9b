"""Decisions and how far they have come: what is late is seen by everyone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from gongzhi.affairs.assemblies.choices import DecisionState
from gongzhi.affairs.assemblies.drawing import LEAST_PEOPLE
from gongzhi.affairs.assemblies.lifecycle import NotInAssembly
from gongzhi.affairs.assemblies.models import Decision, Voice
from gongzhi.commons.ledger.reading import EventView, events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import allowed, reach
from gongzhi.commons.ratings.queries import counts_of
from gongzhi.commons.ratings.rating import Satisfied, Solved
from gongzhi.commons.tasks.queries import TaskState, TaskView, tasks_of, tasks_of_many
from gongzhi.commons.territory.queries import find_place, public_name

PAGE = 20
LEAST_RATINGS = 5  # fewer are not shown: they would be single people
_OVER = {TaskState.CANCELLED, TaskState.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """One line of the list: what was decided, and how much of it is done."""

    id: int
    subject: Subject
    title: str
    state: DecisionState
    place_id: int
    place_name: str
    unit_name: str
    taken_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    has_result: bool
    is_public: bool
    tasks: int
    tasks_done: int

    def is_late(self, now: datetime) -> bool:
        """Whether it should have been done by now, or was done too late."""
        if self.due_at is None or self.state is DecisionState.REVOKED:
            return False
        return (self.done_at or now) > self.due_at


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """A page of decisions, and where the next one begins ("" after the last)."""

    rows: tuple[DecisionRow, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Rated:
    """How residents rate a result, in tenths of at least five answers."""

    answers: int
    solved: int
    satisfied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionStory:
    """One decision whole. The units' own words on their tasks are for staff."""

    row: DecisionRow
    text: str
    rule: str
    figures: dict[str, Any]
    result: str
    result_at: datetime | None
    reason: str
    tasks: tuple[TaskView, ...]
    rated: Rated | None
    events: tuple[EventView, ...]
    may_take: bool
    is_staff: bool


def decisions_in_public(*, community_id: int | None = None, cursor: str = "") -> DecisionPage:
    """Decisions that everyone may read, newest first; two queries."""
    found = Decision.objects.exclude(published_at=None)
    if community_id is not None:
        found = found.filter(community_id=community_id)
    return _page(found, cursor)


def decisions_within_reach(
    *, by: Actor, community_id: int | None = None, cursor: str = ""
) -> DecisionPage:
    """The public ones, and those of `by`'s own places that are not public."""
    granted = reach(by, "topics.read")
    mine = Q(published_at__isnull=False)
    if granted.everywhere:
        mine = Q()
    for place_id in granted.place_ids:
        place = find_place(place_id)
        if place is not None:
            mine |= Q(place_path__startswith=place.path)
    found = Decision.objects.filter(mine)
    if community_id is not None:
        found = found.filter(community_id=community_id)
    return _page(found, cursor)


def decisions_about(subject: Subject) -> list[DecisionRow]:
    """What was decided about a subject, oldest first; two queries."""
    found = Decision.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    return _rows(found.order_by("pk"))


def decision_story(*, by: Actor, decision_id: int) -> DecisionStory:
    """One decision for who may read it."""
    row = Decision.objects.filter(pk=decision_id).first()
    staff = row is not None and allowed(by, "topics.read", place_path=row.place_path)
    if row is None or (row.published_at is None and not staff):
        raise NotInAssembly
    itself = Subject("decision", row.pk)
    tasks = [one for one in tasks_of(itself) if staff or one.state not in _OVER]
    return DecisionStory(
        row=_row(row, tasks),
        text=row.text,
        rule=row.rule,
        figures=_told(row),
        result=row.result,
        result_at=row.result_at,
        reason=row.reason,
        tasks=tuple(tasks),
        rated=_rated(row),
        events=tuple(events_of(itself)),
        may_take=allowed(by, "decisions.take", place_path=row.place_path),
        is_staff=staff,
    )


def decision_facts(decision_id: int) -> tuple[str, int, str]:
    """A decision's title, place and the place's path, for what grows out of it."""
    row = Decision.objects.get(pk=decision_id)
    return row.title, row.place_id, row.place_path


def _page(found: "QuerySet[Decision]", cursor: str) -> DecisionPage:
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 16:
        found = found.filter(pk__lt=int(cursor))
    rows = list(found.order_by("-pk")[: PAGE + 1])
    more = len(rows) > PAGE
    shown = rows[:PAGE]
    return DecisionPage(tuple(_rows(shown)), str(shown[-1].pk) if more else "")


def _rows(found: Iterable[Decision]) -> list[DecisionRow]:
    rows = list(found)
    tasks = tasks_of_many("decision", [row.pk for row in rows])
    return [_row(row, tasks.get(row.pk, [])) for row in rows]


def _row(row: Decision, tasks: list[TaskView]) -> DecisionRow:
    living = [one for one in tasks if one.state not in _OVER]
    unit = find_unit(row.unit_id)
    return DecisionRow(
        id=row.pk,
        subject=Subject(row.subject_kind, row.subject_id),
        title=row.title,
        state=DecisionState(row.state),
        place_id=row.place_id,
        place_name=public_name(row.place_id),
        unit_name=unit.name if unit else "",
        taken_at=row.taken_at,
        due_at=row.due_at,
        done_at=row.done_at,
        has_result=row.result_at is not None,
        is_public=row.published_at is not None,
        tasks=len(living),
        tasks_done=sum(one.state == TaskState.FINISHED for one in living),
    )


def _told(row: Decision) -> dict[str, Any]:
    """The counts that were decided on; of a topic with fewer voters than five, not who took part.

    An owners' vote is another matter: the law wants each of its figures to be told.
    """
    if row.subject_kind != "topic" or row.figures.get("voters", 0) >= LEAST_PEOPLE:
        return row.figures
    return {name: value for name, value in row.figures.items() if name not in {"voters", "votes"}}


def _rated(row: Decision) -> Rated | None:
    voices = Voice.objects.filter(decision=row).values_list("pk", flat=True)
    counts = counts_of("voice", voices)
    answers = min(counts.said_solved, counts.said_satisfied)
    if answers < LEAST_RATINGS:
        return None
    content = counts.satisfied[Satisfied.YES] + counts.satisfied[Satisfied.BASICALLY]
    return Rated(
        answers=answers,
        solved=round(10 * counts.solved[Solved.YES] / counts.said_solved),
        satisfied=round(10 * content / counts.said_satisfied),
    )
