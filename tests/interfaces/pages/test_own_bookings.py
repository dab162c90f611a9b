"""Residents book a room on its page, without an account and without scripts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gongzhi.affairs.resources.claims import claim_need
from gongzhi.affairs.resources.models import Booking, Offer
from gongzhi.commons.ledger.outbox import Happened
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.models import Notice
from gongzhi.commons.notices.notifying import Message, notify
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.coordination.telling import TELLS
from tests.affairs.resources.pools import SmallPool, build_pool
from tests.affairs.small_district import build
from tests.interfaces.pages.test_resources import as_, need, offer, sound

pytestmark = pytest.mark.database
NAME, CONTACT = "住在三楼的顾女士", "13700000000"


@pytest.fixture
def pool(db: None) -> SmallPool:
    return build_pool(build())


def form(begins: str = "10:00", ends: str = "12:00", **more: str) -> dict[str, str]:
    day = (timezone.localdate() + timedelta(days=1)).isoformat()
    return {
        "day": day, "begins": begins, "ends": ends, "headcount": "8", "purpose": "合唱排练",
        "name": NAME, "contact": CONTACT, **more,
    }  # fmt: skip


def test_a_resident_books_changes_and_cancels_and_the_unit_answers(pool: SmallPool) -> None:
    hall, anyone, staff = offer(pool, seats=30), Client(), as_(pool.bank)
    assert f"/rooms/{hall}/book?day=" in sound(anyone, f"/rooms/{hall}")
    tomorrow = form()["day"]
    sound(anyone, f"/rooms/{hall}/book?day={tomorrow}")
    own = anyone.post(f"/rooms/{hall}/book", form()).headers["Location"]
    shown = anyone.get(own)
    assert NAME in shown.content.decode()
    assert shown.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in shown.headers["Cache-Control"]
    sound(anyone, own)
    booking = Booking.objects.get().pk
    assert NAME in sound(staff, f"/rooms/{hall}")
    for other in (anyone, as_(pool.clinic)):
        page = sound(other, f"/rooms/{hall}")
        assert NAME not in page
        assert CONTACT not in page
        assert "合唱排练" not in page
    assert as_(pool.clinic).post(f"/bookings/{booking}/agree", {"room": hall}).status_code == 403
    assert "BEGIN:VEVENT" not in anyone.get(f"/rooms/{hall}.ics").content.decode()
    staff.post(f"/bookings/{booking}/agree", {"room": hall})
    assert Booking.objects.get().state == "booked"
    calendar = anyone.get(f"/rooms/{hall}.ics").content.decode().replace("\r\n ", "")
    assert "居民" in calendar
    assert NAME not in calendar
    assert "合唱" not in calendar
    sound(anyone, f"{own}/change")
    assert anyone.post(f"{own}/change", form("13:00", "15:00")).status_code == 302
    assert Booking.objects.get().state == "asked"
    anyone.post(f"{own}/cancel")
    assert Booking.objects.get().name_sealed == ""
    sound(anyone, own)
    for token in ("x", own.rsplit("/", 1)[1][:-2] + "AA"):
        assert anyone.get(f"/booked/{token}").status_code == 404


def test_a_taken_time_is_refused_in_words(pool: SmallPool) -> None:
    hall, anyone = offer(pool, seats=30), Client()
    anyone.post(f"/rooms/{hall}/book", form())
    refused = anyone.post(f"/rooms/{hall}/book", form("11:00", "13:00")).content.decode()
    assert "这段时间已有预约" in refused
    assert "10:00–12:00" in refused


def test_bookings_are_slowed_down_like_other_public_forms(pool: SmallPool) -> None:
    hall, anyone = offer(pool, seats=30), Client()
    for hour in (9, 11, 13):
        anyone.post(f"/rooms/{hall}/book", form(f"{hour:02}:00", f"{hour + 1:02}:00"))
    asked = anyone.post(f"/rooms/{hall}/book", form("15:00", "16:00")).content.decode()
    assert "guard_answer" in asked
    assert Booking.objects.count() == 3


def test_the_unit_of_the_room_says_who_may_book(pool: SmallPool) -> None:
    hall, anyone, staff = offer(pool, seats=30), Client(), as_(pool.bank)
    assert as_(pool.clinic).post(f"/rooms/{hall}/rule", {"rule": "units"}).status_code == 403
    staff.post(f"/rooms/{hall}/rule", {"rule": "at_once"})
    anyone.post(f"/rooms/{hall}/book", form())
    assert Booking.objects.get().state == "booked"
    staff.post(f"/rooms/{hall}/rule", {"rule": "units"})
    assert "/book" not in sound(anyone, f"/rooms/{hall}")
    refused = anyone.post(f"/rooms/{hall}/book", form("13:00", "14:00")).content.decode()
    assert "只由单位预约" in refused
    staff.post(f"/rooms/{hall}/rule", {"rule": "nobody"})
    assert Offer.objects.get(pk=hall).booking_rule == "units"


def test_the_unit_of_the_room_is_told_and_its_notice_opens_the_room(pool: SmallPool) -> None:
    hall = offer(pool, seats=30)
    Client().post(f"/rooms/{hall}/book", form())
    booking = Booking.objects.get()
    event = Happened(
        event_id=1, kind="booking.asked", subject_kind="booking", subject_id=booking.pk,
        sequence=1, unit_id=None, place_id=booking.room.place_id, at=timezone.now(), data={},
    )  # fmt: skip
    (message,) = TELLS["booking.asked"](event)
    assert (message.template, message.recipient_id) == ("unit.booking_asked", pool.unit("bank"))
    there = as_(pool.bank).get(f"/bookings/{booking.pk}")
    assert there.headers["Location"] == f"/rooms/{hall}"


def test_the_unit_hears_of_a_booking_that_nobody_had_to_confirm(pool: SmallPool) -> None:
    hall = offer(pool, seats=30)
    as_(pool.bank).post(f"/rooms/{hall}/rule", {"rule": "at_once"})
    Client().post(f"/rooms/{hall}/book", form())
    follow_all(at=timezone.now())
    there = Notice.objects.filter(template__startswith="unit.booking")
    assert [(row.template, row.recipient_id) for row in there] == [
        ("unit.booking_made", pool.unit("bank"))
    ]


def test_the_page_of_a_room_asks_a_bounded_number_of_questions(
    pool: SmallPool, django_assert_max_num_queries: object
) -> None:
    hall, staff = offer(pool, seats=30), as_(pool.bank)
    begins = timezone.now() + timedelta(hours=1)
    Booking.objects.bulk_create(
        Booking(
            room_id=hall, purpose="占位", headcount=1, state="booked", booked_at=begins,
            begins=begins + timedelta(minutes=i), ends=begins + timedelta(minutes=i + 1),
        )
        for i in range(200)
    )  # fmt: skip
    staff.get(f"/rooms/{hall}")
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        staff.get(f"/rooms/{hall}")


def test_each_notice_opens_what_it_is_about_and_never_another_thing(pool: SmallPool) -> None:
    hall = offer(pool, seats=30)
    Client().post(f"/rooms/{hall}/book", form())
    booking, made = Booking.objects.get().pk, need(pool)
    claim = claim_need(
        need_id=made, unit_id=pool.unit("bank"), quantity=1, day=timezone.localdate(),
        offer_id=None, by=pool.bank, at=timezone.now(),
    )  # fmt: skip
    about = [("booking", booking, "unit.booking_asked"), ("claim", claim, "unit.claim_done")]
    about.append(("need", made, "unit.need_confirmed"))
    for kind, number, template in about:
        told = Message("unit", pool.unit("bank"), template, Subject(kind, number), once=kind)
        notify([told], at=timezone.now())
    page = sound(as_(pool.bank), "/desk/notices")
    for path in (f"/bookings/{booking}", "/claims", f"/needs/{made}"):
        assert f'href="{path}"' in page
    assert f"/tickets/{booking}" not in page
