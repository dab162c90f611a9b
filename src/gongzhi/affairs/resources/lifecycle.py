"""The one place of moves between states: a table for each lifecycle, and the guarded update.

Every action of this affair runs in one transaction and in one order: permission, `grow_pool` where
the pool changes (which also makes changes of the pool queue up), `move` or a counted reservation
(the guards), `tell` (the event).
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

from gongzhi.affairs.resources.choices import (
    AgreementState,
    BookingState,
    ClaimState,
    NeedState,
    OfferState,
    PostState,
    ProjectState,
    SignupState,
    SlipState,
    StintState,
)
from gongzhi.affairs.resources.models import PoolRevision
from gongzhi.commons.failures import NotThere
from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.revisions import Revision

revision = Revision("resources.PoolRevision")


class Step(StrEnum):
    """What can be done to a record of this affair that changes its state."""

    APPROVE = "approve"
    REFUSE = "refuse"
    FILL = "fill"
    REOPEN = "reopen"
    FINISH = "finish"
    UNFINISH = "unfinish"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"
    AGREE = "agree"
    DECLINE = "decline"
    RETURN = "return"
    NO_SHOW = "no_show"
    CANCEL = "cancel"
    CHANGE = "change"
    USE = "use"
    START = "start"
    STOP = "stop"
    SIGN = "sign"
    DISPUTE = "dispute"
    CORRECT = "correct"
    UPHOLD = "uphold"
    RELEASE = "release"
    WITHHOLD = "withhold"
    CLOSE = "close"


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


_N, _O, _C, _P, _B = NeedState, OfferState, ClaimState, ProjectState, BookingState
NEED = Lifecycle(
    pgettext_lazy("record", "需求"),
    _N,
    {
        Step.APPROVE: _move(_N.PUBLISHED, pgettext_lazy("step", "发布"), _N.DRAFTED),
        Step.REFUSE: _move(_N.REFUSED, pgettext_lazy("step", "不发布"), _N.DRAFTED),
        Step.FILL: _move(_N.CLAIMED, pgettext_lazy("step", "认领完"), _N.PUBLISHED),
        Step.REOPEN: _move(_N.PUBLISHED, pgettext_lazy("step", "重新开放"), _N.CLAIMED),
        Step.FINISH: _move(_N.DONE, pgettext_lazy("step", "办完"), _N.CLAIMED),
        Step.UNFINISH: _move(_N.CLAIMED, pgettext_lazy("step", "退回"), _N.DONE),
        Step.CONFIRM: _move(_N.CONFIRMED, pgettext_lazy("step", "确认"), _N.DONE),
        Step.WITHDRAW: _move(
            _N.WITHDRAWN, pgettext_lazy("step", "撤回需求"), _N.DRAFTED, _N.PUBLISHED
        ),
        Step.EXPIRE: _move(_N.EXPIRED, pgettext_lazy("step", "到期"), _N.PUBLISHED),
    },
)
OFFER = Lifecycle(
    pgettext_lazy("record", "资源"),
    _O,
    {
        Step.PAUSE: _move(_O.PAUSED, pgettext_lazy("step", "暂停"), _O.OPEN),
        Step.RESUME: _move(_O.OPEN, pgettext_lazy("step", "恢复"), _O.PAUSED),
        Step.END: _move(_O.ENDED, pgettext_lazy("step", "结束"), _O.OPEN, _O.PAUSED),
    },
)
CLAIM = Lifecycle(
    pgettext_lazy("record", "认领"),
    _C,
    {
        Step.AGREE: _move(_C.AGREED, pgettext_lazy("step", "确认认领"), _C.PROPOSED),
        Step.DECLINE: _move(_C.DECLINED, pgettext_lazy("step", "谢绝"), _C.PROPOSED),
        Step.EXPIRE: _move(_C.EXPIRED, pgettext_lazy("step", "到期"), _C.PROPOSED),
        Step.WITHDRAW: _move(
            _C.WITHDRAWN, pgettext_lazy("step", "退出认领"), _C.PROPOSED, _C.AGREED
        ),
        Step.FINISH: _move(_C.DONE, pgettext_lazy("step", "报告完成"), _C.AGREED),
        Step.NO_SHOW: _move(_C.NO_SHOW, pgettext_lazy("step", "登记未履约"), _C.AGREED),
        Step.RETURN: _move(_C.AGREED, pgettext_lazy("step", "退回重做"), _C.DONE),
        Step.CONFIRM: _move(_C.CONFIRMED, pgettext_lazy("step", "确认结果"), _C.DONE),
    },
)
BOOKING = Lifecycle(
    pgettext_lazy("record", "预约"),
    BookingState,
    {
        Step.AGREE: _move(_B.BOOKED, pgettext_lazy("step", "同意预约"), _B.ASKED),
        Step.DECLINE: _move(_B.DECLINED, pgettext_lazy("step", "不同意"), _B.ASKED),
        Step.EXPIRE: _move(_B.LAPSED, pgettext_lazy("step", "到期"), _B.ASKED),
        Step.CANCEL: _move(_B.CANCELLED, pgettext_lazy("step", "取消预约"), _B.ASKED, _B.BOOKED),
        Step.CHANGE: _move(_B.ASKED, pgettext_lazy("step", "改预约"), _B.ASKED, _B.BOOKED),
        Step.USE: _move(_B.USED, pgettext_lazy("step", "登记使用"), _B.BOOKED),
        Step.NO_SHOW: _move(_B.NO_SHOW, pgettext_lazy("step", "登记未到"), _B.BOOKED),
    },
)
PROJECT = Lifecycle(
    pgettext_lazy("record", "项目"),
    _P,
    {
        Step.START: _move(_P.RUNNING, pgettext_lazy("step", "开始实施"), _P.PLANNED),
        Step.FINISH: _move(_P.DONE, pgettext_lazy("step", "提交结果"), _P.RUNNING),
        Step.CONFIRM: _move(_P.CONFIRMED, pgettext_lazy("step", "验收"), _P.DONE),
        Step.STOP: _move(_P.STOPPED, pgettext_lazy("step", "终止"), _P.PLANNED, _P.RUNNING),
    },
)
AGREEMENT = Lifecycle(
    pgettext_lazy("record", "共建协议"),
    AgreementState,
    {
        Step.SIGN: _move(
            AgreementState.SIGNED, pgettext_lazy("step", "签署"), AgreementState.PROPOSED
        ),
        Step.END: _move(
            AgreementState.ENDED,
            pgettext_lazy("step", "结束"),
            AgreementState.PROPOSED,
            AgreementState.SIGNED,
        ),
    },
)
STINT = Lifecycle(
    pgettext_lazy("record", "志愿时长"),
    StintState,
    {
        Step.DISPUTE: _move(
            StintState.DISPUTED, pgettext_lazy("step", "申请更正"), StintState.CERTIFIED
        ),
        Step.CORRECT: _move(
            StintState.CORRECTED, pgettext_lazy("step", "更正"), StintState.DISPUTED
        ),
        Step.UPHOLD: _move(
            StintState.UPHELD, pgettext_lazy("step", "维持原记录"), StintState.DISPUTED
        ),
    },
)
POST = Lifecycle(
    pgettext_lazy("record", "志愿岗位"),
    PostState,
    {Step.CLOSE: _move(PostState.CLOSED, pgettext_lazy("step", "结束"), PostState.OPEN)},
)
SIGNUP = Lifecycle(
    pgettext_lazy("record", "报名"),
    SignupState,
    {Step.WITHDRAW: _move(SignupState.LEFT, pgettext_lazy("step", "退出"), SignupState.STANDS)},
)
SLIP = Lifecycle(
    pgettext_lazy("record", "报到单"),
    SlipState,
    {
        Step.RELEASE: _move(
            SlipState.RELEASED, pgettext_lazy("step", "同意寄出"), SlipState.DRAFTED
        ),
        Step.WITHHOLD: _move(
            SlipState.WITHHELD, pgettext_lazy("step", "不寄出"), SlipState.DRAFTED
        ),
    },
)


class Stateful(Protocol):
    """A record with a state."""

    pk: Any
    state: str


class NotInPool(NotThere):
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


def move(
    row: Stateful, lifecycle: Lifecycle, step: Step, /, *, guard: Q | None = None, **changes: Any
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


def grow_pool() -> int:
    """Count one change of the pool and return its number; the next change waits for this one."""
    revision.grow()
    return PoolRevision.objects.values_list("number", flat=True).get(pk=1)


def pool_number() -> int:
    """The number of the pool's last change."""
    return PoolRevision.objects.values_list("number", flat=True).filter(pk=1).first() or 0


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
