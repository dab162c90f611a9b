"""Meetings against strangers, and calendars against titles made to break them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gongzhi.affairs.assemblies.calendars import calendar_token
from gongzhi.affairs.assemblies.meetings import cancel_meeting, move_meeting
from gongzhi.commons.permissions.roles import RoleKind
from tests.affairs.assemblies.sittings import BEGINS, ENDS, called, drafted, held, standing
from tests.affairs.small_district import MONDAY
from tests.interfaces.pages.offices import Offices

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def unfolded(body: bytes) -> list[str]:
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    return body.decode().replace("\r\n ", "").split("\r\n")


def test_a_title_cannot_begin_another_entry_of_a_calendar(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    evil = "会,议;一\\二\r\nEND:VEVENT\nBEGIN:VEVENT" + "长" * 60
    meeting = called(district, title=evil, venue="楼\u2028上\r\nATTACH:file:///x")
    address = f"/calendars/{calendar_token(district.units['water'].pk)}.ics"
    lines = unfolded(client.get(address).content)
    assert lines.count("BEGIN:VEVENT") == 1
    assert not any(line.startswith("ATTACH") for line in lines)
    (summary,) = [line for line in lines if line.startswith("SUMMARY:")]
    assert summary.startswith("SUMMARY:会\\,议\\;一\\\\二 END:VEVENT BEGIN:VEVENT")
    before = {line for line in lines if line.startswith(("UID", "SEQUENCE"))}
    move_meeting(
        meeting_id=meeting, begins_at=BEGINS + timedelta(days=1), ends_at=ENDS + timedelta(days=1),
        venue="楼下", by=district.coordinator, at=MONDAY,
    )  # fmt: skip
    after = unfolded(client.get(address).content)
    assert {line for line in after if line.startswith("UID")} < before
    assert "SEQUENCE:1" in after
    cancel_meeting(meeting_id=meeting, reason="不开了", by=district.coordinator, at=MONDAY)
    gone = unfolded(client.get(address).content)
    assert "STATUS:CANCELLED" in gone
    assert "SEQUENCE:2" in gone
    assert "不开了" not in "".join(gone)


def test_strangers_find_no_meeting_no_calendar_and_no_rules(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    series = standing(district)
    meeting, draft, over = (
        called(district, series),
        drafted(district, series),
        held(district, series),
    )
    strangers = [
        district.actor(RoleKind.COORDINATOR, "street_south", "plum"),
        district.actor(RoleKind.SUBDISTRICT_LEAD, "street_south", "south"),
        district.actor(RoleKind.GRID_WORKER, "committee", "pine"),
        district.actor(RoleKind.RESEARCHER, "hotline", "district"),
    ]
    for stranger in strangers:
        offices.sign_in(client, stranger)
        for each in (meeting, draft, over):
            for name in ("", ".ics", "/agenda", "/move", "/cancel", "/attendance", "/resolve",
                         "/minutes"):  # fmt: skip
                assert client.get(f"/meetings/{each}{name}").status_code in {403, 404}, name
            for name in ("do/call", "do/publish", "agenda/1/off"):
                assert client.post(f"/meetings/{each}/{name}").status_code in {403, 404}, name
        assert client.get(f"/meetings/standing/{series}").status_code in {403, 404}
        water = district.units["water"].pk
        assert client.post(f"/calendars/{water}/renew").status_code in {403, 404}
        listed = client.get("/meetings").content.decode()
        assert "三月联席会议" not in listed
        assert "柳岸社区联席会议" not in listed
