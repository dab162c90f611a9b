"""Meetings: members and rules as data, calling, attendance, resolutions, minutes, calendars."""

from datetime import timedelta

import pytest

from gongzhi.affairs.assemblies.calendars import (
    calendar_token,
    renew_calendar_link,
    unit_of_calendar,
)
from gongzhi.affairs.assemblies.decisions import NewTask
from gongzhi.affairs.assemblies.meeting_choices import ApprovalOf, Presence
from gongzhi.affairs.assemblies.meeting_lifecycle import CannotMeet, NoSuchMeeting
from gongzhi.affairs.assemblies.meetings import (
    Point,
    call_meeting,
    cancel_meeting,
    hold_meeting,
    move_meeting,
    put_on_agenda,
    take_off_agenda,
)
from gongzhi.affairs.assemblies.models import Meeting, Resolution
from gongzhi.affairs.assemblies.queries.meetings import (
    calendar_of_unit,
    meeting_story,
    meetings_within_reach,
    standing_meeting,
    standing_meetings,
)
from gongzhi.affairs.assemblies.resolutions import Hands, publish_minutes, resolve, write_minutes
from gongzhi.affairs.assemblies.standing_meetings import (
    NewStanding,
    Rules,
    change_standing,
    end_standing,
)
from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.tasks.queries import tasks_to_do
from tests.affairs.assemblies.sittings import (
    BEGINS,
    ENDS,
    UNITS,
    called,
    drafted,
    held,
    representatives,
    standing,
)
from tests.affairs.small_district import MONDAY, SmallDistrict

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def kinds(meeting: int) -> list[str]:
    return [event.kind.partition(".")[2] for event in events_of(Subject("meeting", meeting))]


def task(district: SmallDistrict, unit: str = "sanitation") -> NewTask:
    return NewTask("加装垃圾桶", district.units[unit].pk, ENDS + timedelta(days=14))


def test_a_meeting_goes_from_its_agenda_to_a_task_with_owner_and_date(
    district: SmallDistrict,
) -> None:
    meeting = held(district)
    decision = resolve(
        meeting_id=meeting, position=1, text="环卫中心加装垃圾桶。", hands=None,
        tasks=[task(district)], by=district.coordinator, at=ENDS,
    )  # fmt: skip
    write_minutes(meeting_id=meeting, minutes="到会三家。", by=district.coordinator, at=ENDS)
    publish_minutes(meeting_id=meeting, by=district.coordinator, at=ENDS)
    (asked,) = tasks_to_do(district.sanitation)
    assert (asked.title, asked.subject) == ("加装垃圾桶", Subject("decision", decision or 0))
    assert kinds(meeting) == [
        "drafted", "agenda_set", "called", "held", "resolved", "minutes_published",
    ]  # fmt: skip
    by_party = {event.unit_id for event in events_of(Subject("meeting", meeting))}
    assert by_party == {district.units["party"].pk}


def test_members_see_the_meeting_once_called_and_the_minutes_once_published(
    district: SmallDistrict,
) -> None:
    meeting = drafted(district)
    with pytest.raises(NoSuchMeeting):
        meeting_story(by=district.water, meeting_id=meeting)
    put_on_agenda(meeting_id=meeting, points=[Point("供水")], by=district.coordinator, at=MONDAY)
    call_meeting(meeting_id=meeting, by=district.coordinator, at=MONDAY)
    assert [point.title for point in meeting_story(by=district.water, meeting_id=meeting).agenda]
    hold_meeting(meeting_id=meeting, presence={}, present=None, by=district.coordinator, at=ENDS)
    write_minutes(meeting_id=meeting, minutes="议定。", by=district.coordinator, at=ENDS)
    assert meeting_story(by=district.water, meeting_id=meeting).minutes == ""
    assert meeting_story(by=district.coordinator, meeting_id=meeting).minutes == "议定。"
    publish_minutes(meeting_id=meeting, by=district.coordinator, at=ENDS)
    assert meeting_story(by=district.water, meeting_id=meeting).minutes == "议定。"
    stranger = district.actor(RoleKind.UNIT_LEAD, "hotline", "district")
    for by in (stranger, RESIDENT):
        with pytest.raises(NoSuchMeeting):
            meeting_story(by=by, meeting_id=meeting)


def test_who_does_not_come_is_absent_and_who_was_not_asked_cannot_come(
    district: SmallDistrict,
) -> None:
    meeting, by = called(district), district.coordinator
    with pytest.raises(CannotMeet, match="只能登记被邀请"):
        hold_meeting(
            meeting_id=meeting, presence={district.units["hotline"].pk: Presence.CAME},
            present=None, by=by, at=ENDS,
        )  # fmt: skip
    with pytest.raises(CannotMeet, match="还没有开始"):
        hold_meeting(
            meeting_id=meeting, presence={}, present=None, by=by, at=BEGINS - timedelta(hours=1)
        )
    came = {district.units["party"].pk: Presence.CAME, district.units["water"].pk: Presence.EXCUSED}
    hold_meeting(meeting_id=meeting, presence=came, present=None, by=by, at=ENDS)
    seen = {
        sat.unit_id: sat.presence for sat in meeting_story(by=by, meeting_id=meeting).attendance
    }
    assert seen[district.units["sanitation"].pk] == Presence.ABSENT
    event = events_of(Subject("meeting", meeting))[-1]
    assert (event.data["units"], event.data["came"], event.data["kind"]) == (3, 1, "joint")


def test_a_joint_meeting_counts_units_by_its_own_rule(district: SmallDistrict) -> None:
    meeting = held(district)
    resolve(
        meeting_id=meeting, position=1, text="通过", hands=Hands(2, 1, 0), tasks=[],
        by=district.coordinator, at=ENDS,
    )  # fmt: skip
    figures = Resolution.objects.get().figures
    assert figures["passed"] is True
    assert (figures["entitled"], figures["present"]) == (3, 3)
    assert (figures["approval"], figures["approval_threshold"]) == ("2/3", "2/3")


def test_what_is_not_carried_stays_on_record_without_decision_or_task(
    district: SmallDistrict,
) -> None:
    meeting, by = held(district), district.coordinator
    with pytest.raises(CannotMeet, match="不能交办任务"):
        resolve(
            meeting_id=meeting, position=1, text="分摊费用", hands=Hands(1, 2, 0),
            tasks=[task(district)], by=by, at=ENDS,
        )  # fmt: skip
    none = resolve(
        meeting_id=meeting, position=1, text="分摊费用", hands=Hands(1, 2, 0), tasks=[], by=by,
        at=ENDS,
    )  # fmt: skip
    assert none is None
    assert Resolution.objects.get().figures["approval_missing"] == 1


@pytest.mark.parametrize(
    ("present", "hands", "passed"),
    [(21, Hands(11, 10, 0), True), (20, Hands(20, 0, 0), False), (40, Hands(20, 20, 0), False)],
)
def test_representatives_decide_by_more_than_half_of_more_than_half(
    district: SmallDistrict, present: int, hands: Hands, passed: bool
) -> None:
    meeting = held(district, representatives(district), present=present)
    resolve(
        meeting_id=meeting, position=1, text="公约", hands=hands, tasks=[],
        by=district.coordinator, at=ENDS,
    )  # fmt: skip
    assert Resolution.objects.get().passed is passed


def test_more_hands_than_people_are_refused(district: SmallDistrict) -> None:
    meeting = held(district, representatives(district), present=30)
    for hands in (Hands(31, 0, 0), Hands(-1, 0, 0), Hands(10, 10, 11)):
        with pytest.raises(CannotMeet, match="应到 40，实到 30"):
            resolve(
                meeting_id=meeting, position=1, text="公约", hands=hands, tasks=[],
                by=district.coordinator, at=ENDS,
            )  # fmt: skip
    with pytest.raises(CannotMeet, match="要登记表决人数"):
        resolve(
            meeting_id=meeting, position=1, text="公约", hands=None, tasks=[],
            by=district.coordinator, at=ENDS,
        )  # fmt: skip


def test_more_representatives_than_there_are_cannot_come(district: SmallDistrict) -> None:
    with pytest.raises(CannotMeet, match="代表总数 40"):
        held(district, representatives(district), present=41)


def test_the_next_meeting_begins_with_what_the_last_one_left(district: SmallDistrict) -> None:
    series = standing(district)
    first = held(district, series)
    resolve(
        meeting_id=first, position=1, text="加装", hands=None, tasks=[task(district)],
        by=district.coordinator, at=ENDS,
    )  # fmt: skip
    later = {"begins_at": BEGINS + timedelta(days=30), "ends_at": ENDS + timedelta(days=30)}
    second = drafted(district, series, **later)
    story = meeting_story(by=district.coordinator, meeting_id=second)
    assert story.previous is not None
    assert story.previous.id == first
    assert [one.title for one in story.left_over] == ["加装垃圾桶"]


def test_a_point_stands_on_the_agenda_once(district: SmallDistrict) -> None:
    meeting, by = drafted(district), district.coordinator
    ticket = Subject("ticket", 7)
    points = [Point("垃圾", subject=ticket), Point("垃圾", subject=ticket)]
    put_on_agenda(meeting_id=meeting, points=points[:1], by=by, at=MONDAY)
    put_on_agenda(meeting_id=meeting, points=points[1:], by=by, at=MONDAY)
    assert len(meeting_story(by=by, meeting_id=meeting).agenda) == 1
    take_off_agenda(meeting_id=meeting, position=1, by=by, at=MONDAY)
    with pytest.raises(CannotMeet, match="没有这一项"):
        take_off_agenda(meeting_id=meeting, position=1, by=by, at=MONDAY)
    with pytest.raises(CannotMeet, match="还没有议题"):
        call_meeting(meeting_id=meeting, by=by, at=MONDAY)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"begins_at": MONDAY}, "晚于现在"),
        ({"ends_at": BEGINS}, "晚于开始时间"),
        ({"ends_at": BEGINS + timedelta(days=2)}, "不超过 12 小时"),
        ({"venue": " "}, "开会地点"),
        ({"title": "长" * 121}, "1 到 120"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused(
    district: SmallDistrict, facts: dict[str, object], why: str
) -> None:
    with pytest.raises(CannotMeet, match=why):
        drafted(district, **facts)
    assert not Meeting.objects.exists()


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"member_ids": []}, "至少两个"),
        ({"member_ids": [99_998, 99_999]}, "不存在的单位"),
        ({"name": ""}, "会议名称"),
        ({"rules": Rules(basis="")}, "依据"),
        ({"rules": Rules(basis="章程", approval_share="两半")}, "写成 0 到 1"),
        ({"rules": Rules(basis="章程", approval_share="1/0")}, "写成 0 到 1"),
        ({"rules": Rules(basis="章程", attendance_share="3/2")}, "写成 0 到 1"),
        ({"every_months": 0}, "1 到 24 个月"),
        ({"place_id": 99_999}, "没有这个地点"),
    ],
)
def test_a_standing_meeting_that_cannot_be_is_refused(
    district: SmallDistrict, facts: dict[str, object], why: str
) -> None:
    with pytest.raises(CannotMeet, match=why):
        standing(district, **facts)


def test_only_coordinator_street_and_district_call_meetings(district: SmallDistrict) -> None:
    meeting = drafted(district)
    for by in (district.worker, district.water, RESIDENT):
        with pytest.raises(NotPermitted):
            cancel_meeting(meeting_id=meeting, reason="不开了", by=by, at=MONDAY)
    with pytest.raises(CannotMeet, match="理由"):
        cancel_meeting(meeting_id=meeting, reason="", by=district.street, at=MONDAY)
    cancel_meeting(meeting_id=meeting, reason="不开了", by=district.street, at=MONDAY)
    with pytest.raises(CannotMeet, match="已取消"):
        call_meeting(meeting_id=meeting, by=district.coordinator, at=MONDAY)


def test_rules_change_for_the_next_meeting_and_end_the_series(district: SmallDistrict) -> None:
    series, by = standing(district), district.coordinator
    new = NewStanding(
        kind=standing_meeting(by=by, standing_id=series, at=MONDAY).kind,
        name="联席会议",
        place_id=district.places["willow"].pk,
        chair_id=district.units["committee"].pk,
        member_ids=[district.units[name].pk for name in UNITS[:2]],
        rules=Rules(basis="新章程", approval_of=ApprovalOf.ENTITLED),
    )
    change_standing(standing_id=series, new=new, by=by, at=MONDAY)
    seen = standing_meeting(by=by, standing_id=series, at=MONDAY)
    assert (seen.basis, len(seen.member_ids), seen.approval_of) == ("新章程", 2, "entitled")
    end_standing(standing_id=series, by=by, at=MONDAY)
    assert standing_meetings(by=by, at=MONDAY) == ()
    with pytest.raises(NoSuchMeeting):
        drafted(district, series)
    with pytest.raises(CannotMeet, match="已经停开"):
        end_standing(standing_id=series, by=by, at=MONDAY)


def test_a_units_calendar_holds_what_it_was_called_to(district: SmallDistrict) -> None:
    drafted(district)
    assert calendar_of_unit(district.units["water"].pk, at=MONDAY) == ()
    meeting = called(district)
    move_meeting(
        meeting_id=meeting, begins_at=BEGINS + timedelta(hours=3),
        ends_at=ENDS + timedelta(hours=3),
        venue="街道三楼", by=district.coordinator, at=MONDAY,
    )  # fmt: skip
    (row,) = calendar_of_unit(district.units["water"].pk, at=MONDAY)
    assert (row.id, row.venue, row.moves) == (meeting, "街道三楼", 1)
    assert kinds(meeting)[-1] == "moved"
    assert calendar_of_unit(district.units["hotline"].pk, at=MONDAY) == ()


def test_a_calendar_address_can_be_replaced_by_the_unit_itself(district: SmallDistrict) -> None:
    water = district.units["water"].pk
    old = calendar_token(water)
    assert unit_of_calendar(old) == water
    with pytest.raises(NotPermitted):
        renew_calendar_link(unit_id=water, by=district.sanitation, at=MONDAY)
    renew_calendar_link(unit_id=water, by=district.water, at=MONDAY)
    assert unit_of_calendar(old) is None
    assert unit_of_calendar(calendar_token(water)) == water


def test_a_list_of_meetings_has_pages(district: SmallDistrict) -> None:
    series = standing(district)
    for _number in range(3):
        drafted(district, series)
    rows, more = meetings_within_reach(by=district.coordinator, size=2)
    assert (len(rows), more) == (2, True)
    rows, more = meetings_within_reach(by=district.coordinator, page=2, size=2)
    assert (len(rows), more) == (1, False)
