"""Calendars that the tests share."""

from datetime import date, datetime

from gongzhi.commons.calendar.office_hours import OfficeHours, read_spans
from gongzhi.commons.calendar.working_time import CHINA_TIME, WorkingTime
from gongzhi.commons.calendar.year_lists import shipped_years

STANDARD = OfficeHours(read_spans(["08:30-12:00", "13:30-17:30"]))
SPECIAL: dict[date, bool] = {
    entry.day: entry.is_off for listed in shipped_years() for entry in listed.days
}


def office(*hours: OfficeHours) -> WorkingTime:
    """A working time with the shipped holidays."""
    return WorkingTime(SPECIAL, hours or (STANDARD,))


def local(text: str) -> datetime:
    """A moment in China, from "2025-09-30 23:50"."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA_TIME)
