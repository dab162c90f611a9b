"""The three rates come from the record, with numerator and denominator."""

from datetime import timedelta

import pytest

from gongzhi.affairs.tickets.callback import answer_callback
from gongzhi.affairs.tickets.choices import ExclusionReason, Satisfied, Solved
from gongzhi.affairs.tickets.exclusions import ask_exclusion, review_exclusion
from gongzhi.affairs.tickets.handling import contact_requester
from gongzhi.affairs.tickets.parking import ask_parking, review_parking, unpark_ticket
from gongzhi.affairs.tickets.queries.rates import GroupBy, Ratio, three_rates
from gongzhi.affairs.tickets.requesters import withdraw_ticket
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import closed, dispatched, key_to

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SINCE, UNTIL = MONDAY - timedelta(days=1), MONDAY + timedelta(days=20)


def rates(district: SmallDistrict, group_by: GroupBy = GroupBy.ALL) -> dict[object, object]:
    found = three_rates(by=district.officer, since=SINCE, until=UNTIL, group_by=group_by)
    return {row.group: row for row in found}


def test_response_counts_contact_within_the_limit_of_all_that_fell_due(
    district: SmallDistrict,
) -> None:
    prompt, late, _never = (dispatched(district) for _ in range(3))
    contact_requester(
        ticket_id=prompt, note="", by=district.sanitation, at=MONDAY + timedelta(hours=1)
    )
    contact_requester(
        ticket_id=late, note="", by=district.sanitation, at=MONDAY + timedelta(days=3)
    )
    assert rates(district)["all"].response == Ratio(1, 3)  # type: ignore[attr-defined]


def test_withdrawn_and_excluded_tickets_are_out_of_scope(district: SmallDistrict) -> None:
    dispatched(district)
    gone, excluded = dispatched(district), dispatched(district)
    withdraw_ticket(ticket_id=gone, reason="", by=key_to(gone), at=MONDAY)
    ask_exclusion(
        ticket_id=excluded,
        code=ExclusionReason.OUTSIDE_DUTIES,
        reason="请联系物业",
        evidence="职责清单",
        by=district.sanitation,
        at=MONDAY,
    )
    review_exclusion(ticket_id=excluded, approved=True, reason="", by=district.street, at=MONDAY)
    assert rates(district)["all"].response == Ratio(0, 1)  # type: ignore[attr-defined]


def test_resolution_counts_answers_and_silence_is_not_one(district: SmallDistrict) -> None:
    answers = [
        (Solved.YES, Satisfied.YES),
        (Solved.PARTLY, Satisfied.BASICALLY),
        (Solved.NO, Satisfied.NO),
    ]
    for solved, satisfied in answers:
        ticket_id = closed(district)
        answer_callback(
            ticket_id=ticket_id,
            solved=solved,
            satisfied=satisfied,
            remark="",
            by=key_to(ticket_id),
            at=MONDAY + timedelta(days=1),
        )
    closed(district)
    row = rates(district)["all"]
    assert row.resolution == Ratio(1, 3)  # type: ignore[attr-defined]
    assert row.partly_resolved == 1  # type: ignore[attr-defined]
    assert row.satisfaction == Ratio(1, 3)  # type: ignore[attr-defined]


def test_rates_are_told_apart_by_unit_place_matter_and_month(district: SmallDistrict) -> None:
    dispatched(district)
    dispatched(district, "梅溪社区停水了，自来水水管没水")
    assert set(rates(district, GroupBy.UNIT)) == {
        district.units["sanitation"].pk,
        district.units["water"].pk,
    }
    assert set(rates(district, GroupBy.CATEGORY)) == {"environment", "utilities"}
    assert set(rates(district, GroupBy.MONTH)) == {"2026-03"}
    assert set(rates(district, GroupBy.COMMUNITY)) == {district.places["willow"].pk}


def test_a_share_of_fewer_than_five_is_not_shown() -> None:
    assert Ratio(4, 4).share is None
    assert Ratio(4, 5).share == 0.8


def test_a_unit_sees_only_its_own_rates_and_a_resident_none(district: SmallDistrict) -> None:
    dispatched(district)
    ours = three_rates(by=district.water, since=SINCE, until=UNTIL)
    assert ours == []
    with pytest.raises(NotPermitted):
        three_rates(by=RESIDENT, since=SINCE, until=UNTIL)


def test_an_excluded_ticket_leaves_all_three_rates(district: SmallDistrict) -> None:
    ids = [closed(district) for _ in range(2)]
    for ticket_id in ids:
        answer_callback(
            ticket_id=ticket_id, solved=Solved.YES, satisfied=Satisfied.YES, remark="",
            by=key_to(ticket_id), at=MONDAY + timedelta(hours=2),
        )  # fmt: skip
    later = MONDAY + timedelta(days=1)
    ask_exclusion(
        ticket_id=ids[0], code=ExclusionReason.NOTHING_NEW, reason="重复", evidence="记录",
        by=district.sanitation, at=later,
    )  # fmt: skip
    review_exclusion(ticket_id=ids[0], approved=True, reason="", by=district.street, at=later)
    found = rates(district)["all"]
    assert found.resolution == Ratio(1, 1)  # type: ignore[attr-defined]
    assert found.response == Ratio(1, 1)  # type: ignore[attr-defined]


def test_a_parked_ticket_is_out_of_the_rates_until_it_is_worked_on_again(
    district: SmallDistrict,
) -> None:
    ticket_id = dispatched(district)
    ask_parking(
        ticket_id=ticket_id, reason="缺件", plan="下周", by=district.sanitation, at=MONDAY,
        review_on=(MONDAY + timedelta(days=9)).date(),
    )  # fmt: skip
    review_parking(ticket_id=ticket_id, approved=True, reason="", by=district.street, at=MONDAY)
    assert rates(district) == {}
    back = MONDAY + timedelta(days=3)
    unpark_ticket(ticket_id=ticket_id, reason="到货", by=district.sanitation, at=back)
    assert rates(district)["all"].response == Ratio(0, 1)  # type: ignore[attr-defined]
