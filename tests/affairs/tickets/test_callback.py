"""The ticket is closed, the requester is asked, and "no" takes it up again."""

from datetime import timedelta

import pytest

from gongzhi.affairs.tickets.callback import (
    CannotCallBack,
    answer_callback,
    call_back,
    expire_callbacks,
)
from gongzhi.affairs.tickets.choices import CallbackState, Satisfied, Solved, State
from gongzhi.affairs.tickets.closing import close_ticket
from gongzhi.affairs.tickets.handling import answer_ticket
from gongzhi.affairs.tickets.merging import CannotMerge, merge_tickets, unmerge_ticket
from gongzhi.affairs.tickets.models import Callback
from gongzhi.affairs.tickets.queries.stories import story_for_requester
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import closed, dispatched, events, key_to, last_event, ticket

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HOUR = timedelta(hours=1)
LATER = MONDAY + timedelta(days=1)


def test_closing_asks_whoever_left_a_contact(district: SmallDistrict) -> None:
    ticket_id = closed(district)
    asked = Callback.objects.get(ticket_id=ticket_id)
    assert asked.state == CallbackState.ASKED
    assert asked.unit_id == district.units["sanitation"].pk
    assert last_event(ticket_id).data["in_limit"] is True


def test_not_solved_reopens_with_a_new_clock_for_the_same_unit(district: SmallDistrict) -> None:
    ticket_id = closed(district)
    answer_callback(
        ticket_id=ticket_id,
        solved=Solved.NO,
        satisfied=Satisfied.NO,
        remark="还是没人来",
        by=key_to(ticket_id),
        at=LATER,
    )
    row = ticket(ticket_id)
    assert row.state == State.REOPENED
    assert row.lead_unit_id == district.units["sanitation"].pk
    assert row.due_at is not None
    assert row.due_at > LATER
    assert row.contacted_at is None
    assert events(ticket_id)[-2:] == ["ticket.called_back", "ticket.reopened"]


def test_partly_solved_stays_closed(district: SmallDistrict) -> None:
    ticket_id = closed(district)
    answer_callback(
        ticket_id=ticket_id,
        solved=Solved.PARTLY,
        satisfied=Satisfied.BASICALLY,
        remark="",
        by=key_to(ticket_id),
        at=LATER,
    )
    assert ticket(ticket_id).state == State.CLOSED


def test_a_second_closing_asks_a_second_time_and_keeps_the_first_answer(
    district: SmallDistrict,
) -> None:
    ticket_id = closed(district)
    answer_callback(
        ticket_id=ticket_id,
        solved=Solved.NO,
        satisfied=Satisfied.NO,
        remark="",
        by=key_to(ticket_id),
        at=LATER,
    )
    answer_ticket(ticket_id=ticket_id, text="再次清运", by=district.sanitation, at=LATER + HOUR)
    close_ticket(ticket_id=ticket_id, evidence="干净", by=district.sanitation, at=LATER + HOUR)
    answer_callback(
        ticket_id=ticket_id,
        solved=Solved.YES,
        satisfied=Satisfied.YES,
        remark="谢谢",
        by=key_to(ticket_id),
        at=LATER + 2 * HOUR,
    )
    rounds = Callback.objects.filter(ticket_id=ticket_id).order_by("round")
    assert [row.solved for row in rounds] == ["no", "yes"]


def test_nobody_answers_twice_or_for_somebody_else(district: SmallDistrict) -> None:
    ticket_id = closed(district)
    for _ in range(2):
        try:
            answer_callback(
                ticket_id=ticket_id,
                solved=Solved.YES,
                satisfied=Satisfied.YES,
                remark="",
                by=key_to(ticket_id),
                at=LATER,
            )
        except CannotCallBack:
            break
    else:
        pytest.fail("a second answer was taken")
    with pytest.raises(NotPermitted):
        answer_callback(
            ticket_id=ticket_id,
            solved=Solved.YES,
            satisfied=Satisfied.YES,
            remark="",
            by=key_to(ticket_id + 1),
            at=LATER,
        )


def test_the_unit_that_handled_it_does_not_call_back(district: SmallDistrict) -> None:
    ticket_id = closed(district)
    with pytest.raises(NotPermitted):
        call_back(
            ticket_id=ticket_id,
            solved=Solved.YES,
            satisfied=Satisfied.YES,
            remark="",
            by=district.sanitation,
            at=LATER,
        )
    call_back(
        ticket_id=ticket_id,
        solved=Solved.YES,
        satisfied=Satisfied.YES,
        remark="电话",
        by=district.worker,
        at=LATER,
    )
    assert Callback.objects.get(ticket_id=ticket_id).by_phone


def test_no_answer_is_no_answer(district: SmallDistrict) -> None:
    ticket_id = closed(district)
    assert expire_callbacks(at=MONDAY + timedelta(days=3)) == 0
    assert expire_callbacks(at=MONDAY + timedelta(days=9)) == 1
    assert expire_callbacks(at=MONDAY + timedelta(days=9)) == 0
    asked = Callback.objects.get(ticket_id=ticket_id)
    assert (asked.state, asked.solved) == (CallbackState.NO_ANSWER, "")


def test_merged_tickets_close_together_and_are_asked_apart(district: SmallDistrict) -> None:
    first, second = dispatched(district), dispatched(district)
    merge_tickets(ticket_id=second, into_id=first, by=district.worker, at=MONDAY)
    answer_ticket(ticket_id=first, text="今天清运", by=district.sanitation, at=MONDAY + HOUR)
    seen = story_for_requester(by=key_to(second), ticket_id=second)
    assert [remark.text for remark in seen.remarks] == ["今天清运"]
    close_ticket(ticket_id=first, evidence="完", by=district.sanitation, at=MONDAY + HOUR)
    assert ticket(second).state == State.CLOSED
    answer_callback(
        ticket_id=second,
        solved=Solved.NO,
        satisfied=Satisfied.NO,
        remark="我家门口没有",
        by=key_to(second),
        at=LATER,
    )
    assert ticket(second).state == State.REOPENED
    assert ticket(second).merged_into_id is None
    assert ticket(first).state == State.CLOSED


def test_a_merge_can_be_undone(district: SmallDistrict) -> None:
    first, second = dispatched(district), dispatched(district)
    merge_tickets(ticket_id=second, into_id=first, by=district.worker, at=MONDAY)
    unmerge_ticket(ticket_id=second, reason="不是一回事", by=district.worker, at=MONDAY)
    row = ticket(second)
    assert row.merged_into_id is None
    assert row.state == State.DISPATCHED
    assert row.lead_unit_id == district.units["sanitation"].pk


def test_merges_make_no_chains_and_no_rings(district: SmallDistrict) -> None:
    first, second, third = (dispatched(district) for _ in range(3))
    merge_tickets(ticket_id=second, into_id=first, by=district.worker, at=MONDAY)
    for ticket_id, into_id in ((second, third), (third, second), (first, third), (first, first)):
        with pytest.raises(CannotMerge):
            merge_tickets(ticket_id=ticket_id, into_id=into_id, by=district.worker, at=MONDAY)
