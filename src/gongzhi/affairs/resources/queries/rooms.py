"""Rooms, their bookings and their free times."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.timezone import get_current_timezone, localdate

from gongzhi.affairs.resources.bookings import STANDING, stamp_of
from gongzhi.affairs.resources.choices import BookingRule, BookingState, OfferState
from gongzhi.affairs.resources.lifecycle import NotInPool
from gongzhi.affairs.resources.models import Booking, Offer
from gongzhi.affairs.resources.own_bookings import booking_of_link, may_still_change
from gongzhi.affairs.resources.queries.pool import OfferRow, offer_rows
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.actors import RESIDENT, Actor
from gongzhi.commons.permissions.table import allowed
from gongzhi.commons.privacy.encryption import open_text

_HIDDEN = (BookingState.CANCELLED, BookingState.DECLINED, BookingState.LAPSED)
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingView:
    """One booking. A resident's words, name and contact are there for the room's unit alone."""

    id: int
    room_id: int
    room_title: str
    host_id: int | None
    host_name: str  # empty for a resident
    name: str
    contact: str
    purpose: str
    headcount: int
    state: BookingState
    begins: datetime
    ends: datetime
    booked_at: datetime
    stamp: str  # what `answer_booking` takes as `seen`


@dataclass(frozen=True, slots=True)
class FreeDay:
    """The stretches of one day that nobody holds."""

    date: date
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBooking:
    """What a private link shows its holder."""

    room: OfferRow
    name: str
    purpose: str
    headcount: int
    state: BookingState
    begins: datetime
    ends: datetime
    answer_by: datetime | None
    may_change: bool


def rooms(*, most: int = 100) -> list[OfferRow]:
    """Rooms that can be booked."""
    found = Offer.objects.filter(state=OfferState.OPEN, seats__isnull=False)
    return offer_rows(found.order_by("title", "id").prefetch_related("categories")[:most])


def _room(room_id: int) -> Offer:
    room = Offer.objects.filter(pk=room_id, seats__isnull=False).first()
    if room is None:
        raise NotInPool
    return room


def room_row(room_id: int) -> OfferRow:
    """One room; raises `NotInPool`."""
    return offer_rows([_room(room_id)])[0]


def room_of_booking(booking_id: int) -> int:
    """The room that was booked; raises `NotInPool`."""
    room_id = Booking.objects.filter(pk=booking_id).values_list("room_id", flat=True).first()
    if room_id is None:
        raise NotInPool
    return room_id


def booking_rule_of(room_id: int) -> BookingRule:
    """Who may book a room; raises `NotInPool` for no room."""
    return BookingRule(_room(room_id).booking_rule)


def bookings_of(
    room_id: int, *, since: datetime, by: Actor = RESIDENT, most: int = 500
) -> list[BookingView]:
    """The bookings of a room from a moment on, soonest first; raises `NotInPool` for no room."""
    room = _room(room_id)
    ours = allowed(by, "offers.open", place_path=room.place_path, unit_ids=[room.unit_id])
    found = Booking.objects.filter(room=room, ends__gte=since)
    rows = list(found.exclude(state__in=_HIDDEN).order_by("begins", "id")[:most])
    hosts = units({row.host_id for row in rows if row.host_id is not None})
    names = {unit.id: unit.name for unit in hosts.values()}
    return [
        BookingView(
            id=row.pk,
            room_id=room.pk,
            room_title=room.title,
            host_id=row.host_id,
            host_name=names.get(row.host_id or 0, ""),
            name=_opened(row.name_sealed) if ours else "",
            contact=_opened(row.contact_sealed) if ours else "",
            purpose=row.purpose if ours or row.host_id is not None else "",
            headcount=row.headcount,
            state=BookingState(row.state),
            begins=row.begins,
            ends=row.ends,
            booked_at=row.booked_at,
            stamp=stamp_of(row) if ours else "",
        )
        for row in rows
    ]


def _opened(sealed: str) -> str:
    return open_text(sealed) if sealed else ""


def own_booking(token: str, *, at: datetime | None = None) -> OwnBooking:
    """What the holder of a booking's link sees; raises `NotInPool`."""
    row = booking_of_link(token)
    return OwnBooking(
        room=offer_rows([row.room])[0],
        name=_opened(row.name_sealed),
        purpose=row.purpose,
        headcount=row.headcount,
        state=BookingState(row.state),
        begins=row.begins,
        ends=row.ends,
        answer_by=row.answer_by,
        may_change=at is not None and may_still_change(row, at=at),
    )


def free_times(room_id: int, *, at: datetime, days: int = 14) -> list[FreeDay]:
    """The stretches of the coming days within opening hours that nobody holds. Three queries."""
    room, first = _room(room_id), localdate(at)
    if room.state != OfferState.OPEN:
        return []
    slots: dict[int, list[tuple[time, time]]] = {}
    for slot in room.slots.order_by("weekday", "opens"):
        slots.setdefault(slot.weekday, []).append((slot.opens, slot.closes))
    until = _moment(first + timedelta(days=days), time(0))
    held = Booking.objects.filter(room=room, state__in=STANDING, begins__lt=until, ends__gt=at)
    taken = list(held.order_by("begins").values_list("begins", "ends"))
    found = []
    for day in (first + timedelta(days=n) for n in range(days)):
        if not room.begins <= day <= room.ends:
            continue
        hours = [
            (_moment(day, opens), _moment(day, closes))
            for opens, closes in slots.get(day.weekday(), [])
        ]
        if not slots:
            hours = [(_moment(day, time(0)), _moment(day + timedelta(days=1), time(0)))]
        free = tuple(each for begins, ends in hours for each in _left(max(begins, at), ends, taken))
        if free:
            found.append(FreeDay(day, free))
    return found


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=get_current_timezone())


def _left(begins: datetime, ends: datetime, taken: Iterable[Stretch]) -> Iterable[Stretch]:
    """What the taken stretches, soonest first and none over another, leave of one."""
    for taken_from, taken_until in taken:
        if begins >= ends:
            return
        if taken_until <= begins or taken_from >= ends:
            continue
        if taken_from > begins:
            yield begins, taken_from
        begins = max(begins, taken_until)
    if begins < ends:
        yield begins, ends
