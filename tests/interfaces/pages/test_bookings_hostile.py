"""Hostile and unlucky visitors of the booking pages."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gongzhi.affairs.resources.models import Booking
from gongzhi.affairs.resources.own_bookings import booking_link
from gongzhi.interfaces.pages.resources import own_bookings as pages
from tests.affairs.resources.pools import SmallPool
from tests.interfaces.pages.test_own_bookings import form, pool  # noqa: F401
from tests.interfaces.pages.test_resources import as_, offer, sound

pytestmark = pytest.mark.database
HUGE = "9" * 5000


def test_a_step_with_a_hostile_way_back_is_no_error_of_ours(pool: SmallPool) -> None:  # noqa: F811
    hall, staff = offer(pool, seats=30), as_(pool.bank)
    Client().post(f"/rooms/{hall}/book", form())
    booking = Booking.objects.get().pk
    for back in (HUGE, str(2**63), "-1", "²", "\0", "//evil.example"):
        told = staff.post(f"/bookings/{booking}/agree", {"room": back})
        assert told.status_code == 302
        assert told.headers["Location"] == f"/rooms/{hall}"


@pytest.mark.parametrize(
    "more",
    [
        {"day": "9999-12-31"},
        {"day": "0001-01-01", "begins": "00:00"},
        {"day": HUGE},
        {"headcount": str(2**63)},
        {"headcount": HUGE},
        {"name": "顾\0女士"},
        {"contact": "1" * 100_000},
        {"begins": "24:00"},
        {"ends": "00:00"},
        {"begins": "10:00:00.000001"},
    ],
)
def test_hostile_words_are_refused_and_nothing_is_booked(
    pool: SmallPool,  # noqa: F811
    more: dict[str, str],
) -> None:
    hall, anyone = offer(pool, seats=30), Client()
    told = anyone.post(f"/rooms/{hall}/book", form(**more))
    assert told.status_code == 200
    assert not Booking.objects.exists()


@pytest.mark.parametrize("path", ["", "/book", "/rule", ".ics"])
def test_rooms_that_can_not_be_are_not_there(pool: SmallPool, path: str) -> None:  # noqa: F811
    for number in ("0", str(2**63), str(2**64), "9" * 200):
        for client in (Client(), as_(pool.bank)):
            assert client.get(f"/rooms/{number}{path}").status_code in {404, 405, 302, 403}
            assert client.post(f"/rooms/{number}{path}").status_code in {302, 403, 404, 405}


def test_only_a_form_of_ours_writes(pool: SmallPool) -> None:  # noqa: F811
    hall = offer(pool, seats=30)
    Client().post(f"/rooms/{hall}/book", form())
    own = f"/booked/{booking_link(Booking.objects.get().pk)}"
    foreign = Client(enforce_csrf_checks=True)
    for path in (f"/rooms/{hall}/book", f"{own}/change", f"{own}/cancel"):
        assert foreign.post(path, form()).status_code == 403
    assert Client().get(f"{own}/cancel").status_code == 405
    assert Booking.objects.get().state == "asked"


def test_the_first_free_time_of_today_can_still_be_booked(
    pool: SmallPool,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hall, anyone = offer(pool, seats=30), Client()
    day, zone = timezone.localdate() + timedelta(days=1), timezone.get_current_timezone()
    now = datetime(day.year, day.month, day.day, 14, 28, 48, 500, tzinfo=zone)
    monkeypatch.setattr(pages.timezone, "now", lambda: now)
    asked: Any = anyone.get(f"/rooms/{hall}/book?day={day.isoformat()}").context["form"]
    shown = {name: asked[name].value() for name in ("begins", "ends")}
    assert {name: f"{value:%H:%M}" for name, value in shown.items()} == {
        "begins": "14:30", "ends": "16:30",
    }  # fmt: skip


def test_any_minute_that_the_room_takes_can_be_chosen_in_a_browser(pool: SmallPool) -> None:  # noqa: F811
    """A step would count from the time that stands there, so 14:28 would shut out 15:00."""
    hall = offer(pool, seats=30)
    assert "step=" not in sound(Client(), f"/rooms/{hall}/book")


def test_the_unit_says_yes_to_what_stands_on_its_page(pool: SmallPool) -> None:  # noqa: F811
    hall, anyone, staff = offer(pool, seats=30), Client(), as_(pool.bank)
    own = anyone.post(f"/rooms/{hall}/book", form()).headers["Location"]
    seen = re.findall(r'name="seen" value="(\w+)"', sound(staff, f"/rooms/{hall}"))
    anyone.post(f"{own}/change", form("14:00", "18:00"))
    agree = f"/bookings/{Booking.objects.get().pk}/agree"
    assert "刚改过" in staff.post(agree, {"seen": seen[0]}, follow=True).content.decode()
    assert Booking.objects.get().state == "asked"
    seen = re.findall(r'name="seen" value="(\w+)"', sound(staff, f"/rooms/{hall}"))
    staff.post(agree, {"seen": seen[0]})
    assert Booking.objects.get().state == "booked"


def test_a_calendar_hears_of_a_change_and_frees_what_nobody_came_to(pool: SmallPool) -> None:  # noqa: F811
    hall, anyone, staff = offer(pool, seats=30), Client(), as_(pool.bank)
    staff.post(f"/rooms/{hall}/rule", {"rule": "at_once"})
    own = anyone.post(f"/rooms/{hall}/book", form()).headers["Location"]
    Booking.objects.update(booked_at=timezone.now() - timedelta(days=2))
    before = stamps(anyone, hall)
    anyone.post(f"{own}/change", form("14:00", "18:00"))
    after = stamps(anyone, hall)
    assert len(before) == len(after) == 1
    assert after > before
    begins = timezone.now() - timedelta(minutes=5)
    Booking.objects.update(begins=begins)
    staff.post(f"/bookings/{Booking.objects.get().pk}/no-show")
    assert stamps(anyone, hall) == []


def stamps(client: Client, hall: int) -> list[str]:
    return re.findall("DTSTAMP:(.+)", client.get(f"/rooms/{hall}.ics").content.decode())
