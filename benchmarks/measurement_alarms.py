"""How often chance alone is taken for a signal, drawn, against what each method states."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gongzhi.engines.measurement.change_points import detect_single_change, find_changes
from gongzhi.engines.measurement.control_charts import draw_chart
from gongzhi.engines.measurement.differences import Comparison, find_differences
from gongzhi.engines.measurement.funnels import Adjustment, draw_funnel
from gongzhi.engines.measurement.runs_rules import USUAL, WESTERN_ELECTRIC, read_signals
from gongzhi.engines.measurement.slow_shifts import (
    cusum,
    cusum_false_alarms,
    ewma,
    ewma_false_alarms,
)

MONTHS = 24


@dataclass(frozen=True, slots=True)
class Alarms:
    """A rate of false alarms as drawn, and as stated (None where nothing is stated)."""

    what: str
    drawn: float
    stated: float | None


def charts(generator: np.random.Generator, runs: int) -> Iterator[Alarms]:
    """At least one false alarm in 24 months, on normal months and on charts of real counts."""
    z = generator.standard_normal((runs * 20, MONTHS))
    for name, rules in (("two usual rules", USUAL), ("four rules", WESTERN_ELECTRIC)):
        signals = read_signals(z, rules=rules)
        drawn = float(signals.fired.any(axis=(0, 2)).mean())
        yield Alarms(f"{name}, normal months", drawn, signals.false_alarms.probability)
    yield Alarms("EWMA", float(ewma(z).alarm.any(1).mean()), ewma_false_alarms().probability)
    yield Alarms("CUSUM", float(cusum(z).alarm.any(1).mean()), cusum_false_alarms().probability)
    trials = np.broadcast_to(generator.integers(40, 120, MONTHS), (runs, MONTHS))
    learnt = draw_chart(generator.binomial(trials, 0.85), trials)
    drawn = float(read_signals(learnt.z).fired.any(axis=(0, 2)).mean())
    stated = read_signals(learnt.z).false_alarms.probability
    yield Alarms("two usual rules, p′ chart of 40–120 tickets", drawn, stated)


def changes(generator: np.random.Generator, runs: int) -> Iterator[Alarms]:
    """A change point where there is none."""
    n = generator.integers(20, 120, MONTHS)
    tested, cut = [], []
    for _ in range(runs):
        solved = generator.binomial(n, 0.85)
        tested.append(detect_single_change(solved, n, replicates=199).p_value <= 0.05)
        cut.append(len(find_changes(solved, n).starts) > 1)
    yield Alarms("single change, p ≤ 0.05", float(np.mean(tested)), 0.05)
    yield Alarms("any change at the penalty 3 log months", float(np.mean(cut)), None)


def comparisons(generator: np.random.Generator, runs: int) -> Iterator[Alarms]:
    """Communities named although all are alike, and false ones among the named."""
    n = generator.integers(5, 300, 36)
    counts = generator.binomial(n[:, None], 0.8, (36, runs * 5))
    sizes = np.broadcast_to(n[:, None], counts.shape)
    yield Alarms(
        "funnel, p < 0.05", float((draw_funnel(counts, sizes).p_value < 0.05).mean()), 0.05
    )
    names = [str(i) for i in range(36)]
    anyone: dict[Adjustment, list[bool]] = {"none": [], "additive": []}
    false_share = []
    for _ in range(max(runs // 2, 1)):
        sizes = generator.integers(20, 300, (26, 36))
        base = generator.uniform(0.3, 0.9, (26, 1))
        alike = generator.binomial(sizes, base)
        scan = {str(i): Comparison(alike[i], sizes[i]) for i in range(26)}
        for adjustment, named_anyone in anyone.items():
            found = find_differences(scan, names, adjustment=adjustment).different
            named_anyone.append(bool(found))
        shifted = np.broadcast_to(base, (26, 36)).copy()
        shifted[:, :3] = np.clip(base - 0.25, 0.02, None)
        mixed = generator.binomial(sizes, shifted)
        targets = {
            str(i): Comparison(mixed[i], sizes[i], target=float(base[i, 0])) for i in range(26)
        }
        named = find_differences(targets, names, adjustment="none").different
        wrong = [v for v in named if int(v.community) >= 3]
        false_share.append(len(wrong) / max(len(named), 1))
    for adjustment, named_anyone in anyone.items():
        what = f"26 × 36 scan of chance alone names anyone, {adjustment}"
        yield Alarms(what, float(np.mean(named_anyone)), 0.05)
    yield Alarms("false ones among the named, 3 of 36 real", float(np.mean(false_share)), 0.05)


def everything(seed: int, runs: int) -> Iterator[Alarms]:
    """All of the above."""
    generator = np.random.default_rng(seed)
    yield from charts(generator, runs)
    yield from changes(generator, runs)
    yield from comparisons(generator, runs)
