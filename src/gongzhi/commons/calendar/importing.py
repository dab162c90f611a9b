"""Actions that change the calendar: a year's list of days, and office hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gongzhi.commons.calendar.models import OfficeHoursEntry, SpecialDay
from gongzhi.commons.calendar.office_hours import OfficeHours, write_span
from gongzhi.commons.calendar.queries import entries_of, revision
from gongzhi.commons.calendar.year_lists import read_year
from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require

YEAR_IMPORTED = declare(
    "calendar.year_imported",
    "A year's holidays and swapped weekends were set; the subject is the year",
    "days_off",
    "days_swapped",
)
HOURS_SET = declare(
    "office_hours.set",
    "Office hours were set for a unit; subject 0 stands for every unit without its own",
    "entries",
)


@dataclass(frozen=True, slots=True)
class ImportedYear:
    """What an import of a year's list has set."""

    year: int
    days_off: int
    days_swapped: int


def import_year(*, text: str, by: Actor, at: datetime) -> ImportedYear:
    """Set the special days of one year from JSON text, in place of what was known of that year.

    Raises `CannotReadYear`, with every fault, before anything changes.
    """
    require(by, "calendar.edit")
    listed = read_year(text)
    off = sum(entry.is_off for entry in listed.days)
    report = ImportedYear(listed.year, off, len(listed.days) - off)
    with revision.changing():
        SpecialDay.objects.filter(year=listed.year).delete()
        SpecialDay.objects.filter(day__in=[entry.day for entry in listed.days]).delete()
        SpecialDay.objects.bulk_create(
            SpecialDay(day=entry.day, year=listed.year, name=entry.name, is_off=entry.is_off)
            for entry in listed.days
        )
        facts = {"days_off": report.days_off, "days_swapped": report.days_swapped}
        record(done_by(by, YEAR_IMPORTED, Subject("calendar", listed.year), at=at, data=facts))
    return report


def set_office_hours(
    *, unit_id: int | None, hours: Sequence[OfficeHours], by: Actor, at: datetime
) -> None:
    """Set when a unit (None: everyone without hours of their own) is open.

    The first entry that holds on a day counts. None at all: the unit keeps everyone's hours.
    Give entries dates of validity so that past tickets are reckoned by the hours of their time.
    """
    require(by, "calendar.edit")
    with revision.changing():
        entries_of(unit_id).delete()
        OfficeHoursEntry.objects.bulk_create(
            _row(unit_id, position, entry) for position, entry in enumerate(hours)
        )
        subject = Subject("office_hours", unit_id or 0)
        record(done_by(by, HOURS_SET, subject, at=at, data={"entries": len(hours)}))


def _row(unit_id: int | None, position: int, entry: OfficeHours) -> OfficeHoursEntry:
    return OfficeHoursEntry(
        unit_id=unit_id,
        position=position,
        spans=[write_span(span) for span in entry.spans],
        weekdays=sorted(entry.weekdays),
        season_begins=f"{entry.season_begins.month:02}-{entry.season_begins.day:02}",
        season_ends=f"{entry.season_ends.month:02}-{entry.season_ends.day:02}",
        keeps_holidays=entry.keeps_holidays,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
    )
