"""A limit is data: an amount and a unit."""

from dataclasses import dataclass
from enum import StrEnum


class LimitUnit(StrEnum):
    """In what a limit is counted."""

    HOUR = "hour"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"
    NATURAL_DAY = "natural_day"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many hours, working hours, working days or natural days."""

    amount: int
    unit: LimitUnit

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError(f"a limit can't be negative: {self.amount} {self.unit}")
