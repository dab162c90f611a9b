"""Indicators of working together, each from real actions to its number."""

from datetime import datetime, timedelta

import pytest

from gongzhi.affairs.assemblies.decisions import NewTask, take_decision
from gongzhi.affairs.tickets.choices import Occasion, WhistleKind
from gongzhi.affairs.tickets.closing import close_ticket
from gongzhi.affairs.tickets.handling import (
    answer_ticket,
    ask_assistance,
    contact_requester,
    report_assistance,
)
from gongzhi.affairs.tickets.joint_handling import (
    AgreedTask,
    answer_whistle,
    authorise_whistle,
    close_whistle,
    draft_whistle,
    report_part,
    write_minutes,
)
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.tasks.finishing import finish_task
from gongzhi.commons.tasks.queries import tasks_of
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.insights.indicators.shapes import Level
from tests.affairs.small_district import MONDAY, SmallDistrict, moment
from tests.affairs.tickets.journeys import closed, dispatched, receive
from tests.insights.conftest import Measured

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def blow(district: SmallDistrict, *, at: datetime = MONDAY) -> int:
    whistle_id = draft_whistle(
        kind=WhistleKind.HARD_PROBLEM,
        occasion=Occasion.REQUESTS,
        title="和风花园门口积水",
        what="现场会商",
        ticket_ids=[dispatched(district, at=at)],
        lead_unit_id=district.units["sanitation"].pk,
        assist_unit_ids=[district.units["water"].pk],
        place_id=district.places["garden"].pk,
        meets_at=None,
        by=district.coordinator,
        at=at,
    )
    authorise_whistle(whistle_id=whistle_id, approved=True, reason="", by=district.street, at=at)
    return whistle_id


def arrive(district: SmallDistrict, whistle_id: int, unit: str, at: datetime) -> None:
    actor = district.actor(RoleKind.UNIT_LEAD, unit, "district")
    answer_whistle(
        whistle_id=whistle_id, unit_id=district.units[unit].pk, mark="arrived", by=actor, at=at
    )


def end(district: SmallDistrict, whistle_id: int, *, task_for: str = "water") -> None:
    lead = district.units["sanitation"].pk
    write_minutes(
        whistle_id=whistle_id,
        minutes="疏通雨水口",
        tasks=[AgreedTask("疏通", district.units[task_for].pk, MONDAY + 5 * DAY)],
        by=district.coordinator,
        at=MONDAY + DAY,
    )
    (task,) = tasks_of(Subject("whistle", whistle_id))
    finish_task(
        task_id=task.id,
        proof="已疏通",
        by=district.actor(RoleKind.UNIT_LEAD, task_for, "district"),
        at=MONDAY + 2 * DAY,
    )
    report_part(
        whistle_id=whistle_id, unit_id=lead, text="完成", by=district.sanitation, at=MONDAY + DAY
    )
    close_whistle(whistle_id=whistle_id, by=district.coordinator, at=MONDAY + 2 * DAY)


def close_together(district: SmallDistrict, helper: str, *, place: str = "garden") -> int:
    """A ticket closed by its lead with the report of an assisting unit."""
    ticket_id = dispatched(district)
    assistant = district.actor(RoleKind.UNIT_LEAD, helper, "willow")
    lead = district.sanitation
    contact_requester(ticket_id=ticket_id, note="", by=lead, at=MONDAY + HOUR)
    ask_assistance(
        ticket_id=ticket_id,
        unit_id=district.units[helper].pk,
        what="请协助",
        by=lead,
        at=MONDAY + HOUR,
    )
    report_assistance(ticket_id=ticket_id, text="已协助", by=assistant, at=MONDAY + 2 * HOUR)
    answer_ticket(ticket_id=ticket_id, text="已处理", by=lead, at=MONDAY + 3 * HOUR)
    close_ticket(ticket_id=ticket_id, evidence="已清运", by=lead, at=MONDAY + 4 * HOUR)
    return ticket_id


def test_whistle_on_time_is_of_calls_whose_arrival_was_due(
    district: SmallDistrict, measured: Measured
) -> None:
    whistle_id = blow(district)
    arrive(district, whistle_id, "sanitation", MONDAY + HOUR)
    blow(district, at=moment("2026-03-31", "16:00"))  # due in April
    cell = measured("whistle_on_time")[None]
    assert (cell.numerator, cell.denominator) == (1, 2)
    water = measured("whistle_on_time", Level.UNIT)[district.units["water"].pk]
    assert (water.numerator, water.denominator) == (0, 1)


def test_whistle_intensity_is_whistles_per_thousand_tickets(
    district: SmallDistrict, measured: Measured
) -> None:
    blow(district)
    for _ in range(3):
        dispatched(district)
    cell = measured("whistle_intensity", Level.STREET)[district.places["north"].pk]
    assert cell.value == pytest.approx(250)


def test_joint_share_counts_kinds_that_did_something(
    district: SmallDistrict, measured: Measured
) -> None:
    close_together(district, "party")
    closed(district)
    whistle_id = blow(district)
    arrive(district, whistle_id, "sanitation", MONDAY + HOUR)
    arrive(district, whistle_id, "water", MONDAY + HOUR)
    end(district, whistle_id)
    cell = measured("joint_share")[None]
    assert (cell.numerator, cell.denominator) == (2, 3)


def test_actor_concentration_and_nonstate_share_are_of_deeds(
    district: SmallDistrict, measured: Measured
) -> None:
    close_together(district, "owners")
    closed(district)
    concentration = measured("actor_concentration", Level.COMMUNITY)
    willow = concentration[district.places["willow"].pk]
    # Two deeds of departments, one of owners: Σ n(n−1) / N(N−1) = 2 / 6.
    assert (willow.n, willow.value) == (3, pytest.approx(1 / 3))
    share = measured("nonstate_share")[None]
    assert (share.numerator, share.denominator) == (1, 3)


def test_co_work_density_is_pairs_with_a_joint_item_of_all_pairs_at_work(
    district: SmallDistrict, measured: Measured
) -> None:
    close_together(district, "owners")
    close_together(district, "party")
    whistle_id = blow(district)
    end(district, whistle_id, task_for="water")
    cell = measured("co_work_density")[None]
    # sanitation with owners, party and water; of four units at work six pairs are possible.
    assert (cell.numerator, cell.denominator, cell.n) == (3, 6, 4)


def test_isolated_partner_share_is_of_the_register_at_the_end(
    district: SmallDistrict, measured: Measured
) -> None:
    close_together(district, "owners")
    cell = measured("isolated_partner_share", Level.COMMUNITY)[district.places["willow"].pk]
    assert (cell.numerator, cell.denominator) == (1, 2), "the clinic did nothing"
    later = measured("isolated_partner_share", Level.COMMUNITY, period="2027-04")
    assert later[district.places["willow"].pk].numerator == 2, "a year is over"


def test_frontline_ratio_is_of_what_the_party_body_put_on_record(
    district: SmallDistrict, measured: Measured
) -> None:
    whistle_id = blow(district)
    end(district, whistle_id)
    cell = measured("frontline_ratio")[None]
    # By the coordinator: drafted, minuted, one task asked for, closed.
    assert (cell.numerator, cell.denominator) == (1, 4)


def test_a_decision_ended_by_its_last_task_counts_for_whoever_took_it(
    district: SmallDistrict, measured: Measured
) -> None:
    def decide(by: Actor) -> int:
        return take_decision(
            subject_kind="meeting", subject_id=1, place_id=district.places["willow"].pk,
            text="清理楼道", rule="协商一致", figures={}, by=by, at=MONDAY,
            tasks=[
                NewTask("清理", district.units["sanitation"].pk, MONDAY + DAY, category_code="")
            ],
        )  # fmt: skip

    mine, theirs = decide(district.coordinator), decide(district.street)
    assert district.coordinator.unit_id == district.units["party"].pk
    cell = measured("frontline_ratio")[None]
    before = (cell.numerator, cell.denominator)
    for decision in (mine, theirs):
        (task,) = tasks_of(Subject("decision", decision))
        finish_task(task_id=task.id, proof="好", by=district.sanitation, at=MONDAY + HOUR)
    follow_all(at=MONDAY + HOUR)
    cell = measured("frontline_ratio")[None]
    assert before[0] == 0
    assert (cell.numerator, cell.denominator) == (1, before[1] + 1)


def test_branch_reach_is_of_buildings_and_unknown_where_none_is_named(
    district: SmallDistrict, measured: Measured
) -> None:
    close_together(district, "party")
    assert measured("branch_reach", Level.COMMUNITY) == {}
    ticket_id = receive(district, place="tower_1").ticket_id
    follow_all(at=MONDAY)
    lead, helper = district.sanitation, district.units["party"].pk
    contact_requester(ticket_id=ticket_id, note="", by=lead, at=MONDAY + HOUR)
    ask_assistance(ticket_id=ticket_id, unit_id=helper, what="请协助", by=lead, at=MONDAY + HOUR)
    report_assistance(
        ticket_id=ticket_id, text="已协助", by=district.coordinator, at=MONDAY + 2 * HOUR
    )
    answer_ticket(ticket_id=ticket_id, text="已处理", by=lead, at=MONDAY + 3 * HOUR)
    close_ticket(ticket_id=ticket_id, evidence="已清运", by=lead, at=MONDAY + 4 * HOUR)
    cell = measured("branch_reach", Level.COMMUNITY)[district.places["willow"].pk]
    assert (cell.numerator, cell.denominator) == (1, 2)
