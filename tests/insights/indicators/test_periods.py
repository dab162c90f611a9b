"""Words for a time."""

from datetime import date

import pytest

from gongzhi.insights.indicators.periods import CannotTellPeriod, Period, period_named
from tests.insights.indicators.made_events import moment


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026Q3", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026h2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026-02-03/2026-03-04", date(2026, 2, 3), date(2026, 3, 4)),
        ("1900", date(1900, 1, 1), date(1900, 12, 31)),
        ("2199Q4", date(2199, 10, 1), date(2199, 12, 31)),
    ],
)
def test_a_period_can_be_named_in_several_ways(words: str, first: date, last: date) -> None:
    assert period_named(words) == Period(first, last)


@pytest.mark.parametrize(
    "words",
    ["", "2026Q5", "2026-13", "last year", "2026-03-04/2026-02-03", "0001", "0000", "9999",
     "9999Q4", "1899-12", "2200H1", "0001-01-01/2026-01-01", "2026-01-01/9999-12-31"],
)  # fmt: skip
def test_what_names_no_time_is_refused(words: str) -> None:
    with pytest.raises(CannotTellPeriod):
        period_named(words)


def test_a_day_begins_at_its_own_midnight() -> None:
    assert period_named("2026-03").since == moment("2026-02-28 16:00")


def test_a_stock_is_counted_at_the_end_of_each_month_and_the_last_is_cut_off() -> None:
    ends = period_named("2026-02-10/2026-03-15").ends(by_month=True)
    assert [end.at for end in ends] == [moment("2026-02-28 16:00"), moment("2026-03-15 16:00")]
