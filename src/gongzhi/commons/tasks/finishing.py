"""The end of a task: done with proof, or not needed any more."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.commons.attachments.access import declare_access
from gongzhi.commons.attachments.queries import attachments_of
from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import NewEvent, Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import allowed, require
from gongzhi.commons.privacy.digests import digest, key_of
from gongzhi.commons.tasks.changing import CannotChangeTask, change, place_path, task_row
from gongzhi.commons.tasks.models import Task, TaskState

FINISHED = declare(
    "task.finished", "a unit did what it was asked for", "unit", "in_time", "proof", "files"
)
CANCELLED = declare("task.cancelled", "a task is not needed any more", "unit")


def finish_task(*, task_id: int, proof: str, by: Actor, at: datetime) -> None:
    """Say that a task is done, with words or files as proof.

    Files are attached to the task (`attach` with `Subject("task", task_id)`) before.
    """
    row = task_row(task_id)
    require(by, "tasks.finish", place_path=_own_path(row), unit_ids=[row.unit_id])
    itself = Subject("task", row.pk)
    files = len(attachments_of(itself))
    words = proof.strip()
    if not words and not files:
        raise CannotChangeTask(_("请写明完成情况，或上传照片、文件作为佐证。"))
    with transaction.atomic():
        change(row, TaskState.OPEN, state=TaskState.FINISHED, proof=words, ended_at=at)
        record(
            NewEvent(
                itself,
                FINISHED,
                at,
                unit_id=by.unit_id,
                person_id=by.person_id,
                place_id=row.place_id,
                data={
                    "unit": row.unit_id,
                    "in_time": at <= row.due_at,
                    "proof": digest(words, key_of(itself)) if words else None,
                    "files": files,
                },
            )
        )


def cancel_task(*, task_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Take a task back, whether it is open or still waits for approval."""
    row = task_row(task_id)
    require(by, "tasks.cancel", place_path=place_path(row.place_id))
    if not reason.strip():
        raise CannotChangeTask(_("请说明取消的理由。"))
    standing = TaskState.WAITING if row.state == TaskState.WAITING else TaskState.OPEN
    with transaction.atomic():
        change(
            row,
            standing,
            state=TaskState.CANCELLED,
            reason=reason.strip()[:300],
            ended_at=at,
        )
        record(
            NewEvent(
                Subject("task", row.pk),
                CANCELLED,
                at,
                unit_id=by.unit_id,
                person_id=by.person_id,
                place_id=row.place_id,
                data={"unit": row.unit_id},
            )
        )


def _own_path(row: Task) -> str:
    """A task is at the place of the unit that owns it: a community's workers do their own."""
    path: str = Task.objects.values_list("unit__place__path", flat=True).get(pk=row.pk)
    return path


def _may_finish(row: Task, by: Actor) -> bool:
    return allowed(by, "tasks.finish", place_path=_own_path(row), unit_ids=[row.unit_id])


def _may_attach(task_id: int, by: Actor) -> bool:
    row = Task.objects.filter(pk=task_id, state=TaskState.OPEN).first()
    return row is not None and _may_finish(row, by)


def _may_read(task_id: int, by: Actor) -> bool:
    row = Task.objects.filter(pk=task_id).first()
    if row is None:
        return False
    here = place_path(row.place_id)
    return (
        _may_finish(row, by)
        or allowed(by, "tasks.ask", place_path=here)
        or allowed(by, "tasks.approve", place_path=here)
    )


declare_access("task", may_read=_may_read, may_attach=_may_attach)
