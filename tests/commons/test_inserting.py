"""Rows inserted by a statement made once are the rows that Django would have inserted."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import models

from gongzhi.affairs.tickets.choices import Channel, State
from gongzhi.affairs.tickets.models import Requester, Ticket
from gongzhi.commons.inserting import insert_rows
from gongzhi.commons.notices.models import Notice
from tests.affairs.small_district import MONDAY, SmallDistrict, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


def _ticket(district: SmallDistrict, number: int) -> Ticket:
    place = district.places["garden"]
    return Ticket(
        channel=Channel.OPEN311,
        title="灯",
        text=f"路灯不亮 {number} %s ' \" \\",
        text_key="ab" * 16,
        attributes={"灯": ["A", "B"], "n": number},
        place=place,
        place_path=place.path,
        latitude=34.5,
        state=State.RECEIVED,
        received_at=MONDAY + timedelta(microseconds=number),
        touched_at=MONDAY,
        idempotency_key=f"key {number}" if number % 2 else None,
    )


def _values(model: type[models.Model]) -> list[dict[str, Any]]:
    rows = list(model._default_manager.order_by("pk").values())
    return [
        {name: row[name] for name in row if name not in {"id", "idempotency_key"}} for row in rows
    ]


def test_every_column_is_as_django_writes_it(district: SmallDistrict) -> None:
    Ticket.objects.bulk_create([_ticket(district, 1), _ticket(district, 2)])
    by_django = _values(Ticket)
    Ticket.objects.all().delete()
    insert_rows([_ticket(district, 1), _ticket(district, 2)])
    assert _values(Ticket) == by_django


def test_each_row_gets_its_own_key_however_many_there_are(district: SmallDistrict) -> None:
    tickets = [_ticket(district, number) for number in range(1_500)]
    insert_rows(tickets)
    stored = dict(Ticket.objects.values_list("pk", "text"))
    assert {ticket.pk: ticket.text for ticket in tickets} == stored
    insert_rows([Requester(ticket=tickets[3])])
    assert Requester.objects.get().ticket_id == tickets[3].pk
    tickets[3].title = "还是这盏灯"
    tickets[3].save()  # the row is known to be there: changed, not inserted again
    assert Ticket.objects.count() == 1_500


def test_nothing_to_insert_is_nothing(db: None) -> None:
    insert_rows([])
    assert not Notice.objects.exists()
