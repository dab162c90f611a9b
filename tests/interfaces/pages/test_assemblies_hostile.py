"""Owners' votes and meetings against input that nobody sends by mistake: no page breaks."""

import io
from datetime import timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongzhi.affairs.assemblies.calendars import calendar_token
from gongzhi.affairs.assemblies.models import (
    Meeting,
    OwnersBallot,
    OwnersVote,
    PaperEntry,
    RollFlat,
    RollOwner,
    StandingMeeting,
)
from tests.affairs.assemblies.buildings import AFTER, BEGINS, announced, drafted, token
from tests.affairs.assemblies.sittings import called, held, representatives, standing
from tests.affairs.assemblies.sittings import drafted as meeting_drafted
from tests.interfaces.pages.offices import Offices

pytestmark = [pytest.mark.django_db, pytest.mark.database]

BIG = str(2**63)
WORDS = [
    "\x00",
    "\x0b\x1b",
    "=1+1",
    "\u202e",
    "a" * 300_000,
    "<script>",
    "NaN",
    BIG,
    "-1",
    "1e400",
]
MOMENTS = [
    "9999-12-31T23:59",
    "0001-01-01T00:00",
    "2026-02-30T10:00",
    "10000-01-01T00:00",
    "NaN",
    "",
]
NUMBERS = [BIG, "-1", "0", "NaN", "1e400", "9" * 5000, "１", "٣", "", "\x00", "1.5"]


def fine(client: Client, path: str, data: dict[str, Any] | None = None) -> int:
    response = client.get(path) if data is None else client.post(path, data)
    assert response.status_code in {200, 302, 400, 403, 404, 405, 413, 429}, (path, data)
    return response.status_code


@pytest.mark.parametrize("number", [BIG, "0", "9" * 30, "9" * 400])
def test_ids_beyond_any_row_are_pages_not_found(
    offices: Offices, client: Client, at: Any, number: str
) -> None:
    offices.sign_in(client, offices.district.coordinator)
    drafted(offices.district)
    for path in ("owners-votes/{}", "owners-votes/{}/roll", "owners-votes/{}/slips",
                 "owners-votes/{}/papers", "owners-votes/{}/printed", "owners-votes/{}/code",
                 "owners-votes/{}/announce", "owners-votes/{}/edit", "meetings/{}",
                 "meetings/{}/agenda", "meetings/{}.ics", "meetings/{}/move",
                 "meetings/standing/{}", "meetings/new?whistle={}", "meetings/new?of={}",
                 "meetings?page={}", "owners-votes?before={}", "owners-votes/1/roll?page={}",
                 "owners-votes/1/slips?number={}"):  # fmt: skip
        fine(client, "/" + path.format(number))
    for path in ("owners-votes/1/items/{}/decide", "owners-votes/1/items/{}/remove"):
        fine(client, "/" + path.format(number), {})


@pytest.mark.parametrize("moment", MOMENTS)
def test_days_at_the_ends_of_time_are_refused_with_words(
    offices: Offices, client: Client, at: Any, moment: str
) -> None:
    district = offices.district
    offices.sign_in(client, district.coordinator)
    vote, running = drafted(district), announced(district)
    series = standing(district)
    meeting = meeting_drafted(district, series)
    for begins, ends in (
        (moment.replace("T23", "T20"), moment),
        (moment, moment),
        ("2026-05-01T10:00", moment),
        (moment, "2026-05-01T10:00"),
    ):
        when = {
            "begins_at": begins,
            "ends_at": ends,
            "venue": "楼下",
            "title": "会",
            "standing": series,
        }
        fine(client, f"/owners-votes/{vote}/announce", when)
        fine(client, f"/owners-votes/{running}/extend", {"ends_at": ends, "reason": "再等等"})
        fine(client, f"/meetings/{meeting}/move", when)
        fine(client, "/meetings/new", when)
    at(BEGINS)
    offices.sign_in(client, district.coordinator)
    paper = {"number": 1, "sheet": 1, "received_at": moment, "item_1": "for"}
    assert fine(client, f"/owners-votes/{running}/papers", paper) == 200
    assert not PaperEntry.objects.exists()
    assert Meeting.objects.count() == 1
    assert not OwnersVote.objects.get(pk=vote).announced_at


def test_tasks_due_at_the_end_of_time_are_refused_or_kept_but_never_break(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    offices.sign_in(client, district.coordinator)
    meeting = held(district)
    at(Meeting.objects.get().ends_at)
    offices.sign_in(client, district.coordinator)
    for due in ("9999-12-31", "0001-01-01", "10000-01-01", "NaN"):
        fine(client, f"/meetings/{meeting}/resolve", {
            "point": 1, "text": "办", "task_1": "办", "unit_1": district.units["water"].pk,
            "due_1": due,
        })  # fmt: skip
    fine(client, f"/meetings/{meeting}")
    fine(client, "/meetings")


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_that_are_none_are_refused_with_words(
    offices: Offices, client: Client, at: Any, number: str
) -> None:
    district = offices.district
    offices.sign_in(client, district.coordinator)
    vote = announced(district)
    series, people = standing(district), representatives(district)
    called(district, people)
    meeting = held(district, series)
    at(BEGINS)
    offices.sign_in(client, district.coordinator)
    paper = {"number": number, "sheet": number, "received_at": "2026-03-22T11:00", "item_1": number}
    fine(client, f"/owners-votes/{vote}/papers", paper)
    fine(client, f"/owners-votes/{vote}/papers/{number[:20] or 0}/drop".replace("\x00", "0"), {})
    fine(client, f"/owners-votes/{vote}/delivered", {"numbers": f"1、{number}-{number}"})
    fine(client, f"/owners-votes/{vote}/code", {"number": number, "code": number})
    fine(client, f"/ballot/{token(vote, 1)}", {"item_1": number})
    fine(
        client,
        f"/meetings/{meeting}/resolve",
        {
            "point": number,
            "text": "办",
            "in_favour": number,
            "against": number,
            "abstained": number,
            "unit_1": number,
        },
    )
    fine(client, f"/meetings/{meeting}/attendance", {"present": number, "unit_1": number})
    fine(client, "/meetings/standing/new", {
        "kind": "representatives", "name": "会", "place": number, "chair": number,
        "members": [number], "entitled": number, "every_months": number, "basis": "规则",
        "attendance_share": number[:9], "approval_share": number[:9], "approval_of": "present",
    })  # fmt: skip
    fine(client, "/owners-votes/new", {
        "title": "表决", "about": "事由", "scope": "building", "place": number, "convener": number,
        "scope_name": "3幢", "disclosure": "counters", "total_area": number, "notice_days": number,
        "twice": "latest", "proxy_limit": number,
    })  # fmt: skip
    assert OwnersBallot.objects.count() == 0
    assert StandingMeeting.objects.count() == 2


@pytest.mark.parametrize("words", WORDS)
def test_words_that_hold_anything_are_kept_or_refused_but_never_break(
    offices: Offices, client: Client, at: Any, words: str
) -> None:
    district = offices.district
    offices.sign_in(client, district.coordinator)
    vote, running = drafted(district), announced(district)
    meeting = called(district)
    fine(client, f"/owners-votes/{vote}/items", {"title": words, "text": words, "matter": 7})
    fine(client, f"/owners-votes/{vote}/edit", {
        "title": words, "about": words, "scope": "building", "scope_name": words,
        "disclosure": "counters", "terms": words, "basis": words, "notice_days": 15,
        "twice": "latest",
    })  # fmt: skip
    fine(client, f"/meetings/{meeting}/agenda", {"title": words})
    fine(
        client,
        f"/meetings/{meeting}/move",
        {"begins_at": "2026-03-12T10:00", "ends_at": "2026-03-12T11:00", "venue": words},
    )
    for path in (f"owners-votes/{vote}", "owners-votes", f"meetings/{meeting}", "meetings",
                 f"meetings/{meeting}.ics"):  # fmt: skip
        assert fine(client, f"/{path}") == 200
    feed = client.get(f"/calendars/{calendar_token(district.units['water'].pk)}.ics")
    assert feed.status_code == 200
    at(BEGINS)
    offices.sign_in(client, district.coordinator)
    paper = {"number": 1, "sheet": 1, "received_at": "2026-03-22T11:00", "item_1": "for",
             "flats": words, "signer": words, "proxy": words}  # fmt: skip
    fine(client, f"/owners-votes/{running}/papers", paper)
    fine(client, f"/owners-votes/{running}/code", {"number": 1, "code": words})
    fine(client, f"/owners-votes/{running}/cancel", {"reason": words})
    fine(client, f"/owners-votes/{running}")


def workbook(rows: list[list[Any]], *, merged: bool = False, formula: str = "") -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if merged:
            sheet.merge_range(1, 1, 2, 1, "甲")
        if formula:
            sheet.write_formula(1, 2, formula, value="")
    return file.getvalue()


def upload(client: Client, vote: int, data: bytes, name: str = "roll.xlsx") -> str:
    response = client.post(
        f"/owners-votes/{vote}/roll", {"file": SimpleUploadedFile(name, data), "rows_of": ""}
    )
    assert response.status_code in {200, 302}, response.status_code
    return response.content.decode() if response.status_code == 200 else ""


HEAD = ["房号", "业主", "面积"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (workbook([HEAD, ["101", "甲", 80], ["102", None, 60]], merged=True), "第 3 行"),
        (workbook([HEAD, ["101", "甲", float(2**63)]]), "看不懂"),
        (workbook([HEAD, ["101", "甲", 1e-9]]), "看不懂"),
        (workbook([HEAD, ["101", "甲", 80.00001]]), "四位小数"),
        (workbook([HEAD, ["101", "甲", -80]]), "不是正数"),
        (workbook([HEAD, ["101", "甲", "NaN"]]), "看不懂"),
        (workbook([HEAD, ["101", "甲", "Infinity"]]), "看不懂"),
        (workbook([HEAD, ["1" * 41, "甲", 80]]), "40 个字"),
        (workbook([HEAD, ["101", "甲", "9" * 39]]), "面积过大"),
        (workbook([HEAD, ["101", "甲", True]]), "看不懂"),
        (workbook([HEAD]), "没有房屋"),
        (b"PK\x03\x04" + b"\x00" * 2000, "损坏"),
        (b"", "空"),
        (b"\x00\x01\x02", "二进制"),
        (b"a" * (10 * 1024 * 1024 + 1), "10 MB"),
    ],
)
def test_a_roll_that_is_none_says_why_and_leaves_the_one_before(
    offices: Offices, client: Client, at: Any, data: bytes, said: str
) -> None:
    offices.sign_in(client, offices.district.worker)
    vote = drafted(offices.district, total_area=None)
    before = list(RollFlat.objects.values_list("id", "key"))
    assert said in upload(client, vote, data)
    assert list(RollFlat.objects.values_list("id", "key")) == before
    assert RollOwner.objects.count() == 4


def test_a_formula_that_was_never_reckoned_is_told_as_an_unknown_area(
    offices: Offices, client: Client, at: Any
) -> None:
    offices.sign_in(client, offices.district.worker)
    vote = drafted(offices.district, total_area=None)
    data = workbook([HEAD, ["101", "甲", None], ["102", "乙", 60]], formula="=40+40")
    assert upload(client, vote, data) == ""
    seen = client.get(f"/owners-votes/{vote}/roll").content.decode()
    assert "不明" in seen
    assert "面积不明的房屋：1 套" in seen  # in the words that say what was read


def test_a_page_of_a_vote_writes_nothing_when_it_is_only_read(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    offices.sign_in(client, district.worker)
    vote = announced(district)
    meeting = called(district)
    touched = list(OwnersVote.objects.values_list("touched_at", "state"))
    at(AFTER + timedelta(days=1))
    offices.sign_in(client, district.worker)
    for path in (f"owners-votes/{vote}", f"owners-votes/{vote}/roll", f"owners-votes/{vote}/papers",
                 f"owners-votes/{vote}/slips", f"owners-votes/{vote}/do/count",
                 f"owners-votes/{vote}/do/publish", f"meetings/{meeting}",
                 f"meetings/{meeting}/do/call",
                 f"owners-votes/{vote}/roll/1/renew", f"ballot/{token(vote, 1)}"):  # fmt: skip
        fine(client, f"/{path}")
    assert list(OwnersVote.objects.values_list("touched_at", "state")) == touched
    assert set(RollOwner.objects.values_list("link_version", flat=True)) == {1}
