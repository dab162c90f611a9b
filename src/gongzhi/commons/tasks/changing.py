"""Finding a task and changing it only from the state it should be in."""

from typing import Any

from django.utils.translation import gettext as _

from gongzhi.commons.tasks.models import Task, TaskState
from gongzhi.commons.territory.queries import places


class CannotChangeTask(ValueError):
    """A step that a task doesn't allow now, and why."""


def task_row(task_id: int) -> Task:
    """The task; raises CannotChangeTask if there is none."""
    row = Task.objects.filter(pk=task_id).first()
    if row is None:
        raise CannotChangeTask(_("没有这项任务。"))
    return row


def change(row: Task, standing: TaskState, **values: Any) -> None:
    """Set values while the task is in the state `standing`, in the caller's transaction.

    The conditional update also locks the task, so that its chain of events has one writer.
    """
    if not Task.objects.filter(pk=row.pk, state=standing).update(**values):
        now = Task.objects.values_list("state", flat=True).get(pk=row.pk)
        raise CannotChangeTask(
            _("任务现为“%(state)s”，不能这样操作。") % {"state": TaskState(now).label}
        )


def place_path(place_id: int) -> str:
    """The path of a place, for the permission table; raises CannotChangeTask if unknown."""
    found = places([place_id]).get(place_id)
    if found is None:
        raise CannotChangeTask(_("没有这个地点。"))
    return found.path
