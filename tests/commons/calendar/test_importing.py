"""Changing the calendar: permission, event, and who sees it when."""

import json
from datetime import UTC, date, datetime

import pytest

from gongzhi.commons.calendar.importing import import_year, set_office_hours
from gongzhi.commons.calendar.limits import Limit, LimitUnit
from gongzhi.commons.calendar.office_hours import OfficeHours, read_spans
from gongzhi.commons.calendar.queries import office_hours, working_time, years_known
from gongzhi.commons.calendar.year_lists import CannotReadYear
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.permissions.actors import RESIDENT, SYSTEM
from gongzhi.commons.permissions.table import NotPermitted
from tests.commons.calendar.calendars import local

pytestmark = [pytest.mark.django_db, pytest.mark.database]
AT = datetime(2026, 11, 1, tzinfo=UTC)
LIST_2027 = json.dumps(
    {
        "year": 2027,
        "papers": [],
        "days": [
            {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
            {"name": "元旦", "date": "2027-01-02", "isOffDay": False},
        ],
    }
)


def test_an_installation_without_entries_knows_the_shipped_years():
    assert {2024, 2025, 2026} <= years_known()
    due = working_time().deadline(local("2025-09-30 23:50"), Limit(1, LimitUnit.WORK_DAY))
    assert due == local("2025-10-09 17:30")


def test_an_imported_year_counts_at_once_and_is_in_the_ledger():
    assert working_time().is_working_day(date(2027, 1, 1))
    report = import_year(text=LIST_2027, by=SYSTEM, at=AT)
    assert (report.days_off, report.days_swapped) == (1, 1)
    assert not working_time().is_working_day(date(2027, 1, 1))
    assert working_time().is_working_day(date(2027, 1, 2))
    [event] = Event.objects.filter(kind="calendar.year_imported")
    assert (event.subject_id, event.data) == (2027, {"days_off": 1, "days_swapped": 1})


def test_importing_a_year_again_replaces_it():
    import_year(text=LIST_2027, by=SYSTEM, at=AT)
    document = json.loads(LIST_2027)
    document["days"] = [{"name": "元旦", "date": "2027-01-04", "isOffDay": True}]
    import_year(text=json.dumps(document), by=SYSTEM, at=AT)
    assert working_time().is_working_day(date(2027, 1, 1))
    assert not working_time().is_working_day(date(2027, 1, 4))


def test_an_imported_year_takes_the_place_of_the_shipped_one():
    document = {"year": 2025, "days": [{"name": "x", "date": "2025-12-31", "isOffDay": True}]}
    import_year(text=json.dumps(document), by=SYSTEM, at=AT)
    assert working_time().is_working_day(date(2025, 10, 1))
    assert not working_time().is_working_day(date(2025, 12, 31))


def test_a_faulty_list_changes_nothing():
    with pytest.raises(CannotReadYear):
        import_year(text='{"year": 2027, "days": [1]}', by=SYSTEM, at=AT)
    assert not Event.objects.exists()


def test_a_resident_may_not_change_the_calendar():
    with pytest.raises(NotPermitted):
        import_year(text=LIST_2027, by=RESIDENT, at=AT)
    with pytest.raises(NotPermitted):
        set_office_hours(unit_id=None, hours=[], by=RESIDENT, at=AT)


def test_hours_set_for_everyone_are_read_back_and_hold():
    hours = OfficeHours(read_spans(["09:00-17:00"]), valid_from=date(2026, 1, 1))
    set_office_hours(unit_id=None, hours=[hours], by=SYSTEM, at=AT)
    assert office_hours() == (hours,)
    due = working_time().deadline(local("2026-03-02 16:30"), Limit(1, LimitUnit.WORK_HOUR))
    assert due == local("2026-03-03 09:30")
    before = working_time().deadline(local("2025-03-03 17:00"), Limit(1, LimitUnit.WORK_HOUR))
    assert before == local("2025-03-04 09:00")  # the standard hours, until the new ones hold
    assert Event.objects.get(kind="office_hours.set").subject_id == 0


def test_hours_taken_away_leave_the_standard_ones():
    hours = OfficeHours(read_spans(["09:00-17:00"]))
    set_office_hours(unit_id=None, hours=[hours], by=SYSTEM, at=AT)
    set_office_hours(unit_id=None, hours=[], by=SYSTEM, at=AT)
    assert office_hours() == ()
    assert working_time().is_working(local("2026-03-02 08:30"))
