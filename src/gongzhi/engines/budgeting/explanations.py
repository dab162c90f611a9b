"""Why each project was funded or not, and what budget would have funded it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import islice

from .accounts import Books, Purchase, Shortfall, keep_books
from .allocations import Allocation, Rule, Settings, Source, starting_endowment
from .completions import Completion
from .elections import Election
from .equal_shares import runs_by_step
from .greedy import run_greedy
from .phragmen import run_phragmen
from .support import Support, measure_support
from .ties import TieBreaker, break_ties

# How many steps beyond the last one are tried to find the budget that would have funded a project.
STEPS_BEYOND = 400


class Reason(StrEnum):
    """Why a project stands where it stands."""

    FUNDED = "funded"
    NO_SUPPORT = "no-support"
    DEARER_THAN_BUDGET = "dearer-than-budget"
    SUPPORTERS_SHORT = "supporters-short"
    STOPPED_BEFORE = "stopped-before"
    NO_LONGER_FITS = "no-longer-fits"
    OTHER_OUTCOME_PREFERRED = "other-outcome-preferred"


@dataclass(frozen=True, slots=True)
class ProjectExplanation:
    """One project's account. Amounts are in minor units; parts that don't apply are None.

    `needed_budget` is a budget at which the rule, all else equal, would have funded the
    project: for Phragmén the smallest; for equal shares with add1 the smallest, among 400
    further steps, with the same starting endowment; without completion the smallest among budgets
    one percent apart, or one step if that is more; for greedy one that suffices.
    """

    project: int
    reason: Reason
    source: Source | None
    votes: int
    purchase: Purchase | None
    shortfall: Shortfall | None
    needed_budget: Fraction | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All projects' accounts in the order of the election, and the books of equal shares."""

    projects: tuple[ProjectExplanation, ...]
    books: Books | None


def explain(
    election: Election, allocation: Allocation, *, with_budgets: bool = True
) -> Explanation:
    """Explain an allocation project by project.

    `with_budgets` asks what budget would have funded each unfunded project.
    Cost: one exact replay, and with budgets up to 400 further runs of equal shares.
    """
    settings = allocation.settings
    support = measure_support(election, settings.utility)
    ties = break_ties(election, settings.tie_rules, seed=settings.seed)
    books = None
    if allocation.shares is not None:
        run = allocation.shares.run
        books = keep_books(support, election.costs, endowment=run.endowment, bought=run.bought)
    needed: Mapping[int, Fraction] = {}
    if with_budgets:
        needed = find_needed_budgets(election, support, allocation, ties=ties)
    purchases = {entry.project: entry for entry in books.purchases} if books else {}
    shortfalls = {entry.project: entry for entry in books.shortfalls} if books else {}
    sources = dict(zip(allocation.funded, allocation.sources, strict=True))
    votes = election.votes.tolist()
    return Explanation(
        tuple(
            ProjectExplanation(
                project=project,
                reason=_reason(election, support, allocation, project),
                source=sources.get(project),
                votes=votes[project],
                purchase=purchases.get(project),
                shortfall=shortfalls.get(project),
                needed_budget=None if project in sources else needed.get(project),
            )
            for project in range(len(election.costs))
        ),
        books,
    )


def _reason(election: Election, support: Support, allocation: Allocation, project: int) -> Reason:
    settings = allocation.settings
    if project in allocation.funded:
        return Reason.FUNDED
    if not support.projects[project].total:
        return Reason.NO_SUPPORT
    if election.costs[project] > election.budget:
        return Reason.DEARER_THAN_BUDGET
    if Source.COMPARISON in allocation.sources:
        return Reason.OTHER_OUTCOME_PREFERRED
    if settings.then_greedy:
        return Reason.NO_LONGER_FITS
    return {
        Rule.EQUAL_SHARES: Reason.SUPPORTERS_SHORT,
        Rule.PHRAGMEN: Reason.STOPPED_BEFORE,
        Rule.GREEDY: Reason.NO_LONGER_FITS,
    }[settings.rule]


def find_needed_budgets(
    election: Election, support: Support, allocation: Allocation, *, ties: TieBreaker
) -> Mapping[int, Fraction]:
    """For each supported, unfunded project a budget at which the rule would have funded it."""
    wanted = {
        project
        for project, row in enumerate(support.projects)
        if row.total and project not in allocation.funded
    }
    rule = allocation.settings.rule
    if not wanted or Source.COMPARISON in allocation.sources:
        return {}
    if rule is Rule.PHRAGMEN:
        return _needed_by_phragmen(election, support, wanted, ties)
    if rule is Rule.GREEDY:
        return _needed_by_greedy(election, support, allocation.settings, wanted, ties)
    return _needed_by_shares(election, support, allocation, wanted, ties)


def _needed_by_shares(
    election: Election,
    support: Support,
    allocation: Allocation,
    wanted: set[int],
    ties: TieBreaker,
) -> Mapping[int, Fraction]:
    settings = allocation.settings
    steps = 0 if allocation.shares is None else allocation.shares.steps
    start, step = starting_endowment(election, settings.start), settings.step * election.scale
    if settings.completion is Completion.NONE:
        step = max(step, start / 100)
    runs: list[tuple[Fraction, set[int], int]] = []
    for run in islice(
        runs_by_step(support, election.costs, start, step, ties=ties), steps + STEPS_BEYOND
    ):
        if run.refused is not None:
            break
        bought = set(run.bought)
        runs.append((run.endowment, bought, sum(election.costs[p] for p in bought)))
        if settings.completion is Completion.NONE and wanted <= bought:
            break
    if settings.completion is Completion.NONE:
        outcomes = [(endowment * election.voters, bought) for endowment, bought, _ in runs]
    else:
        supported = {project for project, row in enumerate(support.projects) if row.total}
        exhausting = settings.completion is Completion.ADD1E
        budgets = sorted({spent for _, _, spent in runs if spent > election.budget})
        outcomes = []
        for budget in budgets:
            final = _final_run(election.costs, runs, budget, supported, exhausting=exhausting)
            if final is None:
                break
            outcomes.append((Fraction(budget), final))
    needed: dict[int, Fraction] = {}
    for amount, bought in outcomes:
        for project in wanted & bought:
            needed.setdefault(project, amount)
    return needed


def _final_run(
    costs: Sequence[int],
    runs: Sequence[tuple[Fraction, set[int], int]],
    budget: int,
    supported: set[int],
    *,
    exhausting: bool,
) -> set[int] | None:
    """What add1 or add1e ends with at another budget, or None if the runs at hand don't tell."""
    last: set[int] | None = None
    for _, bought, spent in runs:
        if spent > budget:
            return last
        rest = [costs[project] for project in supported - bought]
        if not rest or (exhausting and spent + min(rest) > budget):
            return bought
        last = bought
    return None


def _needed_by_phragmen(
    election: Election, support: Support, wanted: set[int], ties: TieBreaker
) -> Mapping[int, Fraction]:
    needed: dict[int, Fraction] = {}
    everything = run_phragmen(support, election.costs, budget=None, ties=ties)
    spent = 0
    for project in everything.bought:
        spent += election.costs[project]
        if spent <= election.budget:
            continue
        bought = run_phragmen(support, election.costs, budget=spent, ties=ties).bought
        for found in wanted.intersection(bought):
            needed.setdefault(found, Fraction(spent))
    return needed


def _needed_by_greedy(
    election: Election, support: Support, settings: Settings, wanted: set[int], ties: TieBreaker
) -> Mapping[int, Fraction]:
    needed: dict[int, Fraction] = {}
    for project in wanted:
        budget = election.budget
        while True:
            run = run_greedy(
                support, election.costs, budget=budget, order=settings.greedy_order, ties=ties
            )
            if project in run.funded:
                needed[project] = Fraction(budget)
                break
            budget += run.lacked[project]
    return needed
