"""What a caller may ask, checked: an empty parameter is an absent one, errors name theirs."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.http import QueryDict
from django.utils.timezone import get_current_timezone

from gongzhi.interfaces.api.open311.formats import Refused

LONGEST_RANGE = timedelta(days=90)
MOST_NUMBERS = 100
LONGEST_DESCRIPTION = 4_000


@dataclass(frozen=True, slots=True)
class Selection:
    """Which requests a caller wants to read."""

    numbers: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    is_open: bool | None = None
    page: int = 1
    page_size: int = 100


@dataclass(frozen=True, slots=True)
class Posted:
    """What a caller posts; everything else in the form is ignored."""

    service_code: str
    description: str
    latitude: float | None
    longitude: float | None
    address: str
    address_id: int | None
    name: str
    phone: str
    email: str
    attributes: dict[str, list[str]] = field(default_factory=dict)


def text(form: QueryDict, name: str) -> str:
    """A parameter without blanks around it; "" when it is absent or empty."""
    return form.get(name, "").replace("\x00", "").strip()


def listed(form: QueryDict, name: str) -> tuple[str, ...]:
    """A comma-separated parameter."""
    return tuple(part.strip() for part in text(form, name).split(",") if part.strip())


def moment(form: QueryDict, name: str) -> datetime | None:
    """A W3C date-time; one without an offset is in the district's time."""
    value = text(form, name)
    if not value:
        return None
    # In a query string the plus of an offset arrives as a blank.
    try:
        found = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
    except ValueError:
        raise Refused(400, f"{name} must be a date like 2026-01-31T08:30:00+08:00") from None
    if not 1970 <= found.year <= 9000:
        raise Refused(400, f"{name} must lie between the years 1970 and 9000")
    return found if found.tzinfo else found.replace(tzinfo=get_current_timezone())


def selection(form: QueryDict, *, now: datetime) -> Selection:
    """What to read: numbers override all else; without dates the last 90 days."""
    numbers = listed(form, "service_request_id")
    if len(numbers) > MOST_NUMBERS:
        raise Refused(400, f"service_request_id takes at most {MOST_NUMBERS} numbers")
    page = _count(form, "page", most=1_000, default=1)
    page_size = _count(form, "page_size", most=1_000, default=100)
    if numbers:
        return Selection(numbers=numbers, page=page, page_size=page_size)
    since, until = span(form, now=now)
    return Selection(
        codes=listed(form, "service_code"),
        since=since,
        until=until,
        is_open=_status(form),
        page=page,
        page_size=page_size,
    )


def span(form: QueryDict, *, now: datetime) -> tuple[datetime, datetime]:
    """The stretch of time asked for, at most 90 days; a missing end is filled from the other."""
    since, until = moment(form, "start_date"), moment(form, "end_date")
    if until is None:
        until = max(since, min(now, since + LONGEST_RANGE)) if since else now
    if since is None:
        since = until - LONGEST_RANGE
    if since > until:
        raise Refused(400, "start_date must not be after end_date")
    if until - since > LONGEST_RANGE:
        raise Refused(400, "the range from start_date to end_date must not exceed 90 days")
    return since, until


def _status(form: QueryDict) -> bool | None:
    wanted = set(listed(form, "status"))
    if wanted - {"open", "closed"}:
        raise Refused(400, "status must be open, closed or both, separated by a comma")
    return None if len(wanted) != 1 else "open" in wanted


def _count(form: QueryDict, name: str, *, most: int, default: int) -> int:
    value = text(form, name)
    if not value:
        return default
    fits = value.isascii() and value.isdigit() and len(value) <= 9
    if not fits or not 1 <= int(value) <= most:
        raise Refused(400, f"{name} must be a number from 1 to {most}")
    return int(value)


def posted(form: QueryDict) -> Posted:
    """A new request as it was posted; raises `Refused` naming everything that is missing."""
    problems = []
    if not text(form, "service_code"):
        problems.append("service_code is required")
    if not text(form, "description"):
        problems.append("description is required")
    if len(text(form, "description")) > LONGEST_DESCRIPTION:
        problems.append(f"description must not exceed {LONGEST_DESCRIPTION} characters")
    latitude = _degrees(form, "lat", 90, problems)
    longitude = _degrees(form, "long", 180, problems)
    if (latitude is None) != (longitude is None) and not problems:
        problems.append("lat and long must be given together")
    address_id = text(form, "address_id")
    if address_id and not (address_id.isascii() and address_id.isdigit() and len(address_id) < 19):
        problems.append("address_id must be the id of a place")
    address = text(form, "address_string")
    if latitude is None and not address and not address_id and not problems:
        problems.append("lat and long, address_string or address_id is required")
    if problems:
        raise Refused(400, *problems)
    return Posted(
        service_code=text(form, "service_code"),
        description=text(form, "description"),
        latitude=latitude,
        longitude=longitude,
        address=address,
        address_id=int(address_id) if address_id else None,
        name=" ".join(filter(None, (text(form, "last_name"), text(form, "first_name"))))[:60],
        phone=text(form, "phone")[:40],
        email=text(form, "email")[:120],
        attributes=_attributes(form),
    )


def _degrees(form: QueryDict, name: str, most: int, problems: list[str]) -> float | None:
    value = text(form, name)
    if not value:
        return None
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not -most <= number <= most:
        problems.append(f"{name} must be a number from -{most} to {most}")
        return None
    return number


def _attributes(form: QueryDict) -> dict[str, list[str]]:
    """attribute[CODE]=… and attribute[CODE][]=…, several values to a code."""
    found: dict[str, list[str]] = {}
    for key in form:
        if key.startswith("attribute[") and "]" in key:
            code = key[len("attribute[") : key.index("]")]
            given = (value.replace("\x00", "").strip() for value in form.getlist(key))
            values = [value for value in given if value]
            if code and values:
                found.setdefault(code, []).extend(values)
    return found
