"""Which services delight, which are expected, which are indifferent: Kano's two questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from gongzhi.engines.measurement.inputs import CannotMeasure, finite, not_negative
from gongzhi.engines.measurement.intervals import Interval
from gongzhi.engines.measurement.proportions import proportion_intervals

Category = Literal[
    "attractive", "one_dimensional", "must_be", "indifferent", "reverse", "questionable"
]
CATEGORIES: tuple[Category, ...] = (
    "attractive",
    "one_dimensional",
    "must_be",
    "indifferent",
    "reverse",
    "questionable",
)

# Rows: "how would you feel if it were there", columns: "… were not there"; both from 1 (I would
# like it) through 2 (it must be so), 3 (neutral), 4 (I can live with it) to 5 (I would dislike it).
_TABLE = np.array(
    [
        [5, 0, 0, 0, 1],
        [4, 3, 3, 3, 2],
        [4, 3, 3, 3, 2],
        [4, 3, 3, 3, 2],
        [4, 4, 4, 4, 5],
    ]
)


@dataclass(frozen=True, slots=True)
class Kano:
    """How respondents see one service.

    `category` is the most frequent one, None when the two most frequent can't be told apart by
    Fong's test. `better` is how much satisfaction its presence adds, `worse` how much its absence
    takes away, both among the answers that are neither reverse nor questionable; None if none are.
    """

    category: Category | None
    counts: Mapping[Category, float]
    better: Interval | None
    worse: Interval | None
    respondents: int


def classify_service(
    present: ArrayLike,
    absent: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> Kano:
    """Classify a service from (respondents,) answers 1 … 5 on its presence and on its absence.

    Weighted counts are scaled to Kish's effective sample size before the test and the limits.
    Fong's test at 10 %: the two highest counts a and b of n differ when
    |a − b| ≥ 1.65 √((a + b)(2n − a − b) / 2n).

    Raises CannotMeasure ("empty", "unknown_answer"). Cost: O(respondents).
    Sources: Kano et al. 1984; Berger et al. 1993 (better, worse); Fong 1996.
    """
    with_it, without = finite("present", present), finite("absent", absent)
    if with_it.shape != without.shape or with_it.ndim != 1:
        raise CannotMeasure("shape", f"answers of shape {with_it.shape} and {without.shape}")
    if not len(with_it):
        raise CannotMeasure("empty", "nobody answered both questions")
    for name, given in (("present", with_it), ("absent", without)):
        wrong = np.flatnonzero(~np.isin(given, (1, 2, 3, 4, 5)))
        if len(wrong):
            raise CannotMeasure("unknown_answer", f"{name}[{wrong[0]}] = {given[wrong[0]]:g}")
    weight = np.ones(len(with_it)) if weights is None else not_negative("weights", weights)
    if weight.shape != with_it.shape or not weight.sum() > 0:
        raise CannotMeasure("no_weight", "each respondent needs a weight, and some above zero")
    kind = _TABLE[with_it.astype(np.int64) - 1, without.astype(np.int64) - 1]
    effective = weight.sum() ** 2 / np.square(weight).sum()
    tally = np.bincount(kind, weight, minlength=6) * (effective / weight.sum())
    first, second = np.argsort(-tally, kind="stable")[:2]
    both = tally[first] + tally[second]
    needed = 1.65 * np.sqrt(both * (2 * effective - both) / (2 * effective))
    clear = tally[first] - tally[second] >= needed and tally[first] > tally[second]
    straight = float(tally[:4].sum())
    return Kano(
        category=CATEGORIES[first] if clear else None,
        counts={name: float(count) for name, count in zip(CATEGORIES, tally, strict=True)},
        better=_coefficient(tally[0] + tally[1], straight, level),
        worse=_coefficient(tally[1] + tally[2], straight, level),
        respondents=len(with_it),
    )


def _coefficient(count: float, total: float, level: float) -> Interval | None:
    """A share with Wilson limits at the effective size, rounded down to whole answers."""
    if total < 1:
        return None
    whole = np.floor(total)
    limits = proportion_intervals(np.round(count / total * whole), whole, level=level).at()
    if limits is None:
        return None
    share = float(count / total)
    return Interval(share, min(limits.lower, share), max(limits.upper, share))
