"""What a coordinator moves on the pages: parked and joined tickets, and whistles."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gongzhi.affairs.tickets.joint_handling import close_whistle, report_part, write_minutes
from gongzhi.affairs.tickets.merging import merge_tickets
from gongzhi.affairs.tickets.parking import ask_parking, review_parking
from tests.interfaces.pages.offices import Offices
from tests.interfaces.pages.reading import Page

pytestmark = pytest.mark.django_db
LANGUAGES = pytest.mark.parametrize("language", ["zh-hans", "en"])


@LANGUAGES
def test_parked_and_joined_tickets_are_in_the_coordinators_sight(
    offices: Offices, client: Client, language: str
) -> None:
    one, two, parked = offices.ticket(), offices.ticket(), offices.ticket()
    district, at = offices.district, timezone.now()
    merge_tickets(ticket_id=two, into_id=one, by=district.coordinator, at=at)
    review_on = timezone.localdate() + timedelta(days=30)
    ask_parking(
        ticket_id=parked,
        reason="等设备",
        plan="下月安装",
        review_on=review_on,
        by=district.sanitation,
        at=at,
    )
    review_parking(ticket_id=parked, approved=True, reason="", by=district.street, at=at)
    offices.sign_in(client, district.coordinator)
    client.cookies["django_language"] = language
    html = client.get("/desk/stuck").content.decode()
    assert Page(html).faults == []
    stock, joined = html.split('id="stock"')[1].split('id="joined"')
    assert f'href="/tickets/{parked}"' in stock
    assert f"{review_on:%m-%d}" in stock
    assert f'href="/tickets/{one}"' in joined
    assert f'href="/tickets/{two}"' not in html


@LANGUAGES
def test_the_units_to_call_are_named_once_each(
    offices: Offices, client: Client, language: str
) -> None:
    offices.sign_in(client, offices.district.coordinator)
    ticket = offices.ticket()
    client.cookies["django_language"] = language
    html = client.get(f"/whistles/draft?ticket={ticket}").content.decode()
    assert Page(html).faults == []
    groups = html.split('class="unit-groups"')[1].split("</form>")[0]
    assert groups.count("明湖水务公司") == 1


def test_a_settled_whistle_presses_nobody(offices: Offices, client: Client) -> None:
    whistle = offices.whistle()
    offices.sign_in(client, offices.district.coordinator)
    assert client.get(f"/whistles/{whistle}").content.decode().count("due--soon") > 0
    at, coordinator = timezone.now(), offices.district.coordinator
    lead = offices.district.sanitation
    report_part(whistle_id=whistle, unit_id=lead.unit_id, text="已清运", by=lead, at=at)
    write_minutes(whistle_id=whistle, minutes="先清运", tasks=[], by=coordinator, at=at)
    close_whistle(whistle_id=whistle, by=coordinator, at=at)
    calls = client.get(f"/whistles/{whistle}").content.decode().split('class="calls"')[1]
    assert "due--" not in calls.split("</ul>")[0]
