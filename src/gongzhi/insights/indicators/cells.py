"""One measured number, with all that is needed to judge it and to find it again."""

from dataclasses import dataclass
from enum import StrEnum

from gongzhi.insights.indicators.shapes import Level


class Standing(StrEnum):
    """Why a cell has a value, or has none. Nothing of these is 0."""

    MEASURED = "measured"
    NO_RECORD = "no_record"  # the room that writes these events isn't there, or none was written
    HIDDEN = "hidden"  # fewer than five requests, or needed to protect such a cell
    TOO_FEW = "too_few"  # records, but too few for this statistic


@dataclass(frozen=True, slots=True)
class Cell:
    """An indicator of one group in one time: counts, value, limits.

    `numerator` and `denominator` are empty for hidden cells, and for statistics that have none.
    """

    indicator: str
    level: Level
    group: int | None  # the id of the place or unit; None: the whole district
    month: int | None  # None: the whole period
    standing: Standing
    n: int = 0  # records behind it
    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    ninetieth: float | None = None  # of hours

    @property
    def is_measured(self) -> bool:
        return self.standing is Standing.MEASURED


def hidden(cell: Cell) -> Cell:
    """The cell without anything that its counts could be told from."""
    return Cell(cell.indicator, cell.level, cell.group, cell.month, Standing.HIDDEN)
