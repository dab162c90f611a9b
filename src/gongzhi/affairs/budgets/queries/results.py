"""What a count can be checked by: the file of a counted round, and a second count."""

from dataclasses import dataclass

from gongzhi.affairs.budgets.choices import RoundState
from gongzhi.affairs.budgets.counting import Turnout, turnout_of
from gongzhi.affairs.budgets.elections import digest_of, election_of, projects_of, written
from gongzhi.affairs.budgets.events import BALLOTS_CAST, PAPER_RECEIVED
from gongzhi.affairs.budgets.lifecycle import NoSuchRound, round_of
from gongzhi.affairs.budgets.models import Ballot, Round, Tally
from gongzhi.affairs.budgets.rules import choice_of, settings_of
from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.engines.budgeting import allocate

LEAST_BALLOTS = 5  # of fewer there is no file: they would be nearly names (docs/decisions, 9)


@dataclass(frozen=True, slots=True)
class Proof:
    """A count held against everything that is kept: all of it true for a sound round."""

    codes_equal_ballots: bool
    ledger_equals_codes: bool
    same_ballots: bool
    same_outcome: bool

    @property
    def holds(self) -> bool:
        return all(
            (
                self.codes_equal_ballots,
                self.ledger_equals_codes,
                self.same_ballots,
                self.same_outcome,
            )
        )


def exported(round_id: int) -> str:
    """A counted or archived round as `.pb` text.

    Raises `NoSuchRound` before the count, and for fewer ballots than `LEAST_BALLOTS`.
    """
    row = Round.objects.select_related("place").filter(pk=round_id).first()
    if row is None or row.state not in _COUNTED:
        raise NoSuchRound
    if row.state == RoundState.ARCHIVED:
        return Tally.objects.values_list("source", flat=True).get(round=row)
    projects = projects_of(row)
    ballots = list(Ballot.objects.filter(round=row))
    if len(ballots) < LEAST_BALLOTS:
        raise NoSuchRound
    return written(row, election_of(row, projects, ballots), projects)


_COUNTED = frozenset({RoundState.COUNTED, RoundState.CARRIED_OUT, RoundState.ARCHIVED})


def turnout(*, by: Actor, round_id: int) -> Turnout:
    """How codes and ballots stand, for who runs the round."""
    row = round_of(round_id)
    require(by, "ballots.enter", place_path=row.place_path)
    return turnout_of(row)


def prove(round_id: int) -> Proof:
    """Count a round of our own again from its ballots, and compare with what was published."""
    row = round_of(round_id)
    tally = Tally.objects.filter(round=row, source="").first()
    if tally is None:
        raise NoSuchRound
    projects, ballots = projects_of(row), list(Ballot.objects.filter(round=row))
    election = election_of(row, projects, ballots)
    again = allocate(election, settings_of(choice_of(row)))
    stood = turnout_of(row)
    said = [0, 0]
    for event in events_of(Subject("round", row.pk), kinds=(BALLOTS_CAST, PAPER_RECEIVED)):
        count = event.data.get("count")
        if event.kind == BALLOTS_CAST and isinstance(count, int):
            said[0] += count
        said[1] += event.kind == PAPER_RECEIVED
    return Proof(
        codes_equal_ballots=stood.used == len(ballots) + tally.set_aside + tally.missing,
        ledger_equals_codes=said == [stood.used_electronic, stood.used_paper],
        same_ballots=digest_of(row, election) == tally.digest,
        same_outcome=[election.project_ids[each] for each in again.funded]
        == tally.result["funded"],
    )
