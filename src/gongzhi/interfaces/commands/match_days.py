"""The days of a plan, and which of its periods a row of a table means."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from gongzhi.commons.tables.reading import CannotRead
from gongzhi.interfaces.commands.match_tables import Reader

_MOST_DAYS = 400
_ALL_PARTS = 3
_ANY_DAY = date(2000, 1, 3)  # a Monday: stands in where no table names a day

Days = tuple[date | None, date | None]


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The periods of a plan: days, or their mornings, afternoons and evenings."""

    first: date
    days: int
    parts: int

    @property
    def periods(self) -> int:
        return self.days * self.parts

    def day_of(self, period: int) -> date:
        return self.first + timedelta(days=period // self.parts)

    def part_of(self, period: int) -> int | None:
        """0 morning, 1 afternoon, 2 evening; None where the periods are whole days."""
        return period % self.parts if self.parts > 1 else None

    def open_periods(
        self, days: Days, *, parts: tuple[int, ...] = (), weekdays: tuple[int, ...] = ()
    ) -> np.ndarray:
        """(periods,), which lie on these days, weekdays and parts; empty means all of them."""
        open_days = np.ones((self.days, self.parts), dtype=bool)
        first, last = days
        if first:
            open_days[: (first - self.first).days] = False
        if last:
            open_days[(last - self.first).days + 1 :] = False
        if parts:
            open_days[:, [part for part in range(self.parts) if part not in parts]] = False
        if weekdays:
            of_day = (self.first.weekday() + np.arange(self.days)) % 7 + 1
            open_days[~np.isin(of_day, weekdays)] = False
        return open_days.ravel()


def days_of(reader: Reader) -> list[Days]:
    """First and last day of every row; what ends before it begins is complained of."""
    found = []
    for row in range(len(reader.table)):
        first, last = reader.day(row, "from"), reader.day(row, "to")
        if first and last and last < first:
            reader.complain(
                row, "to", f"结束早于开始（{first}）", f"ends before it begins ({first})"
            )
        found.append((first, last))
    return found


def calendar_of(*, days: Iterable[Days], readers: Iterable[Reader | None]) -> Calendar:
    """From the first day named to the last; parts of days only where a table names one."""
    known = [day for pair in days for day in pair if day]
    first, last = min(known, default=_ANY_DAY), max(known, default=_ANY_DAY)
    count = (last - first).days + 1
    if count > _MOST_DAYS:
        raise CannotRead(
            "too_many_days",
            chinese=f"从 {first} 到 {last} 共 {count} 天，上限 {_MOST_DAYS} 天。"
            "请检查年份，或分期匹配。",
            english=f"{first} to {last} are {count} days; the limit is {_MOST_DAYS}. "
            "Check the years, or match in stages.",
        )
    split = any(
        reader.text(row, "parts")
        for reader in readers
        if reader is not None
        for row in range(len(reader.table))
    )
    return Calendar(first=first, days=count, parts=_ALL_PARTS if split else 1)
