"""Whether rows keep every rule of a pool, checked row by row."""

from collections import Counter

from gongzhi.engines.matching.planning import Plan
from gongzhi.engines.matching.pool import Pool
from tests.engines.matching.oracles import ways_of

Row = tuple[int, int, int, int]


def rows_of_plan(plan: Plan) -> list[Row]:
    rows = plan.rows
    return list(
        zip(
            rows.need.tolist(),
            rows.offer.tolist(),
            rows.period.tolist(),
            rows.quantity.tolist(),
            strict=True,
        )
    )


def locked_rows(pool: Pool) -> set[Row]:
    decided = pool.decisions
    return set(
        zip(
            decided.locked_need.tolist(),
            decided.locked_offer.tolist(),
            decided.locked_period.tolist(),
            decided.locked_quantity.tolist(),
            strict=True,
        )
    )


def assert_keeps_every_rule(rows: list[Row], pool: Pool) -> None:
    ways = {(way.need, way.offer, way.period) for way in ways_of(pool)}
    by_need: Counter[int] = Counter()
    by_period: Counter[tuple[int, int]] = Counter()
    by_offer: Counter[int] = Counter()
    for need, offer, period, units in rows:
        assert units > 0
        assert (need, offer, period) in ways or (need, offer, period, units) in locked_rows(pool)
        by_need[need] += units
        by_period[offer, period] += units
        by_offer[offer] += units
    assert len({row[:3] for row in rows}) == len(rows)
    assert all(units <= pool.needs.quantity[need] for need, units in by_need.items())
    assert all(units <= pool.offers.per_period[cell] for cell, units in by_period.items())
    assert all(units <= pool.offers.total[offer] for offer, units in by_offer.items())
    for need in by_need:
        if pool.needs.whole[need]:
            assert [row[3] for row in rows if row[0] == need] == [pool.needs.quantity[need]]
    times = {need: [row[2] for row in rows if row[0] == need] for need in by_need}
    for first, second in zip(
        pool.decisions.earlier.tolist(), pool.decisions.later.tolist(), strict=True
    ):
        if second in times:
            assert by_need[first] == pool.needs.quantity[first]
            assert max(times[first]) < min(times[second])
