"""The time that a measurement covers: whole days here, moments without a zone in the tables."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from gongzhi.commons.calendar.days import BeyondYears, check_year
from gongzhi.insights.indicators.reading import End

_NAMED = re.compile(r"(\d{4})(?:-?(Q[1-4]|H[12]|\d{2}))?", re.IGNORECASE)


class CannotTellPeriod(ValueError):
    """Words that name no time, and how to write one."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From the first day to the last, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise CannotTellPeriod(
                _("截止日期 %(last)s 早于起始日期 %(first)s")
                % {"first": self.first, "last": self.last}
            )

    @property
    def since(self) -> datetime:
        """Its first moment, in UTC without a zone."""
        return _utc(self.first)

    @property
    def until(self) -> datetime:
        """The moment after it, in UTC without a zone."""
        return _utc(self.last + timedelta(days=1))

    @property
    def months(self) -> list[int]:
        """The months it touches, as year × 12 + month − 1."""
        return list(range(month_label(self.first), month_label(self.last) + 1))

    def ends(self, *, by_month: bool) -> tuple[End, ...]:
        """When stocks are counted: at its end, or at the end of each month (the last cut off)."""
        if not by_month:
            return (End(0, self.until),)
        ends = []
        for label in self.months:
            following = _utc(first_of_month(label + 1))
            ends.append(End(label, min(following, self.until)))
        return tuple(ends)

    def __str__(self) -> str:
        return f"{self.first.isoformat()}/{self.last.isoformat()}"


def month_label(day: date) -> int:
    """year × 12 + month − 1."""
    return day.year * 12 + day.month - 1


def first_of_month(label: int) -> date:
    """The first day of the month with this label."""
    return date(label // 12, label % 12 + 1, 1)


def month_name(label: int) -> str:
    """2026-03."""
    return f"{label // 12}-{label % 12 + 1:02d}"


def period_named(words: str) -> Period:
    """The period of "2026", "2026Q3", "2026H1", "2026-07" or "2026-07-01/2026-09-15"."""
    text = words.strip()
    try:
        if "/" in text:
            first, last = map(date.fromisoformat, text.split("/"))
            check_year(first)
            check_year(last)
            return Period(first, last)
        match = _NAMED.fullmatch(text)
        if match is None:
            raise ValueError(text)
        year, part = int(match[1]), (match[2] or "").upper()
        begin, months = 1, 12
        if part.startswith("Q"):
            begin, months = int(part[1]) * 3 - 2, 3
        elif part.startswith("H"):
            begin, months = int(part[1]) * 6 - 5, 6
        elif part:
            begin, months = int(part), 1
        first_day = date(year, begin, 1)
        check_year(first_day)
        following = first_of_month(month_label(first_day) + months)
        return Period(first_day, following - timedelta(days=1))
    except CannotTellPeriod:
        raise
    except BeyondYears as error:
        raise CannotTellPeriod(str(error)) from error
    except ValueError as error:
        raise CannotTellPeriod(
            _("“%(words)s”不是时间段；可写 2026、2026Q3、2026-07 或 2026-07-01/2026-09-15")
            % {"words": words}
        ) from error


def offset_seconds(at: datetime) -> int:
    """How far the district's clock is ahead of UTC at a moment without a zone."""
    zone = ZoneInfo(settings.TIME_ZONE)
    ahead = at.replace(tzinfo=UTC).astimezone(zone).utcoffset()
    return int(ahead.total_seconds()) if ahead else 0


def _utc(day: date) -> datetime:
    local = datetime.combine(day, time(), tzinfo=ZoneInfo(settings.TIME_ZONE))
    return local.astimezone(UTC).replace(tzinfo=None)
