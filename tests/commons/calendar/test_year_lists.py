"""Reading the yearly list, and what ships."""

import json
from datetime import date, timedelta

import pytest

from gongzhi.commons.calendar.year_lists import CannotReadYear, read_year, shipped_years


def listed(**changes) -> str:
    document = {
        "year": 2026,
        "papers": ["通知"],
        "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": True}],
    }
    return json.dumps(document | changes)


def faults(text: str) -> list[str]:
    with pytest.raises(CannotReadYear) as raised:
        read_year(text)
    return raised.value.faults


def test_the_shipped_years_name_their_papers_and_keep_their_dates():
    years = {each.year: each for each in shipped_years()}
    assert sorted(years) == [2024, 2025, 2026]
    assert all(
        each.papers and all(day.day.year == each.year for day in each.days)
        for each in years.values()
    )


@pytest.mark.parametrize(("year", "working_days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_the_shipped_years_have_the_published_number_of_working_days(year, working_days):
    special = {d.day: d.is_off for each in shipped_years() for d in each.days}
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    assert working_days == sum(
        not special.get(day, day.weekday() >= 5) for day in days if day.year == year
    )


def test_the_state_councils_days_of_2026_are_the_announced_ones():
    [year] = [each for each in shipped_years() if each.year == 2026]
    swapped = [day.day.isoformat()[5:] for day in year.days if not day.is_off]
    assert swapped == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert sum(day.is_off for day in year.days) == 33


def test_a_list_is_read_in_date_order():
    days = [
        {"name": "元旦", "date": "2026-01-02", "isOffDay": True},
        {"name": "元旦", "date": "2025-12-31", "isOffDay": True},
    ]
    assert [day.day for day in read_year(listed(days=days)).days] == [
        date(2025, 12, 31),
        date(2026, 1, 2),
    ]


def test_every_fault_is_named_with_its_place():
    days = [
        {"name": "元旦", "date": "2026-01-01", "isOffDay": True},
        {"name": "元旦", "date": "2026-01-01", "isOffDay": True},
        {"name": "", "date": "2026-01-02", "isOffDay": True},
        {"name": "元旦", "date": "2026-02-30", "isOffDay": True},
        {"name": "元旦", "date": "2026-01-03", "isOffDay": "yes"},
        {"name": "元旦", "date": "2027-01-03", "isOffDay": True},
        {"name": "元旦", "date": "2026-01-05", "isOffDay": False},
        "2026-01-01",
        {"name": "元旦", "date": 20260101, "isOffDay": True},
    ]
    found = faults(listed(days=days))
    assert [fault.partition(":")[0] for fault in found] == [f"day {n}" for n in range(2, 10)]
    assert "already day 1" in found[0]
    assert "working day anyway" in found[5]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "JSON"),
        ("[]", "object"),
        (listed(year="2026"), "year"),
        (listed(year=True), "year"),
        (listed(papers="x"), "papers"),
        (listed(days=[]), "days"),
        ('{"year": 2026}', "days"),
    ],
)
def test_what_is_not_a_list_is_refused_with_its_reason(text, named):
    assert any(named in fault for fault in faults(text))
