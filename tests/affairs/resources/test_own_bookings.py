"""Residents book a room themselves: by a private link, confirmed or at once, and never two."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta

import pytest
from django.db import connections
from django.utils.timezone import localtime

from gongzhi.affairs.resources.bookings import CannotBook, book_room, cancel_booking, report_use
from gongzhi.affairs.resources.choices import BookingRule, BookingState
from gongzhi.affairs.resources.holdings import forget_bookers
from gongzhi.affairs.resources.lifecycle import CannotMove, NotInPool
from gongzhi.affairs.resources.models import Booking
from gongzhi.affairs.resources.offers import Opening
from gongzhi.affairs.resources.own_bookings import (
    MOST_WAITING,
    Wish,
    answer_booking,
    ask_for_room,
    booking_link,
    cancel_own_booking,
    change_own_booking,
    expire_bookings,
    set_booking_rule,
)
from gongzhi.affairs.resources.queries.rooms import bookings_of, free_times, own_booking
from gongzhi.commons.ledger.reading import events_of_many
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.resources.pools import MONDAY, SmallPool, build_pool, moment
from tests.affairs.small_district import build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NAME, CONTACT = "住在三楼的顾女士", "13700000000"


def room(pool: SmallPool, rule: BookingRule = BookingRule.ASK) -> int:
    made = pool.offer(
        title="二楼活动室", categories=("space.activity",), total=200, per_day=8, seats=30,
        openings=(Opening(1, time(9), time(12)), Opening(1, time(14), time(18))),
    )  # fmt: skip
    set_booking_rule(room_id=made, rule=rule, by=pool.bank, at=MONDAY)
    return made


def wish(begins: str = "09:00", ends: str = "11:00", day: str = "2026-03-10") -> Wish:
    return Wish(
        purpose="合唱排练", headcount=12, begins=moment(day, begins), ends=moment(day, ends)
    )


def ask(room_id: int, begins: str = "09:00", ends: str = "11:00", at: datetime = MONDAY) -> int:
    return ask_for_room(
        room_id=room_id, wish=wish(begins, ends), name=NAME, contact=CONTACT, by=RESIDENT, at=at
    )


def state(booking_id: int) -> str:
    return Booking.objects.get(pk=booking_id).state


def test_the_unit_of_the_room_confirms_what_a_resident_asks_for(pool: SmallPool) -> None:
    made = ask(room(pool))
    assert state(made) == BookingState.ASKED
    with pytest.raises(NotPermitted):
        answer_booking(booking_id=made, agreed=True, by=pool.clinic, at=MONDAY)
    answer_booking(booking_id=made, agreed=True, by=pool.bank, at=MONDAY)
    assert state(made) == BookingState.BOOKED
    with pytest.raises(CannotMove):
        answer_booking(booking_id=made, agreed=False, by=pool.bank, at=MONDAY)
    report_use(booking_id=made, came=True, by=pool.bank, at=moment("2026-03-10", "11:00"))
    assert state(made) == BookingState.USED


def test_a_room_whose_rule_says_at_once_needs_nobody(pool: SmallPool) -> None:
    made = ask(room(pool, BookingRule.AT_ONCE))
    assert state(made) == BookingState.BOOKED
    kinds = [event.kind for event in events_of_many("booking", [made])[made]]
    assert kinds == ["booking.made"]


def test_a_room_for_units_only_takes_no_resident(pool: SmallPool) -> None:
    hall = room(pool, BookingRule.UNITS)
    with pytest.raises(CannotBook, match="单位"):
        ask(hall)
    with pytest.raises(NotPermitted):
        set_booking_rule(room_id=hall, rule=BookingRule.AT_ONCE, by=pool.clinic, at=MONDAY)


def test_what_waits_for_the_unit_keeps_its_time_from_residents_and_units(pool: SmallPool) -> None:
    hall = room(pool)
    waits = ask(hall)
    with pytest.raises(CannotBook, match="03-10 09:00–11:00"):
        ask(hall, "10:00", "12:00")
    told = {
        "room_id": hall, "host_id": pool.unit("party"), "purpose": "议事会", "headcount": 9,
        "begins": moment("2026-03-10", "10:00"), "ends": moment("2026-03-10", "12:00"),
    }  # fmt: skip
    with pytest.raises(CannotBook, match="03-10 09:00–11:00"):
        book_room(**told, by=pool.community, at=MONDAY)
    answer_booking(booking_id=waits, agreed=False, by=pool.bank, at=MONDAY)
    assert state(waits) == BookingState.DECLINED
    book_room(**told, by=pool.community, at=MONDAY)


@pytest.mark.parametrize(
    ("begins", "ends", "day"),
    [
        ("11:00", "09:00", "2026-03-10"),
        ("12:00", "14:00", "2026-03-10"),
        ("09:00", "11:00", "2026-03-11"),
        ("09:00", "11:00", "2026-03-03"),
        ("09:00", "11:00", "2027-03-09"),
    ],
)
def test_times_that_can_not_be_are_refused(
    pool: SmallPool, begins: str, ends: str, day: str
) -> None:
    with pytest.raises(CannotBook):
        ask_for_room(
            room_id=room(pool), wish=wish(begins, ends, day), name=NAME, contact=CONTACT,
            by=RESIDENT, at=moment("2026-03-09", "12:00"),
        )  # fmt: skip


@pytest.mark.parametrize(("name", "contact"), [("", CONTACT), (NAME, " "), ("长" * 41, CONTACT)])
def test_without_name_and_number_nothing_is_booked(
    pool: SmallPool, name: str, contact: str
) -> None:
    with pytest.raises(CannotBook, match="称呼"):
        ask_for_room(
            room_id=room(pool), wish=wish(), name=name, contact=contact, by=RESIDENT, at=MONDAY
        )
    assert Booking.objects.count() == 0


def test_only_the_unit_of_the_room_reads_who_comes(pool: SmallPool) -> None:
    hall = room(pool)
    made = ask(hall)
    row = Booking.objects.get()
    assert NAME not in row.name_sealed
    assert CONTACT not in row.contact_sealed
    told = str(events_of_many("booking", [made]))
    assert NAME not in told
    assert CONTACT not in told
    for by in (RESIDENT, pool.clinic, pool.district.worker):
        (view,) = bookings_of(hall, since=MONDAY, by=by)
        assert (view.name, view.contact, view.purpose) == ("", "", "")
    (view,) = bookings_of(hall, since=MONDAY, by=pool.bank)
    assert (view.name, view.contact, view.purpose) == (NAME, CONTACT, "合唱排练")


def test_the_link_shows_changes_and_cancels_the_own_booking_alone(pool: SmallPool) -> None:
    hall = room(pool)
    made, other = ask(hall), ask(hall, "14:00", "16:00")
    token = booking_link(made)
    assert own_booking(token).name == NAME
    answer_booking(booking_id=made, agreed=True, by=pool.bank, at=MONDAY)
    with pytest.raises(CannotBook, match="03-10 14:00–16:00"):
        change_own_booking(token=token, wish=wish("15:00", "17:00"), by=RESIDENT, at=MONDAY)
    change_own_booking(token=token, wish=wish("10:00", "12:00"), by=RESIDENT, at=MONDAY)
    assert state(made) == BookingState.ASKED, "a changed time is looked at again"
    cancel_own_booking(token=token, by=RESIDENT, at=MONDAY)
    row = Booking.objects.get(pk=made)
    assert (row.state, row.name_sealed, row.contact_sealed) == (BookingState.CANCELLED, "", "")
    with pytest.raises(CannotMove):
        cancel_own_booking(token=token, by=RESIDENT, at=MONDAY)
    with pytest.raises(CannotMove):
        change_own_booking(token=token, wish=wish(), by=RESIDENT, at=MONDAY)
    assert state(other) == BookingState.ASKED
    ask(hall, "10:00", "12:00")
    for wrong in ("", "x", token[:-2] + "AA"):
        with pytest.raises(NotInPool):
            own_booking(wrong)


def test_fewer_people_at_the_same_time_need_no_second_yes(pool: SmallPool) -> None:
    made = ask(room(pool))
    answer_booking(booking_id=made, agreed=True, by=pool.bank, at=MONDAY)
    fewer = Wish(purpose="合唱排练", headcount=5, begins=wish().begins, ends=wish().ends)
    change_own_booking(token=booking_link(made), wish=fewer, by=RESIDENT, at=MONDAY)
    assert state(made) == BookingState.BOOKED
    assert Booking.objects.get().headcount == 5


def test_a_booking_that_has_begun_stays_as_it_is(pool: SmallPool) -> None:
    made = ask(room(pool, BookingRule.AT_ONCE))
    begun = moment("2026-03-10", "09:30")
    with pytest.raises(CannotBook, match="已经开始"):
        change_own_booking(
            token=booking_link(made), wish=wish("10:00", "11:00"), by=RESIDENT, at=begun
        )
    with pytest.raises(CannotBook, match="已经开始"):
        cancel_own_booking(token=booking_link(made), by=RESIDENT, at=begun)


def test_what_nobody_answers_lapses_and_frees_the_time(pool: SmallPool) -> None:
    hall = room(pool)
    made = ask(hall)
    assert expire_bookings(at=MONDAY) == 0
    assert expire_bookings(at=moment("2026-03-10", "09:00")) == 1
    assert state(made) == BookingState.LAPSED
    assert expire_bookings(at=moment("2026-03-10", "09:00")) == 0


def test_the_unit_of_the_room_may_cancel_and_the_resident_sees_it(pool: SmallPool) -> None:
    made = ask(room(pool, BookingRule.AT_ONCE))
    for by in (pool.clinic, RESIDENT):
        with pytest.raises(NotPermitted):
            cancel_booking(booking_id=made, by=by, at=MONDAY)
    cancel_booking(booking_id=made, by=pool.bank, at=MONDAY)
    assert own_booking(booking_link(made)).state == BookingState.CANCELLED


def test_names_go_after_the_day_and_the_use_stays_counted(pool: SmallPool) -> None:
    made = ask(room(pool, BookingRule.AT_ONCE))
    assert forget_bookers(cutoff=MONDAY, limit=10, at=MONDAY) == 0
    later = MONDAY + timedelta(days=60)
    assert forget_bookers(cutoff=later, limit=10, at=later) == 1
    row = Booking.objects.get()
    assert (row.name_sealed, row.contact_sealed, row.purpose) == ("", "", "")
    assert forget_bookers(cutoff=later, limit=10, at=later) == 0
    assert own_booking(booking_link(made)).name == ""


def test_too_many_that_wait_close_the_door_for_a_while(pool: SmallPool) -> None:
    hall = room(pool)
    begins = moment("2026-03-10", "09:00")
    Booking.objects.bulk_create(
        Booking(
            room_id=hall, purpose="占位", headcount=1, state=BookingState.ASKED,
            begins=begins + timedelta(minutes=i), ends=begins + timedelta(minutes=i + 1),
            booked_at=MONDAY,
        )
        for i in range(MOST_WAITING)
    )  # fmt: skip
    with pytest.raises(CannotBook, match="等待确认"):
        ask(hall, "14:00", "15:00")


def test_free_times_are_opening_hours_without_what_is_taken_or_past(pool: SmallPool) -> None:
    hall = room(pool)
    ask(hall, "10:00", "11:00")
    days = free_times(hall, at=moment("2026-03-10", "09:30"), days=7)
    assert [day.date.isoformat() for day in days] == ["2026-03-10"]
    said = [
        (f"{localtime(begins):%H:%M}", f"{localtime(ends):%H:%M}")
        for begins, ends in days[0].stretches
    ]
    assert said == [("09:30", "10:00"), ("11:00", "12:00"), ("14:00", "18:00")]


def test_a_room_without_hours_is_free_all_day(pool: SmallPool) -> None:
    hall = pool.offer(title="院子", categories=("space.activity",), seats=9)
    days = free_times(hall, at=moment("2026-03-10", "09:30"), days=2)
    assert len(days) == 2
    (_, until), (begins, ends) = days[0].stretches[0], days[1].stretches[0]
    assert until == begins
    assert ends - begins == timedelta(days=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rule", [BookingRule.ASK, BookingRule.AT_ONCE])
def test_of_many_residents_at_once_one_gets_the_time(rule: BookingRule) -> None:
    hall = room(build_pool(build()), rule)

    def one(number: int) -> str:
        try:
            ask(hall, f"{9 + number % 2}:00".zfill(5), "11:00")
        except CannotBook:
            return "refused"
        finally:
            connections.close_all()
        return "in"

    with ThreadPoolExecutor(5) as many:
        assert list(many.map(one, range(6))).count("in") == 1
    assert Booking.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_to_one_time_at_once_one_is_refused() -> None:
    hall = room(build_pool(build()), BookingRule.AT_ONCE)
    tokens = [booking_link(ask(hall, "09:00", "10:00")), booking_link(ask(hall, "10:00", "11:00"))]

    def one(token: str) -> str:
        try:
            change_own_booking(token=token, wish=wish("15:00", "17:00"), by=RESIDENT, at=MONDAY)
        except CannotBook:
            return "refused"
        finally:
            connections.close_all()
        return "moved"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(one, tokens)) == ["moved", "refused"]
