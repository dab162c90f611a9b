"""Who hears of what: the street of a drafted whistle, the lead of a reply, a unit of its task."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongzhi.affairs.tickets.handling import ask_requester, reply_to_question
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.queries import notices_of_units
from gongzhi.commons.tasks.asking import approve_task, ask_for
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.small_district import MONDAY, SmallDistrict, build
from tests.affairs.tickets.journeys import dispatched, key_to
from tests.affairs.tickets.test_joint_handling import draft

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


def heard(district: SmallDistrict, unit: str) -> list[str]:
    follow_all(at=MONDAY)
    units = frozenset({district.units[unit].pk})
    return [notice.heading for notice in notices_of_units(units, language="en")]


def test_the_street_hears_of_a_whistle_that_it_has_to_authorise(district: SmallDistrict) -> None:
    draft(district)
    assert any("whistle waits for your decision" in each for each in heard(district, "street"))


def test_a_page_of_notices_asks_once_about_all_their_tickets(
    district: SmallDistrict, django_assert_num_queries: Any
) -> None:
    first = dispatched(district)
    units = frozenset({district.units["sanitation"].pk})
    with CaptureQueriesContext(connection) as one:
        notices_of_units(units, language="en")
    for _ in range(5):
        dispatched(district)
    with django_assert_num_queries(len(one)):
        found = notices_of_units(units, language="en")
    assert [notice.subject_id for notice in found] == sorted(range(first, first + 6), reverse=True)
    assert len({notice.heading for notice in found} | {notice.body for notice in found}) > 1


def test_the_lead_hears_that_the_requester_replied(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    ask_requester(ticket_id=ticket_id, question="几号楼？", by=district.sanitation, at=MONDAY)
    reply_to_question(ticket_id=ticket_id, text="三号楼", by=key_to(ticket_id), at=MONDAY)
    assert "replied" in heard(district, "sanitation")[0]


def test_a_unit_hears_of_its_task_and_a_community_only_once_it_is_approved(
    district: SmallDistrict,
) -> None:
    def ask(unit: str) -> int:
        return ask_for(
            subject=Subject("ticket", 1),
            title="清理楼道",
            unit_id=district.units[unit].pk,
            place_id=district.places["willow"].pk,
            due_at=MONDAY + timedelta(days=3),
            by=district.street,
            at=MONDAY,
        ).id

    ask("sanitation")
    assert "New task: 清理楼道" in heard(district, "sanitation")
    gated = ask("committee")
    assert "New task: 清理楼道" not in heard(district, "committee")
    assert "A task waits for your decision: 清理楼道" in heard(district, "street")
    approve_task(task_id=gated, by=district.officer, at=MONDAY)
    assert "New task: 清理楼道" in heard(district, "committee")
