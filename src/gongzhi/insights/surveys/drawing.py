"""Drawing a sample: how many where, which clusters, which households. Pure, and by a seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random


class CannotDraw(ValueError):
    """A sample that can't be drawn, and why."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A building, estate or grid with its households."""

    id: int
    households: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """One household of the sample: the k-th of its cluster, standing for `weight` households."""

    cluster: int
    ordinal: int
    weight: float


def allocate(households: Sequence[int], size: int, *, equal: bool) -> list[int]:
    """Divide a sample of `size` between strata, none more than it has; largest remainders first.

    Equal remainders go to the earlier stratum. Each stratum gets at least two, so that its error
    can be seen. Raises CannotDraw.
    """
    if not households or any(many < 2 for many in households):
        raise CannotDraw("a stratum has fewer than two households")
    if not 2 * len(households) <= size <= sum(households):
        raise CannotDraw(f"{size} households from {len(households)} strata")
    whole = len(households) if equal else sum(households)
    wanted = [size * (1 if equal else many) / whole for many in households]
    taken = [min(max(int(want), 2), many) for want, many in zip(wanted, households, strict=True)]
    order = sorted(range(len(taken)), key=lambda at: (taken[at] - wanted[at], at))
    while sum(taken) != size:
        more = sum(taken) < size
        for at in order if more else reversed(order):
            if sum(taken) == size:
                break
            if more and taken[at] < households[at]:
                taken[at] += 1
            elif not more and taken[at] > 2:
                taken[at] -= 1
    return taken


def draw(clusters: Sequence[Cluster], *, size: int, take: int, random: Random) -> list[Drawn]:
    """Draw about `size` households of one stratum, `take` from each cluster hit.

    Clusters are hit systematically with chances in proportion to their households (at least two
    hits), in random order; a large one may be hit more than once. Weights add up to the
    households of the stratum. Source: Cochran 1977, sections 9A.9 and 9A.12.
    """
    present = [cluster for cluster in clusters if cluster.households > 0]
    total = sum(cluster.households for cluster in present)
    if not present or size < 1 or take < 1:
        raise CannotDraw("nothing to draw from")
    hits = max(2, round(size / take))
    random.shuffle(present)
    step = total / hits
    at, passed, found = random.random() * step, 0, []
    for cluster in present:
        passed += cluster.households
        many = 0
        while at < passed:
            many, at = many + 1, at + step
        if many:
            found += _households(cluster, many, take, step, random)
    return found


def _households(cluster: Cluster, hits: int, take: int, step: float, random: Random) -> list[Drawn]:
    count = min(cluster.households, hits * take)
    chosen = sorted(random.sample(range(1, cluster.households + 1), count))
    return [Drawn(cluster.id, ordinal, hits * step / count) for ordinal in chosen]
