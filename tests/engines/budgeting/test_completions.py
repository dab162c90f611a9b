"""The endowment grows step by step, stops where the stated completion stops, and skips nothing."""

from fractions import Fraction

import pytest

from gongzhi.engines.budgeting import (
    Completion,
    InvalidElection,
    Rule,
    Settings,
    Source,
    Start,
    Stop,
    TieRule,
    UnresolvedTie,
    Utility,
    allocate,
    break_ties,
    measure_support,
    starting_endowment,
)
from gongzhi.engines.budgeting.completions import complete_equal_shares

from .oracles import (
    approvals,
    plain_equal_shares,
    random_election,
    seeds_with_small_costs,
)


def step_by_step(election, utility, ties, completion):
    """Add-one from its definition: one plain run per step."""
    support = measure_support(election, utility)
    supported = {project for project, row in enumerate(support.projects) if row.total}
    endowment, last = Fraction(election.budget, election.voters), None
    while True:
        bought, _ = plain_equal_shares(support, election.costs, endowment, ties)
        spent = sum(election.costs[project] for project in bought)
        if spent > election.budget:
            return last
        rest = [election.costs[project] for project in supported - set(bought)]
        exhausted = completion is Completion.ADD1E and rest and spent + min(rest) > election.budget
        if not rest or exhausted:
            return bought
        last, endowment = bought, endowment + election.scale


@pytest.mark.parametrize("completion", [Completion.ADD1, Completion.ADD1E])
@pytest.mark.parametrize("seed", seeds_with_small_costs(range(400, 480)))
def test_completions_equal_one_plain_run_per_step(seed, completion):
    election, utility = random_election(seed)
    ties = break_ties(election, seed=seed)
    outcome = complete_equal_shares(
        election,
        measure_support(election, utility),
        start=Fraction(election.budget, election.voters),
        step=Fraction(election.scale),
        completion=completion,
        ties=ties,
    )
    assert list(outcome.run.bought) == step_by_step(election, utility, ties, completion)


VOTES = ["a b"] * 3 + ["c"] * 1
COSTS = {"a": 6, "b": 6, "c": 5}


def test_without_completion_money_may_be_left():
    allocation = allocate(approvals(VOTES, COSTS, 12), Settings())
    assert [allocation.spent, allocation.shares.stop] == [6, Stop.NO_COMPLETION]


def test_add1_keeps_the_last_run_before_overspending():
    allocation = allocate(approvals(VOTES, COSTS, 12), Settings(completion=Completion.ADD1))
    assert allocation.shares.stop is Stop.OVERSPENDING
    assert allocation.shares.steps == 1
    assert allocation.spent == 12


def test_add1e_stops_as_soon_as_nothing_more_fits():
    election = approvals(["a"] * 3 + ["b"], {"a": 9, "b": 4}, 12)
    plain = allocate(election, Settings(completion=Completion.ADD1E))
    assert (plain.shares.steps, plain.shares.stop) == (0, Stop.EXHAUSTED)


def test_growth_ends_when_everything_supported_is_funded():
    election = approvals(["a", "a"], {"a": 3, "nobody's": 1}, 1000)
    allocation = allocate(election, Settings(completion=Completion.ADD1))
    assert allocation.shares.stop is Stop.ALL_FUNDED
    assert [election.project_ids[project] for project in allocation.funded] == ["a"]


def test_the_start_is_an_equal_share_its_whole_part_or_an_amount():
    election = approvals(["a"] * 3, {"a": 1}, 10)
    assert starting_endowment(election, Start.EXACT) == Fraction(10, 3)
    assert starting_endowment(election, Start.INTEGRAL) == 3
    assert starting_endowment(election, Fraction(5, 2)) == Fraction(5, 2)


def test_a_start_above_an_equal_share_is_refused():
    with pytest.raises(InvalidElection, match="equal share"):
        allocate(approvals(["a"], {"a": 1}, 10), Settings(start=Fraction(11)))


def test_an_integral_start_of_nothing_is_refused():
    with pytest.raises(InvalidElection, match="one unit of currency"):
        allocate(approvals(["a", "a"], {"a": 1}, 1), Settings(start=Start.INTEGRAL))


def test_a_refused_tie_beyond_the_outcome_does_not_matter():
    # "a" exhausts the budget at the start; some steps on, "b" and "c" would tie.
    votes = ["a"] * 10 + ["b"] * 2 + ["c"] * 2
    election = approvals(votes, {"a": 28, "b": 15, "c": 15}, 42)
    rules = (TieRule.REFUSE,)
    allocation = allocate(election, Settings(completion=Completion.ADD1E, tie_rules=rules))
    assert (allocation.shares.steps, allocation.spent) == (0, 28)
    election = approvals(["b"] * 2 + ["c"] * 2, {"b": 2, "c": 2}, 4)
    with pytest.raises(UnresolvedTie):
        allocate(election, Settings(tie_rules=rules))


def test_the_rest_goes_to_the_most_voted_that_fit():
    election = approvals(["a"] * 6 + ["b"] * 3 + ["c"] * 2, {"a": 20, "b": 30, "c": 10}, 44)
    allocation = allocate(election, Settings(then_greedy=True))
    assert allocation.sources == (Source.EQUAL_SHARES, Source.COMPLETION)
    assert [election.project_ids[project] for project in allocation.funded] == ["a", "c"]


def test_completion_belongs_to_equal_shares_only():
    with pytest.raises(InvalidElection, match="belongs to equal shares"):
        allocate(
            approvals(["a"], {"a": 1}, 1), Settings(rule=Rule.GREEDY, completion=Completion.ADD1)
        )


def test_points_need_ballots_with_points():
    with pytest.raises(InvalidElection, match="points"):
        allocate(approvals(["a"], {"a": 1}, 1), Settings(utility=Utility.POINTS))
