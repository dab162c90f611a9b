"""Real votes: the same winners as pabutools in exact fractions, and as the cities themselves."""

import json
import re
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from pabutools.election import (
    Additive_Borda_Sat,
    Additive_Cardinal_Sat,
    ApprovalBallot,
    ApprovalProfile,
    Cardinality_Sat,
    Cost_Sat,
    Instance,
    Project,
)
from pabutools.election.pabulib import parse_pabulib_from_string
from pabutools.rules import (
    exhaustion_by_budget_increase,
    greedy_utilitarian_welfare,
    method_of_equal_shares,
    sequential_phragmen,
)
from pabutools.tiebreaking import TieBreakingRule, lexico_tie_breaking

from gongzhi.engines.budgeting import (
    BallotKind,
    ComparisonBy,
    Completion,
    Election,
    Rule,
    Settings,
    TieRule,
    Utility,
    allocate,
    break_ties,
    find_underserved,
    make_election,
    measure_support,
    read_pabulib,
)

pytestmark = pytest.mark.realdata

SATISFACTION = {
    Utility.COST: Cost_Sat,
    Utility.CARDINALITY: Cardinality_Sat,
    Utility.POINTS: Additive_Cardinal_Sat,
    Utility.BORDA: Additive_Borda_Sat,
}
OFFICIAL = [
    ("Poland_Wieliczka_2023_Green_Budget", 30, ComparisonBy.SATISFACTION),
    ("Poland_Swiecie_2023", 17, None),
    ("Netherlands_Assen_2024", 9, None),
]


def ours(election: Election, **stated) -> list[str]:
    settings = Settings(tie_rules=(TieRule.LEXICOGRAPHIC,), **stated)
    return [election.project_ids[project] for project in allocate(election, settings).funded]


def names(projects) -> list[str]:
    return [project.name for project in projects]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(("name", "count", "comparison"), OFFICIAL)
def test_the_official_winners_are_reproduced(realdata, name, count, comparison):
    file = read_pabulib(read(realdata / "pabulib" / f"{name}.pb"))
    settings = Settings(completion=Completion.ADD1, comparison=comparison)
    allocation = allocate(file.election, settings)
    funded = {file.election.project_ids[project] for project in allocation.funded}
    assert len(funded) == count
    assert funded == set(file.selected)
    support = measure_support(file.election, Utility.COST)
    assert find_underserved(file.election, support, allocation.funded) == ()


def test_stopping_at_exhaustion_gives_another_result_than_wieliczka_had(realdata):
    file = read_pabulib(read(realdata / "pabulib" / "Poland_Wieliczka_2023_Green_Budget.pb"))
    other = ours(file.election, completion=Completion.ADD1E)
    assert len(other) == 31
    assert len(set(other) - set(file.selected)) == 2


@pytest.mark.slow
def test_every_published_file_has_the_winners_of_exact_fractions(realdata):
    sys.setrecursionlimit(10_000)  # the reference recurses once per winner
    files = sorted((realdata / "pabulib").glob("*.pb"))
    assert len(files) == 66
    differing = [line for path in files for line in differences(path)]
    assert differing == []


def differences(path: Path) -> list[str]:
    text = read(path)
    election = read_pabulib(text).election
    instance, profile = parse_pabulib_from_string(text)
    merged = profile.as_multiprofile()
    kind = election.ballots.kind
    utilities = [Utility.COST, Utility.CARDINALITY]
    utilities += [Utility.POINTS] if kind.has_points else []
    utilities += [Utility.BORDA] if kind is BallotKind.RANKED else []
    wrong = []
    for utility in utilities:
        satisfaction = SATISFACTION[utility]
        expected = names(method_of_equal_shares(instance, merged, satisfaction))
        if ours(election, utility=utility) != expected:
            wrong.append(f"{path.name} {utility}: equal shares")
        found = greedy_utilitarian_welfare(instance, merged, satisfaction)
        supported = measure_support(election, utility).projects
        asked_for = {election.project_ids[p] for p, row in enumerate(supported) if row.total}
        expected = sorted(set(names(found)) & asked_for)
        if sorted(ours(election, rule=Rule.GREEDY, utility=utility)) != expected:
            wrong.append(f"{path.name} {utility}: greedy")
    if kind in (BallotKind.APPROVAL, BallotKind.CHOOSE_ONE):
        expected = sorted(names(sequential_phragmen(instance, merged)))
        if sorted(ours(election, rule=Rule.PHRAGMEN)) != expected:
            wrong.append(f"{path.name}: phragmen")
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Netherlands_Assen_2024", "Poland_Gdynia_2021_Grabowek__small"])
def test_both_ways_to_add_one_equal_the_reference(realdata, name):
    sys.setrecursionlimit(10_000)
    text = read(realdata / "pabulib" / f"{name}.pb")
    election = read_pabulib(text).election
    instance, profile = parse_pabulib_from_string(text)
    merged = profile.as_multiprofile()
    expected = method_of_equal_shares(instance, merged, Cost_Sat, voter_budget_increment=1)
    assert ours(election, completion=Completion.ADD1E) == names(expected)
    expected = exhaustion_by_budget_increase(
        instance,
        merged,
        method_of_equal_shares,
        {"sat_class": Cost_Sat},
        exhaustive_stop=False,
        budget_step=election.voters,
    )
    assert ours(election, completion=Completion.ADD1) == names(expected)


def committee(text: str) -> tuple[dict[str, int], list[list[str]], int]:
    """A profile of the abcvoting collection: unit costs, ballots, and the committee's size."""
    ballots = json.loads(re.search(r"^profile:(.*?)^\w", text, re.S | re.M)[1])
    candidates = int(re.search(r"^num_cand: (\d+)", text, re.M)[1])
    size = int(re.search(r"^committeesize: (\d+)", text, re.M)[1])
    return {str(c): 1 for c in range(candidates)}, [[str(c) for c in b] for b in ballots], size


def reference(costs, votes, size):
    projects = {name: Project(name, cost) for name, cost in costs.items()}
    instance = Instance(projects.values(), budget_limit=size)
    ballots = [ApprovalBallot(projects[name] for name in vote) for vote in votes]
    return instance, ApprovalProfile(ballots, instance=instance)


@pytest.mark.parametrize("rules", [(TieRule.LEXICOGRAPHIC,), (TieRule.MAX_VOTES, TieRule.LOT)])
def test_every_committee_election_has_the_winners_of_exact_fractions(realdata, rules):
    files = sorted((realdata / "abcvoting").glob("*.yaml"))
    assert len(files) == 240
    wrong = []
    for path in files:
        costs, votes, size = committee(path.read_text(encoding="utf-8"))
        election = make_election(costs=costs, budget=size, kind=BallotKind.APPROVAL, votes=votes)
        instance, profile = reference(costs, votes, size)
        ties = same_ties(election, rules)
        run = {
            "none": names(
                method_of_equal_shares(instance, profile, Cardinality_Sat, tie_breaking=ties)
            ),
            "phragmen": sorted(names(sequential_phragmen(instance, profile, tie_breaking=ties))),
        }
        settings = Settings(utility=Utility.CARDINALITY, tie_rules=rules, seed=7)
        found = [election.project_ids[p] for p in allocate(election, settings).funded]
        if found != run["none"]:
            wrong.append(f"{path.name}: equal shares {found} {run['none']}")
        settings = Settings(rule=Rule.PHRAGMEN, tie_rules=rules, seed=7)
        funded = allocate(election, settings).funded
        supported = {name for vote in votes for name in vote}
        expected = [name for name in run["phragmen"] if name in supported]
        if sorted(election.project_ids[p] for p in funded) != expected:
            wrong.append(f"{path.name}: phragmen")
    assert wrong == []


def same_ties(election: Election, rules) -> TieBreakingRule:
    if rules == (TieRule.LEXICOGRAPHIC,):
        return lexico_tie_breaking
    ranks = break_ties(election, rules, seed=7).ranks
    rank = dict(zip(election.project_ids, ranks, strict=True))
    return TieBreakingRule(lambda _instance, _profile, project: rank[project.name])


def test_phragmen_committees_are_among_those_that_abcvoting_lists(realdata):
    for path in sorted((realdata / "abcvoting").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        costs, votes, size = committee(text)
        listed = re.search(
            r"rule_id: seqphragmen\n  result: (\[\[[^a-z]*\]\])\n  resolute: false", text
        )
        election = make_election(costs=costs, budget=size, kind=BallotKind.APPROVAL, votes=votes)
        found = sorted(int(name) for name in ours(election, rule=Rule.PHRAGMEN))
        full = [sorted(c) for c in json.loads(listed[1])]
        assert len(found) < size or found in full, path.name


def test_shares_and_endowments_of_wieliczka_are_exact(realdata):
    file = read_pabulib(read(realdata / "pabulib" / "Poland_Wieliczka_2023_Green_Budget.pb"))
    allocation = allocate(file.election, Settings(completion=Completion.ADD1))
    assert allocation.shares.run.endowment == Fraction(1_000_000, 6586) + allocation.shares.steps
