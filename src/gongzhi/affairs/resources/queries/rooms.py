"""Rooms and their bookings."""

from dataclasses import dataclass
from datetime import datetime

from gongzhi.affairs.resources.choices import BookingState, OfferState
from gongzhi.affairs.resources.lifecycle import NotInPool
from gongzhi.affairs.resources.models import Booking, Offer
from gongzhi.affairs.resources.queries.pool import OfferRow, offer_rows
from gongzhi.commons.organisations.queries import units


@dataclass(frozen=True, slots=True)
class BookingView:
    """One booking; the purpose is the host's own words."""

    id: int
    room_id: int
    room_title: str
    host_id: int
    host_name: str
    purpose: str
    headcount: int
    state: BookingState
    begins: datetime
    ends: datetime
    booked_at: datetime


def rooms(*, most: int = 100) -> list[OfferRow]:
    """Rooms that can be booked."""
    found = Offer.objects.filter(state=OfferState.OPEN, seats__isnull=False)
    return offer_rows(found.order_by("title", "id").prefetch_related("categories")[:most])


def bookings_of(room_id: int, *, since: datetime, most: int = 500) -> list[BookingView]:
    """The bookings of a room from a moment on, soonest first; raises `NotInPool` for no room."""
    room = Offer.objects.filter(pk=room_id, seats__isnull=False).first()
    if room is None:
        raise NotInPool
    found = Booking.objects.filter(room=room, ends__gte=since)
    rows = list(found.exclude(state=BookingState.CANCELLED).order_by("begins", "id")[:most])
    names = {unit.id: unit.name for unit in units({row.host_id for row in rows}).values()}
    return [
        BookingView(
            id=row.pk,
            room_id=room.pk,
            room_title=room.title,
            host_id=row.host_id,
            host_name=names.get(row.host_id, ""),
            purpose=row.purpose,
            headcount=row.headcount,
            state=BookingState(row.state),
            begins=row.begins,
            ends=row.ends,
            booked_at=row.booked_at,
        )
        for row in rows
    ]
