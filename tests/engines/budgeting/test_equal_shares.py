"""Equal shares buys exactly what its definition says, ties included, at many endowments at once."""

from fractions import Fraction
from itertools import islice
from random import Random

import numpy as np
import pytest

from gongzhi.engines.budgeting import TieRule, UnresolvedTie, Utility, break_ties, measure_support
from gongzhi.engines.budgeting.equal_shares import run_equal_shares, runs_by_step
from gongzhi.engines.budgeting.exact_shares import ExactShares
from gongzhi.engines.budgeting.lanes import LaneRun

from .oracles import approvals, plain_equal_shares, random_election


def bought(votes, costs, budget, *, utility=Utility.COST, rules=(TieRule.LEXICOGRAPHIC,)):
    election = approvals(votes, costs, budget)
    (run,) = run_equal_shares(
        measure_support(election, utility),
        election.costs,
        [Fraction(election.budget, election.voters)],
        ties=break_ties(election, rules),
    )
    if run.refused is not None:
        raise run.refused
    return [election.project_ids[project] for project in run.bought]


def test_two_halves_of_the_voters_each_get_half_of_the_budget():
    votes = ["a b c"] * 51 + ["x y z"] * 49
    costs = dict.fromkeys("abcxyz", 100)
    assert sorted(bought(votes, costs, 400)) == ["a", "b", "x"]  # 49 people hold 196 of 400


def test_supporters_share_the_cost_and_the_poorer_pay_what_they_have():
    # All hold 20. "b" costs each of three 40/3; then two hold 20/3 each, which pays for "a".
    assert bought(["a b", "a b", "b"], {"a": 13, "b": 40}, 60) == ["b", "a"]
    assert bought(["a b", "a b", "b"], {"a": 14, "b": 40}, 60) == ["b"]


@pytest.mark.parametrize("seed", range(300))
def test_every_endowment_buys_what_the_definition_says(seed):
    election, utility = random_election(seed)
    random = Random(seed)
    ties = break_ties(election, seed=seed)
    support = measure_support(election, utility)
    first, step = Fraction(election.budget, election.voters), Fraction(random.randint(1, 9), 7)
    endowments = [first + step * number for number in range(random.choice([1, 3, 12]))]
    for run in run_equal_shares(support, election.costs, endowments, ties=ties):
        expected, met = plain_equal_shares(support, election.costs, run.endowment, ties)
        assert list(run.bought) == expected
        assert [(tie.turn, tie.projects) for tie in run.ties] == met


@pytest.mark.parametrize("seed", range(60))
def test_balances_never_leave_their_proved_bounds(seed):
    election, utility = random_election(seed)
    support = measure_support(election, utility)
    endowment = Fraction(election.budget, election.voters) * 2
    lanes = LaneRun(support, election.costs, [endowment], break_ties(election, seed=seed))
    (run,) = lanes.finish()
    exact = ExactShares(support, election.costs, endowment)
    for project in run.bought:
        exact.buy(project, exact.rate(project))
    for group in range(len(support.weights)):
        true = exact.money(np.array([group]), np.array([1.0]))
        assert abs(Fraction(float(lanes._balances[group, 0])) - true) <= Fraction(lanes._error[0])
        assert abs(Fraction(float(exact.balances[group])) - true) <= Fraction(exact.error)


def test_decisions_too_close_for_doubles_are_made_in_rationals():
    asked = 0
    for seed in range(60):
        election, utility = random_election(seed)
        endowment = Fraction(election.budget, election.voters)
        support = measure_support(election, utility)
        lanes = LaneRun(support, election.costs, [endowment], break_ties(election, seed=seed))
        lanes.finish()
        asked += len(lanes._exact)
    assert 0 < asked < 60


def test_a_difference_far_below_rounding_still_decides():
    # Votes weigh 3 : 3, costs differ by one part in 10**15: doubles alone can't order them safely.
    huge = 10**15
    votes = ["a"] * 3 + ["b"] * 3
    costs = {"a": huge, "b": huge - 1}
    assert bought(votes, costs, 2 * huge, utility=Utility.CARDINALITY)[0] == "b"


def test_equal_fractions_reached_on_different_ways_are_a_tie():
    # Both c and d cost their supporters 1/3 + 1/3 each at that turn, by different sums.
    votes = ["a c", "a c", "a d", "b d", "b c", "b d"]
    costs = {"a": 1, "b": 1, "c": 1, "d": 1}
    election = approvals(votes, costs, 3)
    support = measure_support(election, Utility.CARDINALITY)
    ties = break_ties(election, [TieRule.LEXICOGRAPHIC])
    (run,) = run_equal_shares(support, election.costs, [Fraction(1, 2)], ties=ties)
    expected, met = plain_equal_shares(support, election.costs, Fraction(1, 2), ties)
    assert list(run.bought) == expected
    assert [(tie.turn, tie.projects) for tie in run.ties] == met
    assert met


def test_a_refused_tie_names_the_projects():
    with pytest.raises(UnresolvedTie, match="'a', 'b'"):
        bought(["a", "b"], {"a": 1, "b": 1}, 2, rules=(TieRule.REFUSE,))


def test_ties_go_to_the_cheaper_then_to_the_more_popular_then_to_the_lot():
    election = approvals(["a b c", "a b c", "c"], {"a": 3, "b": 3, "c": 2}, 8)
    ranks = break_ties(election, [TieRule.MIN_COST]).ranks
    assert ranks == (1, 1, 0)
    ranks = break_ties(election, [TieRule.MAX_VOTES, TieRule.LOT], seed=5).ranks
    assert ranks[2] == 0
    assert sorted(ranks) == [0, 1, 2]
    assert ranks == break_ties(election, [TieRule.MAX_VOTES, TieRule.LOT], seed=5).ranks


def test_everybody_spending_their_last_coin_is_enough():
    # Three voters hold exactly 1/3 each: the price equals every balance.
    assert bought(["a", "a", "a"], {"a": 1}, 1) == ["a"]


@pytest.mark.parametrize("seed", range(150))
def test_within_its_reach_a_run_holds(seed):
    election, utility = random_election(seed)
    ties = break_ties(election, seed=seed)
    support = measure_support(election, utility)
    start = Fraction(election.budget, election.voters) * (1 + seed % 4)
    (run,) = run_equal_shares(support, election.costs, [start], ties=ties)
    reach = Fraction(min(run.reach, 10.0 * sum(election.costs)))
    for part in (Fraction(1, 50), Fraction(1, 3), Fraction(4, 5), Fraction(999_999, 1_000_000)):
        expected, _ = plain_equal_shares(support, election.costs, start + reach * part, ties)
        assert list(run.bought) == expected


@pytest.mark.parametrize("seed", range(40))
def test_steps_that_are_proved_equal_steps_that_are_computed(seed):
    election, utility = random_election(seed)
    ties = break_ties(election, seed=seed)
    support = measure_support(election, utility)
    start, step = Fraction(election.budget, election.voters), Fraction(max(election.costs), 300)
    stepwise = islice(runs_by_step(support, election.costs, start, step, ties=ties), 20)
    for number, run in enumerate(stepwise):
        assert run.endowment == start + step * number
        expected, met = plain_equal_shares(support, election.costs, run.endowment, ties)
        assert list(run.bought) == expected
        assert [(tie.turn, tie.projects) for tie in run.ties] == met
