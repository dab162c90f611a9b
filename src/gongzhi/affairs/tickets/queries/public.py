"""What everyone may read of the requests that their requesters made public."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gongzhi.affairs.tickets.choices import OPEN_STATES, State
from gongzhi.affairs.tickets.models import Remark, Ticket
from gongzhi.affairs.tickets.numbers import id_in, number_of
from gongzhi.commons.categories.queries import category
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.privacy.masking import mask_contacts
from gongzhi.commons.territory.queries import public_name

MOST = 1_000
_FIELDS = (
    "id",
    "received_at",
    "touched_at",
    "due_at",
    "state",
    "category_code",
    "title",
    "text",
    "place_id",
    "lead_unit_id",
    "latitude",
    "longitude",
)


@dataclass(frozen=True, slots=True)
class PublicRequest:
    """One public request: no contact, no door number, telephone numbers in the text masked."""

    id: int
    number: str
    is_open: bool
    state: State
    category_code: str
    category_name: str
    text: str
    place_id: int
    place_name: str
    unit_name: str
    received_at: datetime
    updated_at: datetime
    due_at: datetime | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class PublicUpdate:
    """Something the handling unit told the requester of a public request."""

    id: int
    number: str
    is_open: bool
    text: str
    at: datetime


def public_requests(
    *,
    numbers: Sequence[str] = (),
    categories: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    is_open: bool | None = None,
    skip: int = 0,
    most: int = 100,
) -> list[PublicRequest]:
    """Public requests, newest first; `numbers` overrides every other condition. Two queries."""
    found = Ticket.objects.filter(public_at__isnull=False)
    if numbers:
        ids = [ticket_id for number in numbers if (ticket_id := id_in(number)) is not None]
        rows = list(found.filter(pk__in=ids).order_by("-public_at", "-id").values(*_FIELDS)[:MOST])
        asked = {number.replace("-", "") for number in numbers}
        return [row for row in _views(rows) if row.number in asked]
    if since is not None:
        found = found.filter(public_at__gte=since)
    if until is not None:
        found = found.filter(public_at__lte=until)
    if categories:
        found = found.filter(category_code__in=categories)
    if is_open is not None:
        found = found.filter(is_open=int(is_open))
    ordered = found.order_by("-public_at", "-id").values(*_FIELDS)
    return _views(list(ordered[skip : skip + min(most, MOST)]))


def public_updates(
    *, since: datetime, until: datetime, number: str = "", most: int = MOST
) -> list[PublicUpdate]:
    """What was told to the requesters of public requests in a stretch of time, oldest first."""
    found = Remark.objects.filter(
        for_requester=True,
        kind__in=["interim", "answer"],
        at__gte=since,
        at__lte=until,
        ticket__public_at__isnull=False,
    )
    if number:
        found = found.filter(ticket_id=id_in(number) or 0)
    columns = ("id", "ticket_id", "text", "at", "ticket__received_at", "ticket__state")
    rows = found.order_by("at", "id").values_list(*columns)[:most]
    return [
        PublicUpdate(
            id=remark_id,
            number=number_of(ticket_id, received_at),
            is_open=state in OPEN_STATES,
            text=mask_contacts(text),
            at=at,
        )
        for remark_id, ticket_id, text, at, received_at, state in rows
    ]


def _views(rows: list[dict[str, Any]]) -> list[PublicRequest]:
    names = units(sorted({row["lead_unit_id"] for row in rows if row["lead_unit_id"]}))
    views = []
    for row in rows:
        matter = category(row["category_code"])
        unit = names.get(row["lead_unit_id"])
        views.append(
            PublicRequest(
                id=row["id"],
                number=number_of(row["id"], row["received_at"]),
                is_open=row["state"] in OPEN_STATES,
                state=State(row["state"]),
                category_code=row["category_code"],
                category_name=matter.name_zh if matter else "",
                text=mask_contacts(row["text"]),
                place_id=row["place_id"],
                place_name=public_name(row["place_id"]),
                unit_name=unit.name if unit else "",
                received_at=row["received_at"],
                updated_at=row["touched_at"],
                due_at=row["due_at"],
                latitude=row["latitude"],
                longitude=row["longitude"],
            )
        )
    return views
