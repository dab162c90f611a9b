"""The pages of meetings: for who calls them, for the units that come, and for calendars."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.affairs.assemblies.calendars import calendar_token
from gongzhi.affairs.assemblies.meetings import cancel_meeting
from gongzhi.affairs.assemblies.models import Meeting, Resolution, StandingMeeting
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.tasks.queries import tasks_to_do
from tests.affairs.assemblies.sittings import (
    BEGINS,
    ENDS,
    called,
    drafted,
    held,
    representatives,
    standing,
)
from tests.affairs.small_district import MONDAY
from tests.interfaces.pages.offices import Offices
from tests.interfaces.pages.reading import Page

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def sound(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    text = response.content.decode()
    assert Page(text).faults == [], path
    return text


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_a_meeting_is_sound(
    offices: Offices, client: Client, at: Any, language: str
) -> None:
    district = offices.district
    client.cookies["django_language"] = language
    offices.sign_in(client, district.coordinator)
    series, people = standing(district), representatives(district)
    meeting = held(district, series)
    counted = held(district, people, present=30)
    ahead = called(
        district, series, begins_at=BEGINS + timedelta(days=9), ends_at=ENDS + timedelta(days=9)
    )
    for path in ["", "/new", "/standing/new", f"/standing/{series}", f"/standing/{people}"]:
        sound(client, f"/meetings{path}")
    for path in [f"{meeting}", f"{meeting}/resolve", f"{meeting}/minutes", f"{counted}/resolve"]:
        sound(client, f"/meetings/{path}")
    for path in ["", "/agenda", "/move", "/cancel", "/attendance"]:
        sound(client, f"/meetings/{ahead}{path}")


def test_a_meeting_goes_through_the_pages_to_a_task(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    offices.sign_in(client, district.coordinator)
    units = [str(district.units[name].pk) for name in ("party", "sanitation", "water")]
    made = {
        "kind": "joint", "name": "联席会议", "place": str(district.places["willow"].pk),
        "chair": units[0], "members": units, "every_months": "1", "basis": "章程",
        "attendance_share": "1/2", "approval_share": "1/2", "approval_of": "present",
    }  # fmt: skip
    assert client.post("/meetings/standing/new", made).status_code == 302
    series = StandingMeeting.objects.get().pk
    when = {
        "standing": str(series), "title": "三月会议", "begins_at": "2026-03-05T10:00",
        "ends_at": "2026-03-05T12:00", "venue": "二楼",
    }  # fmt: skip
    client.post("/meetings/new", when)
    meeting = Meeting.objects.get().pk
    client.post(f"/meetings/{meeting}/agenda", {"title": "垃圾桶清运"})
    client.post(f"/meetings/{meeting}/do/call")
    assert "垃圾桶清运" in sound(client, f"/meetings/{meeting}")
    at(ENDS)
    offices.sign_in(client, district.coordinator)
    came = {f"unit_{unit}": "came" for unit in units}
    client.post(f"/meetings/{meeting}/attendance", came)
    resolved = {
        "point": "1", "text": "加装垃圾桶", "in_favour": "3", "against": "0",
        "task_1": "加装垃圾桶", "unit_1": units[1], "due_1": "2026-03-20",
    }  # fmt: skip
    client.post(f"/meetings/{meeting}/resolve", resolved)
    client.post(f"/meetings/{meeting}/minutes", {"minutes": "三家到会。"})
    client.post(f"/meetings/{meeting}/do/publish")
    assert Meeting.objects.get().state == "published"
    assert [task.title for task in tasks_to_do(district.sanitation)] == ["加装垃圾桶"]
    offices.sign_in(client, district.water)
    page = sound(client, f"/meetings/{meeting}")
    assert "三家到会。" in page
    assert "应到 3，实到 3；同意 3" in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"in_favour": "4"}, "人数对不上"),
        ({"in_favour": "-1"}, "大于或等于"),
        ({"against": "1"}, "要写明同意的数目"),
        ({"task_1": "做事"}, "任务要写明事情、单位和完成日期"),
        ({"point": "99"}, "选择"),
        ({"text": ""}, "必填"),
        ({"task_1": "做事", "unit_1": "0", "due_1": "2026-03-20"}, "选择"),
    ],
)
def test_a_resolution_that_cannot_be_says_why_and_leaves_nothing(
    offices: Offices, client: Client, at: Any, wrong: dict[str, str], words: str
) -> None:
    meeting = held(offices.district)
    at(ENDS)
    offices.sign_in(client, offices.district.coordinator)
    answer = client.post(f"/meetings/{meeting}/resolve", {"point": "1", "text": "议定", **wrong})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Resolution.objects.exists()


def test_a_task_due_before_now_takes_the_whole_resolution_back(
    offices: Offices, client: Client, at: Any
) -> None:
    meeting = held(offices.district)
    at(ENDS)
    offices.sign_in(client, offices.district.coordinator)
    unit = str(offices.district.units["water"].pk)
    late = {"text": "议定", "task_1": "做事", "unit_1": unit, "due_1": "2026-01-01"}
    assert "期限必须晚于现在" in client.post(f"/meetings/{meeting}/resolve", late).content.decode()
    assert not Resolution.objects.exists()


def test_units_see_their_meetings_and_run_none(offices: Offices, client: Client, at: Any) -> None:
    meeting = called(offices.district)
    offices.sign_in(client, offices.district.water)
    sound(client, "/meetings")
    sound(client, f"/meetings/{meeting}")
    for name in ("agenda", "move", "resolve", "minutes"):
        assert client.get(f"/meetings/{meeting}/{name}").status_code == 403
    assert client.post(f"/meetings/{meeting}/do/publish").status_code == 403
    assert client.get("/meetings/new").status_code == 403
    offices.sign_in(client, offices.district.actor(RoleKind.UNIT_LEAD, "hotline", "district"))
    assert client.get(f"/meetings/{meeting}").status_code == 404


def test_a_whistle_leads_to_its_meeting_and_back(offices: Offices, client: Client, at: Any) -> None:
    district = offices.district
    offices.sign_in(client, district.coordinator)
    whistle = offices.whistle()
    assert f"/meetings/new?whistle={whistle}" in sound(client, f"/whistles/{whistle}")
    when = {"begins_at": "2026-03-05T10:00", "ends_at": "2026-03-05T11:00", "venue": "现场"}
    client.post(f"/meetings/new?whistle={whistle}", when)
    meeting = Meeting.objects.get()
    assert meeting.kind == "whistle"
    assert f"/meetings/{meeting.pk}" in sound(client, f"/whistles/{whistle}")
    assert f"/whistles/{whistle}" in sound(client, f"/meetings/{meeting.pk}")
    for bad in ("999", "x", "1" * 40):
        assert client.get(f"/meetings/new?whistle={bad}").status_code == 200


def unfolded(text: str) -> str:
    return text.replace("\r\n ", "")


def test_a_unit_subscribes_to_its_meetings_and_a_cancelled_one_says_so(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    meeting = called(district, venue="二楼;东侧,议事厅" + "长" * 40)
    address = f"/calendars/{calendar_token(district.units['water'].pk)}.ics"
    answer = client.get(address)  # nobody signed in
    text = unfolded(answer.content.decode())
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert f"UID:meeting-{meeting}@gongzhi" in text
    assert "DTSTART:20260305T020000Z" in text
    assert "LOCATION:二楼\\;东侧\\,议事厅" in text
    assert "垃圾桶清运" not in text  # the agenda stays behind the sign-in
    assert all(len(line.encode()) <= 75 for line in answer.content.decode().split("\r\n"))
    cancel_meeting(meeting_id=meeting, reason="改期", by=district.coordinator, at=MONDAY)
    text = unfolded(client.get(address).content.decode())
    assert "STATUS:CANCELLED" in text
    assert "SEQUENCE:1" in text
    assert client.get("/calendars/nonsense.ics").status_code == 404


def test_one_meeting_is_taken_into_a_calendar_by_who_may_see_it(
    offices: Offices, client: Client, at: Any
) -> None:
    meeting = called(offices.district)
    assert client.get(f"/meetings/{meeting}.ics").status_code == 302
    offices.sign_in(client, offices.district.water)
    answer = client.get(f"/meetings/{meeting}.ics")
    assert "attachment" in answer.headers["Content-Disposition"]
    water = offices.district.units["water"].pk
    old = calendar_token(water)
    client.post(f"/calendars/{water}/renew")
    assert client.get(f"/calendars/{old}.ics").status_code == 404
    other = offices.district.units["sanitation"].pk
    assert client.post(f"/calendars/{other}/renew").status_code == 403


def test_lists_and_a_meeting_cost_the_same_however_much_there_is(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    offices.sign_in(client, district.coordinator)

    def asked(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as questions:
            assert client.get(path).status_code == 200
        return len(questions)

    series = standing(district)
    first = called(district, series)
    few, one = asked("/meetings"), asked(f"/meetings/{first}")
    for _number in range(8):
        drafted(district, standing(district))
    last = called(district, series)
    assert asked("/meetings") == few <= 12
    assert asked(f"/meetings/{last}") == one <= 16
