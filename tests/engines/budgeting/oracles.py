"""Slow and plain: the rules written straight from their definitions in fractions."""

from collections.abc import Sequence
from fractions import Fraction
from random import Random

from gongzhi.engines.budgeting import (
    BallotKind,
    Election,
    Support,
    TieBreaker,
    Utility,
    make_election,
)


def plain_equal_shares(
    support: Support, costs: Sequence[int], endowment: Fraction, ties: TieBreaker
) -> tuple[list[int], list[tuple[int, tuple[int, ...]]]]:
    """What equal shares buys, and the ties met as (turn, projects)."""
    balances = [endowment] * len(support.weights)
    left = set(range(len(costs)))
    bought: list[int] = []
    met: list[tuple[int, tuple[int, ...]]] = []
    while True:
        prices = {}
        for project in sorted(left):
            price = _plain_price(support, costs[project], balances, project)
            if price is not None:
                prices[project] = price
        if not prices:
            return bought, met
        best = min(prices.values())
        tied = tuple(project for project, price in prices.items() if price == best)
        if len(tied) > 1:
            met.append((len(bought), tied))
        chosen = ties.choose(tied)
        bought.append(chosen)
        left.remove(chosen)
        for group, _, gain in _supporters(support, chosen):
            balances[group] -= min(balances[group], best * gain)


def _supporters(support: Support, project: int) -> list[tuple[int, int, int]]:
    row = support.projects[project]
    shares = row.shares.astype(int).tolist()
    return [
        (group, int(weight), share * row.unit)
        for group, weight, share in zip(row.groups.tolist(), row.weights, shares, strict=True)
    ]


def _plain_price(
    support: Support, cost: int, balances: Sequence[Fraction], project: int
) -> Fraction | None:
    people = _supporters(support, project)
    if not people or sum(balances[group] * weight for group, weight, _ in people) < cost:
        return None
    people.sort(key=lambda person: balances[person[0]] / person[2])
    missing, gain_left = Fraction(cost), sum(weight * gain for _, weight, gain in people)
    for group, weight, gain in people:
        price = missing / gain_left
        if price * gain <= balances[group]:
            return price
        missing -= balances[group] * weight
        gain_left -= weight * gain
    raise AssertionError("affordable, yet nobody can pay the last part")


def plain_phragmen(
    support: Support, costs: Sequence[int], budget: int, ties: TieBreaker
) -> list[int]:
    """What sequential Phragmén buys, in order."""
    loads = [Fraction(0)] * len(support.weights)
    left = {p for p, row in enumerate(support.projects) if row.count and costs[p] <= budget}
    bought: list[int] = []
    while left:
        times = {}
        for project in left:
            people = _supporters(support, project)
            load = sum(loads[group] * weight for group, weight, _ in people)
            times[project] = (load + costs[project]) / sum(weight for _, weight, _ in people)
        first = min(times.values())
        tied = [project for project, time in times.items() if time == first]
        if any(costs[project] > budget for project in tied):
            break
        chosen = ties.choose(tied)
        bought.append(chosen)
        left.remove(chosen)
        budget -= costs[chosen]
        for group, _, _ in _supporters(support, chosen):
            loads[group] = first
    return bought


def random_election(seed: int) -> tuple[Election, Utility]:
    """A small election full of ties, of any ballot kind, with a utility that fits it."""
    random = Random(seed)
    projects, style = random.randint(1, 9), random.random()
    top = 1 if style < 0.3 else 4 if style < 0.6 else 10_000
    costs = {f"p{number}": random.randint(1, top) for number in range(projects)}
    kind = random.choice([BallotKind.APPROVAL, BallotKind.RANKED, BallotKind.CUMULATIVE])
    votes = [
        random.sample(list(costs), random.randint(0, projects))
        for _ in range(random.randint(1, 30))
    ]
    points = [[random.randint(0, 4) for _ in vote] for vote in votes] if kind.has_points else None
    fitting = [Utility.COST, Utility.CARDINALITY]
    fitting += [Utility.POINTS] * 2 if kind.has_points else []
    fitting += [Utility.BORDA] * 2 if kind is BallotKind.RANKED else []
    election = make_election(
        costs=costs,
        budget=max(1, int(sum(costs.values()) * random.random())),
        kind=kind,
        votes=votes,
        points=points,
    )
    return election, random.choice(fitting)


def seeds_with_small_costs(seeds: range) -> list[int]:
    """Seeds of random elections in which add-one takes few steps."""
    return [seed for seed in seeds if max(random_election(seed)[0].costs) < 100]


def approvals(votes: Sequence[str], costs: dict[str, int], budget: int) -> Election:
    """An election from approval ballots written as 'a b c', one project per word."""
    return make_election(
        costs=costs,
        budget=budget,
        kind=BallotKind.APPROVAL,
        votes=[vote.split() for vote in votes],
    )
