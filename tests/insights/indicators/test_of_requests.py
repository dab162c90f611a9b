"""Indicators of requests, each from real actions to its number."""

from datetime import date, timedelta

import pytest

from gongzhi.affairs.tickets.callback import answer_callback
from gongzhi.affairs.tickets.choices import Channel, Satisfied, Solved
from gongzhi.affairs.tickets.dispatch import redispatch_ticket
from gongzhi.affairs.tickets.handling import contact_requester
from gongzhi.affairs.tickets.intake import Contact, Request, receive_ticket
from gongzhi.affairs.tickets.parking import ask_parking, review_parking, unpark_ticket
from gongzhi.affairs.tickets.queries.rates import three_rates
from gongzhi.affairs.tickets.requesters import withdraw_ticket
from gongzhi.insights.indicators.shapes import Level
from tests.affairs.small_district import MONDAY, SmallDistrict, moment
from tests.affairs.tickets.journeys import closed, dispatched, key_to
from tests.insights.conftest import Measured

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_response_rate_counts_contact_in_limit_of_what_fell_due(
    district: SmallDistrict, measured: Measured
) -> None:
    prompt, late, _never, gone = (dispatched(district) for _ in range(4))
    contact_requester(ticket_id=prompt, note="", by=district.sanitation, at=MONDAY + HOUR)
    contact_requester(ticket_id=late, note="", by=district.sanitation, at=MONDAY + 3 * DAY)
    withdraw_ticket(ticket_id=gone, reason="", by=key_to(gone), at=MONDAY)
    cell = measured("response_rate")[None]
    assert (cell.numerator, cell.denominator) == (1, 3)
    willow = measured("response_rate", Level.COMMUNITY)[district.places["willow"].pk]
    assert (willow.numerator, willow.denominator) == (1, 3)
    unit = measured("response_rate", Level.UNIT)[district.units["sanitation"].pk]
    assert (unit.numerator, unit.denominator) == (1, 3)


def test_contact_by_the_lead_before_does_not_count_for_the_next(
    district: SmallDistrict, measured: Measured
) -> None:
    ticket_id = dispatched(district)
    contact_requester(ticket_id=ticket_id, note="", by=district.sanitation, at=MONDAY + HOUR)
    redispatch_ticket(
        ticket_id=ticket_id,
        unit_id=district.units["water"].pk,
        reason="水管问题",
        by=district.coordinator,
        at=MONDAY + 2 * HOUR,
    )
    cell = measured("response_rate", Level.UNIT)[district.units["water"].pk]
    assert (cell.numerator, cell.denominator) == (0, 1)


def answered(district: SmallDistrict, solved: Solved, satisfied: Satisfied) -> int:
    ticket_id = closed(district)
    answer_callback(
        ticket_id=ticket_id,
        solved=solved,
        satisfied=satisfied,
        remark="",
        by=key_to(ticket_id),
        at=MONDAY + DAY,
    )
    return ticket_id


def test_resolution_rate_and_satisfaction_rate_are_of_answers_and_silence_is_none(
    district: SmallDistrict, measured: Measured
) -> None:
    answered(district, Solved.YES, Satisfied.YES)
    answered(district, Solved.PARTLY, Satisfied.BASICALLY)
    answered(district, Solved.NO, Satisfied.NO)
    closed(district)
    resolution, satisfaction = (
        measured("resolution_rate")[None],
        measured("satisfaction_rate")[None],
    )
    assert (resolution.numerator, resolution.denominator) == (1, 3)
    assert (satisfaction.numerator, satisfaction.denominator) == (2, 3)
    assert resolution.lower is not None
    assert resolution.lower < 1 / 3 < (resolution.upper or 0)


def test_callback_coverage_counts_every_closing(
    district: SmallDistrict, measured: Measured
) -> None:
    answered(district, Solved.YES, Satisfied.YES)
    closed(district)
    cell = measured("callback_coverage")[None]
    assert (cell.numerator, cell.denominator) == (1, 2)


def test_handling_hours_are_working_hours_and_too_few_have_no_median(
    district: SmallDistrict, measured: Measured
) -> None:
    for _ in range(4):
        closed(district)
    assert measured("handling_hours")[None].value is None
    closed(district, at=moment("2026-03-06", "17:00"))
    cell = measured("handling_hours")[None]
    assert (cell.n, cell.value) == (5, 1.0)


def test_repeat_rate_follows_matter_and_place_for_ninety_days(
    district: SmallDistrict, measured: Measured
) -> None:
    closed(district, at=MONDAY)
    assert measured("repeat_rate") == {}, "90 days are not over in March"
    closed(district, at=MONDAY + 30 * DAY)
    cell = measured("repeat_rate", period="2026-05-01/2026-07-31")[None]
    assert (cell.numerator, cell.denominator) == (1, 2)


def test_reopen_rate_asks_what_came_after_each_closing(
    district: SmallDistrict, measured: Measured
) -> None:
    answered(district, Solved.NO, Satisfied.NO)
    answered(district, Solved.YES, Satisfied.YES)
    cell = measured("reopen_rate")[None]
    assert (cell.numerator, cell.denominator) == (1, 2)


def test_redispatch_rate_counts_tickets_that_changed_their_lead(
    district: SmallDistrict, measured: Measured
) -> None:
    moved, _kept = dispatched(district), dispatched(district)
    redispatch_ticket(
        ticket_id=moved,
        unit_id=district.units["water"].pk,
        reason="水管问题",
        by=district.coordinator,
        at=MONDAY + HOUR,
    )
    cell = measured("redispatch_rate")[None]
    assert (cell.numerator, cell.denominator) == (1, 2)


def test_parked_stock_age_counts_days_of_what_is_parked_at_the_end(
    district: SmallDistrict, measured: Measured
) -> None:
    parked, resumed = dispatched(district), dispatched(district)
    lead = district.sanitation
    for ticket_id in (parked, resumed):
        ask_parking(
            ticket_id=ticket_id,
            reason="要等管网改造",
            plan="六月开工",
            review_on=date(2026, 6, 1),
            by=lead,
            at=MONDAY,
        )
        review_parking(
            ticket_id=ticket_id,
            approved=True,
            reason="",
            by=district.street,
            at=moment("2026-03-12", "00:00"),
        )
    unpark_ticket(ticket_id=resumed, reason="可以办了", by=lead, at=moment("2026-03-20"))
    cell = measured("parked_stock_age")[None]
    assert (cell.n, cell.value) == (1, pytest.approx(20))
    assert cell.lower is None, "the whole stock was counted: chance has no part in it"


def test_proactive_share_counts_what_the_grid_found(
    district: SmallDistrict, measured: Measured
) -> None:
    dispatched(district)
    receive_ticket(
        request=Request(
            text="和风花园门口路灯不亮",
            channel=Channel.GRID,
            place_id=district.places["garden"].pk,
            contact=Contact(),
        ),
        by=district.worker,
        at=MONDAY,
    )
    cell = measured("proactive_share")[None]
    assert (cell.numerator, cell.denominator) == (1, 2)


def test_the_three_rates_are_the_same_as_those_of_the_tickets_room(
    district: SmallDistrict, measured: Measured
) -> None:
    prompt, _never, withdrawn, parked = (dispatched(district) for _ in range(4))
    contact_requester(ticket_id=prompt, note="", by=district.sanitation, at=MONDAY + HOUR)
    withdraw_ticket(ticket_id=withdrawn, reason="", by=key_to(withdrawn), at=MONDAY)
    ask_parking(
        ticket_id=parked, reason="等候供货", plan="到货即装", review_on=date(2026, 6, 1),
        by=district.sanitation, at=MONDAY + HOUR,
    )  # fmt: skip
    review_parking(ticket_id=parked, approved=True, reason="", by=district.street, at=MONDAY + DAY)
    answered(district, Solved.YES, Satisfied.BASICALLY)
    answered(district, Solved.PARTLY, Satisfied.YES)
    (theirs,) = three_rates(
        by=district.officer, since=moment("2026-03-01"), until=moment("2026-04-01")
    )
    ours = {code: measured(code)[None] for code in ("response_rate", "resolution_rate")}
    for code, ratio in (("response_rate", theirs.response), ("resolution_rate", theirs.resolution)):
        assert (ours[code].numerator, ours[code].denominator) == (
            ratio.numerator, ratio.denominator,
        ), code  # fmt: skip
    satisfied = measured("satisfaction_rate")[None]
    assert satisfied.numerator == theirs.satisfaction.numerator + theirs.basically_satisfied
    assert theirs.response.denominator == 4, "neither the withdrawn nor the parked one"
