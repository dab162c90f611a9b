"""Clocks and applications at the edges: overlaps, new leads, endings, closed units."""

from datetime import date, datetime, timedelta

import pytest

from gongzhi.affairs.tickets.callback import CannotCallBack, call_back
from gongzhi.affairs.tickets.choices import (
    CallbackState,
    ExclusionReason,
    Review,
    Satisfied,
    Solved,
    State,
)
from gongzhi.affairs.tickets.closing import close_ticket, reopen_ticket
from gongzhi.affairs.tickets.dispatch import (
    CannotDispatch,
    CannotObject,
    object_to_dispatch,
    redispatch_ticket,
    return_ticket,
    review_objection,
)
from gongzhi.affairs.tickets.exclusions import ask_exclusion
from gongzhi.affairs.tickets.handling import (
    answer_ticket,
    ask_assistance,
    ask_extension,
    ask_requester,
    contact_requester,
    reply_to_question,
    review_extension,
)
from gongzhi.affairs.tickets.intake import Request, receive_ticket
from gongzhi.affairs.tickets.models import LimitRule, Pause
from gongzhi.affairs.tickets.parking import ask_parking, review_parking, unpark_ticket
from gongzhi.affairs.tickets.queries.stuck import stuck
from gongzhi.affairs.tickets.requesters import erase_requester, withdraw_ticket
from gongzhi.affairs.tickets.supervision import escalate_overdue
from gongzhi.commons.organisations.models import Unit
from gongzhi.commons.organisations.register import revision
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.small_district import MONDAY, SmallDistrict, moment
from tests.affairs.tickets.journeys import closed, dispatched, key_to, last_event, ticket

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def close_unit(district: SmallDistrict, name: str, day: date) -> None:
    Unit.objects.filter(pk=district.units[name].pk).update(ends=day)
    revision.grow()


def extend(district: SmallDistrict, ticket_id: int, until: datetime, at: datetime) -> None:
    ask_extension(ticket_id=ticket_id, until=until, reason="等料", by=district.sanitation, at=at)
    review_extension(ticket_id=ticket_id, approved=True, reason="", by=district.street, at=at)


def test_an_extension_outlives_a_question_and_its_reply(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    until = moment("2026-03-20", "17:30")
    extend(district, ticket_id, until, MONDAY + HOUR)
    by, key = district.sanitation, key_to(ticket_id)
    ask_requester(ticket_id=ticket_id, question="哪栋？", by=by, at=MONDAY + HOUR)
    reply_to_question(ticket_id=ticket_id, text="三栋", by=key, at=MONDAY + 2 * HOUR)
    assert ticket(ticket_id).due_at == until, "no working day's end fell into the wait"
    ask_requester(ticket_id=ticket_id, question="几层？", by=by, at=MONDAY + 3 * HOUR)
    reply_to_question(ticket_id=ticket_id, text="二层", by=key, at=MONDAY + 3 * HOUR + 2 * DAY)
    assert ticket(ticket_id).due_at == moment("2026-03-23", "17:30"), "Tuesday waited, Monday more"


def test_an_extension_is_reminded_of_and_missed_anew(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    ask_extension(
        ticket_id=ticket_id, until=MONDAY + 10 * DAY, reason="等料", by=district.sanitation,
        at=MONDAY,
    )  # fmt: skip
    assert escalate_overdue(at=MONDAY + 3 * DAY) == 1
    review_extension(
        ticket_id=ticket_id, approved=True, reason="", by=district.street, at=MONDAY + 3 * DAY
    )
    assert escalate_overdue(at=MONDAY + 9 * DAY) == 0
    assert escalate_overdue(at=MONDAY + 11 * DAY) == 1


def test_overlapping_pauses_count_once(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    by = district.sanitation
    ask_requester(ticket_id=ticket_id, question="哪栋？", by=by, at=MONDAY)
    soon = (MONDAY + 30 * DAY).date()
    ask_parking(ticket_id=ticket_id, reason="缺件", plan="下周", review_on=soon, by=by, at=MONDAY)
    review_parking(
        ticket_id=ticket_id, approved=True, reason="", by=district.street, at=MONDAY + DAY
    )
    before = ticket(ticket_id).due_at
    reply_to_question(ticket_id=ticket_id, text="三栋", by=key_to(ticket_id), at=MONDAY + 2 * DAY)
    assert ticket(ticket_id).due_at == before, "it is still parked"
    unpark_ticket(ticket_id=ticket_id, reason="到货", by=by, at=MONDAY + 4 * DAY)
    assert ticket(ticket_id).due_at == moment("2026-03-09", "17:30"), "Friday and Monday are left"


def test_natural_days_wait_too(district: SmallDistrict) -> None:
    request = Request(text="楼下烧烤噪音", place_id=district.places["garden"].pk)
    ticket_id = receive_ticket(request=request, by=RESIDENT, at=MONDAY).ticket_id
    follow_all(at=MONDAY)
    assert ticket(ticket_id).due_at == moment("2026-03-10", "00:00")
    ask_requester(ticket_id=ticket_id, question="几点？", by=district.worker, at=MONDAY)
    reply_to_question(ticket_id=ticket_id, text="夜里", by=key_to(ticket_id), at=MONDAY + 3 * DAY)
    assert ticket(ticket_id).due_at == moment("2026-03-12", "00:00"), "two midnights waited"


def test_a_new_lead_has_clocks_of_its_own(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    contact_requester(ticket_id=ticket_id, note="", by=district.sanitation, at=MONDAY)
    late = MONDAY + 10 * DAY
    assert escalate_overdue(at=late) == 1
    ask_assistance(
        ticket_id=ticket_id, unit_id=district.units["water"].pk, what="冲洗",
        by=district.sanitation, at=late,
    )  # fmt: skip
    redispatch_ticket(
        ticket_id=ticket_id, unit_id=district.units["water"].pk, reason="水管漏水",
        by=district.worker, at=late,
    )  # fmt: skip
    now = ticket(ticket_id)
    assert now.contacted_at is None
    assert now.contact_due_at is not None
    assert now.contact_due_at > late
    assert escalate_overdue(at=late + 20 * DAY) == 1, "the new lead's limit can be missed, too"
    answer_ticket(ticket_id=ticket_id, text="修好了", by=district.water, at=late + HOUR)
    close_ticket(ticket_id=ticket_id, evidence="不漏了", by=district.water, at=late + HOUR)


def apply_for_everything(district: SmallDistrict, ticket_id: int) -> None:
    by = district.sanitation
    who = {"ticket_id": ticket_id, "by": by, "at": MONDAY}
    ask_extension(until=MONDAY + 10 * DAY, reason="等料", **who)
    ask_parking(reason="缺件", plan="下周", review_on=(MONDAY + 9 * DAY).date(), **who)
    ask_exclusion(code=ExclusionReason.NOTHING_NEW, reason="办过", evidence="记录", **who)


def reviews(ticket_id: int) -> dict[str, str]:
    asked = ticket(ticket_id)
    rows = {"extension": asked.extensions, "parking": asked.parkings, "exclusion": asked.exclusions}
    return {what: row.get().review for what, row in rows.items()}


def test_applications_lapse_when_the_ticket_is_withdrawn(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    apply_for_everything(district, ticket_id)
    withdraw_ticket(ticket_id=ticket_id, reason="", by=key_to(ticket_id), at=MONDAY)
    assert set(reviews(ticket_id).values()) == {Review.LAPSED}


def test_applications_lapse_when_the_ticket_changes_hands(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    apply_for_everything(district, ticket_id)
    return_ticket(ticket_id=ticket_id, reason="重派", by=district.worker, at=MONDAY)
    assert set(reviews(ticket_id).values()) == {Review.LAPSED}


def test_after_closing_only_the_assessment_may_still_be_decided(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    apply_for_everything(district, ticket_id)
    ask_requester(ticket_id=ticket_id, question="好了吗？", by=district.sanitation, at=MONDAY)
    answer_ticket(ticket_id=ticket_id, text="好了", by=district.sanitation, at=MONDAY)
    close_ticket(ticket_id=ticket_id, evidence="完", by=district.sanitation, at=MONDAY)
    assert reviews(ticket_id) == {
        "extension": Review.LAPSED,
        "parking": Review.LAPSED,
        "exclusion": Review.PENDING,
    }
    waiting = stuck(by=district.street, at=MONDAY).waiting_for_review
    assert [row.id for row in waiting] == [ticket_id]
    assert not Pause.objects.filter(ends=None).exists()


def test_an_objection_settled_by_redispatch_no_longer_waits(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    object_to_dispatch(
        ticket_id=ticket_id, reason="不属环卫", proposed_unit_id=None, by=district.sanitation,
        at=MONDAY,
    )  # fmt: skip
    redispatch_ticket(
        ticket_id=ticket_id, unit_id=district.units["water"].pk, reason="改派",
        by=district.worker, at=MONDAY,
    )  # fmt: skip
    assert ticket(ticket_id).objections.get().review == Review.LAPSED
    with pytest.raises(CannotObject, match="没有等待审核"):
        review_objection(
            ticket_id=ticket_id, upheld=False, unit_id=None, reason="", by=district.street,
            at=MONDAY,
        )  # fmt: skip


def test_an_objection_comes_within_its_window(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    with pytest.raises(CannotObject, match="2026-03-03 17:30"):
        object_to_dispatch(
            ticket_id=ticket_id, reason="不属环卫", proposed_unit_id=None,
            by=district.sanitation, at=MONDAY + 2 * DAY,
        )  # fmt: skip
    assert ticket(ticket_id).state == State.DISPATCHED


def test_a_ticket_taken_up_again_goes_to_a_unit_that_still_exists(district: SmallDistrict) -> None:
    ticket_id = closed(district)
    close_unit(district, "sanitation", MONDAY.date())
    reopen_ticket(ticket_id=ticket_id, reason="又脏了", by=district.coordinator, at=MONDAY + DAY)
    assert ticket(ticket_id).lead_unit_id == district.units["hotline"].pk
    assert last_event(ticket_id).data["unit"] == district.units["hotline"].pk


def test_nothing_is_sent_to_a_closed_unit(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    close_unit(district, "water", MONDAY.date())
    with pytest.raises(CannotDispatch):
        redispatch_ticket(
            ticket_id=ticket_id, unit_id=district.units["water"].pk, reason="改派",
            by=district.worker, at=MONDAY + DAY,
        )  # fmt: skip


def test_an_earlier_call_back_ends_when_the_ticket_is_taken_up_again(
    district: SmallDistrict,
) -> None:
    ticket_id = closed(district)
    reopen_ticket(ticket_id=ticket_id, reason="复查", by=district.coordinator, at=MONDAY + DAY)
    assert ticket(ticket_id).callbacks.get().state == CallbackState.NO_ANSWER


def test_nobody_is_called_back_after_erasure(district: SmallDistrict) -> None:
    ticket_id = closed(district)
    erase_requester(ticket_id=ticket_id, by=key_to(ticket_id), at=MONDAY + DAY)
    assert ticket(ticket_id).callbacks.get().state == CallbackState.NO_ANSWER
    with pytest.raises(CannotCallBack, match="已删除"):
        call_back(
            ticket_id=ticket_id, solved=Solved.YES, satisfied=Satisfied.YES, remark="王女士说好",
            by=district.coordinator, at=MONDAY + DAY,
        )  # fmt: skip


def test_a_limit_that_nobody_entered_is_the_one_it_starts_with(district: SmallDistrict) -> None:
    LimitRule.objects.all().delete()
    assert ticket(closed(district)).callbacks.get().expires_at > MONDAY
