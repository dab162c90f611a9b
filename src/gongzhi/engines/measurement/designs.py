"""How a sample was drawn: weights, strata, clusters and how much of each stratum was taken."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from gongzhi.engines.measurement.inputs import CannotMeasure, Floats, Whole, not_negative

Lone = Literal["refuse", "centre", "certain"]


@dataclass(frozen=True, slots=True)
class Design:
    """One line for each respondent; clusters are numbered through and belong to one stratum.

    `taken` is the share of each stratum's clusters that is in the sample (0 where unknown: as if
    drawn with replacement). `margins` holds what the weights were calibrated to, as
    (respondents, categories) indicators, and is empty otherwise.
    """

    weights: Floats
    stratum: Whole
    cluster: Whole
    stratum_of_cluster: Whole
    taken: Floats
    stratum_names: tuple[Hashable, ...]
    cluster_names: tuple[tuple[Hashable, Hashable], ...]
    lone: Lone
    margins: Floats

    @property
    def degrees_of_freedom(self) -> int:
        """Clusters less strata."""
        return len(self.stratum_of_cluster) - len(self.taken)


def read_design(
    weights: ArrayLike,
    *,
    strata: Sequence[Hashable] | None = None,
    clusters: Sequence[Hashable] | None = None,
    population_clusters: Mapping[Hashable, float] | None = None,
    nested: bool = False,
    lone: Lone = "refuse",
    margins: Sequence[Sequence[Hashable]] = (),
) -> Design:
    """Describe a sample of (respondents,) weights with names of strata and clusters.

    Without strata there is one; without clusters each respondent is one. `population_clusters` is
    how many clusters (or respondents, where they are the clusters) each stratum has in all.
    With `nested`, cluster names count anew in each stratum; otherwise one name in two strata is
    refused. `lone` says what to do with a stratum of one cluster, whose spread can't be seen:
    refuse, centre it at the mean of all clusters (too wide rather than too narrow), or hold it
    for certain, with no error of its own. `margins` names the categories the weights were
    raked or post-stratified to, one sequence for each margin: the errors then become smaller.

    Raises CannotMeasure ("empty", "shape", "no_weight", "missing_stratum", "missing_cluster",
    "cluster_in_two_strata", "lone_cluster", "population").
    """
    weight = not_negative("weights", weights)
    if weight.ndim != 1 or len(weight) == 0:
        raise CannotMeasure("empty", "a sample has at least one respondent, each with a weight")
    if not weight.sum() > 0:
        raise CannotMeasure("no_weight", "all weights are zero")
    size = len(weight)
    stratum_names, stratum = _number("strata", strata if strata is not None else [0] * size, size)
    own = list(clusters) if clusters is not None else list(range(size))
    _number("clusters", own, size)
    named = [(stratum_names[s], name) for s, name in zip(stratum, own, strict=True)]
    if not nested:
        _refuse_split_clusters(named)
    cluster_names, cluster = _number("clusters", named, size)
    stratum_of_cluster = np.zeros(len(cluster_names), dtype=np.int64)
    stratum_of_cluster[cluster] = stratum
    sizes = np.bincount(stratum_of_cluster, minlength=len(stratum_names))
    alone = np.flatnonzero(sizes == 1)
    if len(alone) and lone == "refuse":
        text = f"stratum {stratum_names[alone[0]]!r} has one cluster: its error can't be seen"
        raise CannotMeasure("lone_cluster", text)
    return Design(
        weights=weight,
        stratum=stratum,
        cluster=cluster,
        stratum_of_cluster=stratum_of_cluster,
        taken=_taken(stratum_names, sizes, population_clusters),
        stratum_names=stratum_names,
        cluster_names=tuple(cluster_names),  # type: ignore[arg-type]
        lone=lone,
        margins=_indicators(margins, size),
    )


def _number(name: str, labels: Sequence[Hashable], size: int) -> tuple[tuple[Hashable, ...], Whole]:
    """Number labels in the order in which they first appear."""
    if len(labels) != size:
        raise CannotMeasure("shape", f"{name} has {len(labels)} entries for {size} respondents")
    numbers: dict[Hashable, int] = {}
    found = np.zeros(size, dtype=np.int64)
    for row, label in enumerate(labels):
        if label is None or label == "" or label != label:  # noqa: PLR0124  (NaN is no name)
            code = "missing_stratum" if name == "strata" else "missing_cluster"
            raise CannotMeasure(code, f"{name}[{row}] is missing")
        found[row] = numbers.setdefault(label, len(numbers))
    return tuple(numbers), found


def _refuse_split_clusters(named: Sequence[tuple[Hashable, Hashable]]) -> None:
    home: dict[Hashable, Hashable] = {}
    for stratum, cluster in named:
        if home.setdefault(cluster, stratum) != stratum:
            text = f"cluster {cluster!r} lies in two strata, {home[cluster]!r} and {stratum!r}"
            raise CannotMeasure("cluster_in_two_strata", text)


def _taken(
    names: Sequence[Hashable], sizes: Whole, population: Mapping[Hashable, float] | None
) -> Floats:
    if population is None:
        return np.zeros(len(names))
    missing = [name for name in names if name not in population]
    if missing:
        raise CannotMeasure("population", f"no population given for stratum {missing[0]!r}")
    whole = np.array([population[name] for name in names], dtype=np.float64)
    wrong = np.flatnonzero(~(whole >= sizes))
    if len(wrong):
        text = f"stratum {names[wrong[0]]!r} has more clusters in the sample than in all"
        raise CannotMeasure("population", text)
    return sizes / whole


def _indicators(margins: Sequence[Sequence[Hashable]], size: int) -> Floats:
    columns = [np.zeros((size, 0))]
    for number, labels in enumerate(margins):
        names, found = _number(f"margins[{number}]", labels, size)
        columns.append((found[:, None] == np.arange(len(names))).astype(np.float64))
    return np.hstack(columns)
