"""Asking a unit for something, and deciding whether a community may be asked at all."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import NewEvent, Subject, record
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.digests import digests_for_new
from gongzhi.commons.tasks.changing import CannotChangeTask, change, place_path, task_row
from gongzhi.commons.tasks.models import Approval, Task, TaskState
from gongzhi.commons.tasks.queries import TaskView, view_of
from gongzhi.commons.tasks.work_list import needs_approval

ASKED = declare(
    "task.asked",
    "a unit was asked to do something for a subject",
    "subject_kind",
    "subject",
    "unit",
    "due",
    "category",
    "needs_approval",
    "title",
)
APPROVED = declare("task.approved", "a task outside the community's list was approved", "unit")
REFUSED = declare("task.refused", "a task outside the community's list was refused", "unit")

_LONGEST_TITLE = 200


class CannotAsk(ValueError):
    """A task that can't be asked for, and why."""


def ask_for(
    *,
    subject: Subject,
    title: str,
    unit_id: int,
    place_id: int,
    due_at: datetime,
    by: Actor,
    at: datetime,
    category_code: str = "",
) -> TaskView:
    """Ask a unit to do something by a date; outside a community's work list it waits for approval.

    `place_id` is where the matter is: it says who may ask. Raises NotPermitted, CannotAsk.
    """
    require(by, "tasks.ask", place_path=place_path(place_id))
    wanted = title.strip()
    if not 0 < len(wanted) <= _LONGEST_TITLE:
        raise CannotAsk(_("请用 1 到 %(most)d 个字写明任务。") % {"most": _LONGEST_TITLE})
    if due_at <= at:
        raise CannotAsk(_("完成期限必须晚于现在。"))
    unit = units([unit_id]).get(unit_id)
    if unit is None:
        raise CannotAsk(_("没有这个单位，或它已撤销。"))
    gate = needs_approval(
        unit=unit,
        unit_path=place_path(unit.place_id),
        category_code=category_code,
        by=by,
        at=at,
    )
    row = Task(
        subject_kind=subject.kind,
        subject_id=subject.id,
        title=wanted,
        category_code=category_code,
        unit_id=unit_id,
        place_id=place_id,
        asked_by_unit_id=by.unit_id,
        asked_by_person_id=by.person_id,
        asked_at=at,
        due_at=due_at,
        state=TaskState.WAITING if gate else TaskState.OPEN,
        approval=Approval.WAITING if gate else Approval.NOT_NEEDED,
    )
    with transaction.atomic():
        row.save(force_insert=True)
        record(_asked(row, by=by, gate=gate))
    return view_of(row)


def approve_task(*, task_id: int, by: Actor, at: datetime) -> None:
    """Let a community be asked for something outside its list; never by who asked."""
    row = _for_review(task_id, by)
    with transaction.atomic():
        change(row, TaskState.WAITING, state=TaskState.OPEN, approval=Approval.APPROVED)
        _reviewed(row, APPROVED, by=by, at=at)


def refuse_task(*, task_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Spare a community a task outside its list."""
    row = _for_review(task_id, by)
    if not reason.strip():
        raise CannotChangeTask(_("请说明不批准的理由。"))
    with transaction.atomic():
        change(
            row,
            TaskState.WAITING,
            state=TaskState.REFUSED,
            approval=Approval.REFUSED,
            reason=reason.strip()[:300],
            ended_at=at,
        )
        _reviewed(row, REFUSED, by=by, at=at)


def _for_review(task_id: int, by: Actor) -> Task:
    row = task_row(task_id)
    require(by, "tasks.approve", place_path=place_path(row.place_id))
    if by.person_id is not None and by.person_id == row.asked_by_person_id:
        raise CannotChangeTask(_("交办人不能批准自己交办的任务。"))
    return row


def _reviewed(row: Task, kind: str, *, by: Actor, at: datetime) -> None:
    record(
        NewEvent(
            Subject("task", row.pk),
            kind,
            at,
            unit_id=by.unit_id,
            person_id=by.person_id,
            place_id=row.place_id,
            data={"unit": row.unit_id},
        )
    )


def _asked(row: Task, *, by: Actor, gate: bool) -> NewEvent:
    itself = Subject("task", row.pk)
    return NewEvent(
        itself,
        ASKED,
        row.asked_at,
        unit_id=by.unit_id,
        person_id=by.person_id,
        place_id=row.place_id,
        data={
            "subject_kind": row.subject_kind,
            "subject": row.subject_id,
            "unit": row.unit_id,
            "due": row.due_at.isoformat(),
            "category": row.category_code,
            "needs_approval": gate,
            "title": digests_for_new({itself: row.title})[itself],
        },
        opens=True,
    )
