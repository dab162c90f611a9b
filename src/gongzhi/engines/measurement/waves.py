"""What changed between two waves of a survey, and what only seems to have changed."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from gongzhi.engines.measurement.designs import Design
from gongzhi.engines.measurement.inputs import CannotMeasure, Floats, MaskedFloats, tail
from gongzhi.engines.measurement.intervals import Intervals, masked_intervals
from gongzhi.engines.measurement.multiplicity import Control, adjust
from gongzhi.engines.measurement.survey_estimates import Estimates, estimate_means


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave: its design, and answers of (respondents, items) with the unanswered masked."""

    design: Design
    answers: ArrayLike


@dataclass(frozen=True, slots=True)
class Changes:
    """The change of each item's mean, later less earlier, and whether it is beyond chance.

    Masked where either wave has no estimate or no error, and where both waves were of one mind
    each, so that nothing shows how far chance could carry them. `control` and `error_rate` hold for
    all items together; `shared_clusters` is how many clusters both waves have.
    """

    items: tuple[Hashable, ...]
    earlier: MaskedFloats
    later: MaskedFloats
    change: Intervals
    p_value: MaskedFloats
    adjusted_p_value: MaskedFloats
    different: tuple[bool, ...]
    shared_clusters: int
    control: Control
    error_rate: float


def compare_waves(
    earlier: Wave,
    later: Wave,
    items: Sequence[Hashable],
    *,
    same_clusters: bool = False,
    level: float = 0.95,
    control: Control = "bh",
    error_rate: float = 0.05,
) -> Changes:
    """Compare the means of the same items in two waves, each within its own design.

    Without `same_clusters` the waves are independent samples. With it, strata and clusters of
    one name are the same ones (or the same people, where they are the clusters), and the
    covariance between waves counts: usually the change is then known better. Shares are means of
    answers recoded to 0 and 1. Limits are t, degrees of freedom by Satterthwaite for
    independent waves, the smaller of the two designs' otherwise.

    Raises CannotMeasure ("shape", "no_shared_cluster", "taken_apart": a shared stratum that was
    sampled in different parts). Cost: O(respondents × items).
    Sources: Kish 1965, section 12.4; Wolter 2007, chapter 6; Satterthwaite 1946.
    """
    if not 0 < error_rate < 1:
        raise CannotMeasure("error_rate", f"an error rate lies between 0 and 1, not {error_rate}")
    before, after = _means(earlier, items), _means(later, items)
    variances = [_row(wave, "variance") for wave in (before, after)]
    overlap, shared = np.zeros(len(items)), 0
    if same_clusters:
        overlap, shared = _between_waves(earlier.design, before, later.design, after)
    variance = np.maximum(variances[0] + variances[1] - 2 * overlap, 0)
    levels = [_row(wave, "estimate") for wave in (before, after)]
    absent = np.array([_lacks(a) or _lacks(b) for a, b in zip(before, after, strict=True)])
    freedom = _freedom(earlier.design, later.design, variances, same_clusters=same_clusters)
    error = np.sqrt(variance)
    change = levels[1] - levels[0]
    absent |= (error == 0) & (change != 0)
    t = np.divide(np.abs(change), error, out=np.zeros(len(items)), where=error > 0)
    p_value = np.ma.MaskedArray(2 * stats.t.sf(t, freedom), mask=absent)
    half = stats.t.ppf(1 - tail(level), freedom) * error
    adjusted = adjust(p_value, control=control).p_value
    return Changes(
        items=tuple(items),
        earlier=np.ma.MaskedArray(levels[0], mask=[_empty(a) for a in before]),
        later=np.ma.MaskedArray(levels[1], mask=[_empty(b) for b in after]),
        change=masked_intervals(
            change, change - half, change + half, absent=absent, level=level, method="t"
        ),
        p_value=p_value,
        adjusted_p_value=adjusted,
        different=tuple(bool(d) for d in np.ma.filled(adjusted <= error_rate, False)),
        shared_clusters=shared,
        control=control,
        error_rate=error_rate,
    )


def _means(wave: Wave, items: Sequence[Hashable]) -> list[Estimates]:
    answers: MaskedFloats = np.ma.asarray(wave.answers)
    if answers.ndim != 2 or answers.shape[1] != len(items) or not len(items):
        raise CannotMeasure("shape", f"answers of {answers.shape} for {len(items)} items")
    return [estimate_means(wave.design, answers[:, number]) for number in range(len(items))]


def _row(wave: list[Estimates], what: str) -> Floats:
    if what == "variance":
        return np.array([float(item.covariance[0, 0]) for item in wave])
    return np.array([float(np.ma.getdata(item.intervals.estimate)[0]) for item in wave])


def _empty(item: Estimates) -> bool:
    return bool(item.respondents[0] == 0)


def _lacks(item: Estimates) -> bool:
    return bool(np.ma.getmaskarray(item.standard_error)[0])


def _freedom(
    earlier: Design, later: Design, variances: list[Floats], *, same_clusters: bool
) -> Floats:
    own = [max(design.degrees_of_freedom, 1) for design in (earlier, later)]
    if same_clusters:
        return np.full(len(variances[0]), float(min(own)))
    total = variances[0] + variances[1]
    parts = variances[0] ** 2 / own[0] + variances[1] ** 2 / own[1]
    return np.divide(total**2, parts, out=np.full(len(total), float(sum(own))), where=parts > 0)


def _between_waves(
    earlier: Design, before: list[Estimates], later: Design, after: list[Estimates]
) -> tuple[Floats, int]:
    """The covariance of the two waves' means, from the clusters that are in both."""
    places = {name: number for number, name in enumerate(later.cluster_names)}
    pairs = [
        (number, places[name])
        for number, name in enumerate(earlier.cluster_names)
        if name in places
    ]
    if not pairs:
        raise CannotMeasure("no_shared_cluster", "the waves have no cluster of one name")
    first, second = _cluster_sums(earlier, before), _cluster_sums(later, after)
    covariance = np.zeros(len(before))
    strata = {name: number for number, name in enumerate(later.stratum_names)}
    for number, name in enumerate(earlier.stratum_names):
        if name not in strata:
            continue
        other = strata[name]
        sizes = [
            int((design.stratum_of_cluster == at).sum())
            for design, at in ((earlier, number), (later, other))
        ]
        if abs(earlier.taken[number] - later.taken[other]) > 1e-12:
            raise CannotMeasure("taken_apart", f"stratum {name!r} was sampled in different parts")
        mine = [(a, b) for a, b in pairs if earlier.stratum_of_cluster[a] == number]
        if min(sizes) < 2 or not mine:
            continue
        rows, columns = (list(side) for side in zip(*mine, strict=True))
        a = first[rows] - first[earlier.stratum_of_cluster == number].mean(axis=0)
        b = second[columns] - second[later.stratum_of_cluster == other].mean(axis=0)
        scale = np.sqrt(sizes[0] / (sizes[0] - 1) * sizes[1] / (sizes[1] - 1))
        covariance += scale * (1 - earlier.taken[number]) * (a * b).sum(axis=0)
    return covariance, len(pairs)


def _cluster_sums(design: Design, wave: list[Estimates]) -> Floats:
    sums = np.zeros((len(design.cluster_names), len(wave)))
    influence = np.hstack([item.influence for item in wave])
    np.add.at(sums, design.cluster, design.weights[:, None] * influence)
    return sums
