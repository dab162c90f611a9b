"""Does a 95 % interval hold the truth in 95 of 100 cases: enumerated where possible, else drawn."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from gongzhi.engines.measurement.batteries import measure_reliability
from gongzhi.engines.measurement.concentration import concentration_intervals, gap_intervals
from gongzhi.engines.measurement.designs import read_design
from gongzhi.engines.measurement.proportions import proportion_intervals
from gongzhi.engines.measurement.quantiles import quantile_intervals
from gongzhi.engines.measurement.rates import rate_intervals
from gongzhi.engines.measurement.replicates import bootstrap, jackknife, replicate
from gongzhi.engines.measurement.shrinkage import shrink_proportions, shrink_rates
from gongzhi.engines.measurement.small_areas import estimate_small_areas
from gongzhi.engines.measurement.standardisation import standardise_proportions, standardise_rates
from gongzhi.engines.measurement.survey_estimates import estimate_means, estimate_shares
from gongzhi.engines.measurement.waves import Wave, compare_waves

PROMISE = 0.95


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often an interval held the truth; `promise` is what it should be."""

    what: str
    case: str
    covered: float
    promise: float = PROMISE

    @property
    def off(self) -> float:
        """Points of a hundred away from the promise."""
        return 100 * (self.covered - self.promise)


def proportions() -> Iterator[Coverage]:
    """Mean over shares spread evenly from 0 to 1: exact enumeration."""
    truth = (np.arange(4000) + 0.5) / 4000
    for method in ("recommended", "wilson", "mid_p", "exact"):
        for n in (10, 20, 50, 200, 1000):
            k = np.arange(n + 1)
            limits = proportion_intervals(k, n, method=method)  # type: ignore[arg-type]
            held = (limits.lower[:, None] <= truth) & (truth <= limits.upper[:, None])
            chance = stats.binom.pmf(k[:, None], n, truth)
            yield Coverage(f"share, {method}", f"n = {n}", float((chance * held).sum(0).mean()))


def rates() -> Iterator[Coverage]:
    """Mean over expected counts in a range: exact enumeration."""
    k = np.arange(400)
    for method in ("mid_p", "exact"):
        limits = rate_intervals(k, 1, method=method)  # type: ignore[arg-type]
        for low, high in ((1, 5), (5, 20), (20, 200)):
            truth = np.linspace(low, high, 2000)
            held = (limits.lower[:, None] <= truth) & (truth <= limits.upper[:, None])
            chance = stats.poisson.pmf(k[:, None], truth)
            covered = float((chance * held).sum(0).mean())
            yield Coverage(f"rate, {method}", f"{low}–{high} events", covered)


def quantiles(generator: np.random.Generator, runs: int) -> Iterator[Coverage]:
    """Against the coverage that the ranks say they achieve."""
    for probability, n in ((0.5, 8), (0.5, 25), (0.5, 200), (0.9, 60)):
        values = generator.lognormal(3, 1, runs * n)
        groups = np.repeat(np.arange(runs), n)
        result = quantile_intervals(values, groups=groups, n_groups=runs, probability=probability)
        truth = np.exp(3 + stats.norm.ppf(probability))
        held = (result.lower <= truth) & (truth <= result.upper)
        yield Coverage(
            f"quantile {probability}", f"n = {n}", float(held.mean()), float(result.achieved[0])
        )


def indices(generator: np.random.Generator, runs: int) -> Iterator[Coverage]:
    """Concentration and gap, over settings that span what communities look like."""
    settings = {
        "mixed": [0.5, 0.2, 0.2, 0.1],
        "equal": [0.25] * 4,
        "one leads": [0.85, 0.05, 0.05, 0.05],
        "eight kinds": [0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05],
    }
    offers = {4: [0.4, 0.3, 0.2, 0.1], 8: [0.1, 0.2, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1]}
    held: dict[str, list[float]] = {"concentration": [], "gap": []}
    for name, shares in settings.items():
        share, other = np.array(shares), np.array(offers[len(shares)])
        for n in (30, 100, 300):
            tallies = generator.multinomial(n, share, size=runs)
            result = concentration_intervals(tallies)
            truth = float(np.square(share).sum())
            inside = (result.lower - 1e-9 <= truth) & (truth <= result.upper + 1e-9)
            held["concentration"].append(float(inside.mean()))
            yield Coverage("concentration", f"{name}, n = {n}", held["concentration"][-1])
            gap = gap_intervals(tallies, generator.multinomial(n, other, size=runs))
            truth = float(np.abs(share - other).sum() / 2)
            inside = (gap.lower - 1e-9 <= truth) & (truth <= gap.upper + 1e-9)
            held["gap"].append(float(inside.mean()))
            yield Coverage("gap", f"{name}, n = {n}", held["gap"][-1])
    for what, values in held.items():
        yield Coverage(what, "mean of all settings", float(np.mean(values)))


def shrunk(generator: np.random.Generator, runs: int) -> Iterator[Coverage]:
    """36 communities drawn from the common distribution, mean over communities."""
    n = generator.integers(5, 200, 36)
    for size in (4.0, 20.0, 100.0, 500.0):
        held = []
        for _ in range(runs):
            truth = generator.beta(0.8 * size, 0.2 * size, 36)
            limits = shrink_proportions(generator.binomial(n, truth), n).intervals
            held.append((limits.lower <= truth) & (truth <= limits.upper))
        yield Coverage("shrunk share", f"common size {size:g}", float(np.mean(held)))
    for size in (2.0, 10.0, 50.0):
        held = []
        for _ in range(runs):
            truth = generator.gamma(size, 0.2 / size, 36)
            limits = shrink_rates(generator.poisson(n * truth), n).intervals
            held.append((limits.lower <= truth) & (truth <= limits.upper))
        yield Coverage("shrunk rate", f"common size {size:g}", float(np.mean(held)))


def standardised(generator: np.random.Generator, runs: int) -> Iterator[Coverage]:
    weight = np.array([0.4, 0.3, 0.2, 0.1])
    for n in ([10, 10, 10, 10], [80, 40, 20, 10]):
        share = np.array([0.95, 0.8, 0.5, 0.3])
        trials = np.broadcast_to(n, (runs, 4))
        limits = standardise_proportions(generator.binomial(trials, share), trials, weight)
        truth = float(share @ weight)
        held = (limits.lower <= truth) & (truth <= limits.upper)
        yield Coverage("standardised share", f"trials {n}", float(held.mean()))
        rate = np.array([0.05, 0.1, 0.3, 0.6])
        exposure = np.broadcast_to(n, (runs, 4)) * 3.0
        events, truth = generator.poisson(exposure * rate), float(rate @ weight)
        for method in ("mid_p", "gamma"):
            limits = standardise_rates(events, exposure, weight, method=method)  # type: ignore[arg-type]
            held = (limits.lower <= truth) & (truth <= limits.upper)
            yield Coverage(f"standardised rate, {method}", f"exposure 3 × {n}", float(held.mean()))


def surveys(generator: np.random.Generator, runs: int) -> Iterator[Coverage]:
    """A population of 8 strata × 60 communities-like clusters, 4 drawn from each stratum."""
    clusters = generator.normal(3, 0.5, (8, 60)) + np.linspace(-0.5, 0.5, 8)[:, None]
    people = clusters[:, :, None] + generator.normal(0, 1, (8, 60, 30))
    mean, share = float(people.mean()), float((people > 3.5).mean())
    strata, names = np.repeat(range(8), 40), np.repeat(range(32), 10)
    held: dict[str, list[bool]] = {}
    for _ in range(runs):
        drawn = np.concatenate(
            [people[h][generator.choice(60, 4, replace=False), :10].ravel() for h in range(8)]
        )
        design = read_design(
            np.full(320, 45.0),
            strata=strata.tolist(),
            clusters=names.tolist(),
            population_clusters=dict.fromkeys(range(8), 60),
        )
        high = (drawn > 3.5).astype(float)

        def of_mean(weights: np.ndarray, drawn: np.ndarray = drawn) -> float:
            return float(weights @ drawn / weights.sum())

        found = {
            "survey mean, linearised": (estimate_means(design, drawn).intervals.at(0), mean),
            "survey share, wilson": (estimate_shares(design, high, [1, 0]).intervals.at(0), share),
            "survey mean, jackknife": (replicate(jackknife(design), of_mean).intervals.at(0), mean),
            "survey mean, bootstrap": (
                replicate(bootstrap(design, replicates=200), of_mean).intervals.at(0),
                mean,
            ),
        }
        for what, (interval, truth) in found.items():
            assert interval is not None
            held.setdefault(what, []).append(interval.lower <= truth <= interval.upper)
    for what, each in held.items():
        yield Coverage(what, "8 strata × 4 clusters × 10", float(np.mean(each)))


def models(generator: np.random.Generator, runs: int) -> Iterator[Coverage]:
    known, x = np.linspace(0.02, 0.3, 36), np.column_stack([np.ones(36), np.linspace(0, 1, 36)])
    held = []
    for _ in range(runs):
        truth = x @ [1.0, 2.0] + generator.normal(0, 0.4, 36)
        limits = estimate_small_areas(
            truth + generator.normal(0, np.sqrt(known)), known, x
        ).intervals
        held.append((limits.lower <= truth) & (truth <= limits.upper))
    yield Coverage("small areas", "36 areas, σ = 0.4", float(np.mean(held)))
    inside = []
    alpha = 5 / 4 * (1 - 5 * 2 / (5 * 2 + 20))
    for _ in range(runs):
        trait = generator.normal(size=(100, 1))
        limits_of_alpha = measure_reliability(trait + generator.normal(size=(100, 5))).alpha
        inside.append(limits_of_alpha.lower <= alpha <= limits_of_alpha.upper)
    yield Coverage("alpha", "100 people, 5 parallel items", float(np.mean(inside)))
    design = read_design(np.ones(60))
    for shared in (False, True):
        inside = []
        for _ in range(runs):
            first = generator.normal(0, 1, (60, 1))
            second = 0.7 * first * shared + generator.normal(0.3, 1, (60, 1))
            change = compare_waves(
                Wave(design, first), Wave(design, second), ["q"], same_clusters=shared
            ).change.at(0)
            assert change is not None
            inside.append(change.lower <= 0.3 <= change.upper)
        kind = "panel" if shared else "independent"
        yield Coverage("change of waves", f"{kind}, 60 people", float(np.mean(inside)))


def everything(seed: int, runs: int) -> Iterator[Coverage]:
    """All of the above; `runs` surveys or samples for each drawn case."""
    generator = np.random.default_rng(seed)
    yield from proportions()
    yield from rates()
    yield from quantiles(generator, 10 * runs)
    yield from indices(generator, max(runs // 4, 1))
    yield from shrunk(generator, max(runs // 10, 1))
    yield from standardised(generator, 10 * runs)
    yield from surveys(generator, runs)
    yield from models(generator, runs)
