"""The matching engine beside HiGHS and the rules people use, and alone at the size of a district.

    python -m benchmarks.matching [PART ...]

Parts: district, large, one-more, highs, rules, whole; without arguments all run. HiGHS comes from
the `bench` extra. One thread for all. Seconds are CPU, and elapsed where marked: on a machine that
others use as well, only CPU can be compared.
"""

import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from importlib.metadata import version

import numpy as np

from benchmarks.matching_instances import COMMUNITIES, draw_pool
from benchmarks.matching_rules import first_come_first_served, most_urgent_first
from gongzhi.engines.matching.choices import explain_choices
from gongzhi.engines.matching.planning import Plan, plan_matches
from gongzhi.engines.matching.pool import IntArray, Needs, Pool
from gongzhi.engines.matching.replanning import plan_with_more_needs
from gongzhi.engines.matching.unmet import explain_unmet

SEEDS = 8
TIME_LIMIT = 600.0  # elapsed seconds for one problem of HiGHS


def main(names: list[str]) -> int:
    """Run the named parts."""
    if unknown := set(names) - PARTS.keys():
        print(f"unknown parts {sorted(unknown)}; there are {', '.join(PARTS)}")
        return 2
    print(f"ortools {version('ortools')}, numpy {np.__version__}, {os.cpu_count()} cores")
    for name in names or PARTS:
        print(f"\n== {name}")
        PARTS[name]()
    return 0


def timed(work: Callable[[], Plan]) -> tuple[Plan, float, float]:
    """(the plan, CPU seconds, elapsed seconds)."""
    cpu, clock = time.process_time(), time.perf_counter()
    plan = work()
    return plan, time.process_time() - cpu, time.perf_counter() - clock


def describe(pool: Pool, plan: Plan, cpu: float, elapsed: float) -> None:
    """One instance and its plan in four lines."""
    shares = plan.shares
    print(
        f"{len(pool.needs):,} needs x {len(pool.offers):,} offers, "
        f"{len(plan.candidates.need):,} pairs, {COMMUNITIES} communities, {plan.order}: "
        f"{cpu:.2f} s CPU, {elapsed:.2f} s elapsed, proved {plan.proved}"
    )
    print(
        f"  met {plan.received.sum():,} of {pool.needs.quantity.sum():,} units, weighted "
        f"{plan.value:,}, worst-off {np.nanmin(shares):.4f}, "
        f"mean distance {plan.total_distance / max(1, plan.received.sum()):,.0f} m, "
        f"{len(plan.rows):,} hand-overs (at least {plan.fewest_rows:,})"
    )


def run_district() -> None:
    for order in ("fair-first", "value-first"):
        for seed in range(3):
            pool = draw_pool(needs=10_000, offers=2_000, seed=seed)
            describe(pool, *timed(partial(plan_matches, pool=pool, order=order)))


def run_large() -> None:
    pool = draw_pool(needs=100_000, offers=5_000, seed=0)
    plan, cpu, elapsed = timed(partial(plan_matches, pool=pool))
    describe(pool, plan, cpu, elapsed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  peak memory of this process {peak:,.0f} MB")
    begun = time.process_time()
    unmet = explain_unmet(pool=pool, plan=plan)
    explain_choices(pool=pool, plan=plan)
    print(
        f"  {len(unmet):,} unmet needs and {len(plan.rows):,} hand-overs explained in "
        f"{time.process_time() - begun:.2f} s CPU"
    )


def without_last(pool: Pool) -> Pool:
    """The pool before its last need came in."""
    kept = {part.name: getattr(pool.needs, part.name)[:-1] for part in fields(pool.needs)}
    return replace(pool, needs=Needs(**kept))


def run_one_more() -> None:
    for seed in range(SEEDS):
        pool = draw_pool(needs=10_001, offers=2_000, seed=seed)
        before = without_last(pool)
        old = plan_matches(pool=before)
        mended, cpu, elapsed = timed(
            partial(plan_with_more_needs, pool=pool, plan=old, before=before)
        )
        anew, cpu_anew, _ = timed(partial(plan_matches, pool=pool))
        same = (
            np.array_equal(np.sort(mended.shares), np.sort(anew.shares))
            and mended.value == anew.value
            and mended.total_distance == anew.total_distance
        )
        print(
            f"seed {seed}: mended in {cpu:.2f} s CPU ({elapsed:.2f} elapsed), anew in "
            f"{cpu_anew:.2f} s CPU, same aims {same}, proved {mended.proved}"
        )


def run_highs() -> None:
    """HiGHS gets the fair totals for free; the engine finds them, and proves its plan, as well."""
    from benchmarks.matching_peers import PlainModel  # noqa: PLC0415 - highspy is an extra

    for needs, offers in ((2_000, 400), (10_000, 2_000), (50_000, 2_500)):
        pool = draw_pool(needs=needs, offers=offers, seed=0)
        plan, cpu, elapsed = timed(partial(plan_matches, pool=pool))
        describe(pool, plan, cpu, elapsed)
        model = PlainModel(pool, plan.candidates)
        cheapest = model.cheapest(plan.received, limit=TIME_LIMIT)
        mine = model.cost_of(value=plan.value, distance=plan.total_distance)
        print(
            f"  HiGHS {version('highspy')}, {model.columns:,} variables, given the fair totals: "
            f"{cheapest.status}, {cheapest.seconds:.1f} s CPU = {cheapest.seconds / cpu:.1f} times "
            f"the engine; cost {cheapest.objective:,.0f}, engine {mine:,}"
        )
        if cheapest.status != "Optimal":
            continue  # the first level of fairness is harder still
        level = model.highest_lowest_share(plan.attainable, limit=TIME_LIMIT)
        print(
            f"  HiGHS, first level of fairness alone: {level.status}, {level.seconds:.1f} s CPU, "
            f"share {-level.objective:.5f}, engine {np.nanmin(plan.shares):.5f}; both together "
            f"{(level.seconds + cheapest.seconds) / cpu:.1f} times the engine"
        )


def run_rules() -> None:
    rows: dict[str, list[tuple[float, float, float, float]]] = {}
    for seed in range(SEEDS):
        pool = draw_pool(needs=10_000, offers=2_000, seed=seed)
        fair = plan_matches(pool=pool)
        value = plan_matches(pool=pool, order="value-first")
        found = {
            "fair-first": (fair.met, fair.total_distance),
            "value-first": (value.met, value.total_distance),
            "most urgent first": most_urgent_first(pool, fair.candidates),
            "first come": first_come_first_served(pool, fair.candidates),
        }
        for name, (met, travelled) in found.items():
            rows.setdefault(name, []).append(_measures(pool, fair, value, met, travelled))
    print(f"median (range) over {SEEDS} pools of 10,000 needs x 2,000 offers")
    labels = ("weighted, % of most", "units, % of most", "worst-off share", "metres per unit")
    for name, measured in rows.items():
        table = np.array(measured)
        shown = ", ".join(
            f"{label} {np.median(column):.3g} ({column.min():.3g} to {column.max():.3g})"
            for label, column in zip(labels, table.T, strict=True)
        )
        print(f"  {name}: {shown}")


def _measures(
    pool: Pool, fair: Plan, value: Plan, met: IntArray, travelled: int
) -> tuple[float, float, float, float]:
    received = np.bincount(pool.needs.community, met, pool.communities)
    return (
        100 * float((met * pool.needs.urgency).sum()) / value.value,
        100 * float(met.sum()) / float(fair.received.sum()),
        float((received / fair.attainable).min()),
        travelled / max(1, int(met.sum())),
    )


def run_whole() -> None:
    for part in (0.1, 0.3, 1.0):
        for order in ("fair-first", "value-first"):
            pool = draw_pool(needs=10_000, offers=2_000, seed=0)
            whole = np.random.default_rng(1).random(10_000) < part
            pool = replace(pool, needs=replace(pool.needs, whole=whole))
            plan, cpu, elapsed = timed(partial(plan_matches, pool=pool, order=order))
            print(f"{part:.0%} of the needs must stay whole")
            describe(pool, plan, cpu, elapsed)
            if plan.bound is not None:
                print(
                    f"  of the bound: units {plan.received.sum() / plan.bound.units:.2%}, "
                    f"worst-off {np.nanmin(plan.shares) / plan.bound.lowest_share:.2%}, weighted "
                    f"{plan.value / plan.bound.value:.2%}"
                )


PARTS: dict[str, Callable[[], None]] = {
    "district": run_district,
    "large": run_large,
    "one-more": run_one_more,
    "highs": run_highs,
    "rules": run_rules,
    "whole": run_whole,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
