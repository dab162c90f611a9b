"""Different beyond chance: the only claim about communities that this house makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from gongzhi.engines.measurement.funnels import Adjustment, Funnel, draw_funnel
from gongzhi.engines.measurement.inputs import CannotMeasure, Kind
from gongzhi.engines.measurement.multiplicity import Control, adjust


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one indicator's communities are held against: counts, their sizes, and the target."""

    observed: ArrayLike
    sizes: ArrayLike
    kind: Kind = "proportion"
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One community on one indicator, told apart from chance or not."""

    indicator: str
    community: str
    estimate: float
    target: float
    direction: Literal["above", "below", "level"]
    p_value: float
    adjusted_p_value: float
    different: bool


@dataclass(frozen=True, slots=True)
class Differences:
    """The whole scan: what was compared, how, at which error rate, and what stood out.

    `error_rate` is the share of false ones to expect among the verdicts called different (with
    control "none": the chance of a false one in each single test).
    """

    verdicts: tuple[Verdict, ...]
    untested: tuple[tuple[str, str], ...]
    funnels: Mapping[str, Funnel]
    tests: int
    error_rate: float
    control: Control
    adjustment: Adjustment
    null_share: float

    @property
    def different(self) -> tuple[Verdict, ...]:
        """The verdicts beyond chance, in the order of indicators and communities given."""
        return tuple(verdict for verdict in self.verdicts if verdict.different)


def find_differences(
    comparisons: Mapping[str, Comparison],
    communities: Sequence[str],
    *,
    error_rate: float = 0.05,
    control: Control = "bh",
    adjustment: Adjustment = "additive",
) -> Differences:
    """Scan indicators × communities against their targets and control the errors of the whole.

    Each indicator gets a funnel, widened where its communities are over-dispersed; all p-values
    are then adjusted together. A community of size 0 is listed as untested. The target of an
    indicator is its pooled value unless the comparison names one; the pooled value contains the
    community itself, which makes the test slightly cautious.

    Raises CannotMeasure ("shape", "error_rate", and all of `draw_funnel`).
    Cost: O(indicators × communities).
    """
    if not 0 < error_rate < 1:
        raise CannotMeasure("error_rate", f"an error rate lies between 0 and 1, not {error_rate}")
    funnels = {
        name: _funnel(name, part, communities, adjustment) for name, part in comparisons.items()
    }
    stacked = [funnel.p_value for funnel in funnels.values()]
    adjusted = adjust(np.ma.stack(stacked) if stacked else np.zeros((0, 0)), control=control)
    verdicts, untested = [], []
    for row, (name, funnel) in enumerate(funnels.items()):
        for column, community in enumerate(communities):
            if np.ma.getmaskarray(funnel.p_value)[column]:
                untested.append((name, community))
                continue
            corrected = float(np.ma.getdata(adjusted.p_value)[row, column])
            verdicts.append(
                _verdict(
                    name, community, funnel, at=column, adjusted=corrected, error_rate=error_rate
                )
            )
    return Differences(
        verdicts=tuple(verdicts),
        untested=tuple(untested),
        funnels=funnels,
        tests=adjusted.tests,
        error_rate=error_rate,
        control=control,
        adjustment=adjustment,
        null_share=adjusted.null_share,
    )


def _funnel(
    name: str, part: Comparison, communities: Sequence[str], adjustment: Adjustment
) -> Funnel:
    funnel = draw_funnel(
        part.observed, part.sizes, kind=part.kind, target=part.target, adjustment=adjustment
    )
    if funnel.estimate.shape != (len(communities),):
        shape = funnel.estimate.shape
        raise CannotMeasure("shape", f"{name}: {shape} values for {len(communities)} communities")
    return funnel


def _verdict(
    name: str, community: str, funnel: Funnel, *, at: int, adjusted: float, error_rate: float
) -> Verdict:
    estimate = float(np.ma.getdata(funnel.estimate)[at])
    target = float(funnel.target)
    direction: Literal["above", "below", "level"] = "level"
    if estimate != target:
        direction = "above" if estimate > target else "below"
    return Verdict(
        indicator=name,
        community=community,
        estimate=estimate,
        target=target,
        direction=direction,
        p_value=float(np.ma.getdata(funnel.p_value)[at]),
        adjusted_p_value=adjusted,
        different=adjusted <= error_rate,
    )
