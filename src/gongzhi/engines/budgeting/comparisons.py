"""Setting two outcomes side by side: who gains from which, and the comparison step of cities."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from .elections import Election


class ComparisonBy(StrEnum):
    """What makes a voter prefer an outcome.

    `SATISFACTION`: more funded projects on the own ballot. `EXCLUSION`: any at all against none.
    """

    SATISFACTION = "satisfaction"
    EXCLUSION = "exclusion"


@dataclass(frozen=True, slots=True)
class Preference:
    """How many voters prefer the one outcome, the other, or neither."""

    first: int
    second: int
    neither: int


def count_funded(election: Election, funded: Collection[int]) -> NDArray[np.int64]:
    """(ballots,), how many funded projects are listed on each merged ballot."""
    ballots = election.ballots
    wins = np.zeros(len(election.costs), dtype=bool)
    wins[list(funded)] = True
    listed = np.bincount(ballots.rows, weights=wins[ballots.projects], minlength=len(ballots))
    return listed.astype(np.int64)


def compare_outcomes(
    election: Election,
    first: Collection[int],
    second: Collection[int],
    *,
    by: ComparisonBy = ComparisonBy.SATISFACTION,
) -> Preference:
    """Count the voters who prefer each of two outcomes.

    Every voter counts, also one with nothing funded on one side: 1 project against 0 is a
    preference. (A widely used tool compares with "undefined" there and loses these voters.)
    """
    one, two = count_funded(election, first), count_funded(election, second)
    if by is ComparisonBy.EXCLUSION:
        one, two = np.minimum(one, 1), np.minimum(two, 1)
    weights = election.ballots.weights
    prefer_one, prefer_two = int(weights[one > two].sum()), int(weights[two > one].sum())
    return Preference(prefer_one, prefer_two, election.voters - prefer_one - prefer_two)
