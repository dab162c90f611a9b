"""Equal shares leaves money over: the stated ways to raise the endowment until it doesn't."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from .elections import Election, InvalidElection
from .equal_shares import run_equal_shares, runs_by_step
from .runs import SharesRun
from .support import Support
from .ties import TieBreaker


class Completion(StrEnum):
    """How the endowment grows.

    `NONE`: not at all. `ADD1`: by one step at a time until a run would overspend the budget; the
    last run before that counts. `ADD1E`: the same, but stops as soon as the money left buys no
    further supported project.
    """

    NONE = "none"
    ADD1 = "add1"
    ADD1E = "add1e"


class Stop(StrEnum):
    """Why the endowment grew no further."""

    NO_COMPLETION = "no-completion"
    OVERSPENDING = "overspending"
    EXHAUSTED = "exhausted"
    ALL_FUNDED = "all-funded"


@dataclass(frozen=True, slots=True)
class SharesOutcome:
    """The run that counts, after how many steps, and why there was no further one."""

    run: SharesRun
    steps: int
    stop: Stop


def complete_equal_shares(
    election: Election,
    support: Support,
    *,
    start: Fraction,
    step: Fraction,
    completion: Completion,
    ties: TieBreaker,
) -> SharesOutcome:
    """Run equal shares from `start` per voter, and onwards in steps as the completion says.

    `start` and `step` are in minor units. What a run spends does not grow steadily with the
    endowment, so every step counts, computed or proved. Raises `InvalidElection` when `start` is
    more than an equal share of the budget, and `UnresolvedTie` when the tie rule refuses a choice
    that the outcome depends on. Cost: at most one run per step, several side by side.
    Source: equalshares.net, "Completion"; Faliszewski et al., IJCAI 2023.
    """
    if start <= 0 or start * election.voters > election.budget:
        raise InvalidElection("the starting endowment must be positive, and at most an equal share")
    if step <= 0:
        raise InvalidElection("the endowment must grow by more than 0")
    if completion is Completion.NONE:
        (run,) = run_equal_shares(support, election.costs, [start], ties=ties)
        if run.refused is not None:
            raise run.refused
        return SharesOutcome(run, 0, Stop.NO_COMPLETION)
    supported = [project for project, row in enumerate(support.projects) if row.total]
    last: SharesOutcome | None = None
    for number, run in enumerate(runs_by_step(support, election.costs, start, step, ties=ties)):
        if run.refused is not None:
            raise run.refused
        spent = sum(election.costs[project] for project in run.bought)
        if spent > election.budget and last is not None:
            return SharesOutcome(last.run, last.steps, Stop.OVERSPENDING)
        rest = [election.costs[project] for project in supported if project not in run.bought]
        if not rest:
            return SharesOutcome(run, number, Stop.ALL_FUNDED)
        if completion is Completion.ADD1E and spent + min(rest) > election.budget:
            return SharesOutcome(run, number, Stop.EXHAUSTED)
        last = SharesOutcome(run, number, Stop.OVERSPENDING)
    raise AssertionError("the steps don't end by themselves")
