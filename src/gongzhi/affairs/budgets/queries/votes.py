"""The ballot as a voter sees it, the roster as its keeper does, and papers as they were read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count

from gongzhi.affairs.budgets.ballots import check_choices, numbers_of, read_code
from gongzhi.affairs.budgets.choices import ProposalState, RoundState
from gongzhi.affairs.budgets.lifecycle import round_of
from gongzhi.affairs.budgets.models import PaperSheet, Proposal, RosterEntry, Round
from gongzhi.affairs.budgets.rules import RuleChoice, choice_of
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.encryption import open_text
from gongzhi.commons.territory.queries import place, public_name

ROSTER_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One project on the ballot; `cost` in fen."""

    number: int
    title: str
    text: str
    cost: int
    place_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotView:
    """What a code opens: the round, its projects, and whether it can be voted now."""

    round_id: int
    title: str
    place_name: str
    budget: int
    rule: RuleChoice
    begins: date | None
    ends: date | None
    is_open: bool
    used: str
    choices: tuple[Choice, ...]


def ballot_of(*, code: str, today: date) -> BallotView:
    """The ballot that a code opens; raises `NoSuchCode`. Three queries."""
    opened = read_code(code)
    return _ballot(round_of(opened.round_id), used=opened.used, today=today)


def ballot_of_round(*, round_id: int, today: date) -> BallotView:
    """The same without a code, for whoever reads papers."""
    return _ballot(round_of(round_id), used="", today=today)


def _ballot(row: Round, *, used: str, today: date) -> BallotView:
    feasible = Proposal.objects.filter(round=row, state=ProposalState.FEASIBLE)
    begins, ends = row.ballots_from, row.ballots_until
    during = begins is not None and ends is not None and begins <= today <= ends
    return BallotView(
        round_id=row.pk,
        title=row.title,
        place_name=public_name(row.place_id),
        budget=row.budget,
        rule=choice_of(row),
        begins=begins,
        ends=ends,
        is_open=during and row.state == RoundState.VOTING,
        used=used,
        choices=tuple(
            Choice(
                number=each.number,
                title=each.title,
                text=each.text,
                cost=each.cost,
                place_name=place(each.place_id).name,
            )
            for each in feasible.order_by("number")
        ),
    )


def check_ballot(round_id: int, choices: Sequence[object]) -> None:
    """Raises `CannotVote` for choices that the round's ballot doesn't allow."""
    check_choices(round_of(round_id), choices, numbers_of(round_id))


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One right to vote, for who keeps the roster; whether it was used nobody needs to see."""

    id: int
    label: str
    place_name: str


@dataclass(frozen=True, slots=True)
class PlaceTurnout:
    """How many rights to vote a place has."""

    place_name: str
    issued: int


@dataclass(frozen=True, slots=True)
class RosterView:
    """A page of the roster, the places it covers, and where the next page begins (0: nowhere)."""

    entries: tuple[EntryRow, ...]
    places: tuple[PlaceTurnout, ...]
    next_after: int


def roster(*, by: Actor, round_id: int, after: int = 0) -> RosterView:
    """Who may vote, in the order in which codes were given out. Three queries."""
    row = round_of(round_id)
    require(by, "roster.keep", place_path=row.place_path)
    found = RosterEntry.objects.filter(round=row, pk__gt=after).order_by("id")
    rows = list(found[: ROSTER_PAGE + 1])
    counted = RosterEntry.objects.filter(round=row).values("place_id").annotate(all=Count("id"))
    return RosterView(
        entries=tuple(
            EntryRow(each.pk, open_text(each.label_sealed), public_name(each.place_id))
            for each in rows[:ROSTER_PAGE]
        ),
        places=tuple(PlaceTurnout(public_name(each["place_id"]), each["all"]) for each in counted),
        next_after=rows[ROSTER_PAGE - 1].pk if len(rows) > ROSTER_PAGE else 0,
    )


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A paper: read once, twice alike, twice differently (then both readings show), set aside."""

    number: int
    state: str
    mine: bool
    first: dict[str, Any] | None
    second: dict[str, Any] | None
    reason: str


def sheets(*, by: Actor, round_id: int) -> tuple[SheetRow, ...]:
    """The papers of a round; a single reading is never shown to the second reader. Two queries."""
    row = round_of(round_id)
    require(by, "ballots.enter", place_path=row.place_path)
    return tuple(
        _sheet(each, by.person_id)
        for each in PaperSheet.objects.filter(round=row).order_by("number")
    )


def _sheet(sheet: PaperSheet, me: int | None) -> SheetRow:
    both = sheet.first is not None and sheet.second is not None
    state = "half_read"
    if sheet.set_aside:
        state = "set_aside"
    elif both:
        state = "agreed" if sheet.first == sheet.second else "differing"
    shown = state == "differing"
    return SheetRow(
        number=sheet.number,
        state=state,
        mine=me is not None and me in (sheet.first_person_id, sheet.second_person_id),
        first=sheet.first if shown else None,
        second=sheet.second if shown else None,
        reason=sheet.set_aside,
    )
