"""What usually rises in the coming weeks: acting before anybody has to complain (未诉先办)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

DAYS_AROUND = 7
LEAST_RATIO = 1.25
CONFIDENCE = 0.95
_YEAR = 365.25
_LEAST_COUNT = 5


@dataclass(frozen=True, slots=True)
class SeasonalWarning:
    """A category that was more frequent at this time of earlier years than in the rest of them.

    `ratio` compares its share of all messages in season with its share outside; `low` is the lower
    end of its one-sided 95 % interval, divided among the categories looked at. `in_season` counts
    its messages in the seasons of `years` earlier years; `expected` is what a season of this length
    would bring now, at the recent number of messages.
    """

    category: str
    ratio: float
    low: float
    in_season: int
    years: int
    expected: float


def seasonal_warnings(
    days: Sequence[date], categories: Sequence[str], *, today: date, ahead_days: int = 28
) -> list[SeasonalWarning]:
    """Say which categories usually rise in the next weeks, strongest first (ties: by name).

    The season is the `ahead_days` from tomorrow on, widened by a week on both sides, in each
    earlier year that lies wholly in the data. Shares, not counts, are compared, so that a service
    that grows doesn't look like a season. A category is named when the odds of its messages to fall
    in season are surely (Clopper-Pearson bound, Bonferroni over the categories) at least a quarter
    above those of all messages. With less than a year of data: nothing. Raises ValueError when
    lengths differ.
    """
    if len(days) != len(categories):
        raise ValueError(f"{len(days)} days for {len(categories)} categories")
    age = np.array([(today - day).days for day in days], dtype=np.int64)
    past = age >= 0
    names, number = np.unique(np.asarray(categories, dtype=str)[past], return_inverse=True)
    age = age[past]
    season, years = _in_season(age, today=today, ahead_days=ahead_days)
    if not years or not season.any() or season.all():
        return []
    inside = np.bincount(number[season], minlength=len(names))
    outside = np.bincount(number[~season], minlength=len(names))
    recent = number[age < _YEAR]
    warnings = []
    limit = (1 - CONFIDENCE) / len(names)
    # If nothing were seasonal, each category's messages would fall in season like all others do.
    usual = inside.sum() / outside.sum()
    for at, name in enumerate(names):
        if inside[at] < _LEAST_COUNT:
            continue
        share = beta.ppf(limit, inside[at], outside[at] + 1)
        low = float(share / (1 - share) / usual) if share < 1 else float("inf")
        if low >= LEAST_RATIO:
            ratio = float(inside[at] / max(outside[at], 0.5) / usual)
            per_day = (recent == at).sum() / min(_YEAR, float(age.max()) + 1)
            expected = float(per_day * ahead_days * min(ratio, _YEAR / ahead_days))
            warnings.append(
                SeasonalWarning(
                    category=str(name),
                    ratio=ratio,
                    low=low,
                    in_season=int(inside[at]),
                    years=years,
                    expected=expected,
                )
            )
    return sorted(warnings, key=lambda warning: (-warning.ratio, warning.category))


def _in_season(
    age: NDArray[np.int64], *, today: date, ahead_days: int
) -> tuple[NDArray[np.bool_], int]:
    """Mark the messages of earlier seasons, and count the seasons that lie wholly in the data."""
    season = np.zeros(len(age), dtype=bool)
    years = 0
    oldest = int(age.max(initial=-1))
    for back in range(1, 30):
        begin = _years_before(today, back) + timedelta(days=1 - DAYS_AROUND)
        end = begin + timedelta(days=ahead_days - 1 + 2 * DAYS_AROUND)
        if (today - begin).days > oldest:
            break
        if end <= today:
            season |= (age <= (today - begin).days) & (age >= (today - end).days)
            years += 1
    return season, years


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
