"""Outcomes compared, explained, checked for fairness, and shown without giving people away."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from gongzhi.engines.budgeting import (
    BallotKind,
    ComparisonBy,
    Completion,
    Reason,
    Rule,
    Settings,
    Source,
    Start,
    Utility,
    allocate,
    check_prices,
    compare_outcomes,
    explain,
    find_underserved,
    make_election,
    measure_support,
    publish_payers,
    read_pabulib,
    represent_places,
    suppress_small,
)
from gongzhi.engines.budgeting.accounts import Purchase
from gongzhi.engines.budgeting.exact_shares import ExactShares

from .oracles import approvals, random_election, seeds_with_small_costs


def test_one_funded_project_against_none_is_a_preference():
    election = approvals(["a", "b", "b", "a b", ""], {"a": 1, "b": 1}, 1)
    preference = compare_outcomes(election, [0], [1])
    assert (preference.first, preference.second, preference.neither) == (1, 2, 2)


def test_exclusion_counts_only_voters_left_with_nothing():
    election = approvals(["a b", "c", "c"], {"a": 1, "b": 1, "c": 1}, 3)
    by = ComparisonBy.EXCLUSION
    preference = compare_outcomes(election, [0, 1], [0], by=by)
    assert (preference.first, preference.second) == (0, 0)
    assert compare_outcomes(election, [0, 1], [2], by=by).second == 2


def test_the_comparison_step_follows_the_majority_and_keeps_the_outcome_in_a_draw():
    votes = ["big"] * 3 + ["small", "other"]
    costs = {"big": 10, "small": 2, "other": 2}
    election = approvals(votes, costs, 10)
    settings = Settings(comparison=ComparisonBy.SATISFACTION)
    chosen = allocate(election, settings)
    assert (chosen.preference.first, chosen.preference.second) == (2, 3)
    assert [election.project_ids[project] for project in chosen.funded] == ["big"]
    assert chosen.sources == (Source.COMPARISON,)
    draw = allocate(approvals(votes[1:], costs, 10), settings)
    assert draw.preference.first == draw.preference.second == 2
    assert draw.sources == (Source.EQUAL_SHARES,) * 2


def books_of(election, settings):
    allocation = allocate(election, settings)
    return allocation, explain(election, allocation)


def test_the_books_say_who_paid_in_full_and_who_all_they_had():
    # Everyone holds 10. "b" takes 6 from 13 people; then six of 13 have only 4 left for "a".
    votes = ["a b"] * 6 + ["b"] * 7 + ["a"] * 7
    election = approvals(votes, {"a": 85, "b": 78}, 200)
    allocation, explanation = books_of(election, Settings(utility=Utility.CARDINALITY))
    first, second = explanation.books.purchases
    assert (first.project, first.share, first.full_payers) == (1, 6, 13)
    assert (second.project, second.share, second.full_payers) == (0, Fraction(61, 7), 7)
    assert (second.partial_payers, second.partial_money, second.broke) == (6, 24, 0)
    assert sum(explanation.books.paid * election.ballots.weights) == pytest.approx(allocation.spent)


@pytest.mark.parametrize("seed", range(80))
def test_payments_add_up_to_every_cost_and_leave_no_supporters_able_to_pay(seed):
    election, utility = random_election(seed)
    allocation = allocate(election, Settings(utility=utility))
    support = measure_support(election, utility)
    endowment = Fraction(election.budget, election.voters)
    exact, payments, single = ExactShares(support, election.costs, endowment), {}, np.array([1.0])
    for project in allocation.funded:
        groups = support.projects[project].groups
        before = [exact.money(groups[at : at + 1], single) for at in range(len(groups))]
        exact.buy(project, exact.rate(project))
        after = [exact.money(groups[at : at + 1], single) for at in range(len(groups))]
        payments[project] = {
            group: had - has for group, had, has in zip(groups.tolist(), before, after, strict=True)
        }
    assert check_prices(election, support, payments, endowment=endowment) == ()


def test_unsound_prices_are_named():
    election = approvals(["a", "b"], {"a": 1, "b": 1}, 2)
    support = measure_support(election, Utility.COST)
    wrong = check_prices(election, support, {0: {1: Fraction(2)}}, endowment=Fraction(1))
    assert len(wrong) == 3  # not a supporter, wrong sum, more than the endowment
    wrong = check_prices(election, support, {0: {0: Fraction(1)}}, endowment=Fraction(1))
    assert wrong == ("supporters of 'b' could still pay for it",)


@pytest.mark.parametrize("seed", seeds_with_small_costs(range(120)))
def test_equal_shares_leaves_no_group_short_of_its_part(seed):
    election, utility = random_election(seed)
    if utility in (Utility.POINTS, Utility.BORDA):
        utility = Utility.COST
    support = measure_support(election, utility)
    for completion in Completion:
        allocation = allocate(election, Settings(utility=utility, completion=completion))
        assert find_underserved(election, support, allocation.funded) == ()


def test_greedy_can_leave_a_minority_with_nothing_and_the_check_says_so():
    votes = ["a b c"] * 6 + ["m"] * 4
    election = approvals(votes, {"a": 4, "b": 4, "c": 2, "m": 3}, 10)
    funded = allocate(election, Settings(rule=Rule.GREEDY)).funded
    (group,) = find_underserved(election, measure_support(election, Utility.COST), funded)
    assert (election.project_ids[group.project], group.voters, group.deserved) == ("m", 4, 4)


@pytest.mark.parametrize("rule", list(Rule))
@pytest.mark.parametrize("completion", list(Completion))
@pytest.mark.parametrize("seed", seeds_with_small_costs(range(200, 230)))
def test_the_budget_said_to_be_needed_funds_the_project(seed, completion, rule):
    if rule is not Rule.EQUAL_SHARES and completion is not Completion.NONE:
        return
    election, utility = random_election(seed)
    start = Fraction(election.budget, election.voters) / election.scale
    settings = Settings(rule=rule, utility=utility, completion=completion, start=start)
    _, explanation = books_of(election, settings)
    for entry in explanation.projects:
        if entry.needed_budget is None:
            continue
        assert entry.needed_budget > election.budget
        if completion is Completion.NONE and rule is Rule.EQUAL_SHARES:
            settings = replace(settings, start=Start.EXACT)
        scale = entry.needed_budget.denominator
        richer = replace(
            election,
            costs=tuple(cost * scale for cost in election.costs),
            budget=int(entry.needed_budget * scale),
            scale=election.scale * scale,
        )
        assert entry.project in allocate(richer, settings).funded


def test_reasons_say_why_a_project_is_not_funded():
    election = approvals(["a", "a", "b"], {"a": 4, "b": 5, "c": 1, "d": 99}, 8)
    _, explanation = books_of(election, Settings())
    assert [entry.reason for entry in explanation.projects] == [
        Reason.FUNDED,
        Reason.SUPPORTERS_SHORT,
        Reason.NO_SUPPORT,
        Reason.NO_SUPPORT,
    ]
    shortfall = explanation.projects[1].shortfall
    assert (shortfall.money, shortfall.missing) == (Fraction(8, 3), Fraction(7, 3))


def test_numbers_of_fewer_than_five_payers_are_not_published():
    def publish(full, partial, broke):
        return publish_payers(
            Purchase(0, Fraction(1), Fraction(1), full, partial, Fraction(0), broke)
        )

    assert publish(20, 10, 0).full_payers == 20
    assert publish(20, 3, 0).payers == 23
    assert publish(20, 3, 0).full_payers is None
    assert publish(20, 3, 2).payers is None
    assert publish(2, 1, 1).supporters is None
    assert [suppress_small(count, within=12) for count in (0, 4, 6, 9, 12)] == [
        0,
        None,
        6,
        None,
        12,
    ]


PLACES = """META
key;value
budget;18
vote_type;approval
PROJECTS
project_id;cost
a;6
b;6
VOTES
voter_id;vote;place
""" + "".join(
    f"{number};{vote};{place}\n"
    for number, (vote, place) in enumerate(
        [("a", "East")] * 6 + [("b", "West")] * 5 + [("", "West")] * 5 + [("a", "Yard")] * 2
    )
)


def test_places_show_their_share_and_small_ones_nothing():
    election = read_pabulib(PLACES, place_column="place").election
    allocation, explanation = books_of(election, Settings())
    assert [election.project_ids[project] for project in allocation.funded] == ["a"]
    east, west, yard = represent_places(
        election, allocation.funded, payments=explanation.books.paid
    )
    assert (east.voters, east.represented, west.represented) == (6, 6, 0)
    assert east.share == Fraction(6, 18)
    assert east.paid == pytest.approx(0.75)
    assert (yard.voters, yard.paid, yard.represented) == (None, None, None)


def test_places_must_be_known_to_be_shown():
    election = make_election(costs={"a": 1}, budget=1, kind=BallotKind.APPROVAL, votes=[["a"]])
    with pytest.raises(ValueError, match="where its voters live"):
        represent_places(election, [0])
