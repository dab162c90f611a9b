"""A page asks the database the same few questions, however much work lies there."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.affairs.tickets.dispatch import object_to_dispatch
from gongzhi.affairs.tickets.handling import write_note
from tests.affairs.small_district import MONDAY
from tests.affairs.tickets.journeys import closed
from tests.interfaces.pages.offices import Offices

pytestmark = [pytest.mark.django_db, pytest.mark.database]

Fill = Callable[[Offices, int], None]


def tickets(offices: Offices, many: int) -> None:
    """Of all kinds that a list may hold: fresh, objected to, closed and not yet called back."""
    for number in range(many):
        offices.ticket(f"第{number}件垃圾没有清运")
        object_to_dispatch(
            ticket_id=offices.ticket(f"另一件{number}垃圾"),
            reason="不是本单位职责",
            proposed_unit_id=None,
            by=offices.district.sanitation,
            at=MONDAY,
        )
        closed(offices.district)


def whistles(offices: Offices, many: int) -> None:
    for number in range(many):
        offices.whistle(tickets=[offices.ticket(f"第{number}件垃圾没有清运")])


PAGES: list[tuple[str, Fill, int]] = [
    ("/desk", tickets, 12),
    ("/desk?whose=ours", tickets, 12),
    ("/desk/stuck", tickets, 18),
    ("/desk/search?words=垃圾", tickets, 8),
    ("/desk/search?state=dispatched&due=3", tickets, 8),
    ("/desk/search?phone=13800138000", tickets, 8),
    ("/desk/notices", tickets, 8),
    ("/desk/stuck", whistles, 18),
    ("/whistles", whistles, 8),
    ("/desk", whistles, 12),
]


def asked(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as questions:
        assert client.get(path).status_code == 200
    return len(questions)


@pytest.mark.parametrize(("path", "fill", "most"), PAGES)
def test_a_list_costs_the_same_with_two_as_with_twelve(
    offices: Offices, client: Client, path: str, fill: Fill, most: int
) -> None:
    offices.sign_in(client, offices.district.coordinator)
    fill(offices, 2)
    asked(client, path)  # what a process keeps in memory is read once
    few = asked(client, path)
    fill(offices, 10)
    asked(client, path)
    assert asked(client, path) == few
    assert few <= most


def test_a_ticket_costs_the_same_with_a_short_story_as_with_a_long_one(
    offices: Offices, client: Client
) -> None:
    ticket, by = offices.ticket(), offices.district.sanitation
    offices.sign_in(client, by)
    path = f"/tickets/{ticket}"
    write_note(ticket_id=ticket, text="备注", by=by, at=MONDAY)
    asked(client, path)
    few = asked(client, path)
    for number in range(20):
        write_note(ticket_id=ticket, text=f"备注{number}", by=by, at=MONDAY)
    tickets(offices, 5)
    asked(client, path)
    assert asked(client, path) == few
    assert few <= 25


def test_a_whistle_costs_the_same_with_one_ticket_as_with_ten(
    offices: Offices, client: Client
) -> None:
    offices.sign_in(client, offices.district.coordinator)
    one = offices.whistle(tickets=[offices.ticket()])
    ten = offices.whistle(tickets=[offices.ticket(f"第{number}件垃圾") for number in range(10)])
    asked(client, f"/whistles/{ten}")
    assert asked(client, f"/whistles/{ten}") == asked(client, f"/whistles/{one}") <= 12
