"""From decision to deed: what was decided becomes tasks, is followed until done, and is rated."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies import events
from gongzhi.affairs.assemblies.choices import DecisionState, TopicState
from gongzhi.affairs.assemblies.lifecycle import (
    DECISION,
    TOPIC,
    NotInAssembly,
    Step,
    move,
    tell,
)
from gongzhi.affairs.assemblies.models import Decision, Topic, Voice
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import coordinating_unit
from gongzhi.commons.permissions.actors import RESIDENT, SYSTEM, Actor
from gongzhi.commons.permissions.actors import Voice as Speaks
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.digests import digest, digests_for_new, key_of
from gongzhi.commons.privacy.links import sign_link
from gongzhi.commons.ratings.rating import (
    CannotRate,
    Satisfied,
    Side,
    Solved,
    declare_ratable,
    rate,
)
from gongzhi.commons.tasks.asking import ask_for
from gongzhi.commons.tasks.finishing import cancel_task
from gongzhi.commons.tasks.queries import TaskState, tasks_of
from gongzhi.commons.territory.queries import ancestor_of_kind, find_place

KIND = "decision"
_MOST_TASKS = 30
_OVER = {TaskState.CANCELLED, TaskState.REFUSED}


class CannotDecide(ValueError):
    """A decision that can't be taken, changed or ended so, with the field at fault and why."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class NewTask:
    """What a unit has to do for a decision, and until when."""

    title: str
    unit_id: int
    due_at: datetime
    category_code: str = ""


@transaction.atomic
def take_decision(
    *,
    subject_kind: str,
    subject_id: int,
    place_id: int,
    text: str,
    rule: str,
    figures: Mapping[str, Any],
    tasks: Sequence[NewTask],
    by: Actor,
    at: datetime,
    title: str = "",
    public: bool = False,
) -> int:
    """Write down what was decided, ask for its tasks, all or nothing; returns the decision's id.

    `public`: whether everyone may read it from now on; else `publish_decision` does it later.
    Raises NotPermitted, CannotDecide, and CannotAsk for a task that can't be asked for.
    """
    place = find_place(place_id)
    if place is None:
        raise CannotDecide(_("没有这个地点，请重新选择"), field="place")
    require(by, "decisions.take", place_path=place.path)
    words = _checked(text, most=4000, field="text", wanted=_("请写明决议内容（4000 字以内）"))
    _checked(rule, most=160, field="rule", wanted=_("请写明按什么规则决定（160 字以内）"))
    if len(tasks) > _MOST_TASKS:
        raise CannotDecide(_("一项决议最多交办 30 项任务，请合并"), field="tasks")
    row = Decision.objects.create(
        subject_kind=subject_kind,
        subject_id=subject_id,
        place_id=place.id,
        place_path=place.path,
        community_id=ancestor_of_kind(place.id, "community"),
        # What follows from a rule, such as a count, is answered for by whoever coordinates there.
        unit_id=by.unit_id or coordinating_unit(place.id, localdate(at)),
        title=(title.strip() or words.splitlines()[0])[:80],
        text=words,
        rule=rule.strip(),
        figures=dict(figures),
        due_at=max((task.due_at for task in tasks), default=None),
        taken_at=at,
        published_at=at if public else None,
        touched_at=at,
    )
    itself = Subject(KIND, row.pk)
    tell(
        itself, events.DECISION_TAKEN, by=by, at=at, place_id=place.id, opens=True,
        subject_kind=subject_kind, subject=subject_id, tasks=len(tasks),
        due=row.due_at.isoformat() if row.due_at else None,
        text=digests_for_new({itself: words})[itself],
    )  # fmt: skip
    for task in tasks:
        _ask(row, task, by=by, at=at)
    return row.pk


@transaction.atomic
def add_task(*, decision_id: int, task: NewTask, by: Actor, at: datetime) -> int:
    """Ask for one more thing that a decision needs; its own date does not move."""
    row = decision_for(by, "decisions.take", decision_id)
    if not _touch(row, at=at):
        raise CannotDecide(_("这项决议已经结束，不能再交办任务"))
    task_id = _ask(row, task, by=by, at=at)
    if row.due_at is None:
        Decision.objects.filter(pk=row.pk).update(due_at=task.due_at)
    _tell(row, events.DECISION_TASK_ADDED, by=by, at=at, task=task_id)
    return task_id


@transaction.atomic
def publish_decision(*, decision_id: int, by: Actor, at: datetime) -> None:
    """Let everyone read the decision and how far it has come."""
    row = decision_for(by, "decisions.take", decision_id)
    if not Decision.objects.filter(pk=row.pk, published_at=None).update(
        published_at=at, touched_at=at
    ):
        raise CannotDecide(_("这项决议已经公开"))
    _tell(row, events.DECISION_PUBLISHED, by=by, at=at)


@transaction.atomic
def follow_tasks(*, decision_id: int, at: datetime) -> bool:
    """Move a decision on once nothing of it is left to do; returns whether it is done now."""
    row = Decision.objects.filter(pk=decision_id, state=DecisionState.TAKEN).first()
    if row is None:
        return False
    tasks = [one for one in tasks_of(Subject(KIND, row.pk)) if one.state not in _OVER]
    if not tasks or any(one.state != TaskState.FINISHED for one in tasks):
        return False
    last = max(one.ended_at or at for one in tasks)
    _finish(row, done_at=last, tasks=len(tasks), by=SYSTEM, at=at)
    return True


@transaction.atomic
def finish_decision(*, decision_id: int, result: str, by: Actor, at: datetime) -> None:
    """Say that a decision without tasks is done, and what came of it."""
    row = decision_for(by, "decisions.take", decision_id)
    if any(one.state not in _OVER for one in tasks_of(Subject(KIND, row.pk))):
        raise CannotDecide(_("决议还有任务；任务都完成后自动办结"))
    _checked(result, most=4000, field="result", wanted=_("请写明办理结果（4000 字以内）"))
    _finish(row, done_at=at, tasks=0, by=by, at=at)
    _publish_result(row, result.strip(), by=by, at=at)


@transaction.atomic
def publish_result(*, decision_id: int, result: str, by: Actor, at: datetime) -> None:
    """Say in public what came of a decision; from now on residents may rate it."""
    row = decision_for(by, "decisions.take", decision_id)
    _checked(result, most=4000, field="result", wanted=_("请写明办理结果（4000 字以内）"))
    if row.state != DecisionState.DONE:
        raise CannotDecide(_("任务都完成以后才能公布结果"), field="result")
    _publish_result(row, result.strip(), by=by, at=at)


@transaction.atomic
def revoke_decision(*, decision_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Take a decision back; its open tasks end with it, and its topic is open again."""
    row = decision_for(by, "decisions.take", decision_id)
    _checked(reason, most=300, field="reason", wanted=_("请说明撤销的理由（300 字以内）"))
    move(row, DECISION, Step.REVOKE, reason=reason.strip(), touched_at=at)
    for task in tasks_of(Subject(KIND, row.pk)):
        if task.state in {TaskState.OPEN, TaskState.WAITING}:
            cancel_task(task_id=task.id, reason=reason, by=by, at=at)
    _tell(row, events.DECISION_REVOKED, by=by, at=at)
    topic = _topic_of(row)
    if topic is not None and topic.state == TopicState.DECIDED:
        move(topic, TOPIC, Step.REOPEN, noticed_at=None, closes_at=None, touched_at=at)
        tell(
            Subject("topic", topic.pk), events.TOPIC_REOPENED, by=by, at=at,
            place_id=topic.place_id,
        )  # fmt: skip


@transaction.atomic
def rate_result(
    *,
    decision_id: int,
    holder: Subject,
    solved: Solved,
    satisfied: Satisfied,
    remark: str,
    by: Actor,
    at: datetime,
) -> None:
    """Who took part says how the result is, once; `holder` is what their private link opens."""
    row = Decision.objects.filter(pk=decision_id).first()
    if row is None or row.published_at is None or row.unit_id is None:
        raise NotInAssembly
    if row.result_at is None:
        raise CannotDecide(_("结果还没有公布，公布以后再请您评价"))
    if len(remark) > 500:
        raise CannotDecide(_("意见最多 500 字，请精简"), field="remark")
    try:
        with transaction.atomic():
            voice = Voice.objects.create(decision=row, key=_key(decision_id, holder))
    except IntegrityError as error:
        raise CannotRate(_("已经评价过了，谢谢。")) from error
    rate(
        subject=Subject("voice", voice.pk), by_side=Side.RESIDENT, about_unit=row.unit_id,
        by=RESIDENT, at=at, solved=solved, satisfied=satisfied, remark=remark,
    )  # fmt: skip
    _touch(row, at=at, state=DecisionState.DONE)
    _tell(row, events.DECISION_RATED, by=by, at=at, solved=solved, satisfied=satisfied)


def decision_for(by: Actor, action: str, decision_id: int) -> Decision:
    """The decision, once `by` is known to be allowed `action` at its place."""
    row = Decision.objects.filter(pk=decision_id).first()
    if row is None:
        raise NotInAssembly
    require(by, action, place_path=row.place_path)
    return row


def _finish(row: Decision, *, done_at: datetime, tasks: int, by: Actor, at: datetime) -> None:
    move(row, DECISION, Step.FINISH, done_at=done_at, touched_at=at)
    in_time = row.due_at is None or done_at <= row.due_at
    _tell(
        row, events.DECISION_DONE, by=by, at=at, subject_kind=row.subject_kind,
        subject=row.subject_id, in_time=in_time, tasks=tasks,
    )  # fmt: skip
    topic = _topic_of(row)
    if topic is not None and topic.state == TopicState.DECIDED:
        move(topic, TOPIC, Step.CARRY_OUT, ended_at=at, touched_at=at)
        tell(
            Subject("topic", topic.pk), events.TOPIC_CARRIED_OUT, by=by, at=at,
            place_id=topic.place_id, decision=row.pk,
        )  # fmt: skip


def _publish_result(row: Decision, result: str, *, by: Actor, at: datetime) -> None:
    if row.published_at is None:
        raise CannotDecide(_("请先公开这项决议，再公布结果"))
    if not Decision.objects.filter(pk=row.pk, result_at=None).update(
        result=result, result_at=at, touched_at=at
    ):
        raise CannotDecide(_("结果已经公布"), field="result")
    said = digest(result, key_of(Subject(KIND, row.pk)))
    _tell(row, events.DECISION_RESULT_PUBLISHED, by=by, at=at, text=said)


def _ask(row: Decision, task: NewTask, *, by: Actor, at: datetime) -> int:
    return ask_for(
        subject=Subject(KIND, row.pk), title=task.title, unit_id=task.unit_id,
        place_id=row.place_id, due_at=task.due_at, category_code=task.category_code, by=by, at=at,
    ).id  # fmt: skip


def _topic_of(row: Decision) -> Topic | None:
    if row.subject_kind != "topic":
        return None
    return Topic.objects.filter(pk=row.subject_id).first()


def _touch(row: Decision, *, at: datetime, state: DecisionState = DecisionState.TAKEN) -> bool:
    return bool(Decision.objects.filter(pk=row.pk, state=state).update(touched_at=at))


def _checked(text: str, *, most: int, field: str, wanted: str) -> str:
    words = text.strip()
    if not 0 < len(words) <= most:
        raise CannotDecide(wanted, field=field)
    return words


def _key(decision_id: int, holder: Subject) -> str:
    """What stands for a private link, so that it rates once and can't be traced from the rating."""
    return hashlib.sha256(sign_link(f"{holder.kind}.{decision_id}", holder.id).encode()).hexdigest()


def _tell(row: Decision, kind: str, /, *, by: Actor, at: datetime, **data: Any) -> None:
    tell(Subject(KIND, row.pk), kind, by=by, at=at, place_id=row.place_id, **data)


def _may_rate(subject_id: int, side: Side, by: Actor) -> bool:
    return (
        side is Side.RESIDENT
        and by.voice is Speaks.RESIDENT
        and Voice.objects.filter(pk=subject_id, decision__result_at__isnull=False).exists()
    )


def declare_ratings() -> None:
    """Let results be rated; called once when the app is ready."""
    declare_ratable("voice", _may_rate)
