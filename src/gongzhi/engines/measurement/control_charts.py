"""Is this month out of line with the months before: Shewhart charts for shares and rates.

The last axis is time; all axes before it are series (communities). The charts are Laney's p′ and
u′: limits as wide as the binomial or Poisson ones times σz, the ratio of the spread seen
between neighbouring points to the spread that chance explains. With σz = 1 they are the p and u
charts.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from gongzhi.engines.measurement.inputs import (
    CannotMeasure,
    Floats,
    Kind,
    MaskedFloats,
    Truths,
    counts_of,
)
from gongzhi.engines.measurement.intervals import masked

# The mean range of two standard normal values: 2 / √π.
MEAN_RANGE_OF_TWO = float(2 / np.sqrt(np.pi))


@dataclass(frozen=True, slots=True)
class Chart:
    """Points with centre and three-sigma limits; `z` is their distance in sigmas.

    `spread` is σz of each series. A month without trials or exposure is masked.
    """

    value: MaskedFloats
    z: MaskedFloats
    lower: MaskedFloats
    upper: MaskedFloats
    centre: Floats
    spread: Floats
    kind: Kind


def draw_chart(
    events: ArrayLike,
    sizes: ArrayLike,
    *,
    kind: Kind = "proportion",
    baseline: int | None = None,
    spread: Literal["laney", "chance"] = "laney",
) -> Chart:
    """Chart (…, months) counts out of `sizes`; centre and spread come from the baseline months.

    `baseline` is the number of first months to learn from (all by default). A series whose
    baseline has one month or none, or whose neighbours never differ, keeps σz = 1. A series that
    is always at 0 or 1 has z = 0 as long as it stays there; a first departure from such a
    baseline has no scale, and raises "no_variation".

    Raises CannotMeasure. Cost: O(cells).
    Sources: Montgomery 2013, chapter 7 (p, u); Laney 2002 (p′, u′).
    """
    k, n = counts_of(kind, events, sizes)
    if k.ndim == 0:
        raise CannotMeasure("shape", "a chart has its months along the last axis")
    months = k.shape[-1]
    first = months if baseline is None else baseline
    if not 1 <= first <= months:
        raise CannotMeasure("baseline", f"a baseline has 1 to {months} months, not {baseline}")
    absent = n == 0
    total = n[..., :first].sum(axis=-1)
    centre = k[..., :first].sum(axis=-1) / np.where(total == 0, 1, total)
    middle = centre[..., None]
    variance = middle * (1 - middle if kind == "proportion" else 1) / np.where(absent, 1, n)
    value = k / np.where(absent, 1, n)
    stuck = (variance == 0) & (value != middle) & ~absent
    if stuck.any():
        at = [int(i) for i in np.argwhere(stuck)[0]]
        raise CannotMeasure("no_variation", f"month {at} leaves a baseline that never varied")
    sigma = np.sqrt(variance)
    z = np.divide(value - middle, sigma, out=np.zeros(k.shape), where=sigma > 0)
    width = np.ones(centre.shape)
    if spread == "laney":
        width = _spread(z[..., :first], absent[..., :first])
    half = 3 * width[..., None] * sigma
    top = 1.0 if kind == "proportion" else np.inf
    return Chart(
        value=masked(value, absent=absent),
        z=masked(z / width[..., None], absent=absent),
        lower=masked(np.maximum(middle - half, 0), absent=absent),
        upper=masked(np.minimum(middle + half, top), absent=absent),
        centre=np.asarray(centre),
        spread=width,
        kind=kind,
    )


def _spread(z: Floats, absent: Truths) -> Floats:
    """σz of each series: mean moving range of the present points over that of chance."""
    widths = np.ones(z.shape[:-1])
    for at in np.ndindex(widths.shape):
        present = z[at][~absent[at]]
        if len(present) > 1:
            moving = float(np.abs(np.diff(present)).mean() / MEAN_RANGE_OF_TWO)
            widths[at] = moving if moving > 0 else 1.0
    return widths
