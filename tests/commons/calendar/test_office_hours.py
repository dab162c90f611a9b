"""Office hours as people write them."""

import pytest

from gongzhi.commons.calendar.office_hours import (
    CannotReadHours,
    OfficeHours,
    Span,
    read_day_of_year,
    read_spans,
    write_span,
)


def test_spans_are_written_as_they_are_read():
    texts = ["08:30-12:00", "13:30-24:00"]
    assert [write_span(span) for span in read_spans(texts)] == texts


@pytest.mark.parametrize("text", ["8.30-12", "08:30", "08:30-12:60", "a:b-c:d", "-08:30-12:00"])
def test_a_span_that_is_no_span_is_refused(text):
    with pytest.raises(CannotReadHours, match="08:30-12:00"):
        read_spans([text])


@pytest.mark.parametrize(
    "spans",
    [(), (Span(600, 600),), (Span(600, 500),), (Span(500, 700), Span(600, 800)), (Span(0, 1500),)],
)
def test_spans_that_make_no_day_are_refused(spans):
    with pytest.raises(CannotReadHours):
        OfficeHours(spans)


@pytest.mark.parametrize("weekdays", [frozenset(), frozenset({7})])
def test_weekdays_are_those_of_a_week(weekdays):
    with pytest.raises(CannotReadHours, match="weekdays"):
        OfficeHours((Span(0, 60),), weekdays=weekdays)


def test_a_season_begins_on_a_day_that_exists():
    assert read_day_of_year("02-29") == (2, 29)
    with pytest.raises(CannotReadHours):
        read_day_of_year("02-30")
    with pytest.raises(CannotReadHours):
        read_day_of_year("summer")
