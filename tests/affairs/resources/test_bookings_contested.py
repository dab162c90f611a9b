"""Bookings under dispute: what is in use stays taken, and a yes is for what was seen."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connections

from gongzhi.affairs.resources import own_bookings
from gongzhi.affairs.resources.bookings import CannotBook, book_room, report_use
from gongzhi.affairs.resources.choices import BookingRule, BookingState
from gongzhi.affairs.resources.lifecycle import CannotMove, NotInPool
from gongzhi.affairs.resources.models import Booking
from gongzhi.affairs.resources.own_bookings import (
    MOST_A_DAY,
    Wish,
    answer_booking,
    booking_link,
    cancel_own_booking,
    change_own_booking,
    expire_bookings,
)
from gongzhi.affairs.resources.queries.rooms import bookings_of, free_times, own_booking
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.privacy.links import sign_link
from tests.affairs.resources.pools import MONDAY, SmallPool, build_pool, moment
from tests.affairs.resources.test_own_bookings import ask, room, state, wish
from tests.affairs.small_district import build

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


def attempt(act: Callable[[], object]) -> str:
    """What became of an act in a thread of its own."""
    try:
        act()
    except (CannotBook, CannotMove):
        return "refused"
    finally:
        connections.close_all()
    return "done"


@pytest.mark.django_db(transaction=True)
def test_of_a_unit_a_resident_and_one_who_moves_at_once_one_gets_the_time() -> None:
    pool = build_pool(build())
    hall = room(pool, BookingRule.AT_ONCE)
    token, by = booking_link(ask(hall, "09:00", "10:00")), pool.community
    begins, ends = moment("2026-03-10", "15:00"), moment("2026-03-10", "17:00")
    told: dict[str, Any] = {
        "room_id": hall, "host_id": pool.unit("party"), "purpose": "议事会", "headcount": 9,
        "begins": begins, "ends": ends, "by": by, "at": MONDAY,
    }  # fmt: skip
    moved = Wish("合唱排练", 5, begins - timedelta(hours=1), begins + timedelta(hours=1))
    acts: list[Callable[[], object]] = [
        lambda: book_room(**told),
        lambda: ask(hall, "16:00", "18:00"),
        lambda: change_own_booking(token=token, wish=moved, by=RESIDENT, at=MONDAY),
    ]
    with ThreadPoolExecutor(3) as many:
        done = list(many.map(attempt, acts))
    held = sorted(Booking.objects.filter(begins__gte=begins - timedelta(hours=1)).values_list(
        "begins", "ends"
    ))  # fmt: skip
    assert done.count("done") == len(held) >= 1
    assert all(before[1] <= after[0] for before, after in pairwise(held))


@pytest.mark.django_db(transaction=True)
def test_a_yes_and_a_change_at_once_leave_no_yes_to_what_was_not_seen() -> None:
    pool = build_pool(build())
    hall = room(pool)
    made, bank = ask(hall), pool.bank
    (seen,) = bookings_of(hall, since=MONDAY, by=bank)
    token, later = booking_link(made), wish("14:00", "18:00")
    acts: list[Callable[[], object]] = [
        lambda: answer_booking(booking_id=made, agreed=True, seen=seen.stamp, by=bank, at=MONDAY),
        lambda: change_own_booking(token=token, wish=later, by=RESIDENT, at=MONDAY),
    ]
    with ThreadPoolExecutor(2) as both:
        list(both.map(attempt, acts))
    row = Booking.objects.get()
    assert (row.begins, row.state) == (later.begins, BookingState.ASKED)


@pytest.mark.django_db(transaction=True)
def test_of_a_yes_and_a_cancellation_at_once_the_name_goes_and_the_time_is_free() -> None:
    pool = build_pool(build())
    hall = room(pool)
    made, bank = ask(hall), pool.bank
    token = booking_link(made)
    acts: list[Callable[[], object]] = [
        lambda: answer_booking(booking_id=made, agreed=True, by=bank, at=MONDAY),
        lambda: cancel_own_booking(token=token, by=RESIDENT, at=MONDAY),
        lambda: expire_bookings(at=MONDAY),
    ]
    with ThreadPoolExecutor(3) as many:
        list(many.map(attempt, acts))
    row = Booking.objects.get()
    assert (row.state, row.name_sealed, row.contact_sealed) == (BookingState.CANCELLED, "", "")
    ask(hall)


def test_nobody_fills_a_room_that_is_booked_at_once_for_weeks_in_a_day(pool: SmallPool) -> None:
    hall = room(pool, BookingRule.AT_ONCE)
    first = moment("2026-03-10", "09:00")
    Booking.objects.bulk_create(
        Booking(
            room_id=hall, purpose="占位", headcount=1, booked_at=MONDAY,
            begins=first + timedelta(minutes=i), ends=first + timedelta(minutes=i + 1),
        )
        for i in range(MOST_A_DAY)
    )  # fmt: skip
    with pytest.raises(CannotBook, match="明天再约"):
        ask(hall, "14:00", "15:00", at=MONDAY + timedelta(hours=1))
    assert state(ask(hall, "14:00", "15:00", at=first - timedelta(minutes=1))) == "booked"


@pytest.mark.parametrize("kind", ["hours", "served", "slip", "bookings"])
def test_a_link_of_another_thing_opens_no_booking(pool: SmallPool, kind: str) -> None:
    made = ask(room(pool))
    for token in (sign_link(kind, made), sign_link("booking", made, 2), booking_link(made)[:-1]):
        with pytest.raises(NotInPool):
            own_booking(token)
        with pytest.raises(NotInPool):
            cancel_own_booking(token=token, by=RESIDENT, at=MONDAY)
    assert state(made) == BookingState.ASKED


def test_a_units_booking_has_no_link(pool: SmallPool) -> None:
    hall = room(pool)
    made = book_room(
        room_id=hall, host_id=pool.unit("party"), purpose="议事会", headcount=9,
        begins=moment("2026-03-10", "15:00"), ends=moment("2026-03-10", "17:00"),
        by=pool.community, at=MONDAY,
    )  # fmt: skip
    with pytest.raises(NotInPool):
        own_booking(sign_link("booking", made))
    with pytest.raises(NotInPool):
        booking_link(made)
