"""What tests of the insights share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gongzhi.insights.indicators.cells import Cell
from gongzhi.insights.indicators.definitions import indicator
from gongzhi.insights.indicators.measuring import Measuring
from gongzhi.insights.indicators.periods import period_named
from gongzhi.insights.indicators.shapes import Level
from gongzhi.insights.indicators.snapshots import forget_snapshot
from gongzhi.insights.indicators.sources import local_events
from tests.affairs.small_district import SmallDistrict
from tests.insights.district import build

Measured = Callable[..., dict[int | None, Cell]]


@pytest.fixture
def district(db: None) -> SmallDistrict:
    """The small district, founded by real actions for each test."""
    return build()


@pytest.fixture
def measured(tmp_path: Path) -> Measured:
    """Measure one indicator from the record as it stands: cells by group."""

    def now(
        code: str, level: Level = Level.DISTRICT, *, period: str = "2026-03"
    ) -> dict[int | None, Cell]:
        measuring = Measuring(local_events(tmp_path / "mirror"), period_named(period))
        return {cell.group: cell for cell in measuring.measure(indicator(code), level)}

    return now


@pytest.fixture(autouse=True)
def _read_anew() -> None:
    """No test sees the record of another."""
    forget_snapshot()
