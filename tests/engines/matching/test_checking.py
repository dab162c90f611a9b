"""Pools that make no sense are refused, with the row and the field."""

from dataclasses import replace

import numpy as np
import pytest

from gongzhi.engines.matching.checking import CannotMatch
from gongzhi.engines.matching.planning import plan_matches
from gongzhi.engines.matching.pool import Decisions, Pool
from tests.engines.matching.pools import draw_small_pool


def pool() -> Pool:
    drawn = draw_small_pool(seed=1, communities=3, needs=6, offers=4)
    return replace(drawn, needs=replace(drawn.needs, quantity=np.full(6, 2)))


def faults_of(changed: Pool) -> list[tuple[str, int, str, str]]:
    with pytest.raises(CannotMatch) as refused:
        plan_matches(pool=changed)
    return [(f.table, f.row, f.field, f.reason) for f in refused.value.faults]


def altered(values: np.ndarray, row: int, value: object) -> np.ndarray:
    copy = values.copy()
    copy[row] = value
    return copy


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("quantity", -3, "not_positive"),
        ("quantity", 0, "not_positive"),
        ("quantity", 10**9, "too_large"),
        ("urgency", 0, "not_positive"),
        ("urgency", 10**6, "too_large"),
        ("community", 3, "unknown"),
        ("place", -1, "unknown"),
        ("category", 99, "unknown"),
        ("window", 99, "unknown"),
        ("asks", 7, "unknown"),
    ],
)
def test_a_senseless_need_is_named(field: str, value: int, reason: str) -> None:
    good = pool()
    needs = replace(good.needs, **{field: altered(getattr(good.needs, field), 4, value)})
    assert faults_of(replace(good, needs=needs)) == [("need", 4, field, reason)]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("total", 0, "not_positive"),
        ("total", 10**9, "too_large"),
        ("per_period", -1, "negative"),
        ("skills", False, "empty"),
        ("reach", -5, "negative"),
        ("area", 50, "unknown"),
        ("gives", 7, "unknown"),
    ],
)
def test_a_senseless_offer_is_named(field: str, value: int, reason: str) -> None:
    good = pool()
    offers = replace(good.offers, **{field: altered(getattr(good.offers, field), 2, value)})
    assert ("offer", 2, field, reason) in faults_of(replace(good, offers=offers))


def test_an_offer_without_area_is_named() -> None:
    good = pool()
    areas = np.vstack([good.areas, np.zeros(good.areas.shape[1], dtype=bool)])
    offers = replace(good.offers, area=altered(good.offers.area, 1, len(good.areas)))
    changed = replace(good, areas=areas, offers=offers)
    assert faults_of(changed) == [("offer", 1, "area", "empty")]


def test_a_window_without_a_period_is_named() -> None:
    good = pool()
    windows = np.vstack([good.windows, np.zeros(good.windows.shape[1], dtype=bool)])
    needs = replace(good.needs, window=altered(good.needs.window, 3, len(good.windows)))
    changed = replace(good, windows=windows, needs=needs)
    assert faults_of(changed) == [("need", 3, "window", "empty")]


def test_a_place_that_is_nowhere_is_named() -> None:
    good = pool()
    changed = replace(good, places=altered(good.places, 2, np.nan))
    assert faults_of(changed) == [("place", 2, "position", "out_of_range")]


def locks(*rows: tuple[int, int, int, int], **more: np.ndarray) -> Decisions:
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Decisions(
        locked_need=table[:, 0], locked_offer=table[:, 1], locked_period=table[:, 2],
        locked_quantity=table[:, 3], **more,
    )  # fmt: skip


def generous() -> Pool:
    good = pool()
    offers = replace(
        good.offers, per_period=np.full_like(good.offers.per_period, 3), total=np.full(4, 5)
    )
    return replace(good, offers=offers)


@pytest.mark.parametrize(
    ("decisions", "fault"),
    [
        (locks((0, 9, 0, 1)), ("lock", 0, "offer", "unknown")),
        (locks((0, 0, 9, 1)), ("lock", 0, "period", "unknown")),
        (locks((0, 0, 0, 0)), ("lock", 0, "quantity", "not_positive")),
        (locks((0, 0, 0, 3)), ("lock", 0, "need", "more_than_there_is")),
        (locks((0, 0, 0, 2), (1, 0, 0, 2)), ("lock", 1, "period", "more_than_there_is")),
        (
            locks((0, 0, 0, 2), (1, 0, 1, 2), (2, 0, 2, 2)),
            ("lock", 2, "offer", "more_than_there_is"),
        ),
        (locks((0, 0, 0, 1), (0, 0, 0, 1)), ("lock", 1, "need", "repeated")),
        (
            locks((0, 1, 0, 1), excluded_need=np.array([0]), excluded_offer=np.array([1])),
            ("lock", 0, "offer", "also_excluded"),
        ),
        (
            Decisions(excluded_need=np.array([77]), excluded_offer=np.array([0])),
            ("exclusion", 0, "need", "unknown"),
        ),
        (
            Decisions(earlier=np.array([0]), later=np.array([60])),
            ("sequence", 0, "need", "unknown"),
        ),
    ],
)
def test_contradictory_decisions_are_named(
    decisions: Decisions, fault: tuple[str, int, str, str]
) -> None:
    assert fault in faults_of(replace(generous(), decisions=decisions))


def test_needs_that_wait_for_each_other_in_a_circle_are_named() -> None:
    circle = Decisions(earlier=np.array([0, 1, 2, 3]), later=np.array([1, 2, 0, 4]))
    assert faults_of(replace(generous(), decisions=circle)) == [
        ("sequence", row, "need", "cycle") for row in range(3)
    ]


def test_a_part_of_a_whole_need_cannot_be_locked() -> None:
    good = generous()
    whole = replace(good.needs, whole=altered(good.needs.whole, 0, value=True))
    changed = replace(good, needs=whole, decisions=locks((0, 0, 0, 1)))
    assert faults_of(changed) == [("lock", 0, "quantity", "part_of_whole")]


def test_the_message_names_the_first_faults_and_counts_the_rest() -> None:
    good = pool()
    many = replace(good.needs, quantity=np.full(6, -1), urgency=np.full(6, 0))
    with pytest.raises(CannotMatch, match="need 0, quantity: not_positive"):
        plan_matches(pool=replace(good, needs=many))


def test_empty_pools_have_empty_plans() -> None:
    good = pool()
    nobody = replace(good.needs, **{
        name: getattr(good.needs, name)[:0]
        for name in ("community", "place", "category", "quantity", "urgency", "window", "asks",
                     "gives", "whole")
    })  # fmt: skip
    for order in ("fair-first", "value-first"):
        plan = plan_matches(pool=replace(good, needs=nobody), order=order)
        assert len(plan.rows) == 0
        assert plan.proved
