"""Tasks as rows of a list."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.tasks.queries import TaskState, TaskView
from gongzhi.commons.territory.queries import find_place
from gongzhi.interfaces.pages.components import Badge, Row, Tone
from gongzhi.interfaces.pages.tickets.rows import SOON, moment_words

LOOKS = {
    TaskState.WAITING: (Tone.WARN, "diamond"),
    TaskState.OPEN: (Tone.INFO, "half"),
    TaskState.FINISHED: (Tone.GOOD, "full"),
    TaskState.CANCELLED: (Tone.QUIET, "square"),
    TaskState.REFUSED: (Tone.QUIET, "square"),
}


def task_badge(state: TaskState) -> Badge:
    return Badge(state.label, *LOOKS[state])


def row_of_task(task: TaskView, *, now: datetime) -> Row:
    """The line for one task."""
    unit, place = find_unit(task.unit_id), find_place(task.place_id)
    due, tone = due_of_task(task, now=now)
    return Row(
        title=task.title,
        href=reverse("task", args=[task.id]),
        facts=[name for name in (unit and unit.name, place and place.full_name) if name],
        badges=[task_badge(task.state)],
        due=due,
        due_tone=tone,
    )


def due_of_task(task: TaskView, *, now: datetime) -> tuple[str, str]:
    """By when it is to be done, and whether that is soon or past; nothing once it has ended."""
    if task.ended_at is not None:
        return "", ""
    said = {"moment": moment_words(task.due_at, now=now)}
    if task.due_at < now:
        return _("已超时（%(moment)s）") % said, "late"
    return _("%(moment)s 前完成") % said, "soon" if task.due_at - now < SOON else ""
