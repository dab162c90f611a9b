"""A joint meeting of three units, and a residents' representatives' meeting, at every stage."""

from datetime import timedelta
from typing import Any

from gongzhi.affairs.assemblies.meeting_choices import MeetingKind, Presence
from gongzhi.affairs.assemblies.meetings import (
    NewMeeting,
    Point,
    call_meeting,
    draft_meeting,
    hold_meeting,
    put_on_agenda,
)
from gongzhi.affairs.assemblies.standing_meetings import NewStanding, Rules, open_standing
from tests.affairs.small_district import MONDAY, SmallDistrict

BEGINS = MONDAY + timedelta(days=3)
ENDS = BEGINS + timedelta(hours=2)
UNITS = ("party", "sanitation", "water")


def standing(district: SmallDistrict, **facts: Any) -> int:
    given: dict[str, Any] = {
        "kind": MeetingKind.JOINT,
        "name": "柳岸社区联席会议",
        "place_id": district.places["willow"].pk,
        "chair_id": district.units["party"].pk,
        "member_ids": [district.units[name].pk for name in UNITS],
        "rules": Rules(basis="联席会议章程第五条", approval_share="2/3", approval_inclusive=True),
        "every_months": 1,
    }
    return open_standing(new=NewStanding(**{**given, **facts}), by=district.coordinator, at=MONDAY)


def representatives(district: SmallDistrict) -> int:
    return standing(
        district,
        kind=MeetingKind.REPRESENTATIVES,
        name="柳岸社区居民代表会议",
        member_ids=[],
        rules=Rules(basis="本社区居民代表会议规则", entitled=40),
    )


def drafted(district: SmallDistrict, of: int | None = None, **facts: Any) -> int:
    given: dict[str, Any] = {
        "title": "三月联席会议",
        "begins_at": BEGINS,
        "ends_at": ENDS,
        "venue": "党群服务中心二楼",
        "standing_id": of or standing(district),
    }
    return draft_meeting(new=NewMeeting(**{**given, **facts}), by=district.coordinator, at=MONDAY)


def called(district: SmallDistrict, of: int | None = None, **facts: Any) -> int:
    meeting, by = drafted(district, of, **facts), district.coordinator
    put_on_agenda(meeting_id=meeting, points=[Point("垃圾桶清运")], by=by, at=MONDAY)
    call_meeting(meeting_id=meeting, by=by, at=MONDAY)
    return meeting


def held(
    district: SmallDistrict, of: int | None = None, *, present: int | None = None, **facts: Any
) -> int:
    meeting = called(district, of, **facts)
    came = {} if present is not None else {district.units[name].pk: Presence.CAME for name in UNITS}
    hold_meeting(
        meeting_id=meeting, presence=came, present=present, by=district.coordinator,
        at=facts.get("ends_at", ENDS),
    )  # fmt: skip
    return meeting
