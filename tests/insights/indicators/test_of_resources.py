"""Indicators whose rooms come later: no record until their events are declared, then numbers."""

from typing import Any

import pytest

from gongzhi.commons.ledger import kinds
from gongzhi.insights.indicators.cells import Cell
from gongzhi.insights.indicators.definitions import INDICATORS, indicator
from gongzhi.insights.indicators.measuring import Measuring
from gongzhi.insights.indicators.periods import period_named
from gongzhi.insights.indicators.shapes import Level
from tests.insights.indicators.made_events import Made, source


@pytest.fixture
def _declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every event that an indicator needs be declared, as its room will do it."""
    needed: dict[str, set[str]] = {}
    for each in INDICATORS:
        for need in each.events:
            needed.setdefault(need.kind, set()).update(need.fields)
    register: dict[str, kinds.EventKind] = dict(kinds._register)
    for name, fields in needed.items():
        known = set(register[name].fields) if name in register else set()
        register[name] = kinds.EventKind(name, "", tuple(known | fields))
    monkeypatch.setattr(kinds, "_register", register)


def cell(code: str, events: list[Made], *, period: str = "2026-03", **about: Any) -> Cell:
    measuring = Measuring(source(events, **about), period_named(period))
    (found,) = measuring.measure(indicator(code), Level.DISTRICT)
    return found


def test_what_no_room_writes_has_no_cell_and_is_not_zero() -> None:
    missing = [each.code for each in INDICATORS if not each.is_recorded]
    measuring = Measuring(source([]), period_named("2026-03"))
    for code in missing:
        assert measuring.measure(indicator(code), Level.DISTRICT) == []


@pytest.mark.usefixtures("_declared")
def test_need_fulfilment_counts_what_was_confirmed_in_the_limit() -> None:
    found = cell(
        "need_fulfilment",
        [
            ("need.published", 1, "2026-03-02 02:00:00", {"category": "care"}),
            ("need.published", 2, "2026-03-02 02:00:00", {"category": "care"}),
            ("need.published", 3, "2026-03-02 02:00:00", {"category": "care"}),
            ("need.confirmed", 1, "2026-03-09 02:00:00", {"in_limit": True}),
            ("need.confirmed", 2, "2026-03-30 02:00:00", {"in_limit": False}),
        ],
    )
    assert (found.numerator, found.denominator) == (1, 3)


@pytest.mark.usefixtures("_declared")
def test_offer_idle_is_of_offers_open_for_half_a_year() -> None:
    found = cell(
        "offer_idle",
        [
            ("offer.opened", 1, "2026-01-02 02:00:00", {"category": "room"}),
            ("offer.opened", 2, "2026-01-02 02:00:00", {"category": "room"}),
            ("offer.opened", 3, "2026-01-02 02:00:00", {"category": "room"}),
            ("offer.opened", 4, "2026-08-02 02:00:00", {"category": "room"}),
            ("offer.used", 1, "2026-05-02 02:00:00", {}),
            ("offer.used", 2, "2026-02-02 02:00:00", {}),
            ("offer.closed", 3, "2026-08-01 02:00:00", {}),
        ],
        period="2026-09",
    )
    assert (found.numerator, found.denominator) == (1, 2), "the second was last used too long ago"


@pytest.mark.usefixtures("_declared")
def test_supply_demand_gap_is_half_the_sum_of_differences() -> None:
    needs = [
        ("need.published", n, "2026-03-02 02:00:00", {"category": "care.meals"}) for n in (1, 2, 3)
    ]
    offers = [
        ("offer.opened", 1, "2026-03-02 02:00:00", {"category": "care"}),
        ("offer.opened", 2, "2026-03-02 02:00:00", {"category": "space"}),
    ]
    found = cell("supply_demand_gap", [*needs, *offers])
    assert found.value == pytest.approx(0.5)


@pytest.mark.usefixtures("_declared")
def test_room_use_is_hours_used_of_hours_open() -> None:
    found = cell(
        "room_use",
        [
            ("room.open_held", 1, "2026-03-02 02:00:00", {"minutes": 600}),
            ("booking.used", 1, "2026-03-02 02:00:00", {"minutes": 180}),
        ],
    )
    assert found.value == pytest.approx(0.3)


@pytest.mark.usefixtures("_declared")
@pytest.mark.parametrize(
    ("code", "promised", "done"),
    [
        ("pledge_completion", "pledge.made", "pledge.done"),
        ("decision_execution", "decision.taken", "decision.done"),
    ],
)
def test_promises_are_counted_when_due(code: str, promised: str, done: str) -> None:
    due = {"due": "2026-03-20T10:00:00+08:00"}
    found = cell(
        code,
        [
            (promised, 1, "2026-01-02 02:00:00", due),
            (promised, 2, "2026-01-02 02:00:00", due),
            (promised, 3, "2026-01-02 02:00:00", {"due": "2026-04-20T10:00:00+08:00"}),
            (done, 1, "2026-03-01 02:00:00", {"in_time": True}),
        ],
    )
    assert (found.numerator, found.denominator) == (1, 2)


@pytest.mark.usefixtures("_declared")
def test_reuse_rate_is_fields_filled_of_fields_asked() -> None:
    found = cell(
        "reuse_rate",
        [
            ("form.filled", 1, "2026-03-02 02:00:00", {"filled": 9, "asked": 12}),
            ("form.filled", 2, "2026-03-02 02:00:00", {"filled": 3, "asked": 4}),
        ],
    )
    assert (found.numerator, found.denominator) == (12, 16)
