"""Phragmén and greedy, against their definitions."""

import pytest

from gongzhi.engines.budgeting import (
    GreedyOrder,
    Rule,
    Settings,
    TieRule,
    UnresolvedTie,
    Utility,
    allocate,
    break_ties,
    measure_support,
)
from gongzhi.engines.budgeting.phragmen import run_phragmen

from .oracles import approvals, plain_phragmen, random_election


@pytest.mark.parametrize("seed", range(150))
def test_phragmen_buys_what_its_definition_says(seed):
    election, _ = random_election(seed)
    support = measure_support(election, Utility.CARDINALITY)
    ties = break_ties(election, seed=seed)
    run = run_phragmen(support, election.costs, budget=election.budget, ties=ties)
    assert list(run.bought) == plain_phragmen(support, election.costs, election.budget, ties)


def test_phragmen_stops_when_one_of_the_tied_overspends():
    election = approvals(["a", "b", "c"], {"a": 1, "b": 2, "c": 2}, 3)
    settings = Settings(rule=Rule.PHRAGMEN, tie_rules=(TieRule.LEXICOGRAPHIC,))
    funded = allocate(election, settings).funded
    assert [election.project_ids[project] for project in funded] == ["a", "b"]
    election = approvals(["a", "b"], {"a": 2, "b": 2}, 3)
    funded = allocate(election, settings).funded
    assert [election.project_ids[project] for project in funded] == ["a"]


def greedy(election, **stated):
    settings = Settings(rule=Rule.GREEDY, **stated)
    return [election.project_ids[project] for project in allocate(election, settings).funded]


def test_greedy_takes_most_votes_first_and_skips_what_does_not_fit():
    election = approvals(["a b"] * 3 + ["b c"] * 2, {"a": 5, "b": 8, "c": 2}, 10)
    assert greedy(election) == ["b", "c"]


def test_greedy_by_cardinality_takes_most_votes_per_cost():
    election = approvals(["a b"] * 3 + ["b c"] * 2, {"a": 5, "b": 8, "c": 2}, 10)
    assert greedy(election, utility=Utility.CARDINALITY) == ["c", "b"]
    score = GreedyOrder.SCORE
    assert greedy(election, utility=Utility.CARDINALITY, greedy_order=score) == ["b", "c"]


def test_greedy_never_funds_what_nobody_asked_for():
    assert greedy(approvals(["a"], {"a": 1, "b": 1}, 10)) == ["a"]


def test_a_greedy_tie_matters_only_when_not_all_fit():
    refuse = (TieRule.REFUSE,)
    assert greedy(approvals(["a b"], {"a": 1, "b": 1}, 2), tie_rules=refuse) == ["a", "b"]
    with pytest.raises(UnresolvedTie):
        greedy(approvals(["a b"], {"a": 1, "b": 1}, 1), tie_rules=refuse)
