"""The engine finds the best plan there is, ties included."""

import numpy as np
import pytest

from gongzhi.engines.matching.planning import plan_matches
from gongzhi.engines.matching.pool import Order
from tests.engines.matching.oracles import aims_of, best_by_highs, best_by_writing_down_all
from tests.engines.matching.pools import draw_small_pool

ORDERS: tuple[Order, Order] = ("fair-first", "value-first")


@pytest.mark.parametrize("order", ORDERS)
def test_the_plan_equals_the_best_of_all_plans_written_down(order: Order) -> None:
    compared = 0
    for seed in range(60):
        draw = np.random.default_rng(seed)
        pool = draw_small_pool(
            seed=seed,
            communities=int(draw.integers(2, 5)),
            needs=int(draw.integers(2, 6)),
            offers=int(draw.integers(1, 4)),
            largest=2,
        )
        best = best_by_writing_down_all(pool, order)
        if best is not None:
            plan = plan_matches(pool=pool, order=order)
            assert plan.proved, seed
            assert (aims_of(plan, pool), plan.attainable.tolist()) == best, seed
            compared += 1
    assert compared > 50


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("first", range(0, 200, 50))
def test_the_plan_equals_highs_on_the_plain_model(order: Order, first: int) -> None:
    for seed in range(first, first + 50):
        draw = np.random.default_rng(seed)
        pool = draw_small_pool(
            seed=10_000 + seed,
            communities=int(draw.integers(2, 5)),
            needs=int(draw.integers(5, 16)),
            offers=int(draw.integers(2, 9)),
        )
        plan = plan_matches(pool=pool, order=order)
        assert plan.proved, seed
        assert (aims_of(plan, pool), plan.attainable.tolist()) == best_by_highs(pool, order), seed
