"""Bringing invented rounds of a fund to life: the real actions, each at the time it happens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from random import Random

from django.utils.timezone import localdate

from gongzhi.affairs.budgets.ballots import cast_ballots
from gongzhi.affairs.budgets.choices import EntryKind
from gongzhi.affairs.budgets.codes import NewEntry as NewVoter
from gongzhi.affairs.budgets.codes import issue_codes, print_slips
from gongzhi.affairs.budgets.counting import count_round
from gongzhi.affairs.budgets.funds import VOUCHER, NewEntry, approve_amount, enter_amount
from gongzhi.affairs.budgets.proposals import (
    NewProposal,
    accept_project,
    check_proposal,
    make_proposal,
)
from gongzhi.affairs.budgets.queries.funds import running_projects
from gongzhi.affairs.budgets.rounds import (
    Calendar,
    NewRound,
    begin_checking,
    draft_round,
    open_collecting,
    open_voting,
)
from gongzhi.affairs.budgets.rules import RuleChoice
from gongzhi.commons.attachments.attaching import attach
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import units_at
from gongzhi.commons.permissions.actors import RESIDENT, Actor
from gongzhi.commons.tasks.finishing import finish_task
from gongzhi.commons.territory.queries import PlaceView, place_named, places_of_kind
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.coordination.projects_of_rounds import tasks_of_project
from gongzhi.simulation.pooling import CannotFill
from gongzhi.simulation.staff import Staff

Row = Mapping[str, str | None]
_STAGES = ("collecting", "voting", "spending")
_SEED = 20_250_601
_ELDERS = 0.36  # of the invented voters
_VOUCHER = (
    b"%PDF-1.4\n% sample voucher\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(frozen=True, slots=True)
class _Appeal:
    """How much a project appeals to all, where it is, and whom it favours."""

    to_all: int
    place_id: int
    favours: str


@dataclass(frozen=True, slots=True)
class _Made:
    """A round under way: its id, its home, its days, and who acts in it."""

    id: int
    names: str
    home: PlaceView
    calendar: Calendar
    begins: datetime
    staff: Staff
    coordinator: Actor
    worker: Actor


def fill_rounds(
    *, rounds: Sequence[Row], proposals: Sequence[Row], entries: Sequence[Row], at: datetime
) -> int:
    """Rounds as they came about before `at`, each as far as its stage says; how many."""
    staff, lot = Staff(on=localdate(at)), Random(_SEED)  # noqa: S311 - invented votes
    for row in rounds:
        mine = [each for each in proposals if each.get("round") == row.get("key")]
        made = _draft(row, staff=staff, at=at)
        stage = _STAGES.index(_text(row, "stage"))
        appeals = _propose(made, mine)
        if stage == 0:
            continue
        homes = _vote(made, row)
        if stage == 1:
            continue
        _cast(made, homes, appeals, voters=int(_text(row, "voters")), lot=lot)
        counted_at = made.begins + _days(row, "ballots_days") + timedelta(days=1)
        count_round(round_id=made.id, by=made.coordinator, at=counted_at)
        follow_all(at=counted_at)
        _spend(made, entries, at=at)
    return len(rounds)


def _draft(row: Row, *, staff: Staff, at: datetime) -> _Made:
    begins = at - _days(row, "drafted_days_ago")
    home = _place(_text(row, "community"))
    days = ("proposals_days", "check_days", "ballots_from_days", "ballots_days")
    calendar = Calendar(*(localdate(begins + _days(row, name)) for name in days))
    coordinator = staff.coordinator(home.id)
    new = NewRound(
        title=_text(row, "title"), text=_text(row, "text"), place_id=home.id,
        budget=int(_text(row, "budget")) * 100, year=calendar.ballots_until.year,
        calendar=calendar, rule=RuleChoice(seed=_SEED),
    )  # fmt: skip
    made = draft_round(new=new, by=coordinator, at=begins)
    open_collecting(round_id=made, by=coordinator, at=begins)
    names = _text(row, "community")
    return _Made(made, names, home, calendar, begins, staff, coordinator, staff.worker(home.id))


def _propose(made: _Made, rows: Sequence[Row]) -> dict[int, _Appeal]:
    """Proposals come in and are checked; the appeal of each, by its number."""
    then = made.begins + timedelta(days=2)
    appeals = {}
    for row in rows:
        place = _place(f"{made.names}/{_text(row, 'place')}")
        by, unit_id = _proposer(made, _text(row, "proposer"))
        new = NewProposal(
            title=_text(row, "title"), text=_text(row, "text"), basis=_text(row, "basis"),
            cost=int(_text(row, "cost")) * 100, place_id=place.id, unit_id=unit_id,
        )  # fmt: skip
        receipt = make_proposal(round_id=made.id, new=new, by=by, at=then)
        if _text(row, "outcome"):
            check_proposal(
                proposal_id=receipt.proposal_id, feasible=_text(row, "outcome") == "yes",
                cost=int(_text(row, "checked")) * 100, listed_as=_text(row, "line"),
                reason=_text(row, "reason"), by=made.worker, at=then + timedelta(days=6),
            )  # fmt: skip
        if _text(row, "outcome") == "yes":
            appeals[receipt.number] = _Appeal(
                int(_text(row, "appeal")), place.id, _text(row, "favours")
            )
    return appeals


def _proposer(made: _Made, kind: str) -> tuple[Actor, int | None]:
    if kind == "staff":
        return made.worker, None
    if kind == "unit":
        partners = units_at(made.home.id, ["partner_unit", "property_manager", "enterprise"])
        if partners:
            return made.staff.partner(partners[0].id), partners[0].id
    return RESIDENT, None


def _vote(made: _Made, row: Row) -> list[PlaceView]:
    """The call ends, codes go out to the estates, the vote opens; where each voter lives."""
    estates = places_of_kind("estate", within=made.home.id)
    count = int(_text(row, "codes"))
    homes = [estates[n % len(estates)] for n in range(count)] if estates else [made.home] * count
    begin_checking(
        round_id=made.id, by=made.coordinator,
        at=made.begins + _days(row, "proposals_days") + timedelta(days=1),
    )  # fmt: skip
    then = made.begins + _days(row, "check_days")
    issue_codes(
        round_id=made.id, entries=[NewVoter(home.id) for home in homes], by=made.worker, at=then
    )
    open_voting(round_id=made.id, by=made.coordinator, at=then + timedelta(days=1))
    return homes


def _cast(
    made: _Made,
    homes: Sequence[PlaceView],
    appeals: Mapping[int, _Appeal],
    *,
    voters: int,
    lot: Random,
) -> None:
    """Invented voters like what is near and what appeals to many, each by their own taste."""
    begins = made.begins + (made.calendar.ballots_from - localdate(made.begins))
    codes: list[str] = []
    while slips := print_slips(round_id=made.id, by=made.worker, at=begins - timedelta(days=2)):
        codes += [slip.code for slip in slips]
    voting = sorted(lot.sample(range(len(codes)), voters))
    votes = [(codes[n], _taste(homes[n], appeals, lot)) for n in voting]
    for start in range(0, len(votes), 50):
        day = begins + timedelta(days=start // 50)
        cast_ballots(votes=votes[start : start + 50], by=RESIDENT, at=day)


def _taste(home: PlaceView, appeals: Mapping[int, _Appeal], lot: Random) -> list[int]:
    mine = "elders" if lot.random() < _ELDERS else "families"
    liking = {
        number: each.to_all
        + (4 if each.place_id == home.id else 0)
        + (5 if each.favours == mine else 0)
        + lot.gauss(0, 2)
        for number, each in appeals.items()
    }
    best = sorted(liking, key=lambda number: -liking[number])[: lot.randint(1, 4)]
    return sorted(best)


def _spend(made: _Made, entries: Sequence[Row], *, at: datetime) -> None:
    """The fund's entries by one and approved by another; the first projects are accepted."""
    for row in sorted(entries, key=lambda row: -int(_text(row, "days_ago"))):
        then = at - _days(row, "days_ago")
        projects = {title: each for each, title, _left in running_projects(made.home.id)}
        project = projects.get(_text(row, "project"))
        kind = EntryKind(_text(row, "kind"))
        if kind is EntryKind.SPENDING and project is None:
            continue  # the voters wanted something else
        entry = enter_amount(
            new=NewEntry(
                place_id=made.home.id, kind=kind, amount=int(_text(row, "amount")) * 100,
                day=localdate(then), title=_text(row, "title"),
                counterparty=_text(row, "counterparty"), proposal_id=project,
            ),
            by=made.worker, at=then,
        )  # fmt: skip
        attach(
            BytesIO(_VOUCHER), subject=Subject(VOUCHER, entry), by=made.worker, at=then,
            name="凭证.pdf",
        )  # fmt: skip
        later = then + timedelta(days=1)
        approve_amount(entry_id=entry, by=made.coordinator, at=later)
        if row.get("accepts") and project is not None:
            for task in tasks_of_project(project):
                finish_task(task_id=task.id, proof="已按方案完成。", by=made.coordinator, at=later)
            accept_project(
                proposal_id=project, result=_text(row, "accepts"), by=made.coordinator,
                at=later + timedelta(days=3),
            )  # fmt: skip
            follow_all(at=later + timedelta(days=3))


def _text(row: Row, column: str) -> str:
    return (row.get(column) or "").strip()


def _days(row: Row, column: str) -> timedelta:
    return timedelta(days=int(_text(row, column)))


def _place(names: str) -> PlaceView:
    found = place_named(names)
    if found is None:
        raise CannotFill(f"没有这个地点：{names}")
    return found
