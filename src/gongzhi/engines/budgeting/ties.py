"""Deciding between projects that are exactly equal, by a rule stated before the vote."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from .elections import Election


class UnresolvedTie(ValueError):
    """Projects are exactly equal and the stated rule refuses to choose."""

    def __init__(self, projects: Sequence[str]) -> None:
        self.projects = tuple(projects)
        super().__init__(f"exact tie between projects {', '.join(map(repr, projects))}")


class TieRule(StrEnum):
    """One criterion; several are applied one after the other.

    `LOT` draws one order of all projects from a seed that should be drawn in public;
    `LEXICOGRAPHIC` compares project ids as text, so that "10" comes before "9"; `REFUSE` leaves
    the tie to people.
    """

    MIN_COST = "min-cost"
    MAX_COST = "max-cost"
    MAX_VOTES = "max-votes"
    LOT = "lot"
    LEXICOGRAPHIC = "lexicographic"
    REFUSE = "refuse"


# What the cities that use equal shares state: cheaper first, then more votes, then a lot.
DEFAULT_TIE_RULES = (TieRule.MIN_COST, TieRule.MAX_VOTES, TieRule.LOT)


@dataclass(frozen=True, slots=True)
class TieBreaker:
    """The order among equals: a smaller rank wins, an equal rank is refused."""

    project_ids: tuple[str, ...]
    ranks: tuple[int, ...]

    def choose(self, tied: Sequence[int]) -> int:
        """The winner among tied projects. Raises `UnresolvedTie` when none may be chosen."""
        best = min(self.ranks[project] for project in tied)
        first = [project for project in tied if self.ranks[project] == best]
        if len(first) > 1:
            raise UnresolvedTie([self.project_ids[project] for project in first])
        return first[0]


def break_ties(
    election: Election, rules: Sequence[TieRule] = DEFAULT_TIE_RULES, *, seed: int = 0
) -> TieBreaker:
    """Rank all projects by the stated criteria.

    The lot is a shuffle of the sorted project ids by Python's Mersenne Twister from `seed`, so
    that anyone can draw it again. `REFUSE` ends the list: what is still equal stays refused.
    """
    count = len(election.project_ids)
    votes = election.votes.tolist()
    drawn = sorted(range(count), key=election.project_ids.__getitem__)
    lexicographic = {project: rank for rank, project in enumerate(drawn)}
    Random(seed).shuffle(drawn)  # noqa: S311 - a public lot has to be repeatable, not secret
    lot = {project: rank for rank, project in enumerate(drawn)}
    keys: list[tuple[int, ...]] = [()] * count
    for rule in rules:
        if rule is TieRule.REFUSE:
            break
        for project in range(count):
            value = {
                TieRule.MIN_COST: election.costs[project],
                TieRule.MAX_COST: -election.costs[project],
                TieRule.MAX_VOTES: -votes[project],
                TieRule.LOT: lot[project],
                TieRule.LEXICOGRAPHIC: lexicographic[project],
            }[rule]
            keys[project] += (value,)
    order = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return TieBreaker(election.project_ids, tuple(order[key] for key in keys))
