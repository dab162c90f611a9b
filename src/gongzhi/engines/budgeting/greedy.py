"""The greedy rules: most support first, skipping what no longer fits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from .runs import Tie
from .support import Support
from .ties import TieBreaker


class GreedyOrder(StrEnum):
    """What comes first.

    `DENSITY`: gain per cost, hence votes with cost utility and votes per cost with cardinality.
    `SCORE`: all shares of gain, hence votes on approval ballots and points where points are given.
    """

    DENSITY = "density"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class GreedyRun:
    """What was funded in order, the ties met, and what each project lacked at its turn, if any."""

    funded: tuple[int, ...]
    ties: tuple[Tie, ...]
    lacked: dict[int, int]


def run_greedy(
    support: Support,
    costs: Sequence[int],
    *,
    budget: int,
    order: GreedyOrder,
    ties: TieBreaker,
    already: Collection[int] = (),
) -> GreedyRun:
    """Fund projects by falling support as long as they fit; one that doesn't fit is skipped.

    `already` funded projects stay and their cost is subtracted. A project without supporters is
    never funded. A tie matters, and goes to `ties`, only while the tied projects don't all fit
    together. Cost: one sort. Raises `UnresolvedTie`.
    """
    left = budget - sum(costs[project] for project in already)
    values: dict[Fraction, list[int]] = {}
    for project, row in enumerate(support.projects):
        if row.total and project not in already:
            gain = Fraction(row.total * row.unit, costs[project])
            value = gain if order is GreedyOrder.DENSITY else Fraction(row.total)
            values.setdefault(value, []).append(project)
    funded: list[int] = []
    met: list[Tie] = []
    lacked: dict[int, int] = {}
    for value in sorted(values, reverse=True):
        equal = values[value]
        fitting = [project for project in equal if costs[project] <= left]
        lacked |= {project: costs[project] - left for project in equal if project not in fitting}
        while fitting:
            if sum(costs[project] for project in fitting) <= left:
                chosen = min(fitting, key=lambda project: (ties.ranks[project], project))
            else:
                met.append(Tie(turn=len(funded), projects=tuple(fitting)))
                chosen = ties.choose(fitting)
            funded.append(chosen)
            left -= costs[chosen]
            fitting.remove(chosen)
            lacked |= {other: costs[other] - left for other in fitting if costs[other] > left}
            fitting = [project for project in fitting if costs[project] <= left]
    return GreedyRun(tuple(funded), tuple(met), lacked)
