"""How long a district's scan takes, side by side with the libraries that do one cell at a time."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import networkx as nx
import numpy as np
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from gongzhi.engines.measurement.change_points import find_changes
from gongzhi.engines.measurement.concentration import concentration_intervals
from gongzhi.engines.measurement.control_charts import draw_chart
from gongzhi.engines.measurement.designs import read_design
from gongzhi.engines.measurement.differences import Comparison, find_differences
from gongzhi.engines.measurement.multiplicity import adjust
from gongzhi.engines.measurement.networks import describe_network
from gongzhi.engines.measurement.proportions import proportion_intervals
from gongzhi.engines.measurement.shrinkage import shrink_proportions
from gongzhi.engines.measurement.suppression import suppress_small_cells
from gongzhi.engines.measurement.survey_estimates import estimate_means
from gongzhi.engines.measurement.weighting import Margin, rake


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of CPU, ours and the peer's (None where there is no peer)."""

    what: str
    ours: float
    peer: float | None
    peer_name: str = ""


def everything(seed: int, repeats: int) -> Iterator[Timing]:
    """Best of `repeats` for each piece, on 36 communities × 24 months × 26 indicators."""
    generator = np.random.default_rng(seed)
    n = generator.integers(1, 300, (26, 36, 24))
    k = generator.binomial(n, 0.85)

    def best(call: Callable[[], object]) -> float:
        taken = []
        for _ in range(repeats):
            start = time.process_time()
            call()
            taken.append(time.process_time() - start)
        return min(taken)

    def one_by_one() -> None:
        for cell in np.ndindex(36, 24):
            proportion_confint(k[(0, *cell)], n[(0, *cell)], method="wilson")

    yield Timing(
        "Wilson intervals, 36 × 24 cells",
        best(lambda: proportion_intervals(k[0], n[0], method="wilson")),
        best(one_by_one),
        "statsmodels",
    )
    yield Timing(
        "recommended intervals, 22,464 cells", best(lambda: proportion_intervals(k, n)), None
    )
    yield Timing("p′ charts, 936 series", best(lambda: draw_chart(k, n)), None)
    yield Timing(
        "change points, 936 series",
        best(lambda: [find_changes(k[i, j], n[i, j]) for i in range(26) for j in range(36)]),
        None,
    )
    names = [str(i) for i in range(36)]
    months = {str(i): Comparison(k[i, :, 0], n[i, :, 0]) for i in range(26)}
    yield Timing("scan of 26 × 36, one month", best(lambda: find_differences(months, names)), None)
    p = generator.random(22_464)
    yield Timing(
        "Benjamini–Hochberg, 22,464 tests",
        best(lambda: adjust(p)),
        best(lambda: multipletests(p, method="fdr_bh")),
        "statsmodels",
    )
    yield Timing(
        "shrinkage, 36 communities", best(lambda: shrink_proportions(k[0, :, 0], n[0, :, 0])), None
    )
    tallies = generator.multinomial(60, [0.5, 0.2, 0.2, 0.1], size=36)
    yield Timing(
        "concentration, 36 communities", best(lambda: concentration_intervals(tallies)), None
    )
    cells = generator.poisson(np.linspace(3, 60, 36)[:, None] * np.linspace(0.1, 1.5, 26))
    yield Timing("suppression, 36 × 26 cells", best(lambda: suppress_small_cells(cells)), None)
    ties = np.triu(generator.random((150, 150)) < 0.05, 1)
    ties = (ties + ties.T).astype(float)
    graph = nx.from_numpy_array(ties)
    yield Timing(
        "network of 150 organisations",
        best(lambda: describe_network(ties)),
        best(lambda: (nx.betweenness_centrality(graph), nx.constraint(graph))),
        "networkx",
    )
    yield from _surveys(generator, best)


def _surveys(
    generator: np.random.Generator, best: Callable[[Callable[[], object]], float]
) -> Iterator[Timing]:
    size = 10_000
    strata = np.repeat(range(36), size // 36 + 1)[:size].tolist()
    blocks = [row // 25 for row in range(size)]
    weights, scores = generator.uniform(1, 3, size), generator.normal(3, 1, size)
    design = read_design(weights, strata=strata, clusters=blocks, nested=True)
    yield Timing(
        "means of 10,000 respondents, 36 domains",
        best(lambda: estimate_means(design, scores, domains=strata)),
        None,
    )
    age = generator.choice(["a", "b", "c", "d"], size).tolist()
    margins = [
        Margin("age", age, dict.fromkeys("abcd", size / 2)),
        Margin("place", strata, dict.fromkeys(range(36), 2 * size / 36)),
    ]
    yield Timing("raking 10,000 to two margins", best(lambda: rake(weights, margins)), None)
