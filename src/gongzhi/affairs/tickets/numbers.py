"""A ticket's number: its day and its id, so that nothing has to be counted or locked."""

from datetime import datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = 8  # digits of the date


def number_of(ticket_id: int, received_at: datetime) -> str:
    """For example 202611250000042: received on 25 November 2026, the ticket with id 42."""
    return f"{received_at.astimezone(SHANGHAI):%Y%m%d}{ticket_id:07d}"


def id_in(number: str) -> int | None:
    """The id in something that reads like a number, or None. Spaces and dashes don't matter."""
    digits = number.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit() and _DAY + 7 <= len(digits) <= _DAY + 18):
        return None
    return int(digits[_DAY:])
