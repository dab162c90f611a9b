"""What each project is worth to the voters who support it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from .elections import LARGEST_AMOUNT, BallotKind, Election, InvalidElection


class Utility(StrEnum):
    """What a supporter gains when a project is funded.

    `COST`: its cost (a cheap project is worth less); `CARDINALITY`: 1; `POINTS`: the points given;
    `BORDA`: how many listed projects stand below it on a ranked ballot.
    """

    COST = "cost"
    CARDINALITY = "cardinality"
    POINTS = "points"
    BORDA = "borda"


@dataclass(frozen=True, slots=True)
class Supporters:
    """The supporters of one project.

    `groups` (groups,) are merged ballots, `weights` (groups,) their voters, `count` all of them.
    `gains` (groups,) is what one voter of each group gains in whole shares, or None where everyone
    has one share; `total` counts all shares, and one share is worth `unit`. All numbers are whole
    and below 2**53, hence exact in doubles.
    """

    groups: NDArray[np.int64]
    weights: NDArray[np.float64]
    gains: NDArray[np.float64] | None
    unit: int
    count: int
    total: int

    @property
    def shares(self) -> NDArray[np.float64]:
        """(groups,), one voter's shares, also where everyone has one."""
        return np.ones(len(self.groups)) if self.gains is None else self.gains


@dataclass(frozen=True, slots=True)
class Support:
    """Who supports each project: one entry per project; `weights` (groups,) counts all voters."""

    projects: tuple[Supporters, ...]
    weights: NDArray[np.float64]


def measure_support(election: Election, utility: Utility) -> Support:
    """Turn ballots into supporters with gains; who gains nothing from a project is no supporter.

    Raises `InvalidElection` when the ballots don't carry what the utility needs.
    Cost: one stable sort of the entries by project.
    """
    ballots = election.ballots
    if utility is Utility.POINTS and ballots.points is None:
        raise InvalidElection(f"utility 'points' needs ballots with points, not {ballots.kind}")
    if utility is Utility.BORDA and ballots.kind is not BallotKind.RANKED:
        raise InvalidElection(f"utility 'borda' needs ranked ballots, not {ballots.kind}")
    groups, projects = ballots.rows, ballots.projects
    gains: NDArray[np.float64] | None = None
    if utility is Utility.POINTS and ballots.points is not None:
        gains = ballots.points.astype(np.float64)
    elif utility is Utility.BORDA:
        gains = (ballots.starts[1:][groups] - 1 - np.arange(len(groups))).astype(np.float64)
    if gains is not None:
        keep = gains > 0
        groups, projects, gains = groups[keep], projects[keep], gains[keep]
    # NumPy sorts short integers by radix, several times faster than long ones.
    short = projects.astype(np.uint16) if len(election.costs) < 2**16 else projects
    order = np.argsort(short, kind="stable")
    groups = groups[order]
    weights = ballots.weights.astype(np.float64)[groups]
    gains = None if gains is None else gains[order]
    if gains is not None and float(weights @ gains) >= LARGEST_AMOUNT:
        raise InvalidElection("points this large, or this finely divided, can't be counted exactly")
    ends = np.cumsum(np.bincount(projects, minlength=len(election.costs))).tolist()
    rows = []
    for number, (start, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        mine = weights[start:end]
        shares = None if gains is None else gains[start:end]
        rows.append(
            Supporters(
                groups=groups[start:end],
                weights=mine,
                gains=shares,
                unit=election.costs[number] if utility is Utility.COST else 1,
                count=int(mine.sum()),
                total=int(mine.sum() if shares is None else mine @ shares),
            )
        )
    return Support(tuple(rows), ballots.weights.astype(np.float64))
