"""What people have decided is kept."""

from dataclasses import replace

import numpy as np

from gongzhi.engines.matching.planning import plan_matches
from gongzhi.engines.matching.pool import Decisions, Pool
from tests.engines.matching.feasibility import assert_keeps_every_rule, locked_rows, rows_of_plan
from tests.engines.matching.oracles import aims_of, best_by_highs, ways_of
from tests.engines.matching.pools import draw_small_pool


def with_decisions(pool: Pool, *, seed: int) -> Pool:
    """Lock a unit of some way, and exclude two others."""
    draw = np.random.default_rng(seed)
    ways = ways_of(pool)
    locked = ways[int(draw.integers(len(ways)))]
    others = [way for way in ways if (way.need, way.offer) != (locked.need, locked.offer)]
    out = [others[int(place)] for place in draw.integers(0, len(others), 2)] if others else []
    one = np.array
    return replace(
        pool,
        decisions=Decisions(
            locked_need=one([locked.need]),
            locked_offer=one([locked.offer]),
            locked_period=one([locked.period]),
            locked_quantity=one([1]),
            excluded_need=one([way.need for way in out], dtype=np.int64),
            excluded_offer=one([way.offer for way in out], dtype=np.int64),
        ),
    )


def test_locked_rows_stay_and_excluded_pairs_do_not_meet() -> None:
    for seed in range(60):
        plain = draw_small_pool(seed=seed, communities=3, needs=10, offers=6)
        if not ways_of(plain):
            continue
        pool = with_decisions(plain, seed=seed)
        plan = plan_matches(pool=pool)
        rows = rows_of_plan(plan)
        locked = {(need, offer, period) for need, offer, period, _ in locked_rows(pool)}
        kept = {row[:3] for row, fixed in zip(rows, plan.locked, strict=True) if fixed}
        assert plan.proved
        assert kept == locked
        excluded = set(
            zip(
                pool.decisions.excluded_need.tolist(),
                pool.decisions.excluded_offer.tolist(),
                strict=True,
            )
        )
        assert not excluded & {row[:2] for row in rows}


def test_excluded_pairs_cost_no_more_than_they_must() -> None:
    for seed in range(30):
        plain = draw_small_pool(seed=seed, communities=3, needs=9, offers=6)
        if not ways_of(plain):
            continue
        decided = with_decisions(plain, seed=seed).decisions
        pool = replace(
            plain,
            decisions=Decisions(
                excluded_need=decided.excluded_need, excluded_offer=decided.excluded_offer
            ),
        )
        plan = plan_matches(pool=pool)
        best, attainable = best_by_highs(pool, "fair-first")
        assert (aims_of(plan, pool), plan.attainable.tolist()) == (best, attainable)


def test_a_lock_counts_as_received_by_its_community() -> None:
    for seed in range(30):
        plain = draw_small_pool(seed=seed, communities=3, needs=10, offers=6)
        if not ways_of(plain):
            continue
        pool = with_decisions(plain, seed=seed)
        plan = plan_matches(pool=pool)
        home = pool.needs.community[plan.rows.need]
        expected = np.bincount(home, plan.rows.quantity, pool.communities)
        assert np.array_equal(plan.received, expected)
        assert (plan.received <= plan.attainable).all()


def test_plans_keep_every_rule_in_both_orders() -> None:
    for seed in range(60):
        pool = draw_small_pool(seed=seed, communities=4, needs=14, offers=7)
        for order in ("fair-first", "value-first"):
            assert_keeps_every_rule(rows_of_plan(plan_matches(pool=pool, order=order)), pool)


def test_the_same_pool_gives_the_same_plan() -> None:
    pool = draw_small_pool(seed=4, communities=4, needs=20, offers=9)
    assert rows_of_plan(plan_matches(pool=pool)) == rows_of_plan(plan_matches(pool=pool))
