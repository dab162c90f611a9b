"""A year's holidays and swapped weekends: reading the JSON shape in which people share them.

{"year": 2026, "papers": ["…"], "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": true}]}
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any


class CannotReadYear(ValueError):
    """A list of days that can't be used: every fault, each with its place in the list."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults))


@dataclass(frozen=True, slots=True)
class ListedDay:
    """A day that isn't what its weekday says."""

    day: date
    name: str
    is_off: bool


@dataclass(frozen=True, slots=True)
class YearList:
    """The days off and swapped weekends of one year, and the papers that announce them."""

    year: int
    papers: tuple[str, ...]
    days: tuple[ListedDay, ...]


def read_year(text: str) -> YearList:
    """The list in this JSON text; raises `CannotReadYear` with all faults at once."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise CannotReadYear([f"this is not JSON: {error}"]) from None
    if not isinstance(document, dict):
        raise CannotReadYear(['the list is an object with "year", "papers" and "days"'])
    year: Any = document.get("year")
    papers: Any = document.get("papers", [])
    days: Any = document.get("days")
    faults = []
    if not isinstance(year, int) or isinstance(year, bool) or not 1992 <= year <= 9000:
        faults.append(f'"year" is a year such as 2026, not {year!r}')
    if not isinstance(papers, list) or not all(isinstance(paper, str) for paper in papers):
        faults.append('"papers" is a list of texts')
    if not isinstance(days, list) or not days:
        faults.append('"days" is a list with at least one day')
    if faults:
        raise CannotReadYear(faults)
    listed = _read_days(days, year=year, faults=faults)
    if faults:
        raise CannotReadYear(faults)
    return YearList(year, tuple(papers), tuple(sorted(listed, key=lambda entry: entry.day)))


def _read_days(days: list[Any], *, year: int, faults: list[str]) -> list[ListedDay]:
    listed: list[ListedDay] = []
    seen: dict[date, int] = {}
    for number, entry in enumerate(days, start=1):
        try:
            found = _read_day(entry, year=year)
        except ValueError as error:
            faults.append(f"day {number}: {error}")
            continue
        if found.day in seen:
            faults.append(f"day {number}: {found.day} is already day {seen[found.day]}")
        seen.setdefault(found.day, number)
        listed.append(found)
    return listed


def _read_day(entry: Any, *, year: int) -> ListedDay:
    if not isinstance(entry, Mapping):
        raise ValueError('a day is an object with "name", "date" and "isOffDay"')
    name, is_off = entry.get("name"), entry.get("isOffDay")
    written: Any = entry.get("date")
    if not isinstance(name, str) or not name.strip() or len(name) > 40:
        raise ValueError(f'"name" is a text of 1 to 40 characters, not {name!r}')
    if not isinstance(is_off, bool):
        raise ValueError(f'"isOffDay" is true or false, not {is_off!r}')
    try:
        day = date.fromisoformat(written)
    except (TypeError, ValueError):
        raise ValueError(f'"date" is a day such as 2026-01-01, not {written!r}') from None
    # New Year's holiday may begin in the December before.
    if not date(year - 1, 12, 1) <= day <= date(year, 12, 31):
        raise ValueError(f"{day} doesn't belong to the list of {year}")
    if not is_off and day.weekday() < 5:
        raise ValueError(f"{day} is a working day anyway; only weekends are swapped into work")
    return ListedDay(day, name.strip(), is_off)


def shipped_years() -> list[YearList]:
    """The lists that come with this version."""
    folder = resources.files("gongzhi.commons.calendar.years")
    files = [file for file in folder.iterdir() if file.name.endswith(".json")]
    return [read_year(file.read_text("utf-8")) for file in sorted(files, key=lambda f: f.name)]
