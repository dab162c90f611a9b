"""Every indicator is defined once, explained, and tested."""

from pathlib import Path
from runpy import run_path

import pytest

from gongzhi.commons.ledger.kinds import all_kinds
from gongzhi.insights.indicators.columns import FIELDS
from gongzhi.insights.indicators.definitions import (
    BY_CODE,
    INDICATORS,
    UnknownIndicator,
    indicator,
    indicators_of,
)
from gongzhi.insights.indicators.shapes import Difficulty, Indicator, Level

ROOT = Path(__file__).resolve().parents[3]


def test_there_are_twenty_six_numbered_one_by_one() -> None:
    assert [each.number for each in INDICATORS] == list(range(1, 27))
    assert len(BY_CODE) == 26


def test_every_indicator_has_its_page_as_its_definition_says() -> None:
    written = run_path(str(ROOT / "docs" / "make_registers.py"))["indicator_pages"]
    pages = dict(written())
    assert len(pages) == 26
    for name, text in pages.items():
        kept = (ROOT / "docs" / "indicators" / name).read_text("utf-8")
        assert kept == text, f"docs/indicators/{name} is stale: python docs/make_registers.py"


@pytest.mark.parametrize("each", INDICATORS, ids=lambda each: each.code)
def test_every_indicator_has_a_test_from_its_events(each: Indicator) -> None:
    here = Path(__file__).parent
    tests = "".join(file.read_text() for file in sorted(here.glob("test_of_*.py")))
    assert f'"{each.code}"' in tests


def test_every_field_an_indicator_needs_is_a_column() -> None:
    columns = {name for name, _column, _kind in FIELDS}
    needed = {field for each in INDICATORS for need in each.events for field in need.fields}
    assert needed <= columns


def test_every_difficulty_has_indicators_and_every_indicator_the_district() -> None:
    assert all(indicators_of(each) for each in Difficulty)
    assert all(Level.DISTRICT in each.levels for each in INDICATORS)


def test_no_indicator_reads_events_of_persons() -> None:
    declared = {kind.name for kind in all_kinds() if kind.name.startswith("person.")}
    assert not declared & {need.kind for each in INDICATORS for need in each.events}


def test_an_unknown_code_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownIndicator, match="response_rate"):
        indicator("happiness")
