"""Rounds and proposals as pages read them, in a fixed number of queries."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from gongzhi.affairs.budgets.choices import ProposalState, ProposerKind, RoundState
from gongzhi.affairs.budgets.events import TOLD_OF_ROUND
from gongzhi.affairs.budgets.lifecycle import NoSuchRound
from gongzhi.affairs.budgets.models import Proposal, Round, Tally
from gongzhi.affairs.budgets.proposals import proposal_of_link
from gongzhi.affairs.budgets.rules import RuleChoice, choice_of
from gongzhi.commons.ledger.reading import EventView, events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import allowed, reach
from gongzhi.commons.territory.queries import find_place, place, public_name

PAGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """One line of the list of rounds; `budget` in fen."""

    id: int
    title: str
    state: RoundState
    place_id: int
    place_name: str
    year: int
    budget: int
    proposed: int
    proposals_until: date | None
    ballots_from: date | None
    ballots_until: date | None


@dataclass(frozen=True, slots=True)
class RoundPage:
    """A page of rounds, and where the next one begins ("" after the last)."""

    rows: tuple[RoundRow, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """One proposal; money in fen. `account` is what the count says of it, where there is one."""

    id: int
    number: int
    title: str
    text: str
    basis: str
    asked: int
    cost: int
    spent: int
    state: ProposalState
    place_id: int
    place_name: str
    proposer: str
    listed_as: str
    reason: str
    result: str
    account: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyView:
    """How a round was counted, and all that the count says (`result`, money in fen)."""

    electronic: int
    paper: int
    set_aside: int
    missing: int
    digest: str
    result: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStory:
    """A round whole."""

    row: RoundRow
    text: str
    unit_name: str
    unit_id: int
    check_until: date | None
    may_fund: tuple[str, ...]
    may_not_fund: tuple[str, ...]
    rule: RuleChoice
    reason: str
    issued: int
    cast: int
    papers: int
    counted_at: datetime | None
    proposals: tuple[ProposalRow, ...]
    tally: TallyView | None
    events: tuple[EventView, ...]
    may_run: bool
    may_check: bool
    may_keep_roster: bool
    may_enter_papers: bool
    may_accept: bool


def rounds_page(
    *, by: Actor, place_id: int | None = None, cursor: str = "", most: int = PAGE
) -> RoundPage:
    """Rounds, newest first; drafts only for who runs them. One query."""
    found = Round.objects.filter(_may_read(by))
    if (place := find_place(place_id)) is not None:
        found = found.filter(place_id=place.id)
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 16:
        found = found.filter(id__lt=int(cursor))
    rows = [_row(each) for each in found.order_by("-id")[: most + 1]]
    more = str(rows[most - 1].id) if len(rows) > most else ""
    return RoundPage(tuple(rows[:most]), more)


def _may_read(by: Actor) -> Q:
    own = reach(by, "rounds.run")
    condition = ~Q(state=RoundState.DRAFTED)
    if own.everywhere:
        return Q()
    for place_id in own.place_ids:
        place = find_place(place_id)
        if place is not None:
            condition |= Q(place_path__startswith=place.path)
    return condition


def _row(row: Round) -> RoundRow:
    return RoundRow(
        id=row.pk,
        title=row.title,
        state=RoundState(row.state),
        place_id=row.place_id,
        place_name=public_name(row.place_id),
        year=row.year,
        budget=row.budget,
        proposed=row.proposed,
        proposals_until=row.proposals_until,
        ballots_from=row.ballots_from,
        ballots_until=row.ballots_until,
    )


def round_story(*, by: Actor, round_id: int) -> RoundStory:
    """A round for whoever looks; raises `NoSuchRound`. Four queries."""
    row = Round.objects.filter(_may_read(by), pk=round_id).first()
    if row is None:
        raise NoSuchRound
    path = row.place_path
    tally = _tally(row.pk)
    may_check = allowed(by, "proposals.check", place_path=path)
    shown = Proposal.objects.filter(round=row)
    if not may_check:
        shown = shown.exclude(state=ProposalState.WITHDRAWN)
    unit = units([row.unit_id]).get(row.unit_id)
    return RoundStory(
        row=_row(row),
        text=row.text,
        unit_name=unit.name if unit else "",
        unit_id=row.unit_id,
        check_until=row.check_until,
        may_fund=tuple(row.may_fund),
        may_not_fund=tuple(row.may_not_fund),
        rule=choice_of(row),
        reason=row.reason,
        issued=row.issued,
        cast=row.cast,
        papers=row.papers,
        counted_at=row.counted_at,
        proposals=tuple(_proposals(shown, tally)),
        tally=tally,
        events=tuple(events_of(Subject("round", row.pk), kinds=TOLD_OF_ROUND)) if may_check else (),
        may_run=allowed(by, "rounds.run", place_path=path),
        may_check=may_check,
        may_keep_roster=allowed(by, "roster.keep", place_path=path),
        may_enter_papers=allowed(by, "ballots.enter", place_path=path),
        may_accept=allowed(by, "projects.accept", place_path=path),
    )


def _tally(round_id: int) -> TallyView | None:
    columns = ("electronic", "paper", "set_aside", "missing", "digest", "result")
    found = Tally.objects.filter(round_id=round_id).values(*columns).first()
    return TallyView(**found) if found else None


def _proposals(found: "QuerySet[Proposal]", tally: TallyView | None) -> list[ProposalRow]:
    rows = list(found.order_by("number"))
    accounts: dict[str, Any] = tally.result["projects"] if tally else {}
    names = units({row.unit_id for row in rows if row.unit_id})
    return [
        _proposal(
            row,
            unit_name=names[row.unit_id].name if row.unit_id in names else "",
            account=accounts.get(str(row.number), {}),
        )
        for row in rows
    ]


def _proposal(row: Proposal, *, unit_name: str, account: dict[str, Any]) -> ProposalRow:
    return ProposalRow(
        id=row.pk,
        number=row.number,
        title=row.title,
        text=row.text,
        basis=row.basis,
        asked=row.asked,
        cost=row.cost,
        spent=row.spent,
        state=ProposalState(row.state),
        place_id=row.place_id,
        place_name=place(row.place_id).name,
        proposer=unit_name or str(ProposerKind(row.proposer_kind).label),
        listed_as=row.listed_as,
        reason=row.reason,
        result=row.result,
        account=account,
    )


def proposal_behind(token: str) -> tuple[int, ProposalRow, bool]:
    """Round, proposal and whether it can be taken back, for its proposer's private link."""
    row = Proposal.objects.select_related("round").get(pk=proposal_of_link(token))
    tally = _tally(row.round_id)
    (shown,) = _proposals(Proposal.objects.filter(pk=row.pk), tally)
    still = row.round.state in {RoundState.COLLECTING, RoundState.CHECKING}
    return row.round_id, shown, still and row.state in {"proposed", "feasible"}
