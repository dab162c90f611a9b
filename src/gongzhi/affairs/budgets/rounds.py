"""A round from its draft to the vote, and its end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.budgets import events
from gongzhi.affairs.budgets.amounts import NotAnAmount, checked
from gongzhi.affairs.budgets.choices import ProposalState, RoundState
from gongzhi.affairs.budgets.lifecycle import (
    ROUND,
    CannotMove,
    Step,
    move,
    round_of,
    tell,
    tell_of_round,
)
from gongzhi.affairs.budgets.models import Proposal, Round
from gongzhi.affairs.budgets.rules import (
    MAY_FUND,
    MAY_NOT_FUND,
    CannotChoose,
    RuleChoice,
    check_rule,
    choice_of,
    stated,
)
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.territory.queries import find_place

_PREPARING = (RoundState.DRAFTED, RoundState.COLLECTING, RoundState.CHECKING)
_MOST_LINES = 30


class CannotRun(ValueError):
    """A step of a round that is refused; `field` names the part at fault, if there is one."""

    def __init__(self, message: str, *, field: str = "") -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Until when proposals come in and are checked, and from when until when people vote."""

    proposals_until: date
    check_until: date
    ballots_from: date
    ballots_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRound:
    """What a round states about itself. `budget` is in fen."""

    title: str
    place_id: int
    budget: int
    year: int
    calendar: Calendar
    text: str = ""
    may_fund: Sequence[str] = MAY_FUND
    may_not_fund: Sequence[str] = MAY_NOT_FUND
    rule: RuleChoice = field(default_factory=RuleChoice)


@transaction.atomic
def draft_round(*, new: NewRound, by: Actor, at: datetime) -> int:
    """Write a round down; nobody outside sees it yet. Returns its id."""
    place = find_place(new.place_id)
    if place is None or place.kind != "community":
        raise CannotRun(_("请选择社区"), field="place")
    require(by, "rounds.run", place_path=place.path)
    if by.unit_id is None:
        raise CannotRun(_("只有单位的人员才能建立轮次"))
    row = Round.objects.create(
        **_facts(new), place_id=place.id, place_path=place.path, unit_id=by.unit_id,
        state=RoundState.DRAFTED, touched_at=at,
    )  # fmt: skip
    tell(
        Subject("round", row.pk), events.ROUND_DRAFTED, by=by, at=at, place_id=place.id,
        opens=True, budget=row.budget,
    )  # fmt: skip
    return row.pk


@transaction.atomic
def change_round(*, round_id: int, new: NewRound, by: Actor, at: datetime) -> None:
    """Put facts, lists, calendar or rule right, until the vote opens; refused from then on."""
    row = _run(by, round_id)
    facts = _facts(new)
    if new.place_id != row.place_id:
        raise CannotRun(_("轮次的社区不能改；请另建一个轮次"), field="place")
    changed = [name for name, value in facts.items() if getattr(row, name) != value]
    standing = Round.objects.filter(pk=row.pk, state__in=_PREPARING)
    if not standing.update(**facts, touched_at=at):
        raise CannotRun(_("投票已经开始，规则、日程和预算都不能再改"))
    if changed:
        tell_of_round(row, events.ROUND_CHANGED, by=by, at=at, fields=sorted(changed))


def _facts(new: NewRound) -> dict[str, Any]:
    """The checked columns of a round."""
    title, days = new.title.strip(), new.calendar
    if not 0 < len(title) <= 80:
        raise CannotRun(_("请用 1 到 80 个字写明名称"), field="title")
    if not 2000 <= new.year <= 2200:
        raise CannotRun(_("请核对年份"), field="year")
    try:
        budget = checked(new.budget)
    except NotAnAmount as wrong:
        raise CannotRun(str(wrong), field="budget") from wrong
    order = [days.proposals_until, days.check_until, days.ballots_from, days.ballots_until]
    names = ["proposals_until", "check_until", "ballots_from", "ballots_until"]
    for at, name in enumerate(names[1:], 1):
        if order[at] < order[at - 1]:
            raise CannotRun(_("日程的先后不对：征集、核查、投票应依次进行"), field=name)
    try:
        check_rule(new.rule)
    except CannotChoose as wrong:
        raise CannotRun(str(wrong), field=wrong.field) from wrong
    return {
        "title": title,
        "text": new.text.strip(),
        "year": new.year,
        "budget": budget,
        "may_fund": _lines(new.may_fund, "may_fund"),
        "may_not_fund": _lines(new.may_not_fund, "may_not_fund"),
        **dict(zip(names, order, strict=True)),
        **new.rule.columns(),
    }


def _lines(lines: Sequence[str], field: str) -> list[str]:
    found = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if len(found) > _MOST_LINES or any(len(line) > 80 for line in found):
        raise CannotRun(_("清单最多 30 行，每行最多 80 个字"), field=field)
    return found


@transaction.atomic
def open_collecting(*, round_id: int, by: Actor, at: datetime) -> None:
    """Publish the round; from now on everyone may propose."""
    row = _run(by, round_id)
    assert row.proposals_until is not None
    if localdate(at) > row.proposals_until:
        raise CannotRun(_("征集截止日期已过，请先改日程"))
    move(row, ROUND, Step.COLLECT, touched_at=at)
    until = row.proposals_until.isoformat()
    tell_of_round(row, events.COLLECTING_BEGUN, by=by, at=at, until=until)


@transaction.atomic
def begin_checking(*, round_id: int, by: Actor, at: datetime) -> None:
    """No more proposals come in; not before the day that was announced is over."""
    row = _run(by, round_id)
    if row.proposals_until is not None and localdate(at) <= row.proposals_until:
        raise CannotRun(
            _("已公布征集到 %(day)s，当天结束以前不能停止") % {"day": row.proposals_until}
        )
    move(row, ROUND, Step.CHECK, touched_at=at)
    tell_of_round(row, events.CHECKING_BEGUN, by=by, at=at, proposals=row.proposed)


@transaction.atomic
def open_voting(*, round_id: int, by: Actor, at: datetime) -> None:
    """Fix everything and let people vote in the days announced."""
    row = _run(by, round_id, locked=True)
    if row.ballots_until is not None and localdate(at) > row.ballots_until:
        raise CannotRun(_("投票截止日期已过，请先改日程"))
    proposals = Proposal.objects.filter(round=row)
    if waiting := proposals.filter(state=ProposalState.PROPOSED).count():
        raise CannotRun(_("还有 %(count)d 个提案没有核查") % {"count": waiting})
    feasible = proposals.filter(state=ProposalState.FEASIBLE).count()
    if not feasible and row.state == RoundState.CHECKING:
        raise CannotRun(_("没有可行的提案，不能开始投票"))
    move(row, ROUND, Step.VOTE, touched_at=at)
    assert row.ballots_until is not None
    tell_of_round(
        row, events.VOTING_OPENED, by=by, at=at, **stated(choice_of(row)), budget=row.budget,
        proposals=feasible, until=row.ballots_until.isoformat(),
    )  # fmt: skip


@transaction.atomic
def withdraw_round(*, round_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Give a round up, for a reason that everyone may read; ballots cast are never counted."""
    row = _run(by, round_id)
    if not reason.strip():
        raise CannotRun(_("请说明理由，居民会看到"), field="reason")
    was = row.state
    move(row, ROUND, Step.WITHDRAW, guard=Q(state=was), touched_at=at, reason=reason.strip()[:1000])
    tell_of_round(row, events.ROUND_WITHDRAWN, by=by, at=at, was=was)


@transaction.atomic
def finish_round(*, round_id: int, by: Actor, at: datetime) -> None:
    """Every funded project was accepted or given up: the round is carried out."""
    row = _run(by, round_id, locked=True)
    open_ones = Proposal.objects.filter(round=row, state=ProposalState.FUNDED).count()
    if open_ones:
        raise CannotRun(_("还有 %(count)d 个入选项目没有验收") % {"count": open_ones})
    move(row, ROUND, Step.CARRY_OUT, touched_at=at)
    tell_of_round(row, events.ROUND_CARRIED_OUT, by=by, at=at)


def _run(by: Actor, round_id: int, *, locked: bool = False) -> Round:
    row = round_of(round_id, locked=locked)
    require(by, "rounds.run", place_path=row.place_path)
    return row


__all__ = ["CannotMove", "CannotRun"]
