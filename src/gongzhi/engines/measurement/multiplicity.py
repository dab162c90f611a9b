"""Testing many things at once without crying wolf: false discovery rates.

Adjusted p-values: call everything at or below the wanted rate a discovery, and no more than that
share of the discoveries is expected to be false.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from gongzhi.engines.measurement.inputs import CannotMeasure, Floats, MaskedFloats, finite

Control = Literal["bh", "by", "storey", "none"]


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Adjusted p-values in the shape given, how many tests there were, and the null share used."""

    p_value: MaskedFloats
    tests: int
    null_share: float
    control: Control


def adjust(p_values: ArrayLike, *, control: Control = "bh", cut: float = 0.5) -> Adjusted:
    """Adjust p-values of any shape together; masked cells are no tests and stay masked.

    `bh` (Benjamini and Hochberg 1995) holds for independent and positively dependent tests, `by`
    (Benjamini and Yekutieli 2001) for any dependence, `storey` (Storey 2002, with the share of
    true nulls estimated from p > cut, its +1 form of Storey, Taylor and Siegmund 2004) finds
    more where many differences are real and tests are independent. `none` leaves them alone.

    Raises CannotMeasure ("not_a_probability", "method", "cut"). Ties keep equal values.
    Cost: O(tests log tests).
    """
    given: MaskedFloats = np.ma.asarray(p_values)
    absent = np.ma.getmaskarray(given)
    p = finite("p_values", np.ma.getdata(given)[~absent])
    if ((p < 0) | (p > 1)).any():
        raise CannotMeasure("not_a_probability", "a p-value lies between 0 and 1")
    if control not in {"bh", "by", "storey", "none"}:
        raise CannotMeasure("method", f"no control of multiple tests is called {control!r}")
    if not 0 < cut < 1:
        raise CannotMeasure("cut", f"the cut lies between 0 and 1, not {cut}")
    tests = len(p)
    null_share = 1.0
    if control == "storey" and tests:
        null_share = min(1.0, float(((p > cut).sum() + 1) / ((1 - cut) * tests)))
    factor = null_share
    if control == "by":
        factor = float((1 / np.arange(1, tests + 1)).sum())
    values = p if control == "none" else _step_up(p, factor)
    full = np.zeros(given.shape)
    full[~absent] = values
    return Adjusted(
        p_value=np.ma.MaskedArray(full, mask=absent),
        tests=tests,
        null_share=null_share,
        control=control,
    )


def _step_up(p: Floats, factor: float) -> Floats:
    order = np.argsort(p)[::-1]
    ranks = np.arange(len(p), 0, -1)
    stepped = np.minimum.accumulate(p[order] * len(p) / ranks * factor)
    values = np.empty_like(p)
    values[order] = np.minimum(stepped, 1)
    return values
