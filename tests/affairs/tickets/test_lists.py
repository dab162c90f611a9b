"""The day's list, what is stuck, kept replies and saved searches."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongzhi.affairs.tickets.dispatch import object_to_dispatch
from gongzhi.affairs.tickets.handling import ask_requester, contact_requester
from gongzhi.affairs.tickets.merging import merge_tickets
from gongzhi.affairs.tickets.parking import ask_parking, review_parking
from gongzhi.affairs.tickets.queries.lists import (
    TicketFilter,
    due_list,
    find_by_phone,
    find_tickets,
)
from gongzhi.affairs.tickets.queries.public import public_updates
from gongzhi.affairs.tickets.queries.stories import story_for_staff
from gongzhi.affairs.tickets.queries.stuck import stuck
from gongzhi.affairs.tickets.replies import CannotKeepReply, drop_reply, keep_reply, kept_replies
from gongzhi.affairs.tickets.saved_searches import (
    CannotSaveSearch,
    drop_search,
    save_search,
    saved_searches,
)
from gongzhi.commons.permissions.actors import RESIDENT, SYSTEM
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import closed, dispatched, ticket

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HOUR = timedelta(hours=1)


def ids(district: SmallDistrict) -> list[int]:
    return [row.id for row in due_list(by=district.sanitation).rows]


def test_contact_that_is_due_today_comes_before_a_result_due_next_week(
    district: SmallDistrict,
) -> None:
    early = dispatched(district)
    contact_requester(ticket_id=early, note="", by=district.sanitation, at=MONDAY)
    late = dispatched(district, at=MONDAY + HOUR)
    before, after = ticket(early), ticket(late)
    assert before.due_at is not None
    assert after.contact_due_at is not None
    assert before.due_at > after.contact_due_at
    assert ids(district) == [late, early]
    contact_requester(ticket_id=late, note="", by=district.sanitation, at=MONDAY + HOUR)
    assert ids(district) == [early, late]


def test_the_list_says_who_waits_and_leaves_out_what_is_parked(district: SmallDistrict) -> None:
    asked, parked = dispatched(district), dispatched(district)
    by = district.sanitation
    ask_requester(ticket_id=asked, question="几号楼？", by=by, at=MONDAY)
    ask_parking(
        ticket_id=parked,
        reason="等设备",
        plan="下月安装",
        review_on=(MONDAY + timedelta(days=30)).date(),
        by=by,
        at=MONDAY,
    )
    review_parking(ticket_id=parked, approved=True, reason="", by=district.street, at=MONDAY)
    rows = due_list(by=by).rows
    assert [(row.id, row.waits) for row in rows] == [(asked, True)]
    late = TicketFilter(due_before=MONDAY + timedelta(days=300))
    assert [row.id for row in find_tickets(by=by, filters=late).rows] == [asked]


def test_ours_are_those_that_our_unit_leads(district: SmallDistrict) -> None:
    dispatched(district)
    committee = district.units["committee"].pk
    assert due_list(by=district.worker).rows
    assert due_list(by=district.worker, unit_ids=(committee,)).rows == ()


def test_what_is_stuck_says_what_waits(district: SmallDistrict) -> None:
    objected, answered = dispatched(district), closed(district)
    object_to_dispatch(
        ticket_id=objected,
        reason="不属于职责",
        proposed_unit_id=None,
        by=district.sanitation,
        at=MONDAY,
    )
    found = stuck(by=district.coordinator, at=MONDAY)
    assert [row.id for row in found.waiting_for_review] == [objected]
    assert found.reviews == {objected: "objection"}
    assert [row.id for row in found.to_call_back] == [answered]
    assert stuck(by=district.water, at=MONDAY).waiting_for_review == ()


def test_what_is_objected_to_is_reviewed_before_anybody_looks_for_another_lead(
    district: SmallDistrict,
) -> None:
    objected = dispatched(district)
    object_to_dispatch(
        ticket_id=objected,
        reason="不属于职责",
        proposed_unit_id=None,
        by=district.sanitation,
        at=MONDAY,
    )
    found = stuck(by=district.coordinator, at=MONDAY)
    assert [row.id for row in found.waiting_for_review] == [objected]
    assert found.returned == ()


def test_what_is_parked_stays_in_sight_the_oldest_first(district: SmallDistrict) -> None:
    by, street = district.sanitation, district.street
    later, sooner = dispatched(district), dispatched(district)
    for ticket_id, days in ((sooner, 10), (later, 20)):
        at = MONDAY + HOUR * (1 if ticket_id == later else 0)
        ask_parking(
            ticket_id=ticket_id,
            reason="等设备",
            plan="下月安装",
            review_on=(MONDAY + timedelta(days=days)).date(),
            by=by,
            at=at,
        )
        review_parking(ticket_id=ticket_id, approved=True, reason="", by=street, at=at)
    found = stuck(by=district.coordinator, at=MONDAY + timedelta(days=2))
    assert [row.id for row in found.parked] == [sooner, later]
    assert found.parked_since[sooner].since == MONDAY
    assert found.parked_since[later].review_on == (MONDAY + timedelta(days=20)).date()
    assert found.parked_for_review == ()
    found = stuck(by=district.coordinator, at=MONDAY + timedelta(days=12))
    assert [row.id for row in found.parked] == [later], "what is to be looked at again stands there"
    assert [row.id for row in found.parked_for_review] == [sooner]
    assert stuck(by=district.water, at=MONDAY).parked == ()


def test_a_coordinator_sees_what_was_joined(district: SmallDistrict) -> None:
    one, two, three, alone = (dispatched(district) for _ in range(4))
    for ticket_id in (two, three):
        merge_tickets(ticket_id=ticket_id, into_id=one, by=district.coordinator, at=MONDAY)
    found = stuck(by=district.coordinator, at=MONDAY)
    assert [row.id for row in found.joined] == [one]
    assert found.followers == {one: 2}
    assert alone not in {row.id for row in found.joined}


def test_a_kept_reply_belongs_to_the_unit_and_a_name_is_kept_once(
    district: SmallDistrict,
) -> None:
    ours, theirs = district.sanitation, district.water
    keep_reply(name="已清运", text="旧文字", by=ours)
    kept = keep_reply(name="已清运", text="已安排清运。", category_code="environment", by=ours)
    keep_reply(name="别的事", text="……", by=ours)
    found = kept_replies(by=ours, category_code="environment.waste")
    assert [(each.name, each.text) for each in found] == [
        ("已清运", "已安排清运。"),
        ("别的事", "……"),
    ]
    assert kept_replies(by=theirs) == []
    with pytest.raises(CannotKeepReply):
        drop_reply(reply_id=kept, by=theirs)
    drop_reply(reply_id=kept, by=ours)
    assert [each.name for each in kept_replies(by=ours)] == ["别的事"]


@pytest.mark.parametrize(("name", "text"), [("", "文字"), ("名" * 61, "文字"), ("名", " ")])
def test_a_reply_without_name_or_words_is_not_kept(
    district: SmallDistrict, name: str, text: str
) -> None:
    with pytest.raises(CannotKeepReply):
        keep_reply(name=name, text=text, by=district.sanitation)


def test_who_answers_nobody_keeps_no_replies(district: SmallDistrict) -> None:
    with pytest.raises(NotPermitted):
        keep_reply(name="名", text="文字", by=RESIDENT)


def test_a_saved_search_is_ones_own_and_holds_no_phone(district: SmallDistrict) -> None:
    by = district.worker
    saved = save_search(name="楼道", query="words=楼道&phone=13800138000&after=9&state=", by=by)
    assert [(each.name, each.query) for each in saved_searches(by=by)] == [
        ("楼道", "words=%E6%A5%BC%E9%81%93")
    ]
    drop_search(search_id=saved, by=district.coordinator)
    assert saved_searches(by=district.coordinator) == []
    assert len(saved_searches(by=by)) == 1
    drop_search(search_id=saved, by=by)
    assert saved_searches(by=by) == []


@pytest.mark.parametrize(
    ("name", "query"), [("", "words=a"), ("名", "phone=13800138000"), ("名", f"words={'a' * 500}")]
)
def test_a_search_that_says_nothing_or_too_much_is_not_saved(
    district: SmallDistrict, name: str, query: str
) -> None:
    with pytest.raises(CannotSaveSearch):
        save_search(name=name, query=query, by=district.worker)


def test_a_ticket_page_asks_a_bounded_number_of_times(
    district: SmallDistrict, django_assert_max_num_queries: Any
) -> None:
    ticket_id = closed(district)
    story_for_staff(by=district.sanitation, ticket_id=ticket_id)
    with django_assert_max_num_queries(18):
        story_for_staff(by=district.sanitation, ticket_id=ticket_id)


def test_a_stretch_of_time_is_read_newest_first_page_by_page(district: SmallDistrict) -> None:
    late, early = dispatched(district, at=MONDAY + HOUR), dispatched(district, at=MONDAY)
    same = dispatched(district, at=MONDAY)
    filters = TicketFilter(received_from=MONDAY, received_to=MONDAY + 2 * HOUR)
    seen, cursor = [], ""
    for _ in range(3):
        page = find_tickets(by=district.sanitation, filters=filters, cursor=cursor, size=1)
        seen += [row.id for row in page.rows]
        cursor = page.next_cursor
    assert seen == [late, same, early]
    assert cursor == ""


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks how SQLite looks things up")
def test_lists_over_all_time_are_looked_up_and_never_scanned(district: SmallDistrict) -> None:
    closed(district)
    by = district.officer
    with CaptureQueriesContext(connection) as asked:
        find_by_phone(by=SYSTEM, phone="13800138000")
        public_updates(since=MONDAY - HOUR, until=MONDAY + HOUR)
        stuck(by=by, at=MONDAY)
    plans = []
    with connection.cursor() as cursor:
        for query in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql'].replace('%', '%%')}")
            plans += [row[3] for row in cursor.fetchall()]
    scanned = [plan for plan in plans if plan.startswith("SCAN") and "USING INDEX" not in plan]
    assert [plan for plan in scanned if "revision" not in plan and "SUBQUERY" not in plan] == []
    assert any("requester_phone" in plan for plan in plans)
    assert any("remark_told" in plan for plan in plans)
