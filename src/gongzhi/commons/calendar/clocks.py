"""The two kinds of clock, on microseconds: one that runs, one that ticks; both can pause."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from gongzhi.commons.calendar.day_index import DAY, BeyondIndex, DayIndex

# China has one zone and, since 1992, no summer time; a fixed offset makes local arithmetic exact.
CHINA_TIME = timezone(timedelta(hours=8))
_EPOCH = datetime(1970, 1, 1, tzinfo=CHINA_TIME)
_MICROSECOND = timedelta(microseconds=1)

Stop = tuple[int, int | None]


class CannotReckon(ValueError):
    """A question about time that has no answer, and why."""


class ClockStandsStill(CannotReckon):
    """The clock is paused without an end before the deadline, so there is no deadline yet."""

    def __init__(self) -> None:
        super().__init__("the clock is paused: there is no deadline until it goes on")


class Pause(NamedTuple):
    """A stretch during which the clock stands still: [start, end), or from start on."""

    start: datetime
    end: datetime | None


Stretch = tuple[datetime, datetime | None]  # a `Pause`, or a plain pair such as a query gives


def moment_of(when: datetime) -> int:
    """Microseconds of local time since 1970."""
    if when.tzinfo is None:
        raise CannotReckon(f"{when} has no time zone")
    return (when - _EPOCH) // _MICROSECOND


def datetime_of(moment: int) -> datetime:
    return _EPOCH + timedelta(microseconds=moment)


def stops_after(begin: int, pauses: Iterable[Stretch]) -> list[Stop]:
    """The pauses after `begin`, in order, joined where they touch."""
    found: list[Stop] = []
    for start, end in pauses:
        stop = (max(moment_of(start), begin), None if end is None else moment_of(end))
        if end is not None and end < start:
            raise CannotReckon(f"a pause ends at {end}, before it starts at {start}")
        if stop[1] is None or stop[1] > stop[0]:
            found.append(stop)
    if len(found) < 2:
        return found
    found.sort(key=lambda stop: stop[0])
    joined = [found[0]]
    for start_, end_ in found[1:]:
        last_start, last_end = joined[-1]
        if last_end is None:
            break
        if start_ <= last_end:
            joined[-1] = (last_start, None if end_ is None else max(end_, last_end))
        else:
            joined.append((start_, end_))
    return joined


def run(
    begin: int,
    amount: int,
    stops: list[Stop],
    *,
    read: Callable[[int], int],
    first: Callable[[int], int],
) -> int:
    """The first moment at which a running clock has run `amount` since `begin`.

    `read` is what a clock that never pauses shows at a moment, `first` when it first shows that.
    """
    if amount == 0:
        return begin
    target = read(begin) + amount
    for start, end in stops:
        reading = read(start)
        if target <= reading:
            break
        if end is None:
            raise ClockStandsStill
        target += read(end) - reading
    return first(target)


def ran(begin: int, until: int, stops: list[Stop], *, read: Callable[[int], int]) -> int:
    """How long a running clock has run between two moments."""
    total = read(until) - read(begin)
    for start, end in stops:
        if start >= until:
            break
        total -= read(until if end is None else min(end, until)) - read(start)
    return total


def tick(
    first: int,
    amount: int,
    stops: list[Stop],
    *,
    read: Callable[[int], int],
    moment: Callable[[int], int],
) -> int:
    """The moment of the `amount`-th tick (1 or more) from number `first`, without paused ones.

    `read` counts the ticks before a moment, `moment` says when a tick comes.
    """
    number = first + amount - 1
    for start, end in stops:
        if moment(number) < start:
            break
        if end is None:
            raise ClockStandsStill
        number += max(read(end) - max(read(start), first), 0)
    return moment(number)


def ticked(
    until: int,
    first: int,
    starting_day_ends: int,
    stops: list[Stop],
    *,
    read: Callable[[int], int],
) -> int:
    """The number of the tick that comes at or after `until`; the end of the first day is 0."""
    if until <= starting_day_ends:
        return 0
    total = max(read(until) - first, 0)
    for start, end in stops:
        if start >= until:
            break
        stop = until if end is None else min(end, until)
        total -= max(read(stop) - max(read(start), first), 0)
    return total + 1


def midnights_before(moment: int) -> int:
    return -(-moment // DAY)


def first_midnight(begin: int) -> tuple[int, int]:
    """The number of the first natural day's tick after the starting day, and when that day ends."""
    today = begin // DAY + 1
    return today + 1, today * DAY


def tick_natural(begin: int, amount: int, stops: list[Stop]) -> int:
    first, starting_day_ends = first_midnight(begin)
    if amount == 0:
        return starting_day_ends
    return tick(first, amount, stops, read=midnights_before, moment=lambda number: number * DAY)


def first_closing(begin: int, index: DayIndex) -> tuple[int, int]:
    """The number of the first closing after the starting day, and when that day ends."""
    midnight = begin // DAY * DAY
    first = index.closings_until(midnight + DAY)
    today = max(index.closings_before(begin), index.closings_until(midnight))
    return first, index.closings[today] if today < first else begin


def tick_working(begin: int, amount: int, stops: list[Stop], index: DayIndex) -> int:
    first, starting_day_ends = first_closing(begin, index)
    if amount == 0:
        return starting_day_ends
    _reach(stops, index)
    return tick(first, amount, stops, read=index.closings_before, moment=index.closing)


def run_working(begin: int, amount: int, stops: list[Stop], index: DayIndex) -> int:
    _reach(stops, index)
    return run(begin, amount, stops, read=index.worked_before, first=index.first_worked)


def _reach(stops: list[Stop], index: DayIndex) -> None:
    for start, end in stops:
        if not index.covers(start if end is None else end):
            raise BeyondIndex
