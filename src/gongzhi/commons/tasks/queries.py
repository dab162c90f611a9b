"""Reading tasks: of a subject, of those who have to do them, and the overdue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import ACTIONS, Where, allowed, reach
from gongzhi.commons.tasks.models import Approval, Task, TaskState

__all__ = [
    "SeenTask",
    "TaskState",
    "TaskView",
    "find_task",
    "overdue_tasks",
    "overdue_tasks_at",
    "task_for",
    "tasks_of",
    "tasks_of_many",
    "tasks_to_approve",
    "tasks_to_do",
    "view_of",
]


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task."""

    id: int
    subject: Subject
    title: str
    category_code: str
    unit_id: int
    place_id: int
    asked_by_unit: int | None
    asked_at: datetime
    due_at: datetime
    state: TaskState
    approval: Approval
    ended_at: datetime | None
    proof: str
    reason: str

    def is_overdue(self, now: datetime) -> bool:
        """Whether it is still to be done and its date has passed."""
        return self.state == TaskState.OPEN and self.due_at < now


def find_task(task_id: int) -> TaskView | None:
    """One task, or None."""
    row = Task.objects.filter(pk=task_id).first()
    return view_of(row) if row else None


@dataclass(frozen=True, slots=True)
class SeenTask:
    """A task and what the reader may do with it now."""

    task: TaskView
    may_finish: bool
    may_approve: bool


def task_for(*, by: Actor, task_id: int) -> SeenTask | None:
    """One task for who does it, asked for it or decides on it; None for everybody else."""
    row = Task.objects.select_related("unit__place", "place").filter(pk=task_id).first()
    if row is None:
        return None
    own, here = row.unit.place.path, row.place.path
    finishes = allowed(by, "tasks.finish", place_path=own, unit_ids=[row.unit_id])
    approves = allowed(by, "tasks.approve", place_path=here)
    if not (finishes or approves or allowed(by, "tasks.ask", place_path=here)):
        return None
    asked = by.person_id is not None and by.person_id == row.asked_by_person_id
    return SeenTask(
        task=view_of(row),
        may_finish=finishes and row.state == TaskState.OPEN,
        may_approve=approves and row.state == TaskState.WAITING and not asked,
    )


def tasks_of(subject: Subject) -> list[TaskView]:
    """The tasks of a subject in the order in which they were asked for."""
    rows = Task.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    return [view_of(row) for row in rows.order_by("pk")]


def tasks_of_many(kind: str, ids: Iterable[int]) -> dict[int, list[TaskView]]:
    """The tasks of many subjects of one kind, in one query; subjects without any are left out."""
    found: dict[int, list[TaskView]] = {}
    rows = Task.objects.filter(subject_kind=kind, subject_id__in=list(ids))
    for row in rows.order_by("pk"):
        found.setdefault(row.subject_id, []).append(view_of(row))
    return found


def tasks_to_do(by: Actor, *, most: int = 100) -> list[TaskView]:
    """The open tasks that `by` may finish, what is due first; one query."""
    mine = Q(unit_id__in=reach(by, "tasks.finish").unit_ids)
    for role in by.roles:
        if ACTIONS["tasks.finish"].get(role.kind) is Where.PLACE:
            mine |= Q(unit__place__path__startswith=role.place_path)
    return _first(Task.objects.filter(mine, state=TaskState.OPEN), most)


def tasks_to_approve(by: Actor, *, most: int = 100) -> list[TaskView]:
    """The tasks outside a work list that wait for `by` to approve or refuse; one query."""
    here = reach(by, "tasks.approve")
    rows = Task.objects.filter(state=TaskState.WAITING)
    if not here.everywhere:
        below = Q(pk__in=())
        for role in by.roles:
            if role.place_id in here.place_ids:
                below |= Q(place__path__startswith=role.place_path)
        rows = rows.filter(below)
    if by.person_id is not None:
        rows = rows.exclude(asked_by_person_id=by.person_id)
    return _first(rows, most)


def overdue_tasks(*, now: datetime, most: int = 500) -> list[TaskView]:
    """Open tasks whose date has passed, the oldest first; the worker reminds their units."""
    return _first(Task.objects.filter(state=TaskState.OPEN, due_at__lt=now), most)


def overdue_tasks_at(
    *, place_path: str, subject_kind: str, now: datetime, most: int = 20
) -> list[TaskView]:
    """Open tasks of one kind of subject at a place or below whose date has passed, oldest first."""
    found = Task.objects.filter(
        state=TaskState.OPEN,
        due_at__lt=now,
        subject_kind=subject_kind,
        place__path__startswith=place_path,
    )
    return _first(found, most)


def view_of(row: Task) -> TaskView:
    """The frozen view of a row."""
    return TaskView(
        id=row.pk,
        subject=Subject(row.subject_kind, row.subject_id),
        title=row.title,
        category_code=row.category_code,
        unit_id=row.unit_id,
        place_id=row.place_id,
        asked_by_unit=row.asked_by_unit_id,
        asked_at=row.asked_at,
        due_at=row.due_at,
        state=TaskState(row.state),
        approval=Approval(row.approval),
        ended_at=row.ended_at,
        proof=row.proof,
        reason=row.reason,
    )


def _first(rows: "QuerySet[Task]", most: int) -> list[TaskView]:
    return [view_of(row) for row in rows.order_by("due_at", "pk")[:most]]
