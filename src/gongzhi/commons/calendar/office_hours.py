"""When an office is open: pure values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Self

MINUTES_A_DAY = 24 * 60
MONDAY_TO_FRIDAY = frozenset(range(5))
EVERY_DAY = frozenset(range(7))


class CannotReadHours(ValueError):
    """Office hours that make no sense, and why."""


class Span(NamedTuple):
    """A stretch of one day during which the office is open, in minutes after midnight."""

    opens: int
    closes: int


class DayOfYear(NamedTuple):
    """A month and a day, for seasons."""

    month: int
    day: int


NEW_YEARS_DAY, NEW_YEARS_EVE = DayOfYear(1, 1), DayOfYear(12, 31)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The spans of a working day, and the days for which they hold.

    A season may run over new year (from 1 October to 30 April). On a weekend that has been
    swapped into a working day the spans of the season hold as on any working day.
    """

    spans: tuple[Span, ...]
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY  # Monday is 0
    season_begins: DayOfYear = NEW_YEARS_DAY
    season_ends: DayOfYear = NEW_YEARS_EVE
    keeps_holidays: bool = True  # False for a duty desk, open on holidays too
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if not self.spans:
            raise CannotReadHours("office hours need at least one span, such as 08:30-12:00")
        ends = 0
        for span in self.spans:
            if not ends <= span.opens < span.closes <= MINUTES_A_DAY:
                raise CannotReadHours(
                    "spans must be in order, apart, and within one day: "
                    + " ".join(write_span(each) for each in self.spans)
                )
            ends = span.closes
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise CannotReadHours(f"weekdays are 0 (Monday) to 6: {sorted(self.weekdays)}")

    @classmethod
    def round_the_clock(cls) -> Self:
        """Open at every hour of every day."""
        return cls((Span(0, MINUTES_A_DAY),), weekdays=EVERY_DAY, keeps_holidays=False)

    def hold_on(self, day: date) -> bool:
        """Whether these hours are the ones in force on this day, open or not."""
        if self.valid_from and day < self.valid_from:
            return False
        if self.valid_to and day > self.valid_to:
            return False
        here = DayOfYear(day.month, day.day)
        if self.season_begins <= self.season_ends:
            return self.season_begins <= here <= self.season_ends
        return here >= self.season_begins or here <= self.season_ends

    def open_on(self, day: date, *, special: bool | None) -> bool:
        """Whether the office opens; special days are True for a holiday, False for a swap."""
        if special is None or not self.keeps_holidays:
            return day.weekday() in self.weekdays
        return not special


def spans_on(
    day: date, hours: Sequence[OfficeHours], *, special: bool | None
) -> tuple[Span, ...] | None:
    """The open spans of one day, by the first hours that hold and open; None where none hold.

    On a swapped weekend no entry is asked for its weekdays, so the first that holds decides.
    """
    held = [entry for entry in hours if entry.hold_on(day)]
    if not held:
        return None
    for entry in held:
        if entry.open_on(day, special=special):
            return entry.spans
    return ()


def read_spans(texts: Iterable[str]) -> tuple[Span, ...]:
    """Spans from ["08:30-12:00", "13:30-17:30"]; a day ends at 24:00."""
    return tuple(_read_span(text) for text in texts)


def write_span(span: Span) -> str:
    """The span as people write it: 08:30-12:00."""
    opens, closes = divmod(span.opens, 60), divmod(span.closes, 60)
    return f"{opens[0]:02}:{opens[1]:02}-{closes[0]:02}:{closes[1]:02}"


def read_day_of_year(text: str) -> DayOfYear:
    """A day such as 06-01."""
    try:
        month, day = (int(part) for part in text.split("-"))
        date(2024, month, day)  # a leap year: 29 February may begin a season
    except ValueError:
        raise CannotReadHours(
            f"a season begins and ends on a day like 06-01, not {text!r}"
        ) from None
    return DayOfYear(month, day)


def _read_span(text: str) -> Span:
    opens, dash, closes = text.partition("-")
    if not dash:
        raise CannotReadHours(f"a span looks like 08:30-12:00, not {text!r}")
    return Span(_read_minute(opens, text), _read_minute(closes, text))


def _read_minute(clock: str, text: str) -> int:
    hour, colon, minute = clock.strip().partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and int(minute) < 60):
        raise CannotReadHours(f"a span looks like 08:30-12:00, not {text!r}")
    return int(hour) * 60 + int(minute)
