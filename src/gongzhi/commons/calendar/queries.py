"""Working time of an office, from what the district has entered and what ships with the code."""

import json
from datetime import date
from functools import cache
from importlib import resources

from django.db.models import QuerySet

from gongzhi.commons.calendar.models import OfficeHoursEntry, SpecialDay
from gongzhi.commons.calendar.office_hours import (
    OfficeHours,
    read_day_of_year,
    read_spans,
)
from gongzhi.commons.calendar.working_time import WorkingTime
from gongzhi.commons.calendar.year_lists import shipped_years
from gongzhi.commons.revisions import Kept, Revision

revision = Revision("calendar.CalendarRevision")


def working_time(unit_id: int | None = None) -> WorkingTime:
    """The working time of this unit, or of everyone who has no hours of their own."""
    by_unit = _calendars.value()
    return by_unit.get(unit_id) or by_unit[None]


def office_hours(unit_id: int | None = None) -> tuple[OfficeHours, ...]:
    """The hours entered for this unit, or for everyone; empty where none are."""
    return tuple(_read_hours(row) for row in entries_of(unit_id))


def entries_of(unit_id: int | None) -> QuerySet[OfficeHoursEntry]:
    """The rows of one unit, or of everyone."""
    if unit_id is None:
        return OfficeHoursEntry.objects.filter(unit_id__isnull=True)
    return OfficeHoursEntry.objects.filter(unit_id=unit_id)


def units_with_hours() -> list[int | None]:
    """Whose hours were entered: None for everyone's, first, then units by their id."""
    found = set(OfficeHoursEntry.objects.values_list("unit_id", flat=True))
    return sorted(found, key=lambda unit_id: (unit_id is not None, unit_id or 0))


def special_days() -> dict[date, bool]:
    """Days that aren't what their weekday says: True for off, False for work.

    A year that the district has imported counts as imported; any other as it ships.
    """
    rows = list(SpecialDay.objects.values_list("day", "year", "is_off"))
    imported = {year for _, year, _ in rows}
    days = {
        entry.day: entry.is_off
        for listed in _shipped()
        if listed.year not in imported
        for entry in listed.days
    }
    return days | {day: is_off for day, _, is_off in rows}


def years_known() -> set[int]:
    """The years whose holidays are known; in any other only weekends are off."""
    imported = SpecialDay.objects.values_list("year", flat=True).distinct()
    return {listed.year for listed in _shipped()} | set(imported)


_shipped = cache(shipped_years)


@cache
def _standard_hours() -> tuple[OfficeHours, ...]:
    text = resources.files("gongzhi.commons.calendar").joinpath("standard_hours.json")
    return tuple(
        OfficeHours(spans=read_spans(entry["spans"])) for entry in json.loads(text.read_text())
    )


def _load() -> dict[int | None, WorkingTime]:
    days = special_days()
    by_unit: dict[int | None, list[OfficeHours]] = {}
    for row in OfficeHoursEntry.objects.all():
        by_unit.setdefault(row.unit_id, []).append(_read_hours(row))
    everyone = by_unit.pop(None, None) or _standard_hours()
    calendars: dict[int | None, WorkingTime] = {
        unit_id: WorkingTime(days, hours, otherwise=everyone) for unit_id, hours in by_unit.items()
    }
    calendars[None] = WorkingTime(days, everyone, otherwise=_standard_hours())
    return calendars


def _read_hours(row: OfficeHoursEntry) -> OfficeHours:
    return OfficeHours(
        spans=read_spans(row.spans),
        weekdays=frozenset(row.weekdays),
        season_begins=read_day_of_year(row.season_begins),
        season_ends=read_day_of_year(row.season_ends),
        keeps_holidays=row.keeps_holidays,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


_calendars: Kept[dict[int | None, WorkingTime]] = Kept(revision, _load)
