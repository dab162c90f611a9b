"""Deadlines and elapsed time, in hours, working hours, working days and natural days.

Two kinds of clock:

- **Hours and working hours run.** A deadline is the first moment at which the amount has run;
  working hours run while the office is open. Nothing runs during a pause.
- **Days tick.** The day on which the clock starts is not counted. A natural day ticks at its
  24:00, a working day when the office closes, and only if the clock isn't paused at that moment.
  A deadline of n days is the n-th tick; of 0 days, the end of the starting day (on a working
  day that has closed, or a day off: the start itself).

`elapsed(start, t)` is the smallest amount whose deadline isn't before t, so that always

    elapsed(start, deadline(start, limit)) == limit.amount
    t <= deadline(start, limit)  implies  elapsed(start, t) <= limit.amount

The converse of the second holds for days without exception. For hours it holds unless the clock
stood still from the deadline until t (a break, a night, a pause): nothing more has elapsed then,
and still the deadline is the earlier moment.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from math import ceil

from gongzhi.commons.calendar import clocks
from gongzhi.commons.calendar.clocks import (
    CHINA_TIME,
    CannotReckon,
    ClockStandsStill,
    Pause,
    Stretch,
    datetime_of,
    moment_of,
    stops_after,
)
from gongzhi.commons.calendar.day_index import (
    DAY,
    HOUR,
    LAST_YEAR,
    MINUTE,
    BeyondIndex,
    DayIndex,
    index_days,
)
from gongzhi.commons.calendar.limits import Limit, LimitUnit
from gongzhi.commons.calendar.office_hours import OfficeHours, Span, spans_on

__all__ = ["CHINA_TIME", "CannotReckon", "ClockStandsStill", "Pause", "Stretch", "WorkingTime"]

_LONGEST_SEARCH = 400  # years in which to look for an answer before giving up


class WorkingTime:
    """One office's working time. Its answers never change; it indexes years as they are asked for.

    A deadline costs a few binary searches. A year for which no special days are known has its
    weekends off and no holidays.
    """

    def __init__(
        self,
        special_days: Mapping[date, bool],
        office_hours: Sequence[OfficeHours],
        *,
        otherwise: Sequence[OfficeHours] = (),
    ) -> None:
        """`special_days`: True for a holiday, False for a weekend day swapped into work.

        Of the office hours the first that hold on a day count; of `otherwise`, on days for
        which no office hours hold. A day for which neither holds is a day off.
        """
        if not office_hours:
            raise CannotReckon("working time needs office hours")
        self._otherwise = tuple(otherwise)
        self._special = dict(special_days)
        self._hours = tuple(office_hours)
        self._index: DayIndex | None = None

    def deadline(self, start: datetime, limit: Limit, pauses: Iterable[Stretch] = ()) -> datetime:
        """When `limit` is up, for a clock that starts at `start`."""
        return self._reached(start, limit.amount, limit.unit, pauses)

    def reached(
        self, start: datetime, amount: Fraction, unit: LimitUnit, pauses: Iterable[Stretch] = ()
    ) -> datetime:
        """The deadline of a part of a limit, for reminders; part of a day counts as a whole one."""
        if amount < 0:
            raise CannotReckon(f"an amount of time can't be negative: {amount} {unit}")
        return self._reached(start, amount, unit, pauses)

    def elapsed(
        self, start: datetime, end: datetime, unit: LimitUnit, pauses: Iterable[Stretch] = ()
    ) -> Fraction:
        """How much of a limit in `unit` is used up at `end`: exact, and whole for days."""
        begin, until = moment_of(start), moment_of(end)
        if until < begin:
            raise CannotReckon(f"the end {end} lies before the start {start}")
        stops = stops_after(begin, pauses)
        if unit is LimitUnit.HOUR:
            return Fraction(clocks.ran(begin, until, stops, read=int), HOUR)
        if unit is LimitUnit.NATURAL_DAY:
            first, ends = clocks.first_midnight(begin)
            read = clocks.midnights_before
            return Fraction(clocks.ticked(until, first, ends, stops, read=read))
        index = self._indexed(begin, until)
        if unit is LimitUnit.WORK_HOUR:
            return Fraction(clocks.ran(begin, until, stops, read=index.worked_before), HOUR)
        first, ends = clocks.first_closing(begin, index)
        return Fraction(clocks.ticked(until, first, ends, stops, read=index.closings_before))

    def is_working(self, moment: datetime) -> bool:
        """Whether the office is open; at the closing moment itself it no longer is."""
        at = moment_of(moment)
        spans = self._indexed(at, at).spans_at(at)
        return any(opens * MINUTE <= at % DAY < closes * MINUTE for opens, closes in spans)

    def is_working_day(self, day: date) -> bool:
        """Whether the office opens on this day."""
        return bool(self._spans_of(day))

    def next_working_moment(self, moment: datetime) -> datetime:
        """This moment if the office is open, else its next opening."""
        at = moment_of(moment)
        return datetime_of(self._search(at, lambda index: index.next_opening(at)))

    def _reached(
        self, start: datetime, amount: Fraction | int, unit: LimitUnit, pauses: Iterable[Stretch]
    ) -> datetime:
        begin = moment_of(start)
        stops = stops_after(begin, pauses)
        if unit is LimitUnit.HOUR:
            running = ceil(amount * HOUR)
            return datetime_of(clocks.run(begin, running, stops, read=int, first=int))
        if unit is LimitUnit.NATURAL_DAY:
            return datetime_of(clocks.tick_natural(begin, ceil(amount), stops))
        if unit is LimitUnit.WORK_HOUR:
            reckon, whole = clocks.run_working, ceil(amount * HOUR)
        else:
            reckon, whole = clocks.tick_working, ceil(amount)
        found = self._search(begin, lambda index: reckon(begin, whole, stops, index))
        return datetime_of(found)

    def _spans_of(self, day: date) -> tuple[Span, ...]:
        special = self._special.get(day)
        spans = spans_on(day, self._hours, special=special)
        return (spans_on(day, self._otherwise, special=special) or ()) if spans is None else spans

    def _indexed(self, earliest: int, latest: int) -> DayIndex:
        """An index that covers both moments; it grows, and is replaced as a whole."""
        index = self._index
        if index is not None and index.covers(earliest) and index.covers(latest):
            return index
        first, last = datetime_of(earliest).year, datetime_of(latest).year + 2
        if index is not None:
            first, last = min(first, index.first_year), max(last, index.last_year)
        self._index = grown = index_days(first, min(last, LAST_YEAR), spans_of=self._spans_of)
        return grown

    def _search(self, begin: int, reckon: Callable[[DayIndex], int]) -> int:
        """The answer of `reckon`, over an index that doubles until it is long enough."""
        index = self._indexed(begin, begin)
        while True:
            try:
                return reckon(index)
            except BeyondIndex:
                years = index.last_year - datetime_of(begin).year + 1
                last = min(index.last_year + years, LAST_YEAR)
                if years > _LONGEST_SEARCH or last == index.last_year:
                    raise CannotReckon(
                        f"no answer before the year {last}: does the office ever open?"
                    ) from None
                index = self._indexed(begin, moment_of(datetime(last, 1, 1, tzinfo=CHINA_TIME)))
