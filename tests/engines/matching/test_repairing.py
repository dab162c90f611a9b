"""Whole needs and needs in sequence: every rule kept, and no plan beyond the stated bound."""

from dataclasses import replace

import numpy as np
import pytest
from ortools.sat.python import cp_model

from gongzhi.engines.matching import repairing
from gongzhi.engines.matching.candidates import find_candidates
from gongzhi.engines.matching.planning import Plan, plan_matches
from gongzhi.engines.matching.pool import Decisions, Pool
from gongzhi.engines.matching.repairing import repair
from tests.engines.matching.feasibility import assert_keeps_every_rule, rows_of_plan
from tests.engines.matching.oracles import aims_of, ways_of
from tests.engines.matching.pools import draw_small_pool


def drawn(seed: int, *, whole: float = 0.6, sequences: int = 0) -> Pool:
    pool = draw_small_pool(seed=seed, communities=3, needs=10, offers=6, largest=4, whole=whole)
    draw = np.random.default_rng(seed)
    pairs = np.sort(np.array([draw.choice(10, 2, replace=False) for _ in range(sequences)]))
    if not sequences:
        return pool
    pairs = np.unique(pairs, axis=0)
    return replace(pool, decisions=Decisions(earlier=pairs[:, 0], later=pairs[:, 1]))


def most_value_by_cp_sat(pool: Pool) -> int:
    """The most urgency-weighted need with whole needs kept whole, by OR-Tools CP-SAT."""
    model = cp_model.CpModel()
    needs, offers, ways = pool.needs, pool.offers, ways_of(pool)
    units = []
    for way in ways:
        most = int(needs.quantity[way.need])
        amount = model.new_int_var(0, most, "")
        if needs.whole[way.need]:
            used = model.new_bool_var("")
            model.add(amount == most * used)
        units.append(amount)

    def total(chosen):
        return sum(amount for amount, way in zip(units, ways, strict=True) if chosen(way))

    for need in range(len(needs)):
        model.add(total(lambda way, n=need: way.need == n) <= int(needs.quantity[need]))
    for offer in range(len(offers)):
        model.add(total(lambda way, o=offer: way.offer == o) <= int(offers.total[offer]))
        for period in range(pool.periods):
            model.add(
                total(lambda way, c=(offer, period): (way.offer, way.period) == c)
                <= int(offers.per_period[offer, period])
            )
    model.maximize(
        sum(a * int(needs.urgency[way.need]) for a, way in zip(units, ways, strict=True))
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return round(solver.objective_value)


def assert_within_bound(plan: Plan) -> None:
    if plan.bound is not None:
        assert plan.received.sum() <= plan.bound.units
        assert plan.value <= plan.bound.value
        assert np.nanmin(plan.shares, initial=1.0) <= plan.bound.lowest_share


def test_whole_needs_are_met_by_one_offer_in_one_period_or_not_at_all() -> None:
    for seed in range(60):
        for order in ("fair-first", "value-first"):
            pool = drawn(seed)
            plan = plan_matches(pool=pool, order=order)
            assert_keeps_every_rule(rows_of_plan(plan), pool)
            assert_within_bound(plan)


def test_the_bound_holds_and_the_repair_comes_close_to_the_true_optimum() -> None:
    reached, best = 0, 0
    for seed in range(40):
        pool = drawn(seed)
        plan = plan_matches(pool=pool, order="value-first")
        true = most_value_by_cp_sat(pool)
        assert plan.value <= true
        if plan.bound is None:
            assert plan.value == true, seed
        else:
            assert true <= plan.bound.value
        reached, best = reached + plan.value, best + true
    assert reached >= 0.95 * best


def test_a_need_that_waits_is_served_later_than_the_one_it_waits_for() -> None:
    served = 0
    for seed in range(80):
        pool = drawn(seed, whole=0.2, sequences=3)
        plan = plan_matches(pool=pool)
        assert_keeps_every_rule(rows_of_plan(plan), pool)
        assert_within_bound(plan)
        served += int((plan.met[pool.decisions.later] > 0).sum())
    assert served > 5


def test_where_the_flow_breaks_no_whole_need_it_is_the_proved_plan_and_nothing_is_repaired(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool = drawn(7, whole=0.0)
    nobody = np.zeros_like(pool.offers.skills)
    nobody[:, 1:] = pool.offers.skills[:, 1:]
    pool = replace(pool, offers=replace(pool.offers, skills=nobody))
    whole = pool.needs.category == 0
    assert 0 < whole.sum() < len(whole)
    expected = plan_matches(pool=pool)
    monkeypatch.setattr(repairing._Repair, "decide", lambda *_, **__: pytest.fail("repaired"))
    plan = plan_matches(pool=replace(pool, needs=replace(pool.needs, whole=whole)))
    assert plan.proved
    assert aims_of(plan, pool) == aims_of(expected, pool)


def test_a_repaired_plan_asks_for_no_more_visits_than_it_must() -> None:
    spared = 0
    for seed in range(40):
        pool = drawn(seed, whole=0.3)
        repaired = repair(pool=pool, candidates=find_candidates(pool), order="fair-first")
        plan = plan_matches(pool=pool)
        assert_keeps_every_rule(rows_of_plan(plan), pool)
        assert len(plan.rows) <= len(repaired.rows)
        spared += len(repaired.rows) - len(plan.rows)
    assert spared > 0
