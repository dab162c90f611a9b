"""Weights that make a sample look like its population: non-response, post-strata, raking."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gongzhi.engines.measurement.inputs import CannotMeasure, Floats, Truths, Whole, positive


@dataclass(frozen=True, slots=True)
class Margin:
    """One property of the respondents and how many of the population have each value."""

    name: str
    values: Sequence[Hashable]
    targets: Mapping[Hashable, float]


@dataclass(frozen=True, slots=True)
class Raked:
    """Raked weights, and how it went.

    `worst_gap` is the largest difference from a target, as a part of that target; `at_bounds` how
    many weights lie at a bound; `efficiency` is (Σw)² / (n Σw²), the part of the sample size
    that the unequal weights leave (Kish).
    """

    weights: Floats
    converged: bool
    rounds: int
    worst_gap: float
    at_bounds: int
    efficiency: float


def adjust_for_nonresponse(
    weights: ArrayLike, responded: ArrayLike, cells: Sequence[Hashable]
) -> Floats:
    """Share the weights of those who did not answer among those of their cell who did.

    (sampled,) weights and truths; the silent get 0. Sound where answering depends on nothing
    but the cell. Raises CannotMeasure ("silent_cell": nobody of a cell answered).
    Source: Särndal, Swensson and Wretman 1992, section 15.6.
    """
    weight = positive("weights", weights)
    answered = np.asarray(responded, dtype=np.bool_)
    names, cell = _cells("cells", cells, weight)
    if answered.shape != weight.shape:
        raise CannotMeasure("shape", f"responded has shape {answered.shape}, not {weight.shape}")
    everyone = np.bincount(cell, weight, minlength=len(names))
    present = np.bincount(cell, weight * answered, minlength=len(names))
    silent = np.flatnonzero(present == 0)
    if len(silent):
        raise CannotMeasure("silent_cell", f"nobody answered in {names[silent[0]]!r}: merge it")
    return np.where(answered, weight * (everyone / present)[cell], 0.0)


def poststratify(
    weights: ArrayLike, cells: Sequence[Hashable], targets: Mapping[Hashable, float]
) -> Floats:
    """Scale (respondents,) weights so that each cell adds up to its target.

    Raises CannotMeasure ("unknown_value", "empty_margin"). Source: Holt and Smith 1979.
    """
    weight = positive("weights", weights)
    cell, wanted = _margin(Margin("cells", cells, targets), weight)
    return np.asarray(weight * (wanted / np.bincount(cell, weight, minlength=len(wanted)))[cell])


def rake(
    weights: ArrayLike,
    margins: Sequence[Margin],
    *,
    bounds: tuple[float, float] | None = None,
    tolerance: float = 1e-10,
    rounds: int = 1000,
    partial: bool = False,
) -> Raked:
    """Scale (respondents,) weights until every margin adds up to its targets.

    Without bounds this is iterative proportional fitting. With bounds each weight changes by a
    factor within them: the factor is the product of its categories' multipliers, cut off at the
    bounds, and each category's multiplier is solved for in turn (Deville and Särndal's truncated
    calibration). Not reaching the tolerance raises, unless `partial` asks for what there is.

    Raises CannotMeasure ("margins_disagree", "unknown_value", "empty_margin", "bounds",
    "not_converged"). Cost: O(rounds × margins × respondents).
    Sources: Deming and Stephan 1940; Deville, Särndal and Sautory 1993.
    """
    weight = positive("weights", weights)
    if not margins:
        raise CannotMeasure("empty_margin", "raking needs at least one margin")
    low, high = bounds or (0.0, np.inf)
    if not 0 <= low < 1 < high:
        raise CannotMeasure("bounds", f"bounds lie around 1, the first from 0: {bounds}")
    read = [_margin(margin, weight) for margin in margins]
    sums = [wanted.sum() for _, wanted in read]
    if max(sums) - min(sums) > 1e-6 * max(sums):
        listed = ", ".join(f"{m.name} {s:g}" for m, s in zip(margins, sums, strict=True))
        raise CannotMeasure("margins_disagree", f"the margins add up differently: {listed}")
    multiplier = (
        np.full(len(weight), sums[0] / weight.sum()) if bounds is None else np.ones(len(weight))
    )
    done, gap = 0, np.inf
    while done < rounds and gap > tolerance:
        for cell, wanted in read:
            multiplier = multiplier * _solve(weight, multiplier, cell, wanted, (low, high))[cell]
        done += 1
        raked = weight * np.clip(multiplier, low, high)
        gap = max(_gap(raked, cell, wanted) for cell, wanted in read)
    if gap > tolerance and not partial:
        text = f"after {done} rounds a margin is still off by {gap:.2g} of its target"
        raise CannotMeasure("not_converged", text)
    factor = np.clip(multiplier, low, high)
    at_bounds = (factor <= low) | (factor >= high) if bounds else np.zeros(1, dtype=np.bool_)
    raked = weight * factor
    return Raked(
        weights=raked,
        converged=bool(gap <= tolerance),
        rounds=done,
        worst_gap=float(gap),
        at_bounds=int(at_bounds.sum()),
        efficiency=float(raked.sum() ** 2 / (len(raked) * np.square(raked).sum())),
    )


def _solve(
    weight: Floats, multiplier: Floats, cell: Whole, wanted: Floats, bounds: tuple[float, float]
) -> Floats:
    """Find each category's multiplier: exactly without bounds, else by bisection of logarithms."""
    low, high = bounds
    many = len(wanted)
    if np.isinf(high) and low == 0:
        return np.asarray(wanted / np.bincount(cell, weight * multiplier, minlength=many))
    under, over = np.full(many, -50.0), np.full(many, 50.0)
    for _ in range(70):
        middle = (under + over) / 2
        factor = np.clip(multiplier * np.exp(middle)[cell], low, high)
        short = np.bincount(cell, weight * factor, minlength=many) < wanted
        under, over = np.where(short, middle, under), np.where(short, over, middle)
    step = (under + over) / 2
    return np.exp(np.where(np.abs(step) > 49, 0.0, step))


def _gap(weight: Floats, cell: Whole, wanted: Floats) -> float:
    reached = np.bincount(cell, weight, minlength=len(wanted))
    return float(np.max(np.abs(reached - wanted) / wanted))


def _margin(margin: Margin, weight: Floats) -> tuple[Whole, Floats]:
    names, cell = _cells(margin.name, margin.values, weight)
    unknown = [name for name in names if name not in margin.targets]
    if unknown:
        text = f"{margin.name}: no target for {unknown[0]!r}, which respondents have"
        raise CannotMeasure("unknown_value", text)
    empty = [name for name, target in margin.targets.items() if target > 0 and name not in names]
    if empty:
        raise CannotMeasure("empty_margin", f"{margin.name}: nobody answered with {empty[0]!r}")
    return cell, positive(f"{margin.name} targets", [margin.targets[name] for name in names])


def _cells(
    name: str, values: Sequence[Hashable], weight: Floats
) -> tuple[tuple[Hashable, ...], Whole]:
    if weight.ndim != 1 or len(values) != len(weight) or not len(values):
        raise CannotMeasure("shape", f"{name} has {len(values)} values for {weight.shape} weights")
    names = tuple(dict.fromkeys(values))
    numbers = {value: number for number, value in enumerate(names)}
    return names, np.array([numbers[value] for value in values], dtype=np.int64)


def share_that_responded(weights: ArrayLike, responded: ArrayLike) -> float:
    """Return the weighted response rate of (sampled,) weights and truths."""
    weight = positive("weights", weights)
    answered: Truths = np.asarray(responded, dtype=np.bool_)
    if answered.shape != weight.shape or not weight.size:
        raise CannotMeasure("shape", f"responded has shape {answered.shape}, not {weight.shape}")
    return float(weight[answered].sum() / weight.sum())
