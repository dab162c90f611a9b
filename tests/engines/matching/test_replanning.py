"""One more need: the mended plan is as good as a new one."""

from dataclasses import fields, replace

import numpy as np
import pytest

from benchmarks.matching_instances import draw_pool
from gongzhi.engines.matching import replanning
from gongzhi.engines.matching.planning import plan_matches
from gongzhi.engines.matching.pool import Needs, Pool
from gongzhi.engines.matching.replanning import plan_with_more_needs
from tests.engines.matching.feasibility import assert_keeps_every_rule, rows_of_plan
from tests.engines.matching.oracles import aims_of
from tests.engines.matching.pools import draw_small_pool


def without_last_needs(pool: Pool, count: int) -> Pool:
    kept = len(pool.needs) - count
    return replace(
        pool,
        needs=Needs(
            **{part.name: getattr(pool.needs, part.name)[:kept] for part in fields(pool.needs)}
        ),
    )


def test_a_mended_plan_equals_a_new_plan_in_every_aim() -> None:
    for seed in range(80):
        draw = np.random.default_rng(seed)
        pool = draw_small_pool(
            seed=20_000 + seed, communities=4, needs=int(draw.integers(6, 25)), offers=8
        )
        before = without_last_needs(pool, int(draw.integers(1, 3)))
        old = plan_matches(pool=before)
        mended = plan_with_more_needs(pool=pool, plan=old, before=before)
        assert mended.proved, seed
        assert aims_of(mended, pool) == aims_of(plan_matches(pool=pool), pool), seed


def test_at_district_size_the_old_plan_is_mended_and_not_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool = draw_pool(needs=2_000, offers=400, seed=3)
    before = without_last_needs(pool, 1)
    old, new = plan_matches(pool=before), plan_matches(pool=pool)
    monkeypatch.setattr(replanning, "plan_matches", lambda **_: pytest.fail("planned anew"))
    mended = plan_with_more_needs(pool=pool, plan=old, before=before)
    assert mended.proved
    assert np.array_equal(np.sort(mended.shares), np.sort(new.shares))
    assert (mended.value, mended.total_distance) == (new.value, new.total_distance)


def test_a_pool_that_differs_in_more_than_needs_is_planned_anew() -> None:
    pool = draw_small_pool(seed=5, communities=3, needs=10, offers=5)
    old = plan_matches(pool=pool)
    fewer = replace(pool, offers=replace(pool.offers, total=np.maximum(1, pool.offers.total - 1)))
    again = plan_with_more_needs(pool=fewer, plan=old, before=pool)
    assert aims_of(again, fewer) == aims_of(plan_matches(pool=fewer), fewer)


def test_with_whole_needs_a_mended_plan_keeps_every_rule_and_equals_a_new_one() -> None:
    mended_ones = 0
    for seed in range(60):
        pool = draw_small_pool(
            seed=30_000 + seed, communities=3, needs=12, offers=8, largest=3, whole=0.2
        )
        before = without_last_needs(pool, 1)
        old, new = plan_matches(pool=before), plan_matches(pool=pool)
        again = plan_with_more_needs(pool=pool, plan=old, before=before)
        assert_keeps_every_rule(rows_of_plan(again), pool)
        if again.proved and new.proved:
            mended_ones += 1
            assert aims_of(again, pool) == aims_of(new, pool), seed
    assert mended_ones > 10
