"""An election about money: projects with costs, one budget, and merged ballots as CSR arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import lcm

import numpy as np
from numpy.typing import NDArray

Amount = int | Decimal | Fraction

# Whole numbers up to here are exact in a double, so that sums of costs never round.
LARGEST_AMOUNT = 2**53


class InvalidElection(ValueError):
    """The projects, the budget or the ballots don't make an election."""


class BallotKind(StrEnum):
    """How people voted."""

    APPROVAL = "approval"
    CHOOSE_ONE = "choose-1"
    RANKED = "ordinal"
    POINTS = "scoring"
    CUMULATIVE = "cumulative"

    @property
    def has_points(self) -> bool:
        """Whether each listed project carries a number of points."""
        return self in (BallotKind.POINTS, BallotKind.CUMULATIVE)


@dataclass(frozen=True, slots=True)
class Ballots:
    """Distinct ballots, each with the number of voters who cast it.

    `starts` (ballots + 1,) cuts `projects` (entries,) into ballots; ranked ballots keep the order
    of preference, all others are ascending. `points` (entries,) are whole multiples of
    1 / `point_scale`. `weights` (ballots,) counts voters; an empty ballot counts too.
    """

    kind: BallotKind
    starts: NDArray[np.int64]
    projects: NDArray[np.int64]
    weights: NDArray[np.int64]
    points: NDArray[np.int64] | None = None
    point_scale: int = 1

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def voters(self) -> int:
        """How many people voted, empty ballots included."""
        return int(self.weights.sum())

    @property
    def rows(self) -> NDArray[np.int64]:
        """(entries,), the ballot that each entry belongs to."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.starts))


@dataclass(frozen=True, slots=True)
class Places:
    """Where the voters of each ballot live, as counts and never as persons.

    Entry i says that `counts[i]` voters of ballot `ballots[i]` live at `names[places[i]]`.
    """

    names: tuple[str, ...]
    ballots: NDArray[np.int64]
    places: NDArray[np.int64]
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Election:
    """Projects, their costs and the budget in whole minor units, and the ballots.

    One unit of currency is `scale` minor units: costs in cents have a scale of 100.
    """

    project_ids: tuple[str, ...]
    costs: tuple[int, ...]
    budget: int
    scale: int
    ballots: Ballots
    places: Places | None = field(default=None)

    @property
    def voters(self) -> int:
        """How many people voted."""
        return self.ballots.voters

    @property
    def votes(self) -> NDArray[np.int64]:
        """(projects,), how many voters list each project."""
        ballots = self.ballots
        listed = np.bincount(
            ballots.projects,
            weights=ballots.weights[ballots.rows].astype(np.float64),
            minlength=len(self.project_ids),
        )
        return listed.astype(np.int64)

    def money(self, amount: int | Fraction) -> Fraction:
        """An amount of minor units in units of currency."""
        return Fraction(amount) / self.scale


def common_scale(amounts: Sequence[Fraction]) -> int:
    """The smallest factor that makes every amount whole."""
    return lcm(*(amount.denominator for amount in amounts)) if amounts else 1


def make_election(
    *,
    costs: Mapping[str, Amount],
    budget: Amount,
    kind: BallotKind,
    votes: Sequence[Sequence[str]],
    points: Sequence[Sequence[Amount]] | None = None,
    places: Sequence[str] | None = None,
) -> Election:
    """Check and assemble an election from plain values, one vote per voter.

    `places` says for each vote where its voter lives; only counts are kept of it.
    Raises `InvalidElection` naming the project or the vote (counted from 1) at fault.
    """
    index = {name: number for number, name in enumerate(costs)}
    flat: list[int] = []
    for number, vote in enumerate(votes, 1):
        for name in vote:
            if name not in index:
                raise InvalidElection(f"vote {number}: project {name!r} is not in this round")
            flat.append(index[name])
    starts = np.concatenate([[0], np.cumsum([len(vote) for vote in votes])]).astype(np.int64)
    scores, point_scale = _whole_points(kind, votes, points)
    raw = Ballots(
        kind=kind,
        starts=starts,
        projects=np.array(flat, dtype=np.int64),
        weights=np.ones(len(votes), dtype=np.int64),
        points=scores,
        point_scale=point_scale,
    )
    repeated = find_repeated_project(raw)
    if repeated is not None:
        raise InvalidElection(f"vote {repeated + 1}: a project is listed twice")
    if places is not None and len(places) != len(votes):
        raise InvalidElection("every vote needs its place")
    merged, became = merge_ballots(raw)
    return assemble_election(
        costs=costs,
        budget=budget,
        ballots=merged,
        places=None if places is None else count_places(places, became),
    )


def assemble_election(
    *,
    costs: Mapping[str, Amount],
    budget: Amount,
    ballots: Ballots,
    places: Places | None = None,
) -> Election:
    """Check the money and join it with ballots that are already merged."""
    if not costs:
        raise InvalidElection("a round needs at least one project")
    if Fraction(budget) <= 0:
        raise InvalidElection(f"the budget must be more than 0, not {budget}")
    for name, cost in costs.items():
        if Fraction(cost) <= 0:
            raise InvalidElection(f"project {name!r}: the cost must be more than 0, not {cost}")
    exact = [Fraction(cost) for cost in costs.values()]
    scale = common_scale([*exact, Fraction(budget)])
    whole = tuple(int(cost * scale) for cost in exact)
    total = int(Fraction(budget) * scale)
    if max(*whole, total, sum(whole)) >= LARGEST_AMOUNT:
        raise InvalidElection(
            "amounts this large, or this finely divided, can't be counted exactly"
        )
    if ballots.voters == 0:
        raise InvalidElection("nobody voted")
    return Election(tuple(costs), whole, total, scale, ballots, places)


def find_repeated_project(ballots: Ballots) -> int | None:
    """The first ballot that lists a project twice, if any."""
    keys = ballots.rows * (int(ballots.projects.max(initial=0)) + 1) + ballots.projects
    order = np.argsort(keys, kind="stable")
    twice = np.flatnonzero(np.diff(keys[order]) == 0)
    return int(ballots.rows[order[twice]].min()) if len(twice) else None


def merge_ballots(ballots: Ballots) -> tuple[Ballots, NDArray[np.int64]]:
    """Join equal ballots, and say which merged ballot each given one became.

    Unless ranked, the order of projects on a ballot carries no meaning and is made ascending
    first. Ballots are compared byte by byte, never by a hash alone. Cost: one sort of the entries.
    """
    projects, points = ballots.projects, ballots.points
    if ballots.kind is not BallotKind.RANKED:
        span = int(projects.max(initial=0)) + 1
        order = np.argsort(ballots.rows * span + projects, kind="stable")
        projects = projects[order]
        points = None if points is None else points[order]
    content = projects if points is None else np.stack([projects, points], axis=1)
    width = 8 if points is None else 16
    raw = np.ascontiguousarray(content).tobytes()
    cuts = (ballots.starts * width).tolist()
    index: dict[bytes, int] = {}
    member = [index.setdefault(raw[start:end], len(index)) for start, end in pairwise(cuts)]
    became = np.array(member, dtype=np.int64)
    kept = np.frombuffer(b"".join(index), dtype=np.int64)
    lengths = np.array([len(key) // width for key in index], dtype=np.int64)
    merged = Ballots(
        kind=ballots.kind,
        starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        projects=(kept if points is None else kept[0::2]).astype(np.int64),
        weights=np.bincount(became, weights=ballots.weights, minlength=len(index)).astype(np.int64),
        points=None if points is None else kept[1::2].astype(np.int64),
        point_scale=ballots.point_scale,
    )
    return merged, became


def count_places(where: Sequence[str], ballots: NDArray[np.int64]) -> Places:
    """Where the voters of each merged ballot live, from one name and one ballot per voter."""
    where = [name.strip() for name in where]
    names = tuple(sorted(set(where)))
    index = {name: number for number, name in enumerate(names)}
    places = np.array([index[name] for name in where], dtype=np.int64)
    keys, counts = np.unique(ballots * len(names) + places, return_counts=True)
    return Places(names, keys // len(names), keys % len(names), counts.astype(np.int64))


def _whole_points(
    kind: BallotKind, votes: Sequence[Sequence[str]], points: Sequence[Sequence[Amount]] | None
) -> tuple[NDArray[np.int64] | None, int]:
    if not kind.has_points:
        if points is not None:
            raise InvalidElection(f"{kind} ballots carry no points")
        return None, 1
    if points is None or [len(row) for row in points] != [len(vote) for vote in votes]:
        raise InvalidElection("every listed project needs its points")
    exact = [Fraction(value) for row in points for value in row]
    if any(value < 0 for value in exact):
        raise InvalidElection("points can't be negative: a vote is support")
    scale = common_scale(exact)
    return np.array([int(value * scale) for value in exact], dtype=np.int64), scale
