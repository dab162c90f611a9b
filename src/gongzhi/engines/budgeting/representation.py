"""What an outcome gives to each place, and which groups of voters it leaves short."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from .accounts import SMALLEST_CELL
from .comparisons import count_funded
from .elections import Election
from .support import Support


@dataclass(frozen=True, slots=True)
class PlaceRepresentation:
    """How the voters of one place fared; None where it would tell of fewer than five people.

    `share` is the place's part of all voters, `paid` its part of the money that the rule spent in
    its voters' name (None for rules under which voters don't pay), `represented` how many of its
    voters listed a funded project, and `funded_per_voter` how many they listed on average.
    """

    place: str
    voters: int | None
    share: Fraction | None
    paid: float | None
    represented: int | None
    funded_per_voter: Fraction | None


def represent_places(
    election: Election,
    funded: Collection[int],
    *,
    payments: NDArray[np.float64] | None = None,
) -> tuple[PlaceRepresentation, ...]:
    """Measure an outcome place by place, in the order of their names.

    `payments` (ballots,) is what one voter of each ballot paid. Counts of fewer than five
    people are suppressed, and so is a count that would give one away by subtraction.
    Raises `ValueError` when the election carries no places.
    """
    places = election.places
    if places is None:
        raise ValueError("the election does not say where its voters live")
    wins = count_funded(election, funded)[places.ballots]
    size = len(places.names)
    counts = places.counts.astype(np.float64)

    def total(values: NDArray[np.float64]) -> list[float]:
        sums = np.bincount(places.places, weights=values * counts, minlength=size)
        return [float(value) for value in sums]

    voters = total(np.ones(len(counts)))
    represented = total((wins > 0).astype(np.float64))
    listed = total(wins.astype(np.float64))
    paid = None if payments is None else total(payments[places.ballots])
    return tuple(
        PlaceRepresentation(name, None, None, None, None, None)
        if voters[at] < SMALLEST_CELL
        else PlaceRepresentation(
            place=name,
            voters=int(voters[at]),
            share=Fraction(int(voters[at]), election.voters),
            paid=None if paid is None else paid[at] / (sum(paid) or 1.0),
            represented=suppress_small(int(represented[at]), within=int(voters[at])),
            funded_per_voter=Fraction(int(listed[at]), int(voters[at])),
        )
        for at, name in enumerate(places.names)
    )


def suppress_small(count: int, *, within: int) -> int | None:
    """The count, or None if it or its complement stands for one to four people."""
    rest = within - count
    return None if 0 < count < SMALLEST_CELL or 0 < rest < SMALLEST_CELL else count


@dataclass(frozen=True, slots=True)
class Underserved:
    """Some supporters of an unfunded project who gained less than their part of the budget buys."""

    project: int
    voters: int
    deserved: Fraction


def find_underserved(
    election: Election, support: Support, funded: Collection[int]
) -> tuple[Underserved, ...]:
    """Groups that show a failure of EJR+ up to any project; none for equal shares, ever.

    A group of s supporters of an unfunded project p with cost c and gain u is underserved
    if every member's gain from funded projects, plus u, is at most `u * s * budget / (voters * c)`:
    what their equal shares would buy at p's price. One group, the largest, is given per project.
    Only for utilities under which all supporters of a project gain alike. Cost: one sort
    of each unfunded project's supporters. Source: Brill and Peters, "Robust and Verifiable
    Proportionality Axioms for Multiwinner Voting", EC 2023; proof in docs/engines/budgeting.md.
    """
    gained = np.zeros(len(support.weights))
    for project in funded:
        row = support.projects[project]
        if row.gains is not None:
            raise ValueError("this check needs a utility under which all supporters gain alike")
        gained[row.groups] += float(row.unit)
    found = []
    for project, row in enumerate(support.projects):
        if project in funded or not row.count:
            continue
        order = np.argsort(gained[row.groups], kind="stable")
        gains = gained[row.groups][order].tolist()
        sizes = np.cumsum(row.weights[order]).astype(int).tolist()
        share = Fraction(row.unit * election.budget, election.voters * election.costs[project])
        short = [
            size for gain, size in zip(gains, sizes, strict=True) if gain + row.unit <= share * size
        ]
        if short:
            deserved = Fraction(short[-1] * election.budget, election.voters)
            found.append(Underserved(project, short[-1], deserved))
    return tuple(found)


def check_prices(
    election: Election,
    support: Support,
    payments: Mapping[int, Mapping[int, Fraction]],
    *,
    endowment: Fraction,
) -> tuple[str, ...]:
    """What is wrong with a price system for funded projects; empty when it is sound and stable.

    `payments[project][group]` is what one voter of a group pays. Checked exactly: every cost
    is covered to the last unit, only supporters pay, nobody pays more than the endowment, and
    no unfunded project's supporters together still hold its cost, or more.
    Source: Peters and Skowron, "Proportionality and the Limits of Welfarism", EC 2020.
    """
    wrong = []
    left = dict.fromkeys(range(len(support.weights)), endowment)
    for project, paid in payments.items():
        name = election.project_ids[project]
        if not set(paid) <= set(support.projects[project].groups.tolist()):
            wrong.append(f"project {name!r} is paid for by voters who don't support it")
        total = sum(
            (amount * int(support.weights[group]) for group, amount in paid.items()), Fraction()
        )
        if total != election.costs[project]:
            wrong.append(f"project {name!r} costs {election.costs[project]}, but {total} was paid")
        for group, amount in paid.items():
            left[group] -= amount
    if any(amount < 0 for amount in left.values()):
        wrong.append("a voter pays more than the endowment")
    for project, row in enumerate(support.projects):
        held = sum(
            (
                left[group] * int(size)
                for group, size in zip(row.groups.tolist(), row.weights, strict=True)
            ),
            Fraction(),
        )
        if project not in payments and row.count and held >= election.costs[project]:
            wrong.append(f"supporters of {election.project_ids[project]!r} could still pay for it")
    return tuple(wrong)
