"""The lead makes contact, asks, gets help, asks for time, and answers."""

from datetime import timedelta
from typing import Any

import pytest

from gongzhi.affairs.tickets.choices import Channel, State
from gongzhi.affairs.tickets.closing import CannotClose, close_ticket
from gongzhi.affairs.tickets.handling import (
    CannotHandle,
    answer_ticket,
    ask_assistance,
    ask_extension,
    ask_requester,
    contact_requester,
    reply_to_question,
    report_assistance,
    review_extension,
    send_interim_reply,
)
from gongzhi.affairs.tickets.lifecycle import CannotMove
from gongzhi.affairs.tickets.merging import merge_tickets
from gongzhi.affairs.tickets.models import Requester, Ticket
from gongzhi.affairs.tickets.parking import CannotPark, ask_parking, review_parking, unpark_ticket
from gongzhi.affairs.tickets.queries.stories import story_for_requester, story_for_staff
from gongzhi.affairs.tickets.supervision import escalate_overdue, remind_leads
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import (
    PHONE,
    closed,
    dispatched,
    events,
    key_to,
    last_event,
    ticket,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HOUR = timedelta(hours=1)


def test_first_contact_stops_its_clock_and_says_whether_in_time(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    contact_requester(ticket_id=ticket_id, note="已联系", by=district.sanitation, at=MONDAY + HOUR)
    assert ticket(ticket_id).contacted_at == MONDAY + HOUR
    assert last_event(ticket_id).data["in_limit"] is True


def test_a_late_first_contact_is_on_record(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    late = MONDAY + timedelta(days=2)
    contact_requester(ticket_id=ticket_id, note="", by=district.sanitation, at=late)
    assert last_event(ticket_id).data["in_limit"] is False


def test_the_clock_waits_while_the_requester_is_asked(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    due = ticket(ticket_id).due_at
    ask_requester(
        ticket_id=ticket_id, question="几号楼？", by=district.sanitation, at=MONDAY + HOUR
    )
    reply_to_question(
        ticket_id=ticket_id, text="三号楼", by=key_to(ticket_id), at=MONDAY + timedelta(days=3)
    )
    later = ticket(ticket_id).due_at
    assert due is not None
    assert later is not None
    assert later > due + timedelta(days=1)


def test_whoever_answers_waits_no_longer_and_keeps_the_time_that_stood_still(
    district: SmallDistrict,
) -> None:
    ticket_id = dispatched(district)
    due = ticket(ticket_id).due_at
    by, asked = district.sanitation, MONDAY + HOUR
    ask_requester(ticket_id=ticket_id, question="几号楼？", by=by, at=asked)
    later = MONDAY + timedelta(days=3)
    answer_ticket(ticket_id=ticket_id, text="已经清运", by=by, at=later)
    assert due is not None
    assert story_for_staff(by=by, ticket_id=ticket_id).paused_since is None
    moved = ticket(ticket_id).due_at
    assert moved is not None
    assert moved > due + timedelta(days=1)
    close_ticket(ticket_id=ticket_id, evidence="现场干净", by=by, at=later)
    assert last_event(ticket_id).data["in_limit"] is (later <= moved)


def test_nobody_is_pressed_while_the_clock_waits_for_the_requester(
    district: SmallDistrict,
) -> None:
    ticket_id = dispatched(district)
    due = ticket(ticket_id).due_at
    assert due is not None
    ask_requester(ticket_id=ticket_id, question="几号楼？", by=district.sanitation, at=MONDAY)
    assert remind_leads(at=due - timedelta(minutes=5)) == 0
    assert escalate_overdue(at=due + timedelta(days=1)) == 0
    reply_to_question(ticket_id=ticket_id, text="三号楼", by=key_to(ticket_id), at=due)
    late = ticket(ticket_id).due_at
    assert late is not None
    assert escalate_overdue(at=late + timedelta(minutes=1)) == 1


def test_a_reply_needs_the_private_link(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    with pytest.raises(NotPermitted):
        reply_to_question(ticket_id=ticket_id, text="x", by=key_to(ticket_id + 1), at=MONDAY)


def test_an_assisting_unit_owes_its_report_before_closing(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    ask_assistance(
        ticket_id=ticket_id,
        unit_id=district.units["water"].pk,
        what="冲洗路面",
        by=district.sanitation,
        at=MONDAY,
    )
    answer_ticket(ticket_id=ticket_id, text="已处理", by=district.sanitation, at=MONDAY + HOUR)
    with pytest.raises(CannotClose, match="明湖水务公司"):
        close_ticket(ticket_id=ticket_id, evidence="完", by=district.sanitation, at=MONDAY + HOUR)
    report_assistance(ticket_id=ticket_id, text="已冲洗", by=district.water, at=MONDAY + HOUR)
    close_ticket(ticket_id=ticket_id, evidence="完", by=district.sanitation, at=MONDAY + 2 * HOUR)
    assert ticket(ticket_id).state == State.CLOSED
    assert last_event(ticket_id).data["kinds"] == ["department", "enterprise"]


def test_the_lead_writes_down_what_a_unit_that_assists_told_it(district: SmallDistrict) -> None:
    ticket_id, water = dispatched(district), district.units["water"].pk
    who: dict[str, Any] = {"ticket_id": ticket_id, "at": MONDAY + HOUR}
    ask_assistance(unit_id=water, what="冲洗路面", by=district.sanitation, **who)
    with pytest.raises(CannotHandle, match="没有待反馈"):
        report_assistance(text="已冲洗", by=district.sanitation, **who)
    with pytest.raises(CannotHandle, match="没有待反馈"):
        report_assistance(text="也冲洗", unit_id=424242, by=district.sanitation, **who)
    report_assistance(text="来电话说已冲洗", unit_id=water, by=district.sanitation, **who)
    told = last_event(ticket_id)
    assert (told.kind, told.unit_id) == ("ticket.assist_reported", district.sanitation.unit_id)
    assert told.data["unit"] == water
    answer_ticket(text="已处理", by=district.sanitation, **who)
    close_ticket(evidence="完", by=district.sanitation, **who)
    assert ticket(ticket_id).state == State.CLOSED


def test_one_unit_that_assists_does_not_report_for_another(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    for name in ("water", "committee"):
        ask_assistance(
            ticket_id=ticket_id,
            unit_id=district.units[name].pk,
            what="配合",
            by=district.sanitation,
            at=MONDAY,
        )
    with pytest.raises(CannotHandle, match="没有待反馈"):
        report_assistance(
            ticket_id=ticket_id,
            text="代答",
            unit_id=district.units["committee"].pk,
            by=district.water,
            at=MONDAY + HOUR,
        )


def test_an_extension_is_asked_by_one_and_granted_by_another(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    due = ticket(ticket_id).due_at
    assert due is not None
    until = due + timedelta(days=3)
    ask_extension(
        ticket_id=ticket_id, until=until, reason="等配件", by=district.sanitation, at=MONDAY
    )
    with pytest.raises(NotPermitted):
        review_extension(
            ticket_id=ticket_id, approved=True, reason="", by=district.sanitation, at=MONDAY
        )
    review_extension(
        ticket_id=ticket_id, approved=True, reason="同意", by=district.street, at=MONDAY + HOUR
    )
    assert ticket(ticket_id).due_at == until


def test_an_extension_comes_before_the_limit_and_with_a_reason(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    due = ticket(ticket_id).due_at
    assert due is not None
    until = due + timedelta(days=9)
    for reason, when in (("", MONDAY), ("晚了", due + HOUR)):
        with pytest.raises(CannotHandle):
            ask_extension(
                ticket_id=ticket_id, until=until, reason=reason, by=district.sanitation, at=when
            )


def test_nothing_closes_without_contact_or_evidence(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    with pytest.raises(CannotClose):
        close_ticket(ticket_id=ticket_id, evidence="完", by=district.sanitation, at=MONDAY)
    contact_requester(ticket_id=ticket_id, note="", by=district.sanitation, at=MONDAY)
    with pytest.raises(CannotClose):
        close_ticket(ticket_id=ticket_id, evidence=" ", by=district.sanitation, at=MONDAY)


def test_a_refused_move_says_where_it_stands_and_what_is_possible(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    answer_ticket(ticket_id=ticket_id, text="好", by=district.sanitation, at=MONDAY)
    with pytest.raises(CannotMove) as refused:
        answer_ticket(ticket_id=ticket_id, text="再答", by=district.sanitation, at=MONDAY)
    assert "已答复" in str(refused.value)
    assert "办结" in str(refused.value)


def test_parking_takes_two_people_and_stops_the_clock(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    review_on = (MONDAY + timedelta(days=30)).date()
    ask_parking(
        ticket_id=ticket_id,
        reason="等待管网改造",
        plan="六月改造",
        review_on=review_on,
        by=district.sanitation,
        at=MONDAY,
    )
    review_parking(
        ticket_id=ticket_id, approved=True, reason="同意", by=district.street, at=MONDAY + HOUR
    )
    assert ticket(ticket_id).state == State.PARKED
    due = ticket(ticket_id).due_at
    back = MONDAY + timedelta(days=28)
    unpark_ticket(ticket_id=ticket_id, reason="改造完成", by=district.sanitation, at=back)
    row = ticket(ticket_id)
    assert row.state == State.IN_PROGRESS
    assert due is not None
    assert row.due_at is not None
    assert row.due_at > back
    assert last_event(ticket_id).data["days"] == 27


def test_parking_needs_reason_plan_and_a_later_date(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    for reason, plan, days in (("", "p", 5), ("r", "", 5), ("r", "p", 0)):
        with pytest.raises(CannotPark):
            ask_parking(
                ticket_id=ticket_id,
                reason=reason,
                plan=plan,
                review_on=(MONDAY + timedelta(days=days)).date(),
                by=district.sanitation,
                at=MONDAY,
            )


def test_the_requester_reads_replies_and_no_notes_and_their_contact_masked(
    district: SmallDistrict,
) -> None:
    ticket_id = dispatched(district)
    contact_requester(ticket_id=ticket_id, note="内部话", by=district.sanitation, at=MONDAY)
    send_interim_reply(ticket_id=ticket_id, text="正在办", by=district.sanitation, at=MONDAY)
    seen = story_for_requester(by=key_to(ticket_id), ticket_id=ticket_id)
    assert [remark.text for remark in seen.remarks] == ["正在办"]
    assert seen.contact is not None
    assert seen.contact.phone == "138****8000"
    staff = story_for_staff(by=district.sanitation, ticket_id=ticket_id)
    assert staff.contact is not None
    assert staff.contact.phone == PHONE
    assert len(staff.remarks) == 2


def test_closing_says_how_long_the_office_worked_on_it(district: SmallDistrict) -> None:
    data = last_event(closed(district, at=MONDAY)).data
    assert (data["work_minutes"], data["paused_minutes"]) == (60, 0)
    assert data["category"] == "environment.waste"


def test_whoever_asked_has_an_answer_before_the_ticket_is_closed(district: SmallDistrict) -> None:
    ticket_id, lead = dispatched(district), district.sanitation
    who = {"ticket_id": ticket_id, "by": lead, "at": MONDAY + HOUR}
    contact_requester(note="已电话联系", **who)
    with pytest.raises(CannotClose, match="还没有答复诉求人"):
        close_ticket(evidence="已清运", **who)
    close_ticket(evidence="已清运", reply="今天已经清运，以后每天两次", **who)
    assert events(ticket_id)[-2:] == ["ticket.answered", "ticket.closed"]
    seen = story_for_requester(by=key_to(ticket_id), ticket_id=ticket_id)
    assert seen.remarks[-1].text == "今天已经清运，以后每天两次"


def test_what_a_grid_worker_found_is_closed_without_an_answer(district: SmallDistrict) -> None:
    ticket_id, lead = dispatched(district), district.sanitation
    Requester.objects.filter(ticket_id=ticket_id).delete()
    Ticket.objects.filter(pk=ticket_id).update(channel=Channel.GRID)
    contact_requester(ticket_id=ticket_id, note="到现场看过", by=lead, at=MONDAY + HOUR)
    close_ticket(ticket_id=ticket_id, evidence="已清运", by=lead, at=MONDAY + HOUR)
    assert ticket(ticket_id).state == State.CLOSED


def test_a_follower_has_an_answer_too(district: SmallDistrict) -> None:
    found, asked, lead = dispatched(district), dispatched(district), district.sanitation
    Requester.objects.filter(ticket_id=found).delete()
    Ticket.objects.filter(pk=found).update(channel=Channel.GRID)
    merge_tickets(ticket_id=asked, into_id=found, by=district.worker, at=MONDAY)
    contact_requester(ticket_id=found, note="到现场看过", by=lead, at=MONDAY + HOUR)
    with pytest.raises(CannotClose, match="还没有答复诉求人"):
        close_ticket(ticket_id=found, evidence="已清运", by=lead, at=MONDAY + HOUR)


def test_time_spent_waiting_for_the_requester_is_told_apart(district: SmallDistrict) -> None:
    ticket_id, lead = dispatched(district), district.sanitation
    ask_requester(ticket_id=ticket_id, question="几号楼？", by=lead, at=MONDAY + HOUR / 2)
    reply_to_question(ticket_id=ticket_id, text="3号", by=key_to(ticket_id), at=MONDAY + HOUR)
    contact_requester(ticket_id=ticket_id, note="", by=lead, at=MONDAY + HOUR)
    closing = {"evidence": "已清运", "reply": "已经清运，请看看"}
    close_ticket(ticket_id=ticket_id, by=lead, at=MONDAY + 1.5 * HOUR, **closing)
    data = last_event(ticket_id).data
    assert (data["work_minutes"], data["paused_minutes"]) == (60, 30)


def test_a_unit_that_assists_reports_and_leaves_the_rest_to_the_lead(
    district: SmallDistrict,
) -> None:
    ticket_id = dispatched(district)
    ask_assistance(
        ticket_id=ticket_id, unit_id=district.units["water"].pk, what="冲洗路面",
        by=district.sanitation, at=MONDAY,
    )  # fmt: skip
    by = district.water
    who = {"ticket_id": ticket_id, "by": by, "at": MONDAY + HOUR}
    with pytest.raises(NotPermitted):
        contact_requester(note="", **who)
    with pytest.raises(NotPermitted):
        answer_ticket(text="好了", **who)
    with pytest.raises(NotPermitted):
        close_ticket(evidence="完", **who)
    with pytest.raises(NotPermitted):
        ask_requester(question="哪里？", **who)
    story = story_for_staff(by=by, ticket_id=ticket_id)
    assert story.steps == frozenset()
    assert story.contact is not None
    assert story.contact.open, "it has to find whom it helps"
    report_assistance(text="已冲洗", **who)


def test_a_link_holder_can_not_write_without_end(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongzhi.affairs.tickets.handling.MOST_REPLIES", 2)
    ticket_id = dispatched(district)
    who = {"ticket_id": ticket_id, "by": key_to(ticket_id), "at": MONDAY}
    reply_to_question(text="一", **who)
    reply_to_question(text="二", **who)
    with pytest.raises(CannotHandle, match="太多"):
        reply_to_question(text="三", **who)
