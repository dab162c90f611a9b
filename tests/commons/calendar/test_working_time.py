"""Deadlines on days that people know."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from gongzhi.commons.calendar.limits import Limit, LimitUnit
from gongzhi.commons.calendar.office_hours import (
    DayOfYear,
    OfficeHours,
    Span,
    read_spans,
)
from gongzhi.commons.calendar.working_time import (
    CannotReckon,
    ClockStandsStill,
    Pause,
    WorkingTime,
)
from tests.commons.calendar.calendars import STANDARD, local, office

HOUR, WORK_HOUR, WORK_DAY, NATURAL_DAY = (
    LimitUnit.HOUR,
    LimitUnit.WORK_HOUR,
    LimitUnit.WORK_DAY,
    LimitUnit.NATURAL_DAY,
)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        # ten to midnight before the National Day holiday of 2025 (1 to 8 October)
        ("2025-09-30 23:50", 2, HOUR, "2025-10-01 01:50"),
        ("2025-09-30 23:50", 2, WORK_HOUR, "2025-10-09 10:30"),
        ("2025-09-30 23:50", 1, WORK_DAY, "2025-10-09 17:30"),
        ("2025-09-30 23:50", 1, NATURAL_DAY, "2025-10-02 00:00"),
        # 11 October 2025 is a Saturday swapped into work
        ("2025-10-10 15:00", 1, WORK_DAY, "2025-10-11 17:30"),
        ("2025-10-10 17:00", 1, WORK_HOUR, "2025-10-11 09:00"),
        ("2025-10-09 09:00", 3, WORK_DAY, "2025-10-13 17:30"),
        # over the lunch break, and to the very end of the day
        ("2025-03-03 11:30", 1, WORK_HOUR, "2025-03-03 14:00"),
        ("2025-03-03 10:00", 2, WORK_HOUR, "2025-03-03 12:00"),
        ("2025-03-03 08:30", 8, WORK_HOUR, "2025-03-04 09:00"),
        ("2025-03-03 07:00", 1, WORK_HOUR, "2025-03-03 09:30"),
        # an ordinary weekend: whatever arrives on it has Monday as its first working day
        ("2025-03-07 16:00", 1, WORK_DAY, "2025-03-10 17:30"),
        ("2025-03-08 16:00", 1, WORK_DAY, "2025-03-10 17:30"),
        ("2025-03-09 23:59", 1, WORK_DAY, "2025-03-10 17:30"),
        ("2025-03-10 00:00", 1, WORK_DAY, "2025-03-11 17:30"),
        # zero: the end of the starting day, unless it is over
        ("2025-03-07 16:00", 0, WORK_DAY, "2025-03-07 17:30"),
        ("2025-03-07 18:00", 0, WORK_DAY, "2025-03-07 18:00"),
        ("2025-03-08 09:00", 0, WORK_DAY, "2025-03-08 09:00"),
        ("2025-03-07 18:00", 0, NATURAL_DAY, "2025-03-08 00:00"),
        ("2025-03-07 18:00", 0, WORK_HOUR, "2025-03-07 18:00"),
        # seven days, fifteen days, over the Spring Festival of 2026
        ("2026-02-13 10:00", 7, NATURAL_DAY, "2026-02-21 00:00"),
        ("2026-02-13 10:00", 7, WORK_DAY, "2026-03-02 17:30"),
        ("2026-02-14 10:00", 5, WORK_DAY, "2026-02-28 17:30"),
    ],
)
def test_a_deadline_falls_where_people_expect_it(start, amount, unit, due):
    clock = office()
    assert clock.deadline(local(start), Limit(amount, unit)) == local(due)
    assert clock.elapsed(local(start), local(due), unit) == amount


def test_a_moment_may_come_in_any_zone():
    start = datetime(2025, 9, 30, 15, 50, tzinfo=UTC)
    assert office().deadline(start, Limit(2, WORK_HOUR)) == local("2025-10-09 10:30")


def test_a_moment_without_zone_is_refused():
    with pytest.raises(CannotReckon, match="no time zone"):
        office().deadline(datetime(2025, 3, 3, 9), Limit(1, HOUR))  # noqa: DTZ001


def test_an_end_before_the_start_is_refused():
    with pytest.raises(CannotReckon, match="lies before"):
        office().elapsed(local("2025-03-03 09:00"), local("2025-03-03 08:00"), HOUR)


def test_working_hours_stand_still_during_a_pause():
    pause = Pause(local("2025-03-03 10:00"), local("2025-03-04 10:00"))
    due = office().deadline(local("2025-03-03 09:00"), Limit(2, WORK_HOUR), [pause])
    assert due == local("2025-03-04 11:00")


def test_a_working_day_counts_if_the_clock_runs_when_the_office_closes():
    start, limit = local("2025-03-03 09:00"), Limit(2, WORK_DAY)
    within_a_day = Pause(local("2025-03-04 09:00"), local("2025-03-04 17:00"))
    over_a_closing = Pause(local("2025-03-04 09:00"), local("2025-03-05 09:00"))
    over_a_weekend = Pause(local("2025-03-07 18:00"), local("2025-03-10 08:00"))
    assert office().deadline(start, limit) == local("2025-03-05 17:30")
    assert office().deadline(start, limit, [within_a_day]) == local("2025-03-05 17:30")
    assert office().deadline(start, limit, [over_a_closing]) == local("2025-03-06 17:30")
    assert office().deadline(start, limit, [over_a_weekend]) == local("2025-03-05 17:30")


def test_pauses_that_overlap_count_once_and_may_come_in_any_order():
    pauses = [
        Pause(local("2025-03-04 10:00"), local("2025-03-05 10:00")),
        Pause(local("2025-03-03 10:00"), local("2025-03-04 15:00")),
    ]
    due = office().deadline(local("2025-03-03 09:00"), Limit(2, WORK_HOUR), pauses)
    assert due == local("2025-03-05 11:00")


@pytest.mark.parametrize("unit", LimitUnit)
def test_a_clock_that_is_paused_without_end_has_no_deadline(unit):
    start = local("2025-03-03 09:00")
    with pytest.raises(ClockStandsStill):
        office().deadline(start, Limit(9, unit), [Pause(local("2025-03-03 10:00"), None)])
    later = [Pause(local("2025-05-03 10:00"), None)]
    assert office().deadline(start, Limit(9, unit), later) == office().deadline(
        start, Limit(9, unit)
    )


def test_elapsed_time_stops_at_an_open_pause():
    pauses = [Pause(local("2025-03-03 10:00"), None)]
    elapsed = office().elapsed(
        local("2025-03-03 09:00"), local("2025-03-06 09:00"), WORK_HOUR, pauses
    )
    assert elapsed == 1


def test_a_pause_that_ends_before_it_starts_is_refused():
    backwards = Pause(local("2025-03-05 10:00"), local("2025-03-04 10:00"))
    with pytest.raises(CannotReckon, match="before it starts"):
        office().deadline(local("2025-03-03 09:00"), Limit(1, HOUR), [backwards])


def test_half_of_a_limit_is_reached_before_the_limit():
    start = local("2025-03-03 09:00")
    assert office().reached(start, Fraction(1, 2), WORK_HOUR) == local("2025-03-03 09:30")
    assert office().reached(start, Fraction(3, 2), WORK_DAY) == local("2025-03-05 17:30")
    with pytest.raises(CannotReckon, match="negative"):
        office().reached(start, Fraction(-1), HOUR)


def test_a_season_has_its_own_hours_and_may_run_over_new_year():
    winter = OfficeHours(
        read_spans(["09:00-12:00", "13:00-16:00"]),
        season_begins=DayOfYear(11, 1),
        season_ends=DayOfYear(3, 15),
    )
    clock = office(winter, STANDARD)
    start = local("2025-03-14 15:00")  # Friday; from Monday on the ordinary hours hold
    assert clock.deadline(start, Limit(2, WORK_HOUR)) == local("2025-03-17 09:30")
    assert clock.deadline(local("2025-12-31 15:30"), Limit(1, WORK_HOUR)) == local(
        "2026-01-04 09:30"
    )


def test_new_hours_leave_the_past_alone():
    later = OfficeHours(read_spans(["10:00-16:00"]), valid_from=date(2025, 3, 10))
    clock = WorkingTime({}, [later], otherwise=[STANDARD])
    assert clock.deadline(local("2025-03-07 17:00"), Limit(1, WORK_HOUR)) == local(
        "2025-03-10 10:30"
    )


def test_an_office_that_is_shut_on_fridays_does_not_borrow_everyones_friday():
    no_fridays = OfficeHours(read_spans(["09:00-17:00"]), weekdays=frozenset({0, 1, 2, 3}))
    clock = WorkingTime({}, [no_fridays], otherwise=[STANDARD])
    assert not clock.is_working_day(date(2025, 3, 7))


def test_a_duty_desk_works_through_holidays():
    desk = office(OfficeHours.round_the_clock())
    start = local("2025-09-30 23:50")
    assert desk.deadline(start, Limit(2, WORK_HOUR)) == local("2025-10-01 01:50")
    assert desk.deadline(start, Limit(2, WORK_DAY)) == desk.deadline(start, Limit(2, NATURAL_DAY))
    assert desk.deadline(local("2025-10-01 00:00"), Limit(0, WORK_DAY)) == local("2025-10-02 00:00")


def test_the_office_is_closed_at_its_closing_moment():
    clock = office()
    assert clock.is_working(local("2025-03-03 08:30"))
    assert not clock.is_working(local("2025-03-03 12:00"))
    assert not clock.is_working(local("2025-10-01 10:00"))
    assert clock.next_working_moment(local("2025-03-03 12:00")) == local("2025-03-03 13:30")
    assert clock.next_working_moment(local("2025-03-03 10:17")) == local("2025-03-03 10:17")
    assert clock.next_working_moment(local("2025-09-30 23:50")) == local("2025-10-09 08:30")


def test_an_office_that_never_opens_again_gives_no_deadline():
    closed_down = OfficeHours(read_spans(["09:00-17:00"]), valid_to=date(2025, 3, 31))
    clock = WorkingTime({}, [closed_down])
    with pytest.raises(CannotReckon, match="ever open"):
        clock.deadline(local("2025-04-01 09:00"), Limit(1, WORK_HOUR))


def test_a_limit_of_many_years_is_found():
    due = office().deadline(local("2025-03-03 09:00"), Limit(2_600, WORK_DAY))
    assert due.year == 2035


def test_the_answer_does_not_depend_on_what_was_asked_before():
    start, limit = local("2025-03-03 09:00"), Limit(5, WORK_DAY)
    asked = office()
    asked.deadline(local("2035-01-01 00:00"), limit)
    asked.deadline(local("1999-01-01 00:00"), limit)
    assert asked.deadline(start, limit) == office().deadline(start, limit)


def test_a_long_pause_moves_the_deadline_by_years():
    pause = Pause(local("2025-03-03 10:00"), local("2033-03-03 10:00"))
    due = office().deadline(local("2025-03-03 09:00"), Limit(2, WORK_HOUR), [pause])
    assert due == local("2033-03-03 11:00")


def test_one_minute_of_work_a_week_is_still_found():
    rare = OfficeHours((Span(600, 601),), weekdays=frozenset({2}))
    due = WorkingTime({}, [rare]).deadline(local("2025-03-03 09:00"), Limit(1, WORK_HOUR))
    assert due == local("2025-03-05 10:01") + timedelta(weeks=59)
