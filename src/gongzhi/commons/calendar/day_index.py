"""Working time of whole years, added up once so that a deadline is one binary search."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from gongzhi.commons.calendar.office_hours import Span

MINUTE = 60_000_000  # all moments here are microseconds of local time since 1970-01-01
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_EPOCH = date(1970, 1, 1).toordinal()
LAST_YEAR = 9998


class BeyondIndex(Exception):
    """The answer lies after the years that are indexed."""


@dataclass(frozen=True, slots=True)
class DayIndex:
    """Working time from 1 January of `first_year` to 31 December of `last_year`."""

    first_year: int
    last_year: int
    first_day: int
    spans: list[tuple[Span, ...]]  # of each day
    worked: list[int]  # working microseconds before each day, and in all
    closings: list[int]  # the closing moment of each working day

    def covers(self, moment: int) -> bool:
        return self.first_day <= moment // DAY < self.first_day + len(self.spans)

    def spans_at(self, moment: int) -> tuple[Span, ...]:
        return self.spans[moment // DAY - self.first_day]

    def worked_before(self, moment: int) -> int:
        """Working time between the first day and this moment."""
        day = moment // DAY
        place = day - self.first_day
        total = self.worked[place]
        into_day = moment - day * DAY
        for opens, closes in self.spans[place]:
            if into_day <= opens * MINUTE:
                break
            total += min(into_day, closes * MINUTE) - opens * MINUTE
        return total

    def first_worked(self, target: int) -> int:
        """The first moment before which `target` (> 0) working time has passed."""
        place = bisect_left(self.worked, target) - 1
        if place >= len(self.spans):
            raise BeyondIndex
        left = target - self.worked[place]
        for opens, closes in self.spans[place]:
            length = (closes - opens) * MINUTE
            if left <= length:
                return (self.first_day + place) * DAY + opens * MINUTE + left
            left -= length
        raise AssertionError("a day's spans add up to its working time")

    def closings_before(self, moment: int) -> int:
        return bisect_left(self.closings, moment)

    def closings_until(self, moment: int) -> int:
        return bisect_right(self.closings, moment)

    def closing(self, number: int) -> int:
        if number >= len(self.closings):
            raise BeyondIndex
        return self.closings[number]

    def next_opening(self, moment: int) -> int:
        """The first moment, not before this one, at which the office is open."""
        return self.first_worked(self.worked_before(moment) + 1) - 1


def index_days(
    first_year: int, last_year: int, *, spans_of: Callable[[date], tuple[Span, ...]]
) -> DayIndex:
    """Add up the working time of these years; about a millisecond for each."""
    first, last = date(first_year, 1, 1).toordinal(), date(last_year, 12, 31).toordinal()
    spans: list[tuple[Span, ...]] = []
    worked, closings, total = [0], [], 0
    for ordinal in range(first, last + 1):
        today = spans_of(date.fromordinal(ordinal))
        spans.append(today)
        total += sum((closes - opens) * MINUTE for opens, closes in today)
        worked.append(total)
        if today:
            closings.append((ordinal - _EPOCH) * DAY + today[-1].closes * MINUTE)
    return DayIndex(first_year, last_year, first - _EPOCH, spans, worked, closings)
