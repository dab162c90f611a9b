"""The one place of moves between states of topics and decisions, and the guarded update.

Every action runs in one transaction and in one order: permission, `move` or `touch` (the guard,
which also locks the row), `tell` (the event).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy

from gongzhi.affairs.assemblies.choices import DecisionState, TopicState
from gongzhi.affairs.assemblies.models import Topic
from gongzhi.commons.failures import NotThere
from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require


class Step(StrEnum):
    """What can be done to a topic or a decision that changes its state."""

    OPEN = "open"
    REFUSE = "refuse"
    NOTICE = "notice"
    REOPEN = "reopen"
    DECIDE = "decide"
    CARRY_OUT = "carry_out"
    WITHDRAW = "withdraw"
    FINISH = "finish"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class Move:
    """From which states a step may start and where it leads."""

    sources: frozenset[str]
    target: str
    words: str | Promise


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The moves of one kind of record, and what it and its states are called."""

    noun: str | Promise
    states: type[models.TextChoices]
    moves: Mapping[Step, Move]


def _move(target: str, words: str | Promise, *sources: str) -> Move:
    return Move(frozenset(sources), target, words)


_T, _D = TopicState, DecisionState
TOPIC = Lifecycle(
    pgettext_lazy("record", "议题"),
    _T,
    {
        Step.OPEN: _move(_T.OPEN, pgettext_lazy("step", "开始征集意见"), _T.PROPOSED),
        Step.REFUSE: _move(_T.WITHDRAWN, pgettext_lazy("step", "不列为议题"), _T.PROPOSED),
        Step.NOTICE: _move(_T.NOTICED, pgettext_lazy("step", "结束征集并公示"), _T.OPEN),
        Step.REOPEN: _move(
            _T.OPEN, pgettext_lazy("step", "重新征集意见"), _T.OPEN, _T.NOTICED, _T.DECIDED
        ),
        Step.DECIDE: _move(_T.DECIDED, pgettext_lazy("step", "形成决议"), _T.NOTICED),
        Step.CARRY_OUT: _move(_T.CARRIED_OUT, pgettext_lazy("step", "落实完"), _T.DECIDED),
        Step.WITHDRAW: _move(_T.WITHDRAWN, pgettext_lazy("step", "撤回议题"), _T.OPEN, _T.NOTICED),
    },
)
DECISION = Lifecycle(
    pgettext_lazy("record", "决议"),
    _D,
    {
        Step.FINISH: _move(_D.DONE, pgettext_lazy("step", "落实完"), _D.TAKEN),
        Step.REVOKE: _move(_D.REVOKED, pgettext_lazy("step", "撤销决议"), _D.TAKEN),
    },
)


class Stateful(Protocol):
    """A record with a state."""

    pk: Any
    state: str


class NotInAssembly(NotThere):
    """There is no such record, or the actor may not know of it."""

    def __init__(self) -> None:
        super().__init__(gettext("没有这条记录，或无权查看"))


class CannotMove(ValueError):
    """A refused step: where the record stands, what was tried, what is possible instead."""

    def __init__(self, lifecycle: Lifecycle, step: Step, state: str) -> None:
        self.step, self.state = step, state
        possible = "、".join(
            str(move.words) for move in lifecycle.moves.values() if state in move.sources
        )
        said = {
            "state": lifecycle.states(state).label,
            "noun": lifecycle.noun,
            "step": lifecycle.moves[step].words,
            "possible": possible,
        }
        words = (
            gettext("“%(state)s”的%(noun)s不能%(step)s；现在可以：%(possible)s")
            if possible
            else gettext("“%(state)s”的%(noun)s不能%(step)s")
        )
        super().__init__(words % said)


def can(lifecycle: Lifecycle, step: Step, state: str) -> bool:
    """Whether the table lets this step start from this state."""
    return state in lifecycle.moves[step].sources


def move(row: Stateful, lifecycle: Lifecycle, step: Step, /, **changes: Any) -> None:
    """Change the state if the table allows it from where the record stands now.

    The condition is part of the update, so of two people who act at once one is told why not.
    """
    rule = lifecycle.moves[step]
    changes["state"] = rule.target
    model: Any = type(row)
    if not model.objects.filter(pk=row.pk, state__in=sorted(rule.sources)).update(**changes):
        row.state = model.objects.values_list("state", flat=True).get(pk=row.pk)
        raise CannotMove(lifecycle, step, row.state)
    for name, value in changes.items():
        setattr(row, name, value)


def touch(topic: Topic, /, *states: TopicState, at: datetime) -> bool:
    """Lock a topic that still stands in one of these states; False when it does not."""
    guard = Q(state__in=states) if states else Q()
    return bool(Topic.objects.filter(guard, pk=topic.pk).update(touched_at=at))


def topic_for(by: Actor, action: str, topic_id: int) -> Topic:
    """The topic, once `by` is known to be allowed `action` at its place."""
    topic = Topic.objects.filter(pk=topic_id).first()
    if topic is None:
        raise NotInAssembly
    require(by, action, place_path=topic.place_path, unit_ids=[topic.unit_id])
    return topic


def tell(
    subject: Subject,
    kind: str,
    /,
    *,
    by: Actor,
    at: datetime,
    place_id: int | None = None,
    opens: bool = False,
    **data: Plain,
) -> None:
    """Write one event in the action's transaction."""
    record(
        NewEvent(
            subject, kind, at, unit_id=by.unit_id, person_id=by.person_id, place_id=place_id,
            data=data, opens=opens,
        )
    )  # fmt: skip
