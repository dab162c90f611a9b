"""iCalendar (RFC 5545) as other programs read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpResponse

from gongzhi.interfaces.pages.framing.plain_words import plain_words

_LINE = 75  # octets, RFC 5545 3.1


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a calendar. `uid` names it for ever, `sequence` grows when it is moved."""

    uid: str
    changed_at: datetime
    begins: datetime
    ends: datetime
    summary: str
    location: str = ""
    url: str = ""
    sequence: int = 0
    cancelled: bool = False


def calendar_response(
    entries: Iterable[Entry], *, title: str, filename: str, download: bool = False
) -> HttpResponse:
    """A calendar as an answer; `title` is how programs call what they subscribe to."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//Gongzhi//{title}//ZH"]
    lines += ["CALSCALE:GREGORIAN"]
    for entry in entries:
        lines += _event(entry)
    lines.append("END:VCALENDAR")
    body = "".join(_folded(line) for line in lines)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    way = "attachment" if download else "inline"
    response.headers["Content-Disposition"] = f'{way}; filename="{filename}"'
    return response


def _event(entry: Entry) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{entry.uid}",
        f"DTSTAMP:{_utc(entry.changed_at)}",
        f"DTSTART:{_utc(entry.begins)}",
        f"DTEND:{_utc(entry.ends)}",
        f"SEQUENCE:{entry.sequence}",
        f"SUMMARY:{_text(entry.summary)}",
    ]
    if entry.location:
        lines.append(f"LOCATION:{_text(entry.location)}")
    if entry.url:
        lines.append(f"URL:{entry.url}")
    if entry.cancelled:
        lines.append("STATUS:CANCELLED")
    return [*lines, "END:VEVENT"]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """A text value with its separators escaped (RFC 5545 3.3.11)."""
    plain = plain_words(words)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """A content line in pieces of at most 75 octets that never cut a character."""
    pieces, piece, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > _LINE:
            pieces.append(piece)
            piece, size = " ", 1
        piece += sign
        size += width
    return "\r\n".join([*pieces, piece]) + "\r\n"
