"""The one place of moves between states: tables for rounds and proposals, and the guarded update.

Every action runs in one transaction and in one order: permission, `move` or another conditional
update (the guard), `tell` (the event).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy

from gongzhi.affairs.budgets.choices import ProposalState, RoundState
from gongzhi.affairs.budgets.models import Proposal, Round
from gongzhi.commons.failures import NotThere
from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record
from gongzhi.commons.permissions.actors import Actor


class Step(StrEnum):
    """What can be done to a round or a proposal that changes its state."""

    COLLECT = "collect"
    CHECK = "check"
    VOTE = "vote"
    COUNT = "count"
    CARRY_OUT = "carry_out"
    WITHDRAW = "withdraw"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    FUND = "fund"
    LEAVE = "leave"
    ACCEPT = "accept"
    ABANDON = "abandon"


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


_R, _P = RoundState, ProposalState
ROUND = Lifecycle(
    pgettext_lazy("record", "轮次"),
    _R,
    {
        Step.COLLECT: _move(_R.COLLECTING, pgettext_lazy("step", "开始征集"), _R.DRAFTED),
        Step.CHECK: _move(_R.CHECKING, pgettext_lazy("step", "结束征集"), _R.COLLECTING),
        Step.VOTE: _move(_R.VOTING, pgettext_lazy("step", "开始投票"), _R.CHECKING),
        Step.COUNT: _move(_R.COUNTED, pgettext_lazy("step", "计票"), _R.VOTING),
        Step.CARRY_OUT: _move(_R.CARRIED_OUT, pgettext_lazy("step", "办结"), _R.COUNTED),
        Step.WITHDRAW: _move(
            _R.WITHDRAWN,
            pgettext_lazy("step", "撤销"),
            _R.DRAFTED, _R.COLLECTING, _R.CHECKING, _R.VOTING,
        ),
    },
)  # fmt: skip
PROPOSAL = Lifecycle(
    pgettext_lazy("record", "提案"),
    _P,
    {
        Step.FEASIBLE: _move(
            _P.FEASIBLE,
            pgettext_lazy("step", "判为可行"),
            _P.PROPOSED, _P.FEASIBLE, _P.INFEASIBLE,
        ),
        Step.INFEASIBLE: _move(
            _P.INFEASIBLE,
            pgettext_lazy("step", "判为不可行"),
            _P.PROPOSED, _P.FEASIBLE, _P.INFEASIBLE,
        ),
        Step.WITHDRAW: _move(
            _P.WITHDRAWN, pgettext_lazy("step", "撤回"), _P.PROPOSED, _P.FEASIBLE
        ),
        Step.FUND: _move(_P.FUNDED, pgettext_lazy("step", "入选"), _P.FEASIBLE),
        Step.LEAVE: _move(_P.UNFUNDED, pgettext_lazy("step", "落选"), _P.FEASIBLE),
        Step.ACCEPT: _move(_P.ACCEPTED, pgettext_lazy("step", "验收"), _P.FUNDED),
        Step.ABANDON: _move(_P.ABANDONED, pgettext_lazy("step", "停止实施"), _P.FUNDED),
    },
)  # fmt: skip


class NoSuchRound(NotThere):
    """There is no such round, proposal or fund, or the actor may not know of it."""

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


def move(
    row: Round | Proposal,
    lifecycle: Lifecycle,
    step: Step,
    /,
    *,
    guard: Q | None = None,
    **changes: Any,
) -> None:
    """Change the state if the table allows it from where the record stands now.

    The condition is part of the update, so of two people who act at once one is told why not.
    """
    rule = lifecycle.moves[step]
    changes["state"] = rule.target
    model: Any = type(row)
    standing = model.objects.filter(guard or Q(), pk=row.pk, state__in=sorted(rule.sources))
    if not standing.update(**changes):
        row.state = model.objects.values_list("state", flat=True).get(pk=row.pk)
        raise CannotMove(lifecycle, step, row.state)
    for name, value in changes.items():
        setattr(row, name, value)


def round_of(round_id: int, *, locked: bool = False) -> Round:
    """The round of this id; `locked` makes whoever asks so too wait for this transaction."""
    rows = Round.objects.select_for_update() if locked else Round.objects
    row = rows.filter(pk=round_id).first()
    if row is None:
        raise NoSuchRound
    return row


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


def tell_of_round(row: Round, kind: str, /, *, by: Actor, at: datetime, **data: Any) -> None:
    """One event about a round at its community."""
    tell(Subject("round", row.pk), kind, by=by, at=at, place_id=row.place_id, **data)
