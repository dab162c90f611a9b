"""The pages of owners' votes: for who runs them, who types papers, owners on a phone, everyone."""

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from gongzhi.affairs.assemblies.models import OwnersBallot, OwnersVote, RollFlat
from gongzhi.affairs.assemblies.owners_choices import Choice, Disclosure
from gongzhi.affairs.assemblies.owners_counting import count_vote, publish_result
from gongzhi.affairs.assemblies.queries.owners_rolls import slips_of
from tests.affairs.assemblies.buildings import (
    AFTER,
    BEGINS,
    ROLL,
    announced,
    click,
    drafted,
    hand_in,
    paper,
    second_reader,
    token,
)
from tests.interfaces.pages.offices import Offices
from tests.interfaces.pages.reading import Page

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def sound(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, (path, response.status_code)
    text = response.content.decode()
    assert Page(text).faults == [], path
    return text


def test_every_page_of_a_vote_is_sound_at_every_stage(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    offices.sign_in(client, district.worker)
    vote = drafted(district)
    paths = [f"/owners-votes/{vote}", f"/owners-votes/{vote}/roll", f"/owners-votes/{vote}/edit"]
    paths += [f"/owners-votes/{vote}/{name}" for name in ("announce", "cancel", "materials")]
    for path in ["/owners-votes", "/owners-votes/new", *paths]:
        sound(client, path)
    vote = announced(district)
    at(BEGINS)
    offices.sign_in(client, district.worker)
    click(vote, 1, Choice.FOR)
    for name in ("", "/roll", "/roll?reached=no", "/slips", "/slips?number=2", "/papers"):
        sound(client, f"/owners-votes/{vote}{name}")
    sound(client, f"/owners-votes/{vote}/extend")
    sound(client, f"/owners-votes/{vote}/printed", 404)
    at(AFTER)
    offices.sign_in(client, district.worker)
    count_vote(vote_id=vote, by=district.worker, at=AFTER)
    publish_result(vote_id=vote, by=district.worker, at=AFTER)
    for name in ("", "/printed", "/items/1/decide"):
        sound(client, f"/owners-votes/{vote}{name}")


def test_a_vote_is_prepared_through_the_pages(offices: Offices, client: Client, at: Any) -> None:
    district = offices.district
    offices.sign_in(client, district.worker)
    made = client.post(
        "/owners-votes/new",
        {
            "title": "3幢加装电梯", "about": "老人不便", "scope": "building", "scope_name": "3幢",
            "place": str(district.places["garden"].pk),
            "convener": str(district.units["committee"].pk),
            "disclosure": "counters", "notice_days": "15", "twice": "latest",
        },
    )  # fmt: skip
    vote = OwnersVote.objects.get().pk
    assert made.headers["Location"] == f"/owners-votes/{vote}"
    client.post(f"/owners-votes/{vote}/items", {"title": "是否加装", "matter": "7"})
    file = SimpleUploadedFile("名册.csv", ROLL.encode())
    assert client.post(f"/owners-votes/{vote}/roll", {"file": file}).status_code == 302
    assert RollFlat.objects.count() == 5
    too_soon = {"begins_at": "2026-03-05T09:00", "ends_at": "2026-03-20T18:00"}
    refused = client.post(f"/owners-votes/{vote}/announce", too_soon)
    assert "须提前 15 天公告" in refused.content.decode()
    in_time = {"begins_at": "2026-03-20T09:00", "ends_at": "2026-03-30T18:00"}
    assert client.post(f"/owners-votes/{vote}/announce", in_time).status_code == 302
    assert OwnersVote.objects.get().state == "announced"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "读入"),
        ("房号,业主,面积\n101,甲,80\n101,乙,80\n".encode(), "第 3 行：房号重复"),
        ("房号,业主\n101,甲\n".encode(), "没有列“面积”"),
        (b"PK\x03\x04 no workbook", "损坏或不完整"),
        ("房号,业主,面积\n101,甲,-1\n".encode(), "面积不是正数"),
        ("房号,业主,面积\n".encode(), "没有房屋"),
    ],
)
def test_a_bad_roll_is_refused_with_its_line(
    offices: Offices, client: Client, at: Any, content: bytes, words: str
) -> None:
    district = offices.district
    offices.sign_in(client, district.worker)
    vote = drafted(district, roll="")
    file = SimpleUploadedFile("名册.xlsx", content)
    answer = client.post(f"/owners-votes/{vote}/roll", {"file": file})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not RollFlat.objects.exists()


def test_an_owner_reads_votes_and_sees_the_receipt_on_a_phone(
    offices: Offices, client: Client, at: Any
) -> None:
    vote = announced(offices.district)
    path = f"/ballot/{token(vote, 1)}"
    assert "开始投票" in sound(client, path)
    at(BEGINS)
    page = sound(client, path)
    assert "101（80.50 平方米）" in page
    assert "投票（只能投一次）" in page
    assert "item_1" in client.post(path, {}).content.decode().partition("error-summary")[2][:400]
    assert not OwnersBallot.objects.exists()
    assert client.post(path, {"item_1": "for"}).status_code == 302
    after = sound(client, path)
    receipt = OwnersBallot.objects.get().receipt
    assert receipt in after
    assert "checked" not in after  # nobody who looks over the shoulder learns the choice
    client.post(path, {"item_1": "against"})
    assert OwnersBallot.objects.get().choices == {"1": "for"}
    answer = client.get(path)
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("value", ["spoiled", "yes", "", "同意", "for" * 1000])
def test_an_answer_that_is_none_is_not_taken(
    offices: Offices, client: Client, at: Any, value: str
) -> None:
    vote = announced(offices.district)
    at(BEGINS)
    answer = client.post(f"/ballot/{token(vote, 1)}", {"item_1": value})
    assert answer.status_code == 200
    assert not OwnersBallot.objects.exists()


def test_number_and_code_lead_to_the_ballot_and_guessing_ends(
    offices: Offices, client: Client, at: Any
) -> None:
    vote = announced(offices.district)
    at(BEGINS)
    (slip,) = slips_of(by=offices.district.worker, vote_id=vote, numbers=[2], at=BEGINS)
    path = f"/owners-votes/{vote}/code"
    sound(client, path)
    led = client.post(path, {"number": "2", "code": slip.code})
    assert led.headers["Location"] == f"/ballot/{slip.token}"
    wrong = [client.post(path, {"number": "2", "code": f"{n:010d}"}) for n in range(30)]
    assert "对不上" in wrong[0].content.decode()
    assert wrong[-1].status_code == 429


@pytest.mark.parametrize(
    "path", ["/ballot/nonsense", "/owners-votes/999", "/owners-votes/999/code"]
)
def test_what_is_not_there_is_a_page_not_found(
    offices: Offices, client: Client, at: Any, path: str
) -> None:
    assert client.get(path).status_code == 404


def test_everyone_reads_the_result_and_nobody_the_roll(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    vote = announced(district)
    click(vote, 1, Choice.FOR)
    count_vote(vote_id=vote, by=district.worker, at=AFTER)
    publish_result(vote_id=vote, by=district.worker, at=AFTER)
    at(AFTER)
    page = sound(client, f"/owners-votes/{vote}")
    assert "没有达到" in page
    assert "还差" in page
    assert "3幢加装电梯" in sound(client, "/owners-votes")
    for name in ("roll", "slips", "papers", "items/1/record.xlsx", "edit"):
        assert client.get(f"/owners-votes/{vote}/{name}").status_code == 302  # to the door
    offices.sign_in(client, district.water)
    for name in ("roll", "slips", "papers", "items/1/record.xlsx", "items/1/record.json", "edit"):
        assert client.get(f"/owners-votes/{vote}/{name}").status_code == 403


def test_by_name_the_holder_of_a_link_sees_what_flats_said(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    vote = announced(district, disclosure=Disclosure.OWNERS)
    click(vote, 1, Choice.FOR)
    count_vote(vote_id=vote, by=district.worker, at=AFTER)
    publish_result(vote_id=vote, by=district.worker, at=AFTER)
    at(AFTER)
    assert "各房号的意见" in sound(client, f"/ballot/{token(vote, 2)}")
    assert "各房号的意见" not in sound(client, f"/owners-votes/{vote}")


def test_two_people_type_a_paper_and_differences_are_shown(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    vote = announced(district)
    at(AFTER)
    path = f"/owners-votes/{vote}/papers"
    seen = {
        "number": "2", "sheet": "1", "received_at": "2026-03-23T09:00", "item_1": "for",
    }  # fmt: skip
    offices.sign_in(client, district.worker)
    client.post(path, seen)
    assert "还差第二人" in sound(client, path)
    offices.sign_in(client, second_reader(district))
    differing = client.post(path, {**seen, "item_1": "against"}).content.decode()
    assert "与另一人录入的不同" in differing
    assert "1. 是否加装" in differing
    assert client.post(path, seen).status_code == 302
    assert OwnersBallot.objects.get().choices == {"1": "for"}


def test_the_record_is_taken_along_as_workbook_and_json(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    vote = announced(district)
    hand_in(district, vote, paper(2, Choice.FOR))
    count_vote(vote_id=vote, by=district.worker, at=AFTER)
    at(AFTER)
    offices.sign_in(client, district.worker)
    book = client.get(f"/owners-votes/{vote}/items/1/record.xlsx")
    read = CalamineWorkbook.from_filelike(io.BytesIO(book.content))
    assert read.sheet_names == ["名册", "表决票", "怎样复算"]
    assert "--scope '3幢' --item 7" in str(read.get_sheet_by_index(2).to_python())
    found = json.loads(client.get(f"/owners-votes/{vote}/items/1/record.json").content)
    assert found["format"] == "gongzhi-owners-vote/1"


def test_lists_and_the_roll_cost_the_same_however_long_they_are(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    offices.sign_in(client, district.worker)

    def asked(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as questions:
            assert client.get(path).status_code == 200
        return len(questions)

    vote = announced(district)
    few = asked("/owners-votes")
    for _ in range(5):
        other = announced(district)
    assert asked("/owners-votes") == few <= 8
    long = "".join(f"{n},业{n},9\n" for n in range(1, 45))
    longer = announced(district, roll=f"房号,业主,面积\n{long}")
    assert asked(f"/owners-votes/{longer}/roll") == asked(f"/owners-votes/{vote}/roll") <= 14
    assert asked(f"/owners-votes/{other}") == asked(f"/owners-votes/{longer}") <= 16
    assert asked(f"/owners-votes/{longer}/slips") == asked(f"/owners-votes/{vote}/slips")
