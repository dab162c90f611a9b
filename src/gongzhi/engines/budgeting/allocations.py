"""From an election to the funded projects, by a rule that is stated in full before the vote."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction

from .comparisons import ComparisonBy, Preference, compare_outcomes
from .completions import Completion, SharesOutcome, complete_equal_shares
from .elections import Election, InvalidElection
from .greedy import GreedyOrder, run_greedy
from .phragmen import run_phragmen
from .runs import Tie
from .support import Support, Utility, measure_support
from .ties import DEFAULT_TIE_RULES, TieBreaker, TieRule, break_ties


class Rule(StrEnum):
    """How money follows votes."""

    EQUAL_SHARES = "equal-shares"
    PHRAGMEN = "phragmen"
    GREEDY = "greedy"


class Start(StrEnum):
    """The endowment per voter at the start: an exact equal share, or its whole currency units."""

    EXACT = "exact"
    INTEGRAL = "integral"


class Source(StrEnum):
    """Which part of the rule funded a project."""

    EQUAL_SHARES = "equal-shares"
    PHRAGMEN = "phragmen"
    GREEDY = "greedy"
    COMPLETION = "greedy-completion"
    COMPARISON = "comparison"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides an allocation, to be published before the vote.

    `start` may also be an amount of currency; the endowment grows by `step` units of currency.
    `then_greedy` spends what is left by votes. `comparison` lets the voters' preference between
    this outcome and greedy by votes decide. `seed` is the lot's, should ties be drawn.
    """

    rule: Rule = Rule.EQUAL_SHARES
    utility: Utility = Utility.COST
    completion: Completion = Completion.NONE
    then_greedy: bool = False
    comparison: ComparisonBy | None = None
    start: Start | Fraction = Start.EXACT
    step: Fraction = Fraction(1)
    greedy_order: GreedyOrder = GreedyOrder.DENSITY
    tie_rules: tuple[TieRule, ...] = DEFAULT_TIE_RULES
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Allocation:
    """The funded projects in order, and how they came about.

    `sources` says which part of the rule funded each. `shares` is what equal shares alone bought.
    `ties` are those met on the way, by project number. `preference` counts the voters for this
    outcome (first) and for greedy by votes (second) when there was a comparison step.
    """

    settings: Settings
    funded: tuple[int, ...]
    sources: tuple[Source, ...]
    spent: int
    ties: tuple[Tie, ...]
    shares: SharesOutcome | None = None
    preference: Preference | None = field(default=None)


def starting_endowment(election: Election, start: Start | Fraction) -> Fraction:
    """What a voter has at first, in minor units. Raises `InvalidElection` if that is nothing."""
    equal = Fraction(election.budget, election.voters)
    if start is Start.EXACT:
        return equal
    if start is Start.INTEGRAL:
        whole = Fraction(equal // election.scale * election.scale)
        if whole == 0:
            raise InvalidElection("an equal share is less than one unit of currency")
        return whole
    return Fraction(start) * election.scale


def allocate(election: Election, settings: Settings) -> Allocation:
    """Fund projects by the stated rule.

    Deterministic. Raises `InvalidElection` when ballots and settings don't fit together and
    `UnresolvedTie` when the tie rule leaves a choice to people. Cost: that of the rule, which
    the docstrings of `run_equal_shares`, `run_phragmen` and `run_greedy` give.
    """
    support = measure_support(election, settings.utility)
    ties = break_ties(election, settings.tie_rules, seed=settings.seed)
    allocation = _by_rule(election, support, settings, ties)
    if settings.then_greedy:
        allocation = _complete_greedily(election, allocation, ties)
    if settings.comparison is not None:
        allocation = _compare(election, allocation, settings.comparison, ties)
    return allocation


def compare_rules(
    election: Election, variants: Sequence[Settings]
) -> tuple[tuple[Settings, Allocation], ...]:
    """What each of several rules would fund with the same ballots."""
    return tuple((settings, allocate(election, settings)) for settings in variants)


def _by_rule(
    election: Election, support: Support, settings: Settings, ties: TieBreaker
) -> Allocation:
    if settings.rule is Rule.EQUAL_SHARES:
        shares = complete_equal_shares(
            election,
            support,
            start=starting_endowment(election, settings.start),
            step=settings.step * election.scale,
            completion=settings.completion,
            ties=ties,
        )
        run = shares.run
        return _allocation(
            election, settings, run.bought, Source.EQUAL_SHARES, ties=run.ties, shares=shares
        )
    if settings.completion is not Completion.NONE:
        raise InvalidElection(f"completion {settings.completion} belongs to equal shares")
    if settings.rule is Rule.PHRAGMEN:
        earned = run_phragmen(support, election.costs, budget=election.budget, ties=ties)
        return _allocation(election, settings, earned.bought, Source.PHRAGMEN, ties=earned.ties)
    greedy = run_greedy(
        support, election.costs, budget=election.budget, order=settings.greedy_order, ties=ties
    )
    return _allocation(election, settings, greedy.funded, Source.GREEDY, ties=greedy.ties)


def _allocation(
    election: Election,
    settings: Settings,
    funded: tuple[int, ...],
    source: Source,
    *,
    ties: tuple[Tie, ...],
    shares: SharesOutcome | None = None,
) -> Allocation:
    return Allocation(
        settings=settings,
        funded=funded,
        sources=(source,) * len(funded),
        spent=sum(election.costs[project] for project in funded),
        ties=ties,
        shares=shares,
    )


def _greedy_by_votes(
    election: Election, ties: TieBreaker, already: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[Tie, ...]]:
    support = measure_support(election, Utility.COST)
    order = GreedyOrder.SCORE
    run = run_greedy(
        support, election.costs, budget=election.budget, order=order, ties=ties, already=already
    )
    return run.funded, run.ties


def _complete_greedily(election: Election, allocation: Allocation, ties: TieBreaker) -> Allocation:
    added, met = _greedy_by_votes(election, ties, allocation.funded)
    before = len(allocation.funded)
    return replace(
        allocation,
        funded=allocation.funded + added,
        sources=allocation.sources + (Source.COMPLETION,) * len(added),
        spent=allocation.spent + sum(election.costs[project] for project in added),
        ties=allocation.ties + tuple(Tie(tie.turn + before, tie.projects) for tie in met),
    )


def _compare(
    election: Election, allocation: Allocation, by: ComparisonBy, ties: TieBreaker
) -> Allocation:
    other, met = _greedy_by_votes(election, ties, ())
    preference = compare_outcomes(election, allocation.funded, other, by=by)
    if preference.second <= preference.first:
        return replace(allocation, preference=preference)
    chosen = _allocation(election, allocation.settings, other, Source.COMPARISON, ties=met)
    return replace(chosen, shares=allocation.shares, preference=preference)
