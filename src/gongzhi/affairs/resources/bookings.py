"""Rooms: a stretch of a day within opening hours, never two at once, and whether somebody came."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.choices import BookingState, OfferState
from gongzhi.affairs.resources.lifecycle import BOOKING, NotInPool, Step, move, tell
from gongzhi.affairs.resources.models import Booking, Offer
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted, allowed, require
from gongzhi.commons.territory.queries import find_place

LONGEST = timedelta(hours=12)
# These keep their time from others; a booking is used from its first minute on.
STANDING = (BookingState.ASKED, BookingState.BOOKED, BookingState.USED)


class CannotBook(ValueError):
    """A booking that can't be made or changed, and why."""


@transaction.atomic
def book_room(
    *,
    room_id: int,
    host_id: int,
    purpose: str,
    headcount: int,
    begins: datetime,
    ends: datetime,
    by: Actor,
    at: datetime,
) -> int:
    """Book a room for a unit; whoever asks second for the same time is told who has it."""
    host = find_unit(host_id)
    if host is None:
        raise CannotBook(_("没有这个单位，请重新选择"))
    place = find_place(host.place_id)
    require(by, "bookings.make", place_path=place.path if place else "", unit_ids=[host_id])
    room = lock_room(room_id, at=at)
    check_booking(room, purpose, headcount, begins, ends, at=at)
    refuse_taken(room, begins, ends)
    row = Booking.objects.create(
        room=room, host_id=host_id, purpose=purpose.strip(), headcount=headcount, begins=begins,
        ends=ends, booked_at=at,
    )  # fmt: skip
    tell(
        Subject("booking", row.pk), events.BOOKED, by=by, at=at, place_id=room.place_id,
        opens=True, **stretch_of(row),
    )  # fmt: skip
    return row.pk


def lock_room(room_id: int, *, at: datetime) -> Offer:
    """The room; the update locks its row, so that its bookings queue up on every database."""
    if not Offer.objects.filter(pk=room_id, seats__isnull=False).update(touched_at=at):
        raise NotInPool
    return Offer.objects.get(pk=room_id)


def refuse_taken(room: Offer, begins: datetime, ends: datetime, *, but: int | None = None) -> None:
    """Refuse a stretch that another standing booking holds, in the transaction of `lock_room`."""
    others = Booking.objects if but is None else Booking.objects.exclude(pk=but)
    standing = others.filter(room=room, state__in=STANDING, begins__lt=ends, ends__gt=begins)
    taken = standing.order_by("begins").first()
    if taken is not None:
        until = f"{localtime(taken.begins):%m-%d %H:%M}–{localtime(taken.ends):%H:%M}"
        raise CannotBook(_("这段时间已有预约：%(until)s") % {"until": until})


def stretch_of(row: Booking) -> dict[str, Any]:
    """Room, begin and minutes, as the events of a booking tell them."""
    return {
        "room": row.room_id,
        "begins": row.begins.isoformat(timespec="minutes"),
        "minutes": _minutes(row),
    }


def stamp_of(row: Booking) -> str:
    """Another one after each change of time, number or purpose."""
    stood = f"{row.begins.timestamp()} {row.ends.timestamp()} {row.headcount} {row.purpose}"
    return sha256(stood.encode()).hexdigest()[:32]


def _minutes(row: Booking) -> int:
    return int((row.ends - row.begins).total_seconds() // 60)


def check_booking(
    room: Offer, purpose: str, headcount: int, begins: datetime, ends: datetime, *, at: datetime
) -> None:
    """Refuse what can't be in this room: purpose, number of people, day and hours."""
    if room.state != OfferState.OPEN:
        raise CannotBook(
            _("这个场地现在是“%(state)s”，不能预约") % {"state": OfferState(room.state).label}
        )
    if not 0 < len(purpose.strip()) <= 80:
        raise CannotBook(_("请用 1 到 80 个字写明用途"))
    if not 1 <= headcount <= (room.seats or 0):
        raise CannotBook(_("人数应在 1 和可容纳的 %(seats)s 人之间") % {"seats": room.seats})
    if not at <= begins < ends or ends - begins > LONGEST:
        raise CannotBook(_("请核对时间：应从现在以后开始，最长 12 小时"))
    first, last = localtime(begins), localtime(ends)
    if first.date() != last.date() or not room.begins <= first.date() <= room.ends:
        raise CannotBook(_("场地在这一天不可用"))
    slots = room.slots.filter(weekday=first.weekday())
    if (
        room.slots.exists()
        and not slots.filter(opens__lte=first.time(), closes__gte=last.time()).exists()
    ):
        open_at = "、".join(f"{slot.opens:%H:%M}–{slot.closes:%H:%M}" for slot in slots)
        raise CannotBook(_("不在开放时间内；当天开放：%(hours)s") % {"hours": open_at or "—"})


def find_booking(booking_id: int) -> Booking:
    """One booking with its room; raises `NotInPool`."""
    row = Booking.objects.select_related("room").filter(pk=booking_id).first()
    if row is None:
        raise NotInPool
    return row


@transaction.atomic
def cancel_booking(*, booking_id: int, by: Actor, at: datetime) -> None:
    """The host or the room's unit takes a booking back; the time is free again."""
    row = find_booking(booking_id)
    if row.host_id is None or not allowed(by, "bookings.make", unit_ids=[row.host_id]):
        require(by, "offers.open", place_path=row.room.place_path, unit_ids=[row.room.unit_id])
    move(row, BOOKING, Step.CANCEL)
    tell(
        Subject("booking", row.pk), events.BOOKING_CANCELLED, by=by, at=at,
        place_id=row.room.place_id, room=row.room_id,
    )  # fmt: skip


@transaction.atomic
def report_use(*, booking_id: int, came: bool, by: Actor, at: datetime) -> None:
    """The room's unit says whether the host came; no-shows are counted apart from use."""
    row = find_booking(booking_id)
    if not allowed(by, "offers.open", place_path=row.room.place_path, unit_ids=[row.room.unit_id]):
        raise NotPermitted("offers.open")
    if at < row.begins:
        raise CannotBook(_("预约的时间还没有到"))
    move(row, BOOKING, Step.USE if came else Step.NO_SHOW)
    if came:
        Offer.objects.filter(pk=row.room_id).update(last_used_at=at)
    more: dict[str, Any] = {"minutes": _minutes(row)} if came else {}
    tell(
        Subject("booking", row.pk),
        events.BOOKING_USED if came else events.BOOKING_NO_SHOW,
        by=by,
        at=at,
        place_id=row.room.place_id,
        room=row.room_id,
        **more,
    )
