"""The ballot as a form: read alike from a phone and from a paper that staff enter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.affairs.budgets.amounts import yuan
from gongzhi.affairs.budgets.choices import BallotKind
from gongzhi.affairs.budgets.queries.votes import BallotView, Choice


class CannotRead(ValueError):
    """A ballot that says something no ballot can say."""


@dataclass(frozen=True, slots=True)
class Line:
    """One project on the ballot, and what the voter has put beside it."""

    choice: Choice
    name: str
    value: str

    @property
    def cost(self) -> str:
        return yuan(self.choice.cost)


@dataclass(frozen=True, slots=True)
class Filled:
    """A ballot as it is filled in, with the running total."""

    lines: tuple[Line, ...]
    chosen: int
    cost: str
    over_budget: bool
    points: int
    choices: list[Any]

    def said(self) -> list[Line]:
        """Only what was chosen; ranked ballots in order."""
        found = [line for line in self.lines if line.value]
        if self.choices and isinstance(self.choices[0], int):
            place = {number: at for at, number in enumerate(self.choices)}
            found.sort(key=lambda line: place.get(line.choice.number, 0))
        return found


def read_ballot(view: BallotView, sent: Mapping[str, str]) -> Filled:
    """What was sent as a ballot; raises `CannotRead` where a number isn't one."""
    kind = view.rule.ballot_kind
    lines = tuple(
        Line(choice, f"p{choice.number}", (sent.get(f"p{choice.number}") or "").strip()[:9])
        for choice in view.choices
    )
    chosen: list[tuple[int, Choice]] = []
    for line in lines:
        if line.value and (kind is BallotKind.APPROVAL or _whole(line)):
            chosen.append((1 if kind is BallotKind.APPROVAL else _whole(line), line.choice))
    if kind is BallotKind.RANKED:
        ranks = [rank for rank, _choice in chosen]
        if len(set(ranks)) < len(ranks):
            raise CannotRead(_("有两个项目排了同一个名次"))
        chosen.sort(key=lambda each: each[0])
    cost = sum(choice.cost for _said, choice in chosen)
    scored = kind is BallotKind.POINTS
    return Filled(
        lines=lines,
        chosen=len(chosen),
        cost=yuan(cost),
        over_budget=cost > view.budget,
        points=sum(said for said, _choice in chosen) if scored else 0,
        choices=[[c.number, said] if scored else c.number for said, c in chosen],
    )


def empty_ballot(view: BallotView) -> Filled:
    """A ballot on which nothing is said yet."""
    return read_ballot(view, {})


def _whole(line: Line) -> int:
    if not (line.value.isascii() and line.value.isdigit()):
        raise CannotRead(_("“%(title)s”旁边请只写数字，不选就留空") % {"title": line.choice.title})
    return int(line.value)
