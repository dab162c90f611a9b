"""A project that won money becomes a decision with a task, and ends with it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies.decisions import (
    CannotDecide,
    NewTask,
    finish_decision,
    follow_tasks,
    publish_result,
    revoke_decision,
    take_decision,
)
from gongzhi.affairs.assemblies.lifecycle import CannotMove
from gongzhi.affairs.assemblies.queries.decisions import decisions_about
from gongzhi.affairs.budgets.queries.facts import funded_project, how_it_ended
from gongzhi.commons.ledger.outbox import Happened
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import SYSTEM
from gongzhi.commons.tasks.finishing import cancel_task
from gongzhi.commons.tasks.queries import TaskState, TaskView, tasks_of

DAYS_TO_CARRY_OUT = 120
_OPEN = {TaskState.OPEN, TaskState.WAITING}
log = structlog.get_logger("gongzhi.coordination")


def decide_on_projects(events: Sequence[Happened], at: datetime) -> None:
    """Each funded project becomes a public decision, which asks the round's unit to do it; once."""
    for event in events:
        project = funded_project(event.subject_id)
        itself = Subject("proposal", event.subject_id)
        if project is None or decisions_about(itself):
            continue
        words = _("实施入选项目：%(title)s") % {"title": project.title}
        task = NewTask(words, project.unit_id, at + timedelta(days=DAYS_TO_CARRY_OUT))
        take_decision(
            subject_kind=itself.kind,
            subject_id=itself.id,
            place_id=project.place_id,
            title=project.title,
            text=words,
            rule=_("共建资金投票：%(round)s") % {"round": project.round_title},
            figures={"cost_fen": project.cost, "votes_round": project.round_id},
            tasks=[task],
            public=True,
            by=SYSTEM,
            at=at,
        )


def end_decisions(events: Sequence[Happened], at: datetime) -> None:
    """A project that was accepted or given up ends its decision, and leaves no task open."""
    for event in events:
        ended = how_it_ended(event.subject_id)
        for decision in decisions_about(Subject("proposal", event.subject_id)):
            try:
                _end(decision.id, ended.words, accepted=ended.accepted, at=at)
            except (CannotDecide, CannotMove) as refused:
                # People have ended it already; their word stands.
                log.info("proposal.decision_stays", why=type(refused).__name__)


def _end(decision_id: int, words: str, *, accepted: bool, at: datetime) -> None:
    if not accepted:
        revoke_decision(decision_id=decision_id, reason=words[:300], by=SYSTEM, at=at)
        return
    for task in tasks_of(Subject("decision", decision_id)):
        if task.state in _OPEN:
            cancel_task(task_id=task.id, reason=_("项目已经验收"), by=SYSTEM, at=at)
    follow_tasks(decision_id=decision_id, at=at)
    left = tasks_of(Subject("decision", decision_id))
    if any(task.state == TaskState.FINISHED for task in left):
        publish_result(decision_id=decision_id, result=words, by=SYSTEM, at=at)
    else:
        finish_decision(decision_id=decision_id, result=words, by=SYSTEM, at=at)


def tasks_of_project(proposal_id: int) -> list[TaskView]:
    """What was asked for so that a funded project is carried out."""
    return [
        task
        for decision in decisions_about(Subject("proposal", proposal_id))
        for task in tasks_of(Subject("decision", decision.id))
    ]
