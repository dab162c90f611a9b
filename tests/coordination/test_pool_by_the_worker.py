"""What nobody answers in time ends by itself: the worker's schedules reach the pool."""

from datetime import timedelta

import pytest

from gongzhi.affairs.resources.bookings import cancel_booking
from gongzhi.affairs.resources.claims import claim_need
from gongzhi.affairs.resources.models import Booking, Claim, Need, Offer
from gongzhi.affairs.resources.own_bookings import (
    Wish,
    answer_booking,
    ask_for_room,
    booking_link,
    cancel_own_booking,
)
from gongzhi.commons.ledger.reading import events_of_many
from gongzhi.commons.notices.queries import notices_of_units
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.coordination.schedules import run_due
from tests.affairs.resources.pools import DAY, MONDAY, SmallPool, build_pool, moment
from tests.affairs.small_district import build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LATE = MONDAY + timedelta(days=60)


@pytest.fixture
def pool(db: None) -> SmallPool:
    return build_pool(build())


def told(unit: int) -> list[str]:
    return [each.heading for each in notices_of_units(frozenset({unit}), language="zh-hans")]


def test_a_claim_nobody_answers_expires_and_both_sides_are_told(pool: SmallPool) -> None:
    need, offer = pool.need(quantity=4), pool.offer()
    claim = claim_need(
        need_id=need, unit_id=pool.unit("bank"), quantity=4, day=DAY, offer_id=offer,
        by=pool.bank, at=MONDAY,
    )  # fmt: skip
    run_due(at=MONDAY + timedelta(hours=1))
    assert Claim.objects.get(pk=claim).state == "proposed"
    run_due(at=MONDAY + timedelta(days=14))
    assert Claim.objects.get(pk=claim).state == "expired"
    assert (Need.objects.get(pk=need).claimed, Offer.objects.get(pk=offer).used) == (0, 0)
    assert events_of_many("claim", [claim])[claim][-1].kind == "claim.expired"
    follow_all(at=MONDAY + timedelta(days=14))
    publisher = Need.objects.get(pk=need).publisher_id
    for unit in (pool.unit("bank"), publisher):
        assert any("认领没有成" in heading for heading in told(unit))


def test_needs_offers_and_bookings_end_with_their_time(pool: SmallPool) -> None:
    need, hall = pool.need(), pool.offer(categories=("space.activity",), seats=20)
    begins = moment("2026-03-10", "10:00")
    wish = Wish("合唱排练", 8, begins, begins + timedelta(hours=2))
    booking = ask_for_room(
        room_id=hall, wish=wish, name="顾女士", contact="13700000000", by=RESIDENT, at=MONDAY
    )
    follow_all(at=MONDAY)
    assert any("居民想用场地" in heading for heading in told(pool.unit("bank")))
    run_due(at=LATE)
    assert Booking.objects.get(pk=booking).state == "lapsed"
    assert Need.objects.get(pk=need).state == "expired"
    assert Offer.objects.get(pk=hall).state == "ended"
    assert Booking.objects.get(pk=booking).name_sealed == "", "the retention is part of the worker"


def test_a_unit_that_agreed_hears_when_the_resident_takes_it_back(pool: SmallPool) -> None:
    hall = pool.offer(categories=("space.activity",), seats=20)
    begins = moment("2026-03-10", "10:00")
    first, second = (
        ask_for_room(
            room_id=hall, wish=Wish("合唱排练", 8, at, at + timedelta(hours=2)), name="顾女士",
            contact="13700000000", by=RESIDENT, at=MONDAY,
        )
        for at in (begins, begins + timedelta(hours=3))
    )  # fmt: skip
    answer_booking(booking_id=first, agreed=True, by=pool.bank, at=MONDAY)
    cancel_own_booking(token=booking_link(first), by=RESIDENT, at=MONDAY)
    cancel_booking(booking_id=second, by=pool.bank, at=MONDAY)
    follow_all(at=MONDAY)
    cancelled = [heading for heading in told(pool.unit("bank")) if "取消" in heading]
    assert len(cancelled) == 1, "of one's own cancellation one is not told"
    assert all("顾女士" not in heading for heading in told(pool.unit("bank")))
