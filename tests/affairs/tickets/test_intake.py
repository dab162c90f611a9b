"""A request comes in."""

from datetime import timedelta

import pytest

from gongzhi.affairs.tickets.choices import Channel
from gongzhi.affairs.tickets.intake import (
    CannotReceive,
    Contact,
    Request,
    receive_ticket,
    receive_tickets,
    receive_what_can_be,
)
from gongzhi.affairs.tickets.models import Requester, Ticket
from gongzhi.affairs.tickets.requesters import holder_of
from gongzhi.commons.ledger.models import Event, OutboxEntry
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import PHONE, events, receive, ticket

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_received_ticket_has_a_number_a_link_and_an_event(district: SmallDistrict) -> None:
    receipt = receive(district)
    assert receipt.number == f"20260302{receipt.ticket_id:07d}"
    holder = holder_of(receipt.link_token)
    assert holder is not None
    assert holder.ticket_key == receipt.ticket_id
    assert events(receipt.ticket_id) == ["ticket.received"]
    assert OutboxEntry.objects.filter(event__subject_id=receipt.ticket_id).count() == 1


def test_the_place_brings_its_community_and_street(district: SmallDistrict) -> None:
    row = ticket(receive(district).ticket_id)
    assert row.community_id == district.places["willow"].pk
    assert row.subdistrict_id == district.places["north"].pk


def test_a_place_named_in_the_words_is_found(district: SmallDistrict) -> None:
    request = Request(text="北桥街道梅溪社区的路灯坏了")
    receipt = receive_ticket(request=request, by=RESIDENT, at=MONDAY)
    assert ticket(receipt.ticket_id).place_id == district.places["plum"].pk


def test_words_that_name_no_place_are_the_districts(district: SmallDistrict) -> None:
    receipt = receive_ticket(request=Request(text="路灯坏了"), by=RESIDENT, at=MONDAY)
    assert ticket(receipt.ticket_id).place_id == district.places["district"].pk


def test_a_contact_is_nowhere_readable_in_the_tables(district: SmallDistrict) -> None:
    receipt = receive(district)
    held = Requester.objects.get(ticket_id=receipt.ticket_id)
    assert PHONE not in held.phone_sealed + held.phone_index
    assert "王女士" not in held.name_sealed
    data = str(list(Event.objects.values_list("data", flat=True)))
    assert PHONE not in data
    assert "垃圾" not in data


def test_a_request_without_contact_keeps_no_requester(district: SmallDistrict) -> None:
    receipt = receive(district, contact=Contact())
    assert not Requester.objects.filter(ticket_id=receipt.ticket_id).exists()


def test_a_retry_with_the_same_key_gives_the_same_ticket(district: SmallDistrict) -> None:
    first = receive(district, key="abc")
    again = receive(district, key="abc", at=MONDAY + timedelta(minutes=5))
    assert again.ticket_id == first.ticket_id
    assert again.number == first.number
    assert again.repeated
    assert Ticket.objects.count() == 1


def test_the_same_key_twice_in_one_chunk_is_one_ticket(district: SmallDistrict) -> None:
    twice = [Request(text="路灯坏了", idempotency_key="k")] * 2
    first, second = receive_tickets(requests=twice, by=RESIDENT, at=MONDAY)
    assert first.ticket_id == second.ticket_id
    assert (first.repeated, second.repeated) == (False, True)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (Request(text="   "), "text"),
        (Request(text="字" * 5001), "text"),
        (Request(text="有\x00零"), "text"),
        (Request(text="路灯坏了", category_code="no.such"), "category"),
        (Request(text="路灯坏了", place_id=10**9), "place"),
        (Request(text="路灯坏了", longitude=120.0), "place"),
        (Request(text="路灯坏了", contact=Contact(phone="12")), "phone"),
        (Request(text="路灯坏了", received_at=MONDAY + timedelta(days=1)), "received_at"),
    ],
)
def test_what_cannot_be_received_names_the_field(
    district: SmallDistrict, request_: Request, field: str
) -> None:
    with pytest.raises(CannotReceive) as refused:
        receive_ticket(request=request_, by=RESIDENT, at=MONDAY)
    assert refused.value.field == field
    assert Ticket.objects.count() == 0
    assert Event.objects.filter(subject_kind="ticket").count() == 0


def test_a_bad_request_in_a_chunk_leaves_nothing_half_written(district: SmallDistrict) -> None:
    with pytest.raises(CannotReceive):
        receive_tickets(requests=[Request(text="好"), Request(text="")], by=RESIDENT, at=MONDAY)
    assert Ticket.objects.count() == 0


def test_what_can_be_received_goes_in_beside_what_cannot(district: SmallDistrict) -> None:
    mixed = [Request(text="好"), Request(text=""), Request(text="也好")]
    good, bad, fine = receive_what_can_be(requests=mixed, by=RESIDENT, at=MONDAY)
    assert isinstance(bad, CannotReceive)
    assert not isinstance(good, CannotReceive)
    assert not isinstance(fine, CannotReceive)
    assert Ticket.objects.count() == 2


def test_a_resident_cannot_write_down_a_telephone_call(district: SmallDistrict) -> None:
    request = Request(text="路灯坏了", channel=Channel.PHONE)
    with pytest.raises(NotPermitted):
        receive_ticket(request=request, by=RESIDENT, at=MONDAY)


def test_a_worker_writes_down_a_call_only_for_their_own_community(district: SmallDistrict) -> None:
    here = Request(text="来电", channel=Channel.PHONE, place_id=district.places["garden"].pk)
    there = Request(text="来电", channel=Channel.PHONE, place_id=district.places["pine"].pk)
    receive_ticket(request=here, by=district.worker, at=MONDAY)
    with pytest.raises(NotPermitted):
        receive_ticket(request=there, by=district.worker, at=MONDAY)
