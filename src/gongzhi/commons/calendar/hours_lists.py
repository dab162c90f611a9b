"""Office hours as a list in JSON, for files that people keep."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from gongzhi.commons.calendar.office_hours import (
    MONDAY_TO_FRIDAY,
    NEW_YEARS_DAY,
    NEW_YEARS_EVE,
    CannotReadHours,
    DayOfYear,
    OfficeHours,
    read_day_of_year,
    read_spans,
    write_span,
)

_KNOWN = frozenset(
    {
        "spans",
        "weekdays",
        "season_begins",
        "season_ends",
        "keeps_holidays",
        "valid_from",
        "valid_to",
        "round_the_clock",
    }
)


def read_hours(entry: Mapping[str, Any]) -> OfficeHours:
    """One entry: {"spans": ["08:30-12:00"], "season_begins": "05-01", …}.

    Instead of spans, `"round_the_clock": true`. Raises `CannotReadHours` that says what is wrong.
    """
    if unknown := set(entry) - _KNOWN:
        raise CannotReadHours(f"unknown words in office hours: {', '.join(sorted(unknown))}")
    if entry.get("round_the_clock"):
        return OfficeHours.round_the_clock()
    try:
        valid_from, valid_to = _day(entry.get("valid_from")), _day(entry.get("valid_to"))
        if valid_from and valid_to and valid_to < valid_from:
            raise CannotReadHours(f"valid_to {valid_to} lies before valid_from {valid_from}")
        return OfficeHours(
            spans=read_spans(entry.get("spans", ())),
            weekdays=_weekdays(entry.get("weekdays", MONDAY_TO_FRIDAY)),
            season_begins=read_day_of_year(entry.get("season_begins", "01-01")),
            season_ends=read_day_of_year(entry.get("season_ends", "12-31")),
            keeps_holidays=bool(entry.get("keeps_holidays", True)),
            valid_from=valid_from,
            valid_to=valid_to,
        )
    except (TypeError, AttributeError) as error:
        raise CannotReadHours(f"office hours that can't be read: {error}") from None


def write_hours(hours: OfficeHours) -> dict[str, Any]:
    """The entry that `read_hours` reads, without what goes without saying."""
    if hours == OfficeHours.round_the_clock():
        return {"round_the_clock": True}
    entry: dict[str, Any] = {"spans": [write_span(span) for span in hours.spans]}
    if hours.weekdays != MONDAY_TO_FRIDAY:
        entry["weekdays"] = sorted(hours.weekdays)
    if (hours.season_begins, hours.season_ends) != (NEW_YEARS_DAY, NEW_YEARS_EVE):
        entry["season_begins"] = _day_of_year(hours.season_begins)
        entry["season_ends"] = _day_of_year(hours.season_ends)
    if not hours.keeps_holidays:
        entry["keeps_holidays"] = False
    for name, day in (("valid_from", hours.valid_from), ("valid_to", hours.valid_to)):
        if day is not None:
            entry[name] = day.isoformat()
    return entry


def _day_of_year(day: DayOfYear) -> str:
    return f"{day.month:02}-{day.day:02}"


def _weekdays(given: Iterable[Any]) -> frozenset[int]:
    days = list(given)
    if not all(type(day) is int for day in days):
        raise CannotReadHours(f"weekdays are 0 (Monday) to 6: {days}")
    return frozenset(days)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CannotReadHours(f"a day looks like 2026-01-01, not {text!r}") from None
