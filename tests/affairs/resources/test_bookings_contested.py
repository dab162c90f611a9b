"""Bookings under dispute: what is in use stays taken, and a yes is for what was seen."""

from datetime import timedelta
from typing import Any

import pytest

from gongzhi.affairs.resources import own_bookings
from gongzhi.affairs.resources.bookings import CannotBook, report_use
from gongzhi.affairs.resources.choices import BookingRule, BookingState
from gongzhi.affairs.resources.models import Booking
from gongzhi.affairs.resources.own_bookings import (
    Wish,
    answer_booking,
    booking_link,
    change_own_booking,
    expire_bookings,
)
from gongzhi.affairs.resources.queries.rooms import bookings_of, free_times
from gongzhi.commons.permissions.actors import RESIDENT
from tests.affairs.resources.pools import MONDAY, SmallPool, moment
from tests.affairs.resources.test_own_bookings import ask, room, state, wish

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_room_in_use_is_not_given_to_somebody_else_meanwhile(pool: SmallPool) -> None:
    hall = room(pool, BookingRule.AT_ONCE)
    made, there = ask(hall, "09:00", "12:00"), moment("2026-03-10", "09:05")
    report_use(booking_id=made, came=True, by=pool.bank, at=there)
    with pytest.raises(CannotBook, match="03-10 09:00–12:00"):
        ask(hall, "10:00", "11:00", at=there)
    (today, _next_week) = free_times(hall, at=there)
    assert [begins for begins, _ends in today.stretches] == [moment("2026-03-10", "14:00")]


def test_the_time_of_somebody_who_stays_away_is_free_again(pool: SmallPool) -> None:
    hall = room(pool, BookingRule.AT_ONCE)
    made, there = ask(hall, "09:00", "12:00"), moment("2026-03-10", "09:30")
    report_use(booking_id=made, came=False, by=pool.bank, at=there)
    assert state(ask(hall, "10:00", "11:00", at=there)) == BookingState.BOOKED


def test_another_purpose_is_looked_at_again(pool: SmallPool) -> None:
    made = ask(room(pool))
    answer_booking(booking_id=made, agreed=True, by=pool.bank, at=MONDAY)
    other = Wish(purpose="保健品推销会", headcount=5, begins=wish().begins, ends=wish().ends)
    change_own_booking(token=booking_link(made), wish=other, by=RESIDENT, at=MONDAY)
    assert state(made) == BookingState.ASKED


def test_a_wish_that_was_changed_meanwhile_does_not_lapse(
    pool: SmallPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, real = ask(room(pool)), own_bookings.move
    late = moment("2026-03-10", "09:00")

    def changed_first(row: Booking, *told: Any, **more: Any) -> None:
        Booking.objects.filter(pk=row.pk).update(answer_by=late + timedelta(days=2))
        real(row, *told, **more)

    monkeypatch.setattr(own_bookings, "move", changed_first)
    assert expire_bookings(at=late) == 0
    assert state(made) == BookingState.ASKED


def test_a_yes_is_for_what_was_seen(pool: SmallPool) -> None:
    hall = room(pool)
    made = ask(hall)
    (seen,) = bookings_of(hall, since=MONDAY, by=pool.bank)
    more = Wish(purpose="合唱排练", headcount=30, begins=wish().begins, ends=wish().ends)
    change_own_booking(token=booking_link(made), wish=more, by=RESIDENT, at=MONDAY)
    with pytest.raises(CannotBook, match="刚改过"):
        answer_booking(booking_id=made, agreed=True, seen=seen.stamp, by=pool.bank, at=MONDAY)
    assert state(made) == BookingState.ASKED
    (seen,) = bookings_of(hall, since=MONDAY, by=pool.bank)
    answer_booking(booking_id=made, agreed=True, seen=seen.stamp, by=pool.bank, at=MONDAY)
    assert state(made) == BookingState.BOOKED
