"""One request from a city app to the call-back, told through Open311 and the actions of staff."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from gongzhi.affairs.tickets.callback import answer_callback
from gongzhi.affairs.tickets.choices import Occasion, Satisfied, Solved, WhistleKind
from gongzhi.affairs.tickets.closing import close_ticket
from gongzhi.affairs.tickets.handling import answer_ticket, contact_requester
from gongzhi.affairs.tickets.joint_handling import (
    answer_whistle,
    authorise_whistle,
    close_whistle,
    draft_whistle,
    report_part,
    write_minutes,
)
from gongzhi.affairs.tickets.queries.rates import three_rates
from gongzhi.affairs.tickets.requesters import holder_of
from gongzhi.commons.categories.models import Category
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.organisations.api_keys import give_key
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.small_district import SmallDistrict, build
from tests.affairs.tickets.journeys import events

pytestmark = [pytest.mark.django_db, pytest.mark.database]
V2 = "/open311/v2"


@pytest.fixture
def district(db: None) -> SmallDistrict:
    built = build()
    Category.objects.filter(code="environment.waste").update(may_be_public=True)
    return built


def test_a_request_is_posted_handled_jointly_reopened_and_rated(
    client: Client, district: SmallDistrict
) -> None:
    began = now()
    hotline = district.units["hotline"].pk
    key = give_key(unit_id=hotline, name="城市应用", by=district.officer, at=began)
    form = {
        "api_key": key,
        "service_code": "environment.waste",
        "description": "和风花园东门垃圾堆了三天，下水道也堵了",
        "address_string": "北桥街道柳岸社区和风花园",
        "phone": "13800138000",
    }
    receipt = client.post(f"{V2}/requests.json", form).json()[0]
    number, ticket_id = receipt["service_request_id"], int(receipt["service_request_id"][8:])

    def status() -> tuple[str, str]:
        row = client.get(f"{V2}/requests/{number}.json").json()[0]
        return row["status"], row["agency_responsible"]

    follow_all(at=now())
    assert status() == ("open", "明湖区环卫中心")

    contact_requester(ticket_id=ticket_id, note="已联系", by=district.sanitation, at=now())
    whistle_id = draft_whistle(
        kind=WhistleKind.ADVANCE,
        occasion=Occasion.REQUESTS,
        title="东门垃圾和下水道",
        what="现场会商",
        ticket_ids=[ticket_id],
        lead_unit_id=district.units["sanitation"].pk,
        assist_unit_ids=[district.units["water"].pk],
        place_id=district.places["willow"].pk,
        meets_at=None,
        by=district.coordinator,
        at=now(),
    )
    authorise_whistle(whistle_id=whistle_id, approved=True, reason="", by=district.street, at=now())
    for unit, by in (("sanitation", district.sanitation), ("water", district.water)):
        for mark in ("signed", "contacted", "arrived"):
            unit_id = district.units[unit].pk
            answer_whistle(whistle_id=whistle_id, unit_id=unit_id, mark=mark, by=by, at=now())
    write_minutes(
        whistle_id=whistle_id, minutes="分工已定", tasks=[], by=district.coordinator, at=now()
    )
    report_part(
        whistle_id=whistle_id,
        unit_id=district.units["sanitation"].pk,
        text="已清运",
        by=district.sanitation,
        at=now(),
    )
    close_whistle(whistle_id=whistle_id, by=district.coordinator, at=now())

    answer_ticket(ticket_id=ticket_id, text="已清运，已疏通", by=district.sanitation, at=now())
    close_ticket(ticket_id=ticket_id, evidence="现场照片", by=district.sanitation, at=now())
    follow_all(at=now())
    assert status()[0] == "closed"
    told = client.get(f"{V2}/servicerequestupdates.json").json()
    assert [update["description"] for update in told] == ["已清运，已疏通"]

    requester = holder_of(receipt["token"])
    assert requester is not None
    answer_callback(
        ticket_id=ticket_id,
        solved=Solved.NO,
        satisfied=Satisfied.NO,
        remark="下水道还是堵",
        by=requester,
        at=now(),
    )
    follow_all(at=now())
    assert status()[0] == "open"

    answer_ticket(ticket_id=ticket_id, text="再次疏通", by=district.sanitation, at=now())
    close_ticket(ticket_id=ticket_id, evidence="复查通畅", by=district.sanitation, at=now())
    answer_callback(
        ticket_id=ticket_id,
        solved=Solved.YES,
        satisfied=Satisfied.YES,
        remark="谢谢",
        by=requester,
        at=now(),
    )
    follow_all(at=now())
    assert status()[0] == "closed"
    assert events(ticket_id)[-4:] == [
        "ticket.reopened",
        "ticket.answered",
        "ticket.closed",
        "ticket.called_back",
    ]
    rates = three_rates(by=district.officer, since=began, until=now() + timedelta(days=1))
    assert (rates[0].resolution.numerator, rates[0].resolution.denominator) == (1, 2)
    assert not verify().findings
