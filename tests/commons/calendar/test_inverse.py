"""`deadline` and `elapsed` undo each other, and agree with counting minute by minute."""

from datetime import datetime, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.commons.calendar.limits import Limit, LimitUnit
from gongzhi.commons.calendar.office_hours import DayOfYear, OfficeHours, Span
from gongzhi.commons.calendar.working_time import CHINA_TIME, Pause, WorkingTime
from tests.commons.calendar.calendars import SPECIAL, STANDARD, local

MINUTE = timedelta(minutes=1)
BEGIN = local("2025-09-20 00:00")  # three weeks with a holiday and two swapped weekends
TICKING = [LimitUnit.WORK_DAY, LimitUnit.NATURAL_DAY]
RUNNING = [LimitUnit.HOUR, LimitUnit.WORK_HOUR]

starts = st.integers(0, 40 * 24 * 60).map(lambda minutes: BEGIN + minutes * MINUTE)


@st.composite
def hours(draw):
    edges = draw(st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    spans = tuple(Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True))
    return OfficeHours(
        spans,
        weekdays=draw(st.frozensets(st.integers(0, 6), min_size=1)),
        keeps_holidays=draw(st.booleans()),
    )


@st.composite
def clocks(draw):
    summer = draw(hours())
    season = (DayOfYear(9, 25), DayOfYear(10, 7))
    short = OfficeHours(summer.spans, season_begins=season[0], season_ends=season[1])
    return WorkingTime(SPECIAL, [short, draw(hours())], otherwise=[STANDARD])


pauses = st.lists(
    st.tuples(starts, st.integers(0, 6_000)).map(
        lambda pair: Pause(pair[0], pair[0] + pair[1] * MINUTE)
    ),
    max_size=4,
)
limits = st.builds(Limit, st.integers(0, 60), st.sampled_from(LimitUnit))


@settings(max_examples=300, deadline=None)
@given(clocks(), starts, limits, pauses)
def test_what_has_elapsed_at_the_deadline_is_the_limit(clock, start, limit, stops):
    due = clock.deadline(start, limit, stops)
    assert due >= start
    assert clock.elapsed(start, due, limit.unit, stops) == limit.amount


@settings(max_examples=300, deadline=None)
@given(clocks(), starts, starts, limits, pauses)
def test_a_limit_is_kept_exactly_until_its_deadline(clock, start, end, limit, stops):
    start, end = sorted((start, end))
    kept = clock.elapsed(start, end, limit.unit, stops) <= limit.amount
    due = clock.deadline(start, limit, stops)
    if limit.unit in TICKING:
        assert kept == (end <= due)
    else:
        ran = clock.elapsed(start, max(end, due), limit.unit, stops) - limit.amount
        assert kept == (end <= due or ran == 0)


@settings(max_examples=300, deadline=None)
@given(clocks(), starts, starts, st.sampled_from(RUNNING), pauses)
def test_the_deadline_of_what_has_elapsed_is_the_moment_itself(clock, start, end, unit, stops):
    start, end = sorted((start, end))
    amount = clock.elapsed(start, end, unit, stops)
    found = clock.reached(start, amount, unit, stops)
    assert found <= end
    assert clock.elapsed(start, found, unit, stops) == amount
    if end > start and clock.elapsed(start, end - timedelta(microseconds=1), unit, stops) < amount:
        assert found == end


@settings(max_examples=200, deadline=None)
@given(clocks(), starts, starts, pauses)
def test_working_hours_are_the_working_minutes_outside_pauses(clock, start, end, stops):
    start, end = sorted((start, end))
    end = min(end, start + timedelta(days=5))
    minutes = 0
    moment = start
    while moment < end:
        paused = any(stop.start <= moment < stop.end for stop in stops)
        minutes += clock.is_working(moment) and not paused
        moment += MINUTE
    assert clock.elapsed(start, end, LimitUnit.WORK_HOUR, stops) == Fraction(minutes, 60)


@settings(max_examples=200, deadline=None)
@given(clocks(), starts, st.integers(1, 12), pauses)
def test_working_days_are_the_closings_outside_pauses(clock, start, amount, stops):
    due = clock.deadline(start, Limit(amount, LimitUnit.WORK_DAY), stops)
    counted: list[datetime] = []
    day = start.date() + timedelta(days=1)
    while len(counted) < amount:
        closing = _closing(clock, day)
        if closing and not any(stop.start <= closing < stop.end for stop in stops):
            counted.append(closing)
        day += timedelta(days=1)
    assert due == counted[-1]


def _closing(clock: WorkingTime, day) -> datetime | None:
    """The last minute of work of a day, looked for minute by minute."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=CHINA_TIME)
    if not clock.is_working_day(day):
        return None
    for minute in range(1440, 0, -1):
        if clock.is_working(midnight + (minute - 1) * MINUTE):
            return midnight + minute * MINUTE
    raise AssertionError("a working day has a working minute")


@settings(max_examples=100, deadline=None)
@given(clocks(), starts, st.integers(0, 30), st.sampled_from(LimitUnit))
def test_more_time_never_means_an_earlier_deadline(clock, start, amount, unit):
    less, more = (clock.deadline(start, Limit(n, unit)) for n in (amount, amount + 1))
    assert less < more
