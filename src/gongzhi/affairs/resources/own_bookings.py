"""Residents book a room themselves, without an account: a name, a number and a private link."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.bookings import (
    CannotBook,
    check_booking,
    find_booking,
    lock_room,
    refuse_taken,
    stamp_of,
    stretch_of,
)
from gongzhi.affairs.resources.choices import BookingRule, BookingState
from gongzhi.affairs.resources.lifecycle import (
    BOOKING,
    CannotMove,
    NotInPool,
    Step,
    can,
    move,
    tell,
)
from gongzhi.affairs.resources.models import Booking, Offer
from gongzhi.affairs.resources.offers import offer_for
from gongzhi.affairs.resources.rules import limit_rules
from gongzhi.commons.calendar.queries import working_time
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import SYSTEM, Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.encryption import seal_text
from gongzhi.commons.privacy.links import read_link, sign_link

LONGEST = timedelta(hours=4)
AHEAD = timedelta(days=60)
MOST_WAITING = 30  # in one room, for its unit's answer
MOST_A_DAY = 30  # in one room that is booked at once, within 24 hours


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody would like a room for, and when."""

    purpose: str
    headcount: int
    begins: datetime
    ends: datetime


@transaction.atomic
def set_booking_rule(*, room_id: int, rule: BookingRule, by: Actor, at: datetime) -> None:
    """Say whether residents may book a room, and whether its unit looks at it first."""
    room = offer_for(by, "offers.open", room_id)
    if room.seats is None:
        raise NotInPool
    Offer.objects.filter(pk=room_id).update(booking_rule=rule, touched_at=at)
    tell(
        Subject("offer", room_id), events.RULE_SET, by=by, at=at, place_id=room.place_id, rule=rule
    )


@transaction.atomic
def ask_for_room(
    *, room_id: int, wish: Wish, name: str, contact: str, by: Actor, at: datetime
) -> int:
    """Book a room for oneself; whoever asks second for the same time is told. Returns its id.

    Where the room's rule says so, its unit has to agree first; the time is kept meanwhile.
    """
    name, contact = name.strip(), contact.strip()
    if not 0 < len(name) <= 40 or not 0 < len(contact) <= 80:
        raise CannotBook(_("请用 1 到 40 个字写明怎么称呼，并留联系方式（最多 80 个字）"))
    room = lock_room(room_id, at=at)
    _check(room, wish, at=at)
    refuse_taken(room, wish.begins, wish.ends)
    at_once = room.booking_rule == BookingRule.AT_ONCE
    _refuse_flood(room, at_once=at_once, at=at)
    row = Booking.objects.create(
        room=room, name_sealed=seal_text(name), contact_sealed=seal_text(contact),
        purpose=wish.purpose.strip(), headcount=wish.headcount, begins=wish.begins,
        ends=wish.ends, booked_at=at,
        state=BookingState.BOOKED if at_once else BookingState.ASKED,
        answer_by=None if at_once else _answer_by(room, wish, at=at),
    )  # fmt: skip
    tell(
        Subject("booking", row.pk), events.BOOKED if at_once else events.BOOKING_ASKED, by=by,
        at=at, place_id=room.place_id, opens=True, **stretch_of(row),
    )  # fmt: skip
    return row.pk


def _refuse_flood(room: Offer, *, at_once: bool, at: datetime) -> None:
    """No one can take a room for weeks at a stroke, from however many addresses."""
    own = Booking.objects.filter(room=room, host=None)
    if not at_once and own.filter(state=BookingState.ASKED).count() >= MOST_WAITING:
        raise CannotBook(_("这个场地等待确认的预约太多，请过几天再约，或联系场地方"))
    fresh = own.filter(state=BookingState.BOOKED, booked_at__gt=at - timedelta(days=1))
    if at_once and fresh.count() >= MOST_A_DAY:
        raise CannotBook(_("今天约这个场地的人太多，请明天再约，或联系场地方"))


def _check(room: Offer, wish: Wish, *, at: datetime) -> None:
    if room.booking_rule == BookingRule.UNITS:
        raise CannotBook(_("这个场地只由单位预约，请联系社区代约"))
    check_booking(room, wish.purpose, wish.headcount, wish.begins, wish.ends, at=at)
    if wish.ends - wish.begins > LONGEST or wish.begins - at > AHEAD:
        raise CannotBook(_("居民预约一次最长 4 小时，最多提前 60 天"))


def _answer_by(room: Offer, wish: Wish, *, at: datetime) -> datetime:
    """The unit's limit, and never later than the time itself."""
    limit = limit_rules()["booking.answer"]
    return min(working_time(room.unit_id).deadline(at, limit), wish.begins)


def booking_link(booking_id: int) -> str:
    """The token of a resident's own booking."""
    own = Booking.objects.filter(pk=booking_id, host=None)
    version = own.values_list("link_version", flat=True).first()
    if version is None:
        raise NotInPool
    return sign_link("booking", booking_id, version)


def booking_of_link(token: str) -> Booking:
    """The booking that a token opens; raises `NotInPool` for one that opens none."""
    read = read_link("booking", token)
    if read is None:
        raise NotInPool
    own = Booking.objects.select_related("room").filter(
        pk=read.id, link_version=read.version, host=None
    )
    row = own.first()
    if row is None:
        raise NotInPool
    return row


def may_still_change(row: Booking, *, at: datetime) -> bool:
    """Whether its holder may change or cancel it."""
    return can(BOOKING, Step.CHANGE, row.state) and at < row.begins


@contextmanager
def _own(token: str, step: Step, *, at: datetime) -> Iterator[Booking]:
    """The booking of a link as it stands now, its room locked, in one transaction."""
    with transaction.atomic():
        lock_room(booking_of_link(token).room_id, at=at)
        row = booking_of_link(token)
        if not can(BOOKING, step, row.state):
            raise CannotMove(BOOKING, step, row.state)
        if row.begins <= at:
            raise CannotBook(_("预约的时间已经开始，有变化请直接联系场地方"))
        yield row


def change_own_booking(*, token: str, wish: Wish, by: Actor, at: datetime) -> None:
    """Another time, number or purpose; the room's unit looks at it again unless only fewer come."""
    with _own(token, Step.CHANGE, at=at) as row:
        _check(row.room, wish, at=at)
        refuse_taken(row.room, wish.begins, wish.ends, but=row.pk)
        agreed = row.state == BookingState.BOOKED and wish.headcount <= row.headcount
        same = (wish.begins, wish.ends, wish.purpose.strip()) == (row.begins, row.ends, row.purpose)
        asks = row.room.booking_rule == BookingRule.ASK and not (agreed and same)
        changes: dict[str, Any] = {
            "purpose": wish.purpose.strip(), "headcount": wish.headcount, "begins": wish.begins,
            "ends": wish.ends, "booked_at": at,
            "answer_by": _answer_by(row.room, wish, at=at) if asks else None,
        }  # fmt: skip
        move(row, BOOKING, Step.CHANGE, **changes)
        tell(
            Subject("booking", row.pk), events.BOOKING_MOVED, by=by, at=at,
            place_id=row.room.place_id, **stretch_of(row),
        )  # fmt: skip
        if not asks:
            _agree(row, by=by, at=at)


def _agree(row: Booking, *, by: Actor, at: datetime) -> None:
    move(row, BOOKING, Step.AGREE, answer_by=None)
    tell(
        Subject("booking", row.pk), events.BOOKED, by=by, at=at, place_id=row.room.place_id,
        **stretch_of(row),
    )  # fmt: skip


def cancel_own_booking(*, token: str, by: Actor, at: datetime) -> None:
    """The resident takes the booking back; the time is free again, name and number are erased."""
    with _own(token, Step.CANCEL, at=at) as row:
        move(row, BOOKING, Step.CANCEL, name_sealed="", contact_sealed="", purpose="", erased_at=at)
        tell(
            Subject("booking", row.pk), events.BOOKING_CANCELLED, by=by, at=at,
            place_id=row.room.place_id, room=row.room_id,
        )  # fmt: skip


@transaction.atomic
def answer_booking(
    *, booking_id: int, agreed: bool, by: Actor, at: datetime, seen: str | None = None
) -> None:
    """The room's unit says yes or no to what a resident asked for.

    `seen` is the stamp of what was read: a yes is for that, not for what it was changed to since.
    """
    row = find_booking(booking_id)
    require(by, "offers.open", place_path=row.room.place_path, unit_ids=[row.room.unit_id])
    lock_room(row.room_id, at=at)
    row = find_booking(booking_id)
    if agreed and seen is not None and seen != stamp_of(row):
        raise CannotBook(_("居民刚改过这个预约，请看过再答复"))
    if agreed and row.begins <= at:
        raise CannotBook(_("预约的时间已经开始，有变化请直接联系场地方"))
    if agreed:
        _agree(row, by=by, at=at)
        return
    move(row, BOOKING, Step.DECLINE, answer_by=None)
    tell(
        Subject("booking", row.pk), events.BOOKING_DECLINED, by=by, at=at,
        place_id=row.room.place_id, room=row.room_id,
    )  # fmt: skip


def expire_bookings(*, at: datetime, most: int = 200) -> int:
    """Let wishes lapse that the room's unit did not answer in time; returns how many."""
    late = Booking.objects.filter(state=BookingState.ASKED, answer_by__lte=at)
    count = 0
    for row in late.select_related("room").order_by("answer_by", "id")[:most]:
        with suppress(CannotMove), transaction.atomic():  # answered or changed meanwhile
            move(row, BOOKING, Step.EXPIRE, guard=Q(answer_by__lte=at))
            tell(
                Subject("booking", row.pk), events.BOOKING_LAPSED, by=SYSTEM, at=at,
                place_id=row.room.place_id, room=row.room_id,
            )  # fmt: skip
            count += 1
    return count
