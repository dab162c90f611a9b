"""The proof accepts the best plan and refuses every other, whoever made it."""

import numpy as np
import pytest

from gongzhi.engines.matching import solving
from gongzhi.engines.matching.filling import fill
from gongzhi.engines.matching.network import arcs_of
from gongzhi.engines.matching.planning import Plan, plan_matches
from gongzhi.engines.matching.pool import IntArray, Order, Pool
from gongzhi.engines.matching.proof import Proof, prove
from tests.engines.matching.oracles import PlainModel, aims_of, best_by_highs
from tests.engines.matching.pools import draw_small_pool


def pools(count: int) -> list[Pool]:
    return [draw_small_pool(seed=seed, communities=4, needs=14, offers=7) for seed in range(count)]


def proof_of(plan: Plan, flow: IntArray, order: Order) -> Proof:
    return prove(
        network=plan.solved.built.network,
        flow=flow,
        attainable=plan.attainable,
        beforehand=plan.solved.remaining.beforehand,
        order=order,
    )


def test_the_plan_of_one_order_is_refused_in_the_other_unless_it_is_best_there_too() -> None:
    differing = 0
    for pool in pools(60):
        fair = plan_matches(pool=pool)
        value = plan_matches(pool=pool, order="value-first")
        as_good = aims_of(fair, pool) == (
            aims_of(value, pool)[1],
            aims_of(value, pool)[0],
            aims_of(value, pool)[2],
        )
        differing += not as_good
        assert proof_of(value, value.solved.flow, "fair-first").complete == as_good
        assert proof_of(fair, fair.solved.flow, "value-first").complete == as_good
    assert differing > 10


@pytest.mark.parametrize("order", ["fair-first", "value-first"])
def test_a_plan_that_does_nothing_is_refused_where_something_can_be_done(order: Order) -> None:
    for pool in pools(20):
        plan = plan_matches(pool=pool, order=order)
        nothing = np.zeros_like(plan.solved.flow)
        assert proof_of(plan, nothing, order).complete == (plan.received.sum() == 0)


def test_a_plan_without_one_of_its_units_is_refused() -> None:
    for pool in pools(20):
        plan = plan_matches(pool=pool)
        network = plan.solved.built.network
        arcs, flow = arcs_of(network), plan.solved.flow.copy()
        if not flow.any():
            continue
        node = int(arcs.tail[np.flatnonzero(flow)[0]])
        while node != network.sink:
            arc = int(np.flatnonzero((arcs.tail == node) & (flow > 0))[0])
            flow[arc] -= 1
            node = int(arcs.head[arc])
        proof = proof_of(plan, flow, "fair-first")
        assert proof.feasible
        assert not proof.fair


def test_a_flow_that_loses_units_or_breaks_a_capacity_is_no_plan() -> None:
    pool = pools(1)[0]
    plan = plan_matches(pool=pool)
    assert plan.solved.flow.any()
    for change in (1, -1):
        broken = plan.solved.flow.copy()
        broken[int(np.flatnonzero(broken)[-1])] += change
        assert not proof_of(plan, broken, "fair-first").feasible
    negative = -plan.solved.flow
    assert not proof_of(plan, negative, "fair-first").feasible


def test_filling_gives_whole_ranks_and_names_who_shares_the_next() -> None:
    units, rank = fill(attainable=[4, 4, 10], floor=[0, 0, 0], ceiling=[4, 4, 10], total=9)
    assert units == [2, 2, 5]
    assert rank == []
    units, rank = fill(attainable=[4, 4, 10], floor=[0, 0, 0], ceiling=[4, 4, 10], total=10)
    assert (units, rank) == ([2, 2, 5], [0, 1])
    units, rank = fill(attainable=[4, 0, 10], floor=[3, 0, 0], ceiling=[4, 0, 2], total=99)
    assert (units, rank) == ([4, 0, 2], [])


def test_filling_is_exact_for_shares_that_floating_point_cannot_tell_apart() -> None:
    large = 10**12
    units, rank = fill(
        attainable=[large, large + 1], floor=[0, 0], ceiling=[large, large + 1], total=3
    )
    assert (units, rank) == ([1, 2], [])
    units, rank = fill(
        attainable=[large + 1, large], floor=[0, 0], ceiling=[large + 1, large], total=1
    )
    assert (units, rank) == ([0, 1], [])


def test_where_the_first_weights_are_too_small_the_exact_ones_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(solving, "_FIRST_WEIGHT", 0)
    for pool in pools(20):
        plan = plan_matches(pool=pool)
        best, attainable = best_by_highs(pool, "fair-first")
        assert plan.proved
        assert (aims_of(plan, pool), plan.attainable.tolist()) == (best, attainable)


def test_a_plan_whose_proof_fails_says_so_and_states_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool = draw_small_pool(seed=3, communities=4, needs=14, offers=7)
    assert plan_matches(pool=pool).received.sum() > 0
    monkeypatch.setattr(
        solving,
        "cheapest_plan",
        lambda *, network, levels, weight: np.zeros(len(arcs_of(network)), dtype=np.int64),
    )
    plan = plan_matches(pool=pool)
    assert not plan.proved
    assert plan.bound is not None
    assert plan.bound.units >= best_units(pool)


def best_units(pool: Pool) -> int:
    return PlainModel(pool).most_units(tuple(range(pool.communities)))
