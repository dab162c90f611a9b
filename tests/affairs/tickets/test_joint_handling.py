"""Whistles: drafted, authorised, answered on the clock, minuted, rated both ways, closed."""

from datetime import timedelta

import pytest

from gongzhi.affairs.tickets.choices import Occasion, WhistleKind, WhistleState
from gongzhi.affairs.tickets.joint_handling import (
    AgreedTask,
    CannotWhistle,
    answer_whistle,
    authorise_whistle,
    close_whistle,
    decline_whistle,
    draft_whistle,
    escalate_late_calls,
    rate_whistle,
    report_part,
    write_minutes,
)
from gongzhi.affairs.tickets.models import Whistle, WhistleCall
from gongzhi.affairs.tickets.queries.whistles import NoSuchWhistle, whistle_story
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.tasks.queries import tasks_of
from tests.affairs.small_district import MONDAY, SmallDistrict, moment
from tests.affairs.tickets.journeys import dispatched, events, last_event

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HOUR = timedelta(hours=1)


def draft(district: SmallDistrict) -> int:
    return draft_whistle(
        kind=WhistleKind.ADVANCE,
        occasion=Occasion.REQUESTS,
        title="和风花园门口积水和垃圾",
        what="现场会商，明确分工",
        ticket_ids=[dispatched(district)],
        lead_unit_id=district.units["sanitation"].pk,
        assist_unit_ids=[district.units["water"].pk],
        place_id=district.places["garden"].pk,
        meets_at=None,
        by=district.coordinator,
        at=MONDAY,
    )


def blown(district: SmallDistrict) -> int:
    whistle_id = draft(district)
    authorise_whistle(
        whistle_id=whistle_id, approved=True, reason="", by=district.street, at=MONDAY
    )
    return whistle_id


def test_authorising_starts_three_clocks_for_every_called_unit(district: SmallDistrict) -> None:
    whistle_id = blown(district)
    calls = WhistleCall.objects.filter(whistle_id=whistle_id)
    assert {call.sign_due_at for call in calls} == {MONDAY + HOUR}
    assert {call.contact_due_at for call in calls} == {MONDAY + 24 * HOUR}
    arrive = {call.arrive_due_at.date() for call in calls if call.arrive_due_at}
    assert arrive == {moment("2026-03-09").date()}
    said = last_event(whistle_id, "whistle").data
    assert said["called"] == sorted(call.unit_id for call in calls)
    assert [text[:10] for text in said["arrive_due"]] == ["2026-03-09", "2026-03-09"]


def test_a_coordinator_drafts_and_only_a_leader_authorises(district: SmallDistrict) -> None:
    whistle_id = draft(district)
    with pytest.raises(NotPermitted):
        authorise_whistle(
            whistle_id=whistle_id, approved=True, reason="", by=district.coordinator, at=MONDAY
        )
    with pytest.raises(NoSuchWhistle):
        whistle_story(by=district.sanitation, whistle_id=whistle_id)  # not blown yet
    authorise_whistle(
        whistle_id=whistle_id, approved=False, reason="先由社区协调", by=district.street, at=MONDAY
    )
    with pytest.raises(CannotWhistle, match="未批准"):
        authorise_whistle(
            whistle_id=whistle_id, approved=True, reason="", by=district.street, at=MONDAY
        )


def test_each_mark_is_made_once_and_says_whether_in_time(district: SmallDistrict) -> None:
    whistle_id = blown(district)
    unit = district.units["water"].pk
    answer_whistle(
        whistle_id=whistle_id, unit_id=unit, mark="signed", by=district.water, at=MONDAY + 2 * HOUR
    )
    assert last_event(whistle_id, "whistle").data == {"unit": unit, "in_limit": False}
    with pytest.raises(CannotWhistle, match="已经登记"):
        answer_whistle(
            whistle_id=whistle_id, unit_id=unit, mark="signed", by=district.water, at=MONDAY
        )


def test_no_unit_answers_for_another(district: SmallDistrict) -> None:
    with pytest.raises(CannotWhistle, match="本单位"):
        answer_whistle(
            whistle_id=blown(district),
            unit_id=district.units["sanitation"].pk,
            mark="arrived",
            by=district.water,
            at=MONDAY,
        )


def test_minutes_become_tasks_and_the_leads_report_comes_before_closing(
    district: SmallDistrict,
) -> None:
    whistle_id = blown(district)
    sanitation = district.units["sanitation"].pk
    with pytest.raises(CannotWhistle, match="纪要"):
        close_whistle(whistle_id=whistle_id, by=district.coordinator, at=MONDAY)
    write_minutes(
        whistle_id=whistle_id,
        minutes="环卫三日内清运，水务疏通管道",
        tasks=[AgreedTask("清运积存垃圾", sanitation, MONDAY + timedelta(days=3))],
        by=district.coordinator,
        at=MONDAY + 5 * HOUR,
    )
    assert [task.title for task in tasks_of(Subject("whistle", whistle_id))] == ["清运积存垃圾"]
    with pytest.raises(CannotWhistle, match="主办单位"):
        close_whistle(whistle_id=whistle_id, by=district.coordinator, at=MONDAY + 6 * HOUR)
    report_part(
        whistle_id=whistle_id,
        unit_id=sanitation,
        text="已清运",
        by=district.sanitation,
        at=MONDAY + 30 * HOUR,
    )
    close_whistle(whistle_id=whistle_id, by=district.coordinator, at=MONDAY + 31 * HOUR)
    assert Whistle.objects.get(pk=whistle_id).state == WhistleState.CLOSED
    assert events(whistle_id, "whistle")[0] == "whistle.drafted"


def test_tasks_go_only_to_units_that_were_called(district: SmallDistrict) -> None:
    with pytest.raises(CannotWhistle, match="被吹哨"):
        write_minutes(
            whistle_id=blown(district),
            minutes="x",
            tasks=[AgreedTask("x", district.units["hotline"].pk, MONDAY + HOUR)],
            by=district.coordinator,
            at=MONDAY,
        )


def test_each_side_rates_the_other_and_nobody_themselves(district: SmallDistrict) -> None:
    whistle_id = blown(district)
    unit = district.units["water"].pk
    rate_whistle(
        whistle_id=whistle_id,
        unit_id=unit,
        of_unit=True,
        rating=4,
        remark="到场及时",
        by=district.coordinator,
        at=MONDAY,
    )
    rate_whistle(
        whistle_id=whistle_id,
        unit_id=unit,
        of_unit=False,
        rating=5,
        remark="吹哨准确",
        by=district.water,
        at=MONDAY,
    )
    call = WhistleCall.objects.get(whistle_id=whistle_id, unit_id=unit)
    assert (call.rating_of_unit, call.rating_of_whistle) == (4, 5)
    with pytest.raises(CannotWhistle, match="自己"):
        rate_whistle(
            whistle_id=whistle_id,
            unit_id=unit,
            of_unit=True,
            rating=5,
            remark="",
            by=district.water,
            at=MONDAY,
        )
    with pytest.raises(CannotWhistle):
        rate_whistle(
            whistle_id=whistle_id,
            unit_id=unit,
            of_unit=True,
            rating=6,
            remark="",
            by=district.coordinator,
            at=MONDAY,
        )


def test_a_late_call_is_escalated_once(district: SmallDistrict) -> None:
    whistle_id = blown(district)
    assert escalate_late_calls(at=MONDAY + timedelta(minutes=30)) == 0
    assert escalate_late_calls(at=MONDAY + 2 * HOUR) == 1
    assert escalate_late_calls(at=MONDAY + 3 * HOUR) == 0
    assert events(whistle_id, "whistle").count("whistle.escalated") == 1


def test_a_refusal_needs_a_reason_and_goes_up(district: SmallDistrict) -> None:
    whistle_id = blown(district)
    unit = district.units["water"].pk
    with pytest.raises(CannotWhistle):
        decline_whistle(
            whistle_id=whistle_id, unit_id=unit, reason="", by=district.water, at=MONDAY
        )
    decline_whistle(
        whistle_id=whistle_id, unit_id=unit, reason="正在抢修", by=district.water, at=MONDAY
    )
    assert Whistle.objects.get(pk=whistle_id).escalated_at == MONDAY


def test_the_story_offers_what_each_may_do(district: SmallDistrict) -> None:
    whistle_id = blown(district)
    ours = whistle_story(by=district.water, whistle_id=whistle_id)
    assert [call.is_ours for call in ours.calls] == [False, True]
    assert "whistles.respond" in ours.actions
    assert "whistles.close" not in ours.actions
    street = whistle_story(by=district.street, whistle_id=whistle_id)
    assert "whistles.close" in street.actions


def test_a_called_unit_rates_no_other_called_unit(district: SmallDistrict) -> None:
    whistle_id = blown(district)
    with pytest.raises(NotPermitted):
        rate_whistle(
            whistle_id=whistle_id,
            unit_id=district.units["sanitation"].pk,
            of_unit=True,
            rating=1,
            remark="",
            by=district.water,
            at=MONDAY,
        )


def test_a_residents_committee_that_is_called_answers_like_any_unit(
    district: SmallDistrict,
) -> None:
    committee = district.units["committee"].pk
    whistle_id = draft_whistle(
        kind=WhistleKind.ADVANCE,
        occasion=Occasion.REQUESTS,
        title="清理楼道",
        what="一起到场",
        ticket_ids=[],
        lead_unit_id=committee,
        assist_unit_ids=[],
        place_id=district.places["willow"].pk,
        meets_at=None,
        by=district.coordinator,
        at=MONDAY,
    )
    authorise_whistle(
        whistle_id=whistle_id, approved=True, reason="", by=district.street, at=MONDAY
    )
    answer_whistle(
        whistle_id=whistle_id, unit_id=committee, mark="signed", by=district.worker, at=MONDAY
    )
    assert whistle_story(by=district.worker, whistle_id=whistle_id).calls[0].signed_at == MONDAY
