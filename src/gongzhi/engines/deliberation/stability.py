"""How firm the map is: what would change had other people come, or if a few more voted."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from gongzhi.engines.deliberation.choosing import rand_agreement, try_groupings
from gongzhi.engines.deliberation.common_ground import find_common_ground, rank_shared
from gongzhi.engines.deliberation.opinion_map import OpinionMap, divide_voters, place_voters
from gongzhi.engines.deliberation.projection import project_votes
from gongzhi.engines.deliberation.tallies import count_votes
from gongzhi.engines.deliberation.votes import Floats, Ints, Votes

# A voter is firmly placed who stands in the same group in this share of the trials.
FIRM = 0.9
_TRIAL_STARTS = 8
_CLOUDS, _CLOUD_POINTS = 20, 1_000


@dataclass(frozen=True, eq=False)
class Stability:
    """What the trials say about a map of k groups.

    `k_share`: how often each number of groups was chosen; `agreement`: mean adjusted Rand index
    with the map, its number of groups kept; `group_kept` (k,): mean overlap (Jaccard) of each
    group with its like; `firm`: share of the placed voters who stay in their group in nine
    trials of ten; `shared_low`, `shared_high` (statements,): 5th and 95th percentile of the
    common ground `mean` over the trials; `shared_kept` (statements,): how often a statement was
    in the list of what all groups share; `cloud_silhouette`: what clouds without any groups
    reach, of the same shape and number (the largest of twenty): groups whose silhouette is not
    above it need not be there.
    """

    trials: int
    extra: int | None
    k_share: tuple[tuple[int, float], ...]
    agreement: float
    group_kept: Floats
    firm: float
    shared_low: Floats
    shared_high: Floats
    shared_kept: Floats
    cloud_silhouette: float


def measure_stability(
    votes: Votes, drawn: OpinionMap, *, trials: int = 50, extra: int | None = None, seed: int = 0
) -> Stability:
    """Draw the map again `trials` times from resampled voters and compare.

    Without `extra` as many voters as there are come anew, drawn with replacement from those
    there are (bootstrap; cluster-wise Jaccard after Hennig 2007, "Cluster-wise assessment of
    cluster stability"). With it everyone stays and `extra` more come who vote like people who
    are there: what would change if a few more voted. Deterministic for a seed. Cost: `trials`
    maps.
    """
    if trials < 1 or (extra is not None and extra < 1):
        raise ValueError("there is at least one trial, and at least one more voter")
    rng = np.random.default_rng([seed, trials, extra or 0])
    together = _Together(drawn, votes.voter_count, trials)
    for trial in range(trials):
        came = rng.integers(0, votes.voter_count, extra or votes.voter_count)
        rows = came if extra is None else np.concatenate((np.arange(votes.voter_count), came))
        together.add(votes, rows, seed=seed + trial)
    points = drawn.projection.positions[drawn.placed]
    cloud = silhouette_of_clouds(points, k=drawn.k, seed=seed) if drawn.k > 1 else 0.0
    return together.result(extra=extra, cloud=cloud)


def silhouette_of_clouds(points: Floats, *, k: int, seed: int) -> float:
    """The largest silhouette of k groups in twenty normal clouds like these points (points, 2).

    The clouds have the covariance and number of the points, at most 1,000. Even such a cloud,
    in which there are no groups, scores about 0.3.
    """
    rng = np.random.default_rng([seed, k, 2])
    number = max(min(len(points), _CLOUD_POINTS), k + 1)
    shape = np.cov(points.T) if len(points) > 1 else np.eye(2)
    best = -1.0
    for trial in range(_CLOUDS):
        cloud = rng.multivariate_normal(np.zeros(2), shape, number, method="eigh")
        candidates = try_groupings(
            cloud, ks=range(k, k + 1), starts=_TRIAL_STARTS, seed=trial, smallest=1
        )
        best = max([best, *(one.silhouette for one in candidates)])
    return best


class _Together:
    """Gathers what the trials say."""

    def __init__(self, drawn: OpinionMap, voters: int, trials: int) -> None:
        self.drawn = drawn
        self.chosen: list[int] = []
        self.agreements: list[float] = []
        self.overlaps: list[Floats] = []
        self.met, self.stayed = np.zeros(voters), np.zeros(voters)
        statements = len(drawn.shown)
        self.ground = np.empty((trials, statements))
        self.listed = np.zeros(statements)

    def add(self, votes: Votes, rows: Ints, *, seed: int) -> None:
        drawn = self.drawn
        settings = replace(drawn.settings, seed=seed, starts=_TRIAL_STARTS)
        sample = votes.drawn(rows)
        axes = drawn.projection.axes
        plane = project_votes(sample, shown=drawn.shown, placing=settings.placing, like=axes)
        placed = place_voters(sample, shown=drawn.shown, settings=settings)
        candidates, chosen = divide_voters(plane.positions[placed], settings)
        same = next((one for one in candidates if one.k == drawn.k), None)
        k = 1 if chosen is None else chosen.k
        labels = np.full(len(rows), -1, dtype=np.int64)
        labels[placed] = 0 if chosen is None else chosen.clustering.labels
        ground = find_common_ground(count_votes(sample, labels=labels, groups=k))
        self.ground[len(self.chosen)] = ground.mean
        top = rank_shared(ground, shown=drawn.shown, most=drawn.settings.most_statements)
        self.listed[top] += 1
        self.chosen.append(k)
        if same is not None or drawn.k == 1:
            labels[placed] = 0 if same is None else same.clustering.labels
            self._compare(rows, labels)

    def _compare(self, rows: Ints, labels: Ints) -> None:
        voters, first = np.unique(rows, return_index=True)
        base, other = self.drawn.labels[voters], labels[first]
        both = (base >= 0) & (other >= 0)
        voters, base, other = voters[both], base[both], other[both]
        k = self.drawn.k
        table = np.bincount(base * k + other, minlength=k * k).reshape(k, k)
        like, likewise = linear_sum_assignment(-table)
        union = table.sum(axis=1)[like] + table.sum(axis=0)[likewise] - table[like, likewise]
        self.overlaps.append(table[like, likewise] / np.maximum(union, 1))
        self.agreements.append(rand_agreement(base, other))
        self.met[voters] += 1
        self.stayed[voters] += likewise[base] == other

    def result(self, *, extra: int | None, cloud: float) -> Stability:
        trials = len(self.chosen)
        ks, times = np.unique(self.chosen, return_counts=True)
        met = self.met > 0
        nothing = np.zeros(self.drawn.k)
        return Stability(
            trials=trials,
            extra=extra,
            k_share=tuple((int(k), float(n) / trials) for k, n in zip(ks, times, strict=True)),
            agreement=float(np.mean(self.agreements)) if self.agreements else 0.0,
            group_kept=np.mean(self.overlaps, axis=0) if self.overlaps else nothing,
            firm=float((self.stayed[met] >= FIRM * self.met[met]).mean()) if met.any() else 0.0,
            shared_low=np.percentile(self.ground, 5, axis=0),
            shared_high=np.percentile(self.ground, 95, axis=0),
            shared_kept=self.listed / trials,
            cloud_silhouette=cloud,
        )
