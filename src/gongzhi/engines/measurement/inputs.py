"""What every statistic asks of its numbers before it touches them."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Truths = NDArray[np.bool_]
Kind = Literal["proportion", "rate"]
MaskedFloats = np.ma.MaskedArray[Any, np.dtype[np.float64]]


class CannotMeasure(ValueError):
    """The numbers do not allow the statistic: `code` names why, the text says where."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def place_of(wrong: Truths) -> str:
    """Write the index of the first true cell as "[2, 5]", or nothing for a single number."""
    return str([int(i) for i in np.argwhere(wrong)[0]]) if wrong.ndim else ""


def finite(name: str, values: ArrayLike) -> Floats:
    """Read numbers, refusing text, NaN and infinity by their place."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise CannotMeasure("not_a_number", f"{name} holds something not a number") from error
    wrong = ~np.isfinite(array)
    if wrong.any():
        raise CannotMeasure("not_a_number", f"{name}{place_of(wrong)} is not a finite number")
    return array


def not_negative(name: str, values: ArrayLike) -> Floats:
    """Read finite numbers of which none is below zero."""
    array = finite(name, values)
    wrong = array < 0
    if wrong.any():
        raise CannotMeasure("negative", f"{name}{place_of(wrong)} is below zero")
    return array


def positive(name: str, values: ArrayLike) -> Floats:
    """Read finite numbers above zero."""
    array = finite(name, values)
    wrong = array <= 0
    if wrong.any():
        raise CannotMeasure("not_positive", f"{name}{place_of(wrong)} is not above zero")
    return array


def counts(name: str, values: ArrayLike) -> Floats:
    """Read whole numbers from 0 up; kept as floats because the formulas divide."""
    array = not_negative(name, values)
    wrong = array != np.floor(array)
    if wrong.any():
        raise CannotMeasure("not_whole", f"{name}{place_of(wrong)} is not a whole number")
    return array


def parts_of(successes: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats]:
    """Read two arrays of counts of one shape (after broadcasting), the first within the second."""
    part, whole = together(
        successes=counts("successes", successes), trials=counts("trials", trials)
    )
    wrong = part > whole
    if wrong.any():
        at = place_of(wrong)
        raise CannotMeasure("more_than_possible", f"successes{at} exceeds trials{at}")
    return part, whole


def events_in(events: ArrayLike, exposure: ArrayLike) -> tuple[Floats, Floats]:
    """Read counts and exposures of one shape (after broadcasting), no event without exposure."""
    k, t = together(events=counts("events", events), exposure=not_negative("exposure", exposure))
    wrong = (t == 0) & (k > 0)
    if wrong.any():
        text = f"events{place_of(wrong)} were counted where the exposure is zero"
        raise CannotMeasure("no_exposure", text)
    return k, t


def counts_of(kind: Kind, part: ArrayLike, whole: ArrayLike) -> tuple[Floats, Floats]:
    """Read successes in trials (proportion) or events in an exposure (rate)."""
    if kind == "proportion":
        return parts_of(part, whole)
    if kind == "rate":
        return events_in(part, whole)
    raise CannotMeasure("method", f"counts are of a proportion or a rate, not of {kind!r}")


def together(**arrays: Floats) -> tuple[Floats, ...]:
    """Broadcast arrays to one shape, or say which shapes do not fit."""
    try:
        return tuple(np.array(a) for a in np.broadcast_arrays(*arrays.values()))
    except ValueError as error:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise CannotMeasure("shape", f"these shapes do not fit together: {shapes}") from error


def vector(name: str, values: ArrayLike, *, least: int = 0) -> Floats:
    """Read a one-dimensional array of finite numbers with at least so many entries."""
    array = finite(name, values)
    if array.ndim != 1:
        raise CannotMeasure("shape", f"{name} has {array.ndim} dimensions instead of one")
    if len(array) < least:
        raise CannotMeasure("too_few", f"{name} holds {len(array)} numbers; {least} are needed")
    return array


def tail(level: float) -> float:
    """Turn a two-sided confidence level into the probability of one tail."""
    if not 0 < level < 1:
        raise CannotMeasure("level", f"a confidence level lies between 0 and 1, not {level}")
    return (1 - level) / 2


def group_numbers(name: str, groups: ArrayLike, *, length: int, n_groups: int) -> Whole:
    """Read group numbers 0 … n_groups−1, one for each of `length` values."""
    array = np.asarray(groups)
    if array.shape != (length,):
        raise CannotMeasure("shape", f"{name} has shape {array.shape} instead of ({length},)")
    if length and not np.issubdtype(array.dtype, np.integer):
        raise CannotMeasure("not_whole", f"{name} holds numbers of groups, not {array.dtype}")
    numbers = array.astype(np.int64)
    wrong = (numbers < 0) | (numbers >= n_groups)
    if wrong.any():
        raise CannotMeasure("unknown_group", f"{name}{place_of(wrong)} is not in 0…{n_groups - 1}")
    return numbers
