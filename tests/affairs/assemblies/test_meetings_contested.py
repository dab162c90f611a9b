"""Meetings whose decisions somebody would contest: no quorum, rules changed in between."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gongzhi.affairs.assemblies.decisions import NewTask
from gongzhi.affairs.assemblies.meeting_choices import MeetingKind, Presence
from gongzhi.affairs.assemblies.meeting_lifecycle import CannotMeet
from gongzhi.affairs.assemblies.meetings import (
    NewMeeting,
    Point,
    call_meeting,
    draft_meeting,
    hold_meeting,
    put_on_agenda,
)
from gongzhi.affairs.assemblies.models import Decision, Resolution
from gongzhi.affairs.assemblies.queries.meetings import meeting_story
from gongzhi.affairs.assemblies.resolutions import Hands, publish_minutes, resolve, write_minutes
from gongzhi.affairs.assemblies.standing_meetings import NewStanding, Rules, change_standing
from gongzhi.commons.ledger.recording import Subject
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

LATER = {"begins_at": BEGINS + timedelta(days=30), "ends_at": ENDS + timedelta(days=30)}


def joint(district: SmallDistrict, **rules: object) -> NewStanding:
    given = Rules(basis="联席会议章程第五条", approval_share="2/3", approval_inclusive=True)
    return NewStanding(
        kind=MeetingKind.JOINT,
        name="柳岸社区联席会议",
        place_id=district.places["willow"].pk,
        chair_id=district.units["party"].pk,
        member_ids=[district.units[name].pk for name in UNITS],
        rules=replace(given, **rules),  # type: ignore[arg-type]
    )


def came_to(district: SmallDistrict, meeting: int, *names: str) -> None:
    came = {district.units[name].pk: Presence.CAME for name in names}
    hold_meeting(
        meeting_id=meeting,
        presence=came,
        present=None,
        by=district.coordinator,
        at=LATER["ends_at"],
    )


def agree(district: SmallDistrict, meeting: int, **facts: object) -> int | None:
    given = {"position": 1, "text": "加装垃圾桶", "hands": None, "tasks": []}
    return resolve(
        meeting_id=meeting, by=district.coordinator, at=LATER["ends_at"], **{**given, **facts}
    )  # type: ignore[arg-type]


def test_without_a_quorum_nobody_agrees_for_the_others(district: SmallDistrict) -> None:
    """More than half of three units have to be there, also where no hand is raised."""
    meeting = called(district, **LATER)
    came_to(district, meeting, "water")
    with pytest.raises(CannotMeet, match="应到 3，实到 1"):
        agree(district, meeting)
    assert not Decision.objects.exists()
    assert agree(district, meeting, hands=Hands(1, 0, 0)) is None
    assert Resolution.objects.get().passed is False


def test_where_all_are_there_they_agree_without_a_vote(district: SmallDistrict) -> None:
    meeting = called(district, **LATER)
    came_to(district, meeting, "water", "party")
    assert agree(district, meeting) is not None


def test_a_share_of_all_entitled_is_not_reached_by_those_who_came(district: SmallDistrict) -> None:
    series = standing(
        district,
        rules=Rules(basis="章程", approval_share="3/4", approval_of="entitled"),  # type: ignore[arg-type]
    )
    meeting = called(district, series, **LATER)
    came_to(district, meeting, "water", "party")
    with pytest.raises(CannotMeet, match="实到 2"):
        agree(district, meeting)


def test_a_meeting_of_a_whistle_to_which_no_unit_came_agrees_on_nothing(
    district: SmallDistrict,
) -> None:
    by = district.coordinator
    new = NewMeeting(
        title="会商", begins_at=BEGINS, ends_at=ENDS, venue="现场",
        place_id=district.places["willow"].pk, unit_ids=[district.units["water"].pk],
    )  # fmt: skip
    meeting = draft_meeting(new=new, by=by, at=MONDAY)
    put_on_agenda(meeting_id=meeting, points=[Point("漏水")], by=by, at=MONDAY)
    call_meeting(meeting_id=meeting, by=by, at=MONDAY)
    came_to(district, meeting)
    with pytest.raises(CannotMeet, match="没有单位到会"):
        agree(district, meeting)


def test_rules_do_not_change_between_a_sitting_and_its_count(district: SmallDistrict) -> None:
    series, by = representatives(district), district.coordinator
    meeting = held(district, series, present=15)  # of forty
    at = LATER["ends_at"]
    fewer = replace(
        joint(district, entitled=20, approval_share="1/2"), kind=MeetingKind.REPRESENTATIVES,
        member_ids=[],
    )  # fmt: skip
    with pytest.raises(CannotMeet, match="纪要"):
        change_standing(standing_id=series, new=fewer, by=by, at=at)
    same_rules = replace(
        fewer, name="居民代表大会", rules=Rules(basis="本社区居民代表会议规则", entitled=40)
    )
    change_standing(standing_id=series, new=same_rules, by=by, at=at)
    assert agree(district, meeting, hands=Hands(15, 0, 0)) is None
    write_minutes(meeting_id=meeting, minutes="到会不足。", by=by, at=at)
    publish_minutes(meeting_id=meeting, by=by, at=at)
    change_standing(standing_id=series, new=fewer, by=by, at=at)


def test_what_a_meeting_left_is_for_members_once_its_minutes_are_out(
    district: SmallDistrict,
) -> None:
    series, by = standing(district), district.coordinator
    first = held(district, series)
    todo = NewTask("加装垃圾桶", district.units["sanitation"].pk, LATER["ends_at"])
    resolve(meeting_id=first, position=1, text="加装", hands=None, tasks=[todo], by=by, at=ENDS)
    second = called(district, series, **LATER)
    assert meeting_story(by=by, meeting_id=second).left_over
    assert meeting_story(by=district.water, meeting_id=second).left_over == ()
    write_minutes(meeting_id=first, minutes="议定加装。", by=by, at=ENDS)
    publish_minutes(meeting_id=first, by=by, at=ENDS)
    assert meeting_story(by=district.water, meeting_id=second).left_over


def test_a_text_too_long_to_decide_on_is_too_long_to_reject(district: SmallDistrict) -> None:
    meeting = called(district, **LATER)
    came_to(district, meeting, *UNITS)
    with pytest.raises(CannotMeet, match="4000"):
        agree(district, meeting, text="长" * 4001, hands=Hands(0, 3, 0))


@pytest.mark.parametrize("share", ["1e-999999999", "1e9999999", "1/" + "9" * 5000, "nan", "-1/2"])
def test_a_share_that_would_fill_the_memory_is_none(district: SmallDistrict, share: str) -> None:
    with pytest.raises(CannotMeet, match="分数"):
        standing(district, rules=Rules(basis="章程", approval_share=share))


def test_a_matter_chosen_twice_at_once_stands_on_the_agenda_once(district: SmallDistrict) -> None:
    meeting, by = drafted(district), district.coordinator
    same = Point("挂账工单", subject=Subject("ticket", 7))
    put_on_agenda(meeting_id=meeting, points=[same, same], by=by, at=MONDAY)
    assert len(meeting_story(by=by, meeting_id=meeting).agenda) == 1


def test_a_resolution_that_is_sent_twice_makes_one_decision(district: SmallDistrict) -> None:
    meeting = called(district, **LATER)
    came_to(district, meeting, *UNITS)
    agree(district, meeting)
    with pytest.raises(CannotMeet, match="已经登记过"):
        agree(district, meeting)
    assert Decision.objects.count() == 1
    agree(district, meeting, text="另装一处")
