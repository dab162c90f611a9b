"""A request is understood, given to its first owner, and perhaps objected to."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongzhi.affairs.tickets.choices import State, Urgency
from gongzhi.affairs.tickets.dispatch import (
    CannotDispatch,
    CannotObject,
    dispatch_tickets,
    object_to_dispatch,
    redispatch_ticket,
    return_ticket,
    review_objection,
)
from gongzhi.affairs.tickets.handling import contact_requester
from gongzhi.affairs.tickets.lifecycle import CannotMove
from gongzhi.affairs.tickets.triage import CannotOverrule, overrule_triage, triage_tickets
from gongzhi.commons.notices.models import Notice
from gongzhi.commons.permissions.actors import SYSTEM
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.small_district import MONDAY, SmallDistrict, moment
from tests.affairs.tickets.journeys import dispatched, events, last_event, receive, ticket

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_follow_ups_triage_and_dispatch_what_came_in(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    row = ticket(ticket_id)
    assert row.state == State.DISPATCHED
    assert row.category_code == "environment.waste"
    assert row.category_by == "rules"
    assert row.lead_unit_id == row.first_owner_id == district.units["sanitation"].pk
    assert events(ticket_id) == ["ticket.received", "ticket.triaged", "ticket.dispatched"]


def test_the_limits_count_in_working_time(district: SmallDistrict) -> None:
    row = ticket(dispatched(district))
    assert row.contact_due_at == moment("2026-03-02", "15:30")  # four work hours, over lunch
    assert row.due_at is not None
    assert row.due_at.date() == moment("2026-03-04").date()  # two work days


def test_a_ticket_just_before_a_holiday_waits_for_the_holiday_to_end(
    district: SmallDistrict,
) -> None:
    row = ticket(dispatched(district, at=moment("2026-09-30", "23:50")))
    assert row.due_at is not None
    assert row.due_at >= moment("2026-10-09", "00:00")


def test_what_nobody_is_sure_of_goes_to_the_line_for_every_matter(district: SmallDistrict) -> None:
    row = ticket(dispatched(district, "我想问一下怎么回事"))
    assert row.category_code == ""
    assert row.lead_unit_id == district.units["hotline"].pk


def test_danger_shortens_the_limit(district: SmallDistrict) -> None:
    row = ticket(dispatched(district, "垃圾桶着火了，快来人"))
    assert row.urgency == Urgency.EMERGENCY
    assert row.due_at == MONDAY + timedelta(hours=2)


def test_the_street_gets_a_copy_of_what_goes_past_it(district: SmallDistrict) -> None:
    data = last_event(dispatched(district)).data
    assert data["copied_to"] == district.units["street"].pk


def test_triage_points_at_words_and_keeps_none_of_them(district: SmallDistrict) -> None:
    row = ticket(dispatched(district))
    field, start, end = row.triage["evidence"][0]
    assert field in {"subject", "body"}
    assert "垃圾" in (row.title if field == "subject" else row.text)[start:end]
    assert "垃圾" not in str(row.triage)


def test_triage_and_dispatch_leave_alone_what_has_moved_on(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    assert triage_tickets(ticket_ids=[ticket_id], by=SYSTEM, at=MONDAY) == 0
    assert dispatch_tickets(ticket_ids=[ticket_id], by=SYSTEM, at=MONDAY) == 0


def test_a_person_overrules_the_category(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    overrule_triage(
        ticket_id=ticket_id,
        category_code="order",
        urgency=Urgency.NORMAL,
        by=district.worker,
        at=MONDAY,
    )
    assert ticket(ticket_id).category_by == "person"
    assert last_event(ticket_id).data["was"] == "environment.waste"
    with pytest.raises(CannotOverrule):
        overrule_triage(
            ticket_id=ticket_id,
            category_code="no.such",
            urgency=Urgency.NORMAL,
            by=district.worker,
            at=MONDAY,
        )


def test_an_objection_is_heard_once_and_upheld_names_another_unit(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    object_to_dispatch(
        ticket_id=ticket_id,
        reason="属于物业范围",
        proposed_unit_id=None,
        by=district.sanitation,
        at=MONDAY,
    )
    assert ticket(ticket_id).state == State.RETURNED
    review_objection(
        ticket_id=ticket_id,
        upheld=True,
        unit_id=district.units["committee"].pk,
        reason="改由居委会牵头",
        by=district.street,
        at=MONDAY + timedelta(hours=1),
    )
    row = ticket(ticket_id)
    assert row.state == State.DISPATCHED
    assert row.lead_unit_id == district.units["committee"].pk
    assert row.first_owner_id == district.units["sanitation"].pk
    with pytest.raises((CannotObject, NotPermitted)):
        object_to_dispatch(
            ticket_id=ticket_id,
            reason="再次异议",
            proposed_unit_id=None,
            by=district.sanitation,
            at=MONDAY,
        )


def test_a_refused_objection_stays_with_the_first_owner(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    object_to_dispatch(
        ticket_id=ticket_id,
        reason="不是我们",
        proposed_unit_id=None,
        by=district.sanitation,
        at=MONDAY,
    )
    review_objection(
        ticket_id=ticket_id,
        upheld=False,
        unit_id=None,
        reason="属于环卫职责",
        by=district.street,
        at=MONDAY,
    )
    row = ticket(ticket_id)
    assert row.lead_unit_id == district.units["sanitation"].pk
    with pytest.raises(CannotObject):
        object_to_dispatch(
            ticket_id=ticket_id,
            reason="还是不服",
            proposed_unit_id=None,
            by=district.sanitation,
            at=MONDAY,
        )


def test_an_objection_needs_a_reason_and_comes_before_work(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    with pytest.raises(CannotObject):
        object_to_dispatch(
            ticket_id=ticket_id,
            reason=" ",
            proposed_unit_id=None,
            by=district.sanitation,
            at=MONDAY,
        )
    contact_requester(ticket_id=ticket_id, note="", by=district.sanitation, at=MONDAY)
    with pytest.raises(CannotMove) as refused:
        object_to_dispatch(
            ticket_id=ticket_id,
            reason="晚了",
            proposed_unit_id=None,
            by=district.sanitation,
            at=MONDAY,
        )
    assert "办理中" in str(refused.value)


def test_the_water_company_cannot_object_to_anothers_ticket(district: SmallDistrict) -> None:
    with pytest.raises(NotPermitted):
        object_to_dispatch(
            ticket_id=dispatched(district),
            reason="x",
            proposed_unit_id=None,
            by=district.water,
            at=MONDAY,
        )


def test_a_ticket_is_returned_and_dispatched_to_a_named_unit(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    return_ticket(ticket_id=ticket_id, reason="派错了", by=district.street, at=MONDAY)
    later = MONDAY + timedelta(hours=2)
    redispatch_ticket(
        ticket_id=ticket_id,
        unit_id=district.units["water"].pk,
        reason="水管问题",
        by=district.street,
        at=later,
    )
    row = ticket(ticket_id)
    assert row.lead_unit_id == district.units["water"].pk
    assert row.clock_from == later
    with pytest.raises(CannotDispatch):
        redispatch_ticket(
            ticket_id=ticket_id,
            unit_id=district.units["water"].pk,
            reason="重复",
            by=district.street,
            at=later,
        )


def test_the_lead_and_the_street_are_told_once(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    follow_all(at=MONDAY)
    told = Notice.objects.filter(subject_id=ticket_id, subject_kind="ticket")
    assert sorted(told.values_list("template", flat=True)) == [
        "requester.dispatched",
        "unit.copied",
        "unit.dispatched",
    ]


def test_nine_tickets_cost_no_more_queries_than_three(district: SmallDistrict) -> None:
    def queries(count: int) -> int:
        ids = [receive(district, f"第{n}号楼垃圾没人清运").ticket_id for n in range(count)]
        with CaptureQueriesContext(connection) as asked:
            follow_all(at=MONDAY)
        assert {ticket(i).state for i in ids} == {State.DISPATCHED}
        return len(asked)

    queries(1)  # warms what a process keeps
    assert queries(9) == queries(3)
