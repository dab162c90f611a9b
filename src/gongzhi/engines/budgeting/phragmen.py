"""Sequential Phragmén: voters earn at the same pace, and supporters buy what they can first."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import lcm

import numpy as np

from .runs import Tie
from .support import Support
from .ties import TieBreaker


@dataclass(frozen=True, slots=True)
class PhragmenRun:
    """What was bought in order, when each was bought (money earned per voter), and ties met."""

    bought: tuple[int, ...]
    times: tuple[Fraction, ...]
    ties: tuple[Tie, ...]


class _Clock:
    """When the supporters of a project will have earned its cost, in exact rationals.

    A voter's money is what was earned since their last purchase, and purchases are few: so
    a project's supporters split into few kinds, counted by whole numbers.
    """

    def __init__(self, support: Support, costs: Sequence[int]) -> None:
        self._support, self._costs = support, costs
        self._last = np.zeros(len(support.weights), dtype=np.int64)
        self._times, self._denominator = [0], 1

    def time(self, project: int) -> Fraction:
        row = self._support.projects[project]
        kinds = np.bincount(self._last[row.groups], weights=row.weights).tolist()
        waited = sum(int(count) * time for count, time in zip(kinds, self._times, strict=False))
        needed = self._costs[project] * self._denominator + waited
        return Fraction(needed, self._denominator * row.count)

    def buy(self, project: int, time: Fraction) -> None:
        self._last[self._support.projects[project].groups] = len(self._times)
        common = lcm(self._denominator, time.denominator)
        self._times = [earlier * (common // self._denominator) for earlier in self._times]
        self._times.append(time.numerator * (common // time.denominator))
        self._denominator = common


def run_phragmen(
    support: Support, costs: Sequence[int], *, budget: int | None, ties: TieBreaker
) -> PhragmenRun:
    """Sequential Phragmén for approvals, in exact arithmetic throughout.

    Stops when any project that could be bought next (all of them, in a tie) overspends the
    budget. Projects dearer than the budget, and those without supporters, don't take part.
    Without a budget everything supported is bought in order. Gains are ignored: who gains
    anything supports. Raises `UnresolvedTie`. Cost: per purchase, one count of supporters for
    each project that comes near. Sources: Brill, Freeman, Janson and Lackner, "Phragmén's Voting
    Methods and Justified Representation", 2017; Los, Christoff and Grossi, IJCAI 2022.
    """
    clock = _Clock(support, costs)
    fits = [
        project
        for project, row in enumerate(support.projects)
        if row.count and (budget is None or costs[project] <= budget)
    ]
    # Waiting times only grow, so an old time is a lower bound and most need no new count.
    queue = [(clock.time(project), project, 0) for project in fits]
    heapify(queue)
    bought: list[int] = []
    times: list[Fraction] = []
    met: list[Tie] = []
    left = budget
    while queue:
        best, tied = _take_first(queue, clock, len(bought))
        if left is not None and any(costs[project] > left for project in tied):
            break
        if len(tied) > 1:
            met.append(Tie(turn=len(bought), projects=tuple(sorted(tied))))
        chosen = ties.choose(tied)
        for project in tied:
            if project != chosen:
                heappush(queue, (best, project, len(bought)))
        clock.buy(chosen, best)
        bought.append(chosen)
        times.append(best)
        left = None if left is None else left - costs[chosen]
    return PhragmenRun(tuple(bought), tuple(times), tuple(met))


def _take_first(
    queue: list[tuple[Fraction, int, int]], clock: _Clock, turn: int
) -> tuple[Fraction, list[int]]:
    """Remove the projects that can be bought soonest, all equal, with their time."""
    tied: list[int] = []
    best: Fraction | None = None
    while queue and (best is None or queue[0][0] <= best):
        time, project, counted = heappop(queue)
        if counted < turn:
            heappush(queue, (clock.time(project), project, turn))
        else:
            best = time
            tied.append(project)
    if best is None:
        raise AssertionError("called on an empty queue")
    return best, tied
