"""What goes together over the communities, and what similar ones that do better do differently.

Both are questions to ask on the spot, never causes: matters, age of houses and people differ too.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from scipy import stats

from gongzhi.engines.measurement.multiplicity import adjust
from gongzhi.engines.measurement.proportions import proportion_intervals
from gongzhi.insights.indicators.cells import Cell
from gongzhi.insights.indicators.definitions import indicator
from gongzhi.insights.indicators.measuring import Measuring
from gongzhi.insights.indicators.shapes import Better, Difficulty, Indicator, Level, Statistic
from gongzhi.insights.indicators.tables import IndicatorTable

ERROR_RATE = 0.05
_FEWEST_TOGETHER = 12
_MOST_TOGETHER = 5
_SIMILAR = 8


@dataclass(frozen=True, slots=True)
class Together:
    """Two indicators that rise (or of which one falls) together over the communities."""

    of_difficulty: Indicator
    other: Indicator
    correlation: float  # of ranks
    communities: int


@dataclass(frozen=True, slots=True)
class Profile:
    """How much was closed in a community, and what: by this, similar ones are found."""

    items: int
    mix: Mapping[str, float]  # share of each uppermost matter


@dataclass(frozen=True, slots=True)
class Practice:
    """One indicator in which the better ones differ from this community beyond chance."""

    indicator: Indicator
    mine: Cell
    theirs: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A community beside similar ones: which are better at a difficulty, and what they do."""

    community: int
    similar: tuple[int, ...]
    better: tuple[int, ...]
    practices: tuple[Practice, ...]


def go_together(
    tables: Mapping[str, IndicatorTable], difficulty: Difficulty
) -> tuple[Together, ...]:
    """The pairs of a difficulty's indicator and another whose ranks agree beyond chance.

    Spearman's correlation over the communities, all pairs judged together (Benjamini and
    Hochberg); the strongest first.
    """
    local = [table for table in tables.values() if table.level is Level.COMMUNITY]
    named = [table for table in local if difficulty in table.indicator.difficulties]
    others = [table for table in local if difficulty not in table.indicator.difficulties]
    found: list[Together] = []
    chances: list[float] = []
    for table in named:
        for other in others:
            pair = _paired(table, other)
            if len(pair) < _FEWEST_TOGETHER or (np.ptp(pair, axis=0) == 0).any():
                continue
            seen = stats.spearmanr(pair[:, 0], pair[:, 1])
            found.append(
                Together(table.indicator, other.indicator, float(seen.statistic), len(pair))
            )
            chances.append(float(seen.pvalue))
    if not found:
        return ()
    kept = np.ma.getdata(adjust(chances).p_value) <= ERROR_RATE
    beyond = [each for each, beyond in zip(found, kept, strict=True) if beyond]
    return tuple(sorted(beyond, key=lambda each: -abs(each.correlation))[:_MOST_TOGETHER])


def _paired(one: IndicatorTable, other: IndicatorTable) -> np.ndarray:
    """The values of the communities that have both."""
    cells = [(one.row_of(group), other.row_of(group)) for group in one.groups]
    return np.array(
        [
            (a[0].value, b[0].value)
            for a, b in cells
            if a and b and a[0].value is not None and b[0].value is not None
        ]
    ).reshape(-1, 2)


def profiles_of(measuring: Measuring) -> dict[int, Profile]:
    """What was closed in each community in the time, by uppermost matter."""
    closed = measuring.grouped(indicator("callback_coverage"), Level.COMMUNITY)
    counted = closed.group_by("group", "category").aggregate(n=closed.count())
    matters: dict[int, Counter[str]] = {}
    for row in counted.to_pyarrow().to_pylist():
        branch = (row["category"] or "").partition(".")[0]
        matters.setdefault(row["group"], Counter())[branch] += row["n"]
    return {
        community: Profile(
            counts.total(), {matter: n / counts.total() for matter, n in counts.items()}
        )
        for community, counts in matters.items()
    }


def similar_to(community: int, profiles: Mapping[int, Profile]) -> tuple[int, ...]:
    """The communities nearest in size and mix of matters; nearest first, ties by id.

    Distance: half the sum of the differences of shares, plus half the log of the ratio of sizes.
    """
    if community not in profiles:
        return ()
    mine = profiles[community]

    def distance(other: Profile) -> float:
        matters = mine.mix.keys() | other.mix.keys()
        apart = sum(abs(mine.mix.get(m, 0.0) - other.mix.get(m, 0.0)) for m in matters) / 2
        return apart + abs(log(mine.items / other.items)) / 2

    others = [each for each in profiles if each != community]
    return tuple(sorted(others, key=lambda each: (distance(profiles[each]), each))[:_SIMILAR])


def compare_with_similar(
    community: int,
    difficulty: Difficulty,
    tables: Mapping[str, IndicatorTable],
    profiles: Mapping[int, Profile],
) -> Comparison:
    """Which of the similar ones are better at a difficulty, and where they differ otherwise.

    Better: in one of its indicators their limits lie wholly on the better side of this one's.
    """
    similar = similar_to(community, profiles)
    local = [table for table in tables.values() if table.level is Level.COMMUNITY]
    named = [table for table in local if difficulty in table.indicator.difficulties]
    better = tuple(
        each for each in similar if any(_is_better(table, each, community) for table in named)
    )
    practices = (
        _practice(table, community, better)
        for table in local
        if difficulty not in table.indicator.difficulties
        and table.indicator.statistic is Statistic.SHARE
    )
    return Comparison(community, similar, better, tuple(each for each in practices if each))


def _cell(table: IndicatorTable, group: int) -> Cell | None:
    row = table.row_of(group)
    cell = row[0] if row else None
    return cell if cell and cell.is_measured and cell.lower is not None else None


def _is_better(table: IndicatorTable, other: int, community: int) -> bool:
    theirs, mine = _cell(table, other), _cell(table, community)
    if theirs is None or mine is None:
        return False
    if table.indicator.better is Better.HIGHER:
        return (theirs.lower or 0.0) > (mine.upper or 0.0)
    if table.indicator.better is Better.LOWER:
        return (theirs.upper or 0.0) < (mine.lower or 0.0)
    return False


def _practice(table: IndicatorTable, community: int, better: Sequence[int]) -> Practice | None:
    mine = _cell(table, community)
    cells = [cell for each in better if (cell := _cell(table, each))]
    trials = sum(cell.denominator or 0 for cell in cells)
    if mine is None or not trials or mine.lower is None or mine.upper is None:
        return None
    found = proportion_intervals([sum(cell.numerator or 0 for cell in cells)], [trials])
    value, lower, upper = (
        float(column[0]) for column in (found.estimate, found.lower, found.upper)
    )
    if lower <= mine.upper and mine.lower <= upper:
        return None
    return Practice(table.indicator, mine, value, lower, upper)
