"""A project that won money becomes a task with an owner and a date."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from gongzhi.affairs.budgets.queries.facts import funded_project
from gongzhi.commons.ledger.outbox import Happened
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import SYSTEM
from gongzhi.commons.tasks.asking import ask_for
from gongzhi.commons.tasks.finishing import cancel_task
from gongzhi.commons.tasks.queries import TaskState, tasks_of

DAYS_TO_CARRY_OUT = 120


def ask_to_carry_out(events: Sequence[Happened], at: datetime) -> None:
    """Ask the unit that ran the round to carry out each funded project; once for each."""
    for event in events:
        project = funded_project(event.subject_id)
        itself = Subject("proposal", event.subject_id)
        if project is None or tasks_of(itself):
            continue
        ask_for(
            subject=itself,
            title=_("实施入选项目：%(title)s") % {"title": project.title},
            unit_id=project.unit_id,
            place_id=project.place_id,
            due_at=at + timedelta(days=DAYS_TO_CARRY_OUT),
            by=SYSTEM,
            at=at,
        )


def end_what_is_open(events: Sequence[Happened], at: datetime) -> None:
    """A project that was accepted or given up leaves no task behind."""
    for event in events:
        for task in tasks_of(Subject("proposal", event.subject_id)):
            if task.state in {TaskState.OPEN, TaskState.WAITING}:
                cancel_task(task_id=task.id, reason=_("项目已经验收或停止"), by=SYSTEM, at=at)
