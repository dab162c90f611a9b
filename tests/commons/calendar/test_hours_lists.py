"""Office hours in a file."""

from datetime import date

import pytest

from gongzhi.commons.calendar.hours_lists import read_hours
from gongzhi.commons.calendar.office_hours import CannotReadHours, DayOfYear, OfficeHours, Span


def test_an_entry_says_all_that_office_hours_can():
    entry = {
        "spans": ["09:00-12:00"],
        "weekdays": [0, 5],
        "season_begins": "10-01",
        "season_ends": "04-30",
        "keeps_holidays": False,
        "valid_from": "2025-01-01",
        "valid_to": "2025-12-31",
    }
    assert read_hours(entry) == OfficeHours(
        (Span(540, 720),),
        weekdays=frozenset({0, 5}),
        season_begins=DayOfYear(10, 1),
        season_ends=DayOfYear(4, 30),
        keeps_holidays=False,
        valid_from=date(2025, 1, 1),
        valid_to=date(2025, 12, 31),
    )


def test_round_the_clock_needs_no_spans():
    assert read_hours({"round_the_clock": True}) == OfficeHours.round_the_clock()


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"spans": []},
        {"spans": [9]},
        {"spans": ["09:00-12:00"], "weekdays": 3},
        {"spans": ["09:00-12:00"], "season_begins": "summer"},
        {"spans": ["09:00-12:00"], "valid_from": "soon"},
        {"spans": ["09:00-12:00"], "lunch": "12:00"},
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(entry):
    with pytest.raises(CannotReadHours):
        read_hours(entry)
