"""How long a chart stays quiet by chance: run lengths of Markov chains."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gongzhi.engines.measurement.inputs import CannotMeasure, Floats, MaskedFloats, Truths, finite


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """What chance alone does on a chart of independent standard normal months.

    `mean_months` is the mean number of months to a false alarm, `probability` that of at least
    one within `months`.
    """

    mean_months: float
    probability: float
    months: int


def run_lengths(stay: Floats, *, start: int, months: int) -> FalseAlarms:
    """Mean and distribution of the time until a chain with these inner moves is left."""
    check_months(months)
    mean = np.linalg.solve(np.eye(len(stay)) - stay, np.ones(len(stay)))[start]
    inside = np.zeros(len(stay))
    inside[start] = 1
    for _ in range(months):
        inside = inside @ stay
    probability = float(np.clip(1 - inside.sum(), 0, 1))
    return FalseAlarms(mean_months=float(mean), probability=probability, months=months)


def check_months(months: int) -> None:
    """Refuse a number of months below zero."""
    if months < 0:
        raise CannotMeasure("months", f"a number of months is not below zero: {months}")


def standardised(z: ArrayLike) -> tuple[Floats, Truths]:
    """Read (…, months) distances in sigmas, and where a month is missing (masked)."""
    given: MaskedFloats = np.ma.asarray(z)
    absent = np.ma.getmaskarray(given)
    values = finite("z", np.where(absent, 0.0, np.ma.getdata(given)))
    if values.ndim == 0:
        raise CannotMeasure("shape", "the months lie along the last axis")
    return values, absent
