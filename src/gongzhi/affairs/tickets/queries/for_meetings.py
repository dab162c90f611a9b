"""What of the tickets and whistles of a place is worth a meeting of several units."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from gongzhi.affairs.tickets.choices import Review, State, WhistleState
from gongzhi.affairs.tickets.models import Parking, Ticket, Whistle, WhistleCall
from gongzhi.affairs.tickets.numbers import number_of
from gongzhi.affairs.tickets.queries.lists import at_place, within_reach
from gongzhi.commons.categories.queries import category
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import allowed
from gongzhi.commons.territory.queries import find_place, public_name


@dataclass(frozen=True, slots=True)
class StuckMatter:
    """A matter that does not move: "ticket" or "whistle", what it is called without anybody's
    words, and since when."""

    kind: str
    id: int
    title: str
    since: datetime | None


def overdue_tickets(
    *, by: Actor, place_id: int, at: datetime, most: int = 10
) -> tuple[StuckMatter, ...]:
    """Open tickets past their limit, the oldest first; parked ones have their own list."""
    found = Ticket.objects.filter(
        within_reach(by), at_place(place_id), is_open=1, next_due_at__lt=at, due_at__lt=at
    )
    leading = found.exclude(state=State.PARKED).filter(merged_into=None)
    return _tickets(leading.order_by("next_due_at", "id"), most)


def parked_tickets(
    *, by: Actor, place_id: int, at: datetime, most: int = 10
) -> tuple[StuckMatter, ...]:
    """Parked tickets whose day of review has come."""
    look_again = Parking.objects.filter(
        ticket=OuterRef("pk"), review=Review.APPROVED, ended_at=None, review_on__lte=localdate(at)
    )
    found = Ticket.objects.filter(
        within_reach(by), at_place(place_id), Exists(look_again), is_open=1, state=State.PARKED
    )
    return _tickets(found.order_by("next_due_at", "id"), most)


def _tickets(found: Any, most: int) -> tuple[StuckMatter, ...]:
    rows = found.values_list("id", "received_at", "category_code", "place_id", "due_at")[:most]
    return tuple(
        StuckMatter("ticket", pk, _called(pk, received, code, place_id), due)
        for pk, received, code, place_id, due in rows
    )


def _called(pk: int, received_at: datetime, code: str, place_id: int | None) -> str:
    """The matter, where, and the number: a requester's own words stay out of an agenda."""
    matter = category(code) if code else None
    parts = [matter.name if matter else "", public_name(place_id) if place_id else ""]
    return " ".join([*filter(None, parts), number_of(pk, received_at)])


def late_whistles(
    *, by: Actor, place_id: int, at: datetime, most: int = 10
) -> tuple[StuckMatter, ...]:
    """Blown whistles where a unit declined, or is late to sign or to arrive."""
    place = find_place(place_id)
    if place is None or not allowed(by, "tickets.read", place_path=place.path):
        return ()
    late = Q(signed_at=None, sign_due_at__lte=at) | Q(arrived_at=None, arrive_due_at__lte=at)
    calls = WhistleCall.objects.filter(late, whistle=OuterRef("pk"))
    found = Whistle.objects.filter(
        Q(Exists(calls)) | Q(escalated_at__isnull=False),
        state=WhistleState.BLOWN,
        place_path__startswith=place.path,
    )
    rows = found.order_by("blown_at", "id").values_list("id", "title", "blown_at")[:most]
    return tuple(StuckMatter("whistle", pk, title, blown) for pk, title, blown in rows)
