"""Is something drifting slowly: EWMA and CUSUM over standardised months, and their false alarms.

Both take z, the distance of each month in sigmas (`Chart.z`), last axis time; a masked month
leaves the statistic where it was.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from gongzhi.engines.measurement.false_alarms import (
    FalseAlarms,
    check_months,
    run_lengths,
    standardised,
)
from gongzhi.engines.measurement.inputs import CannotMeasure, Floats, Truths

# Intervals of the Markov chain; run lengths are then good to better than one in a thousand.
_CELLS = 201


@dataclass(frozen=True, slots=True)
class Ewma:
    """The weighted mean of the months so far, its limit, and where it lies outside."""

    value: Floats
    limit: Floats
    alarm: Truths
    weight: float
    width: float


@dataclass(frozen=True, slots=True)
class Cusum:
    """The sums of excess upwards and downwards, and where one of them passes the bound."""

    upward: Floats
    downward: Floats
    alarm: Truths
    slack: float
    bound: float


def ewma(z: ArrayLike, *, weight: float = 0.2, width: float = 2.962) -> Ewma:
    """Average (…, months) with falling weights: e = weight · z + (1 − weight) · e before.

    The defaults give a false alarm in 500 months on average. Limits widen to their final value
    over the first months: width · √(weight / (2 − weight) · (1 − (1 − weight)^2t)).
    Raises CannotMeasure. Cost: O(cells).
    Sources: Roberts 1959; Lucas and Saccucci 1990 (design); Montgomery 2013, section 9.2.
    """
    _check_ewma(weight, width)
    values, absent = standardised(z)
    level = np.zeros(values.shape[:-1])
    seen = np.zeros(values.shape[:-1])
    out, limit = np.zeros(values.shape), np.zeros(values.shape)
    for month in range(values.shape[-1]):
        skip = absent[..., month]
        level = np.where(skip, level, weight * values[..., month] + (1 - weight) * level)
        seen = seen + ~skip
        settled = 1 - (1 - weight) ** (2 * seen)
        out[..., month] = level
        limit[..., month] = width * np.sqrt(weight / (2 - weight) * settled)
    alarm = (np.abs(out) > limit) & ~absent
    return Ewma(value=out, limit=limit, alarm=alarm, weight=weight, width=width)


def cusum(z: ArrayLike, *, slack: float = 0.5, bound: float = 5.0) -> Cusum:
    """Sum what exceeds `slack` in each direction over (…, months); never below zero.

    Slack ½ is made for shifts of one sigma; with bound 5 a false alarm comes in 465 months on
    average. The sums go on after an alarm. Raises CannotMeasure. Cost: O(cells).
    Sources: Page 1954; Montgomery 2013, section 9.1.
    """
    _check_cusum(slack, bound)
    values, absent = standardised(z)
    up, down = np.zeros(values.shape), np.zeros(values.shape)
    high, low = np.zeros(values.shape[:-1]), np.zeros(values.shape[:-1])
    for month in range(values.shape[-1]):
        skip, now = absent[..., month], values[..., month]
        high = np.where(skip, high, np.maximum(0, high + now - slack))
        low = np.where(skip, low, np.maximum(0, low - now - slack))
        up[..., month], down[..., month] = high, low
    alarm = (np.maximum(up, down) > bound) & ~absent
    return Cusum(upward=up, downward=down, alarm=alarm, slack=slack, bound=bound)


def ewma_false_alarms(
    *, weight: float = 0.2, width: float = 2.962, months: int = 24, widening: bool = True
) -> FalseAlarms:
    """Work out the false alarms of an EWMA by a Markov chain.

    `widening` follows the limits of `ewma`, which are narrow at first and so cry wolf a little
    earlier; without it the limits are the final ones from the start, as in published tables.
    Source: Lucas and Saccucci 1990.
    """
    _check_ewma(weight, width)
    check_months(months)
    final = width * np.sqrt(weight / (2 - weight))
    settled = 1
    if widening and weight < 1:
        settled = int(np.ceil(np.log(1e-12) / (2 * np.log1p(-weight))))
    inside, before = np.ones(1), np.zeros(1)
    quiet = [1.0]
    for month in range(1, settled + 1):
        narrowed = np.sqrt(1 - (1 - weight) ** (2 * month)) if widening else 1.0
        moves, before = _ewma_moves(before, final * narrowed, weight)
        inside = inside @ moves
        quiet.append(float(inside.sum()))
    stay, _ = _ewma_moves(before, final, weight)
    after = np.linalg.solve(np.eye(_CELLS) - stay, np.ones(_CELLS))
    mean = sum(quiet[:-1]) + float(inside @ after)
    while len(quiet) <= months:
        inside = inside @ stay
        quiet.append(float(inside.sum()))
    probability = float(np.clip(1 - quiet[months], 0, 1))
    return FalseAlarms(mean_months=mean, probability=probability, months=months)


def _ewma_moves(before: Floats, limit: float, weight: float) -> tuple[Floats, Floats]:
    """Chances of moving from these levels into the cells within a limit, and the cells' middles."""
    edges = np.linspace(-limit, limit, _CELLS + 1)
    reach = (edges[None, :] - (1 - weight) * before[:, None]) / weight
    return np.diff(special.ndtr(reach), axis=1), (edges[1:] + edges[:-1]) / 2


def cusum_false_alarms(*, slack: float = 0.5, bound: float = 5.0, months: int = 24) -> FalseAlarms:
    """Work out the false alarms of a two-sided CUSUM by Markov chains.

    Mean: 1 / (1 / one side + 1 / other side), exact for slack ≥ 0 (Kemp 1971; van Dobben de Bruyn
    1968). The probability is that of two independent sides, which is slightly too high.
    Source: Brook and Evans 1972.
    """
    _check_cusum(slack, bound)
    step = 2 * bound / (2 * _CELLS - 1)
    states = np.arange(_CELLS) * step
    reach = states[None, :] - states[:, None] + slack
    upper = special.ndtr(reach + step / 2)
    lower = special.ndtr(reach - step / 2)
    lower[:, 0] = 0
    side = run_lengths(upper - lower, start=0, months=months)
    return FalseAlarms(
        mean_months=side.mean_months / 2,
        probability=1 - (1 - side.probability) ** 2,
        months=months,
    )


def _check_ewma(weight: float, width: float) -> None:
    if not (0 < weight <= 1 and width > 0):
        raise CannotMeasure("weight", f"weight in (0, 1] and width above 0, not {weight}, {width}")


def _check_cusum(slack: float, bound: float) -> None:
    if not (slack >= 0 and bound > 0):
        raise CannotMeasure("bound", f"slack at least 0 and bound above 0, not {slack}, {bound}")
