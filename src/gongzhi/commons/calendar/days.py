"""Days in China, and which of all days can be reckoned with."""

from datetime import date, datetime, time

from django.utils.translation import gettext as _

from gongzhi.commons.calendar.clocks import CHINA_TIME

FIRST_YEAR, LAST_YEAR = 1900, 2199  # what every clock and table here can reckon with


class BeyondYears(ValueError):
    """A day or moment that can't be reckoned with, and the years that can."""


def check_year(moment: date) -> None:
    """Raise `BeyondYears` for a day or moment outside `FIRST_YEAR` to `LAST_YEAR`."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BeyondYears(
            _("“%(words)s”的年份要在 %(first)d 到 %(last)d 之间")
            % {"words": moment.isoformat(), "first": FIRST_YEAR, "last": LAST_YEAR}
        )


def today() -> date:
    """Today in China; much cheaper than Django's `localdate`, since every ticket asks often."""
    return datetime.now(CHINA_TIME).date()


def beginning_of_day(at: datetime) -> datetime:
    """The first moment of its day in China: for what may tell the day and not the minute."""
    return datetime.combine(at.astimezone(CHINA_TIME).date(), time(), tzinfo=CHINA_TIME)
