"""Schemes are data: dated, checked, and honest about what is missing."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gongzhi.insights.indicators.cells import Cell, Standing
from gongzhi.insights.indicators.definitions import indicator
from gongzhi.insights.indicators.measuring import Measuring
from gongzhi.insights.indicators.periods import period_named
from gongzhi.insights.indicators.schemes import (
    CannotReadScheme,
    Scheme,
    assess,
    read_schemes,
    scheme_on,
)
from gongzhi.insights.indicators.shapes import Level
from tests.insights.indicators.made_events import source


def row(**changes: Any) -> dict[str, Any]:
    return {
        "code": "s",
        "version": 1,
        "name": "试行",
        "begins": "2026-01-01",
        "ends": "2026-06-30",
        "weights": {"resolution_rate": 0.5, "reopen_rate": 0.5},
    } | changes


def read(tmp_path: Path, *rows: dict[str, Any]) -> tuple[Scheme, ...]:
    file = tmp_path / "schemes.json"
    file.write_text(json.dumps(rows))
    return read_schemes(file)


def test_the_standard_schemes_can_be_read() -> None:
    assert scheme_on("three_rates", date(2026, 1, 1), read_schemes()) is not None


def test_of_two_versions_the_one_in_force_is_used(tmp_path: Path) -> None:
    newer = row(version=2, begins="2026-07-01", ends=None)
    schemes = read(tmp_path, row(), newer)
    assert [
        found.version if (found := scheme_on("s", day, schemes)) else None
        for day in (date(2025, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    ] == [None, 1, 2]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"weights": {"resolution_rate": 0.6}}, "合计为 1"),
        ({"weights": {"happiness": 1}}, "happiness"),
        ({"weights": {"handling_hours": 1}}, "handling_hours"),
        ({"begins": "soon"}, "第 1 个方案"),
    ],
)
def test_a_scheme_that_makes_no_sense_is_refused(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(CannotReadScheme, match=says):
        read(tmp_path, row(**changes))


def test_versions_may_not_overlap(tmp_path: Path) -> None:
    with pytest.raises(CannotReadScheme, match="重叠"):
        read(tmp_path, row(), row(version=2, begins="2026-06-30", ends=None))


def cell(code: str, value: float, around: float) -> Cell:
    return Cell(
        code,
        Level.STREET,
        1,
        None,
        Standing.MEASURED,
        100,
        value * 100,
        100,
        value,
        value - around,
        value + around,
    )


def test_what_is_better_when_lower_is_turned_and_limits_are_carried(tmp_path: Path) -> None:
    (scheme,) = read(tmp_path, row())
    cells = {
        "resolution_rate": cell("resolution_rate", 0.8, 0.06),
        "reopen_rate": cell("reopen_rate", 0.1, 0.08),
    }
    found = assess(scheme, cells, group=1)
    assert found.value == pytest.approx(0.85)
    assert found.lower == pytest.approx(0.80)
    assert found.upper == pytest.approx(0.90)


def test_a_gap_is_named_and_not_filled(tmp_path: Path) -> None:
    (scheme,) = read(tmp_path, row())
    found = assess(scheme, {"resolution_rate": cell("resolution_rate", 0.8, 0.06)}, group=1)
    assert (found.value, found.missing) == (None, ("reopen_rate",))


def test_excluded_matters_are_left_out_with_all_below_them(tmp_path: Path) -> None:
    (scheme,) = read(tmp_path, row(excluded_matters=["utilities"]))
    answers = [
        ("ticket.called_back", n, "2026-03-02 02:00:00", {"category": matter, "solved": "yes"})
        for n, matter in enumerate(["utilities.water", "utilities", "utilities2", "order"])
    ]
    measuring = Measuring(source(answers), period_named("2026-03"), scheme=scheme)
    (found,) = measuring.measure(indicator("resolution_rate"), Level.DISTRICT)
    assert found.denominator == 2
