"""An answer is looked through before it is sent: a list that reminds, and decides nothing."""

import pytest
from django.test import Client
from django.utils import timezone

from gongzhi.affairs.tickets.handling import answer_ticket, contact_requester
from gongzhi.affairs.tickets.models import Remark
from gongzhi.commons.ledger.models import Event
from tests.interfaces.pages.offices import Offices
from tests.interfaces.pages.reading import Page

pytestmark = [pytest.mark.django_db, pytest.mark.database]

WHOLE = "和风花园门口的垃圾桶已于3月2日清运完毕，如有问题请联系环卫中心，联系电话 85551234。"
PARTLY = "您好，和风花园垃圾桶的事我们知道了。"


@pytest.fixture
def unit(offices: Offices, client: Client) -> Client:
    return offices.sign_in(client, offices.district.sanitation)


def test_it_shows_what_is_said_and_what_is_not_and_sends_nothing(
    offices: Offices, unit: Client
) -> None:
    path = f"/tickets/{offices.ticket()}/answer"
    before = Event.objects.count()
    said = unit.post(path, {"text": PARTLY, "check": "1"}).content.decode()
    assert Page(said).faults == []
    assert "这份答复，齐不齐" in said
    assert said.count('aria-label="没看到"') == 3
    assert said.count('aria-label="看到"') == 1
    assert "“和风花园" in said
    assert PARTLY in said  # still in the field
    whole = unit.post(path, {"text": WHOLE, "check": "1"}).content.decode()
    assert 'aria-label="没看到"' not in whole
    assert "“3月2日”" in whole
    unit.cookies["django_language"] = "en"
    english = unit.post(path, {"text": PARTLY, "check": "1"}).content.decode()
    assert "Gives a contact" in english
    assert Event.objects.count() == before
    assert not Remark.objects.exists()


def test_nothing_is_looked_through_before_anything_is_written(
    offices: Offices, unit: Client
) -> None:
    path = f"/tickets/{offices.ticket()}/answer"
    assert "齐不齐</h2>" not in unit.get(path).content.decode()
    assert "齐不齐</h2>" not in unit.post(path, {"text": "  ", "check": "1"}).content.decode()


def test_who_closes_sees_it_for_the_last_answer_given(offices: Offices, unit: Client) -> None:
    ticket_id, by, now = offices.ticket(), offices.district.sanitation, timezone.now()
    contact_requester(ticket_id=ticket_id, note="", by=by, at=now)
    path = f"/tickets/{ticket_id}/close"
    assert "齐不齐</h2>" not in unit.get(path).content.decode()
    answer_ticket(ticket_id=ticket_id, text=PARTLY, by=by, at=now)
    said = unit.get(path).content.decode()
    assert Page(said).faults == []
    assert "已经给出的答复，齐不齐" in said
    assert said.count('aria-label="没看到"') == 3


def test_it_keeps_nobody_from_sending_an_incomplete_answer(offices: Offices, unit: Client) -> None:
    path = f"/tickets/{offices.ticket()}/answer"
    assert unit.post(path, {"text": PARTLY}).status_code == 302
    assert Remark.objects.get(kind="answer").text == PARTLY


def test_other_steps_know_no_such_list(offices: Offices, unit: Client) -> None:
    path = f"/tickets/{offices.ticket()}/note"
    answer = unit.post(path, {"text": "", "check": "1"})
    assert answer.status_code == 200
    assert "齐不齐" not in answer.content.decode()
