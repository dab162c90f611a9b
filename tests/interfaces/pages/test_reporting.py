"""A resident reports in three screens, with nothing but a browser."""

import errno
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from gongzhi.affairs.tickets.intake import Request, receive_ticket
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.commons.attachments.queries import attachments_of
from gongzhi.commons.categories.models import Category
from gongzhi.commons.categories.queries import revision as categories_revision
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.small_district import SmallDistrict, build
from tests.interfaces.pages.reading import Page
from tests.interfaces.pages.residents import NOW, WORDS, fields, photo, walk

pytestmark = pytest.mark.database


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


def test_three_screens_make_a_request_and_the_receipt_shows_its_number(
    district: SmallDistrict, client: Client
) -> None:
    link = walk(client, address="柳岸社区和风花园", name="王女士", phone="13800138000")
    ticket = Ticket.objects.get()
    assert (ticket.text, ticket.place_id) == (WORDS, district.places["garden"].pk)
    page = Page(client.get(link).content.decode())
    assert "已经收到" in page.html
    assert f"{ticket.pk:07d}" in page.html
    assert "138****8000" in page.html
    assert "13800138000" not in page.html
    assert page.faults == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_screen_is_sound_and_carries_what_was_written(
    district: SmallDistrict, client: Client, language: str
) -> None:
    client.cookies["django_language"] = language
    page = client.get("/report").content.decode()
    for written in ({"text": WORDS, "kind": "help"}, {"address": "和风花园", "community": ""}):
        page = client.post("/report", fields(page) | written).content.decode()
        assert Page(page).faults == []
    assert fields(page)["text"] == WORDS
    assert fields(page)["address"] == "和风花园"
    assert fields(page)["screen"] == "3"
    assert "和风花园" in re.sub(r"<input[^>]*>", "", page), "the place understood is shown"


def test_a_place_that_only_the_words_name_is_shown_before_sending(
    district: SmallDistrict, client: Client
) -> None:
    page = client.get("/report").content.decode()
    for written in ({"text": f"和风花园：{WORDS}", "kind": "help"}, {"address": ""}):
        page = client.post("/report", fields(page) | written).content.decode()
    shown = re.sub(r"<input[^>]*>", "", page)
    assert "和风花园" in shown
    assert "还不确定" not in shown


def test_a_request_needs_words_and_nothing_else(district: SmallDistrict, client: Client) -> None:
    page = client.post("/report", {"screen": "1", "text": " ", "kind": "help"}).content.decode()
    assert "请写下您要反映的事情" in page
    assert fields(page)["screen"] == "1"
    walk(client)
    assert Ticket.objects.get().place_id == district.places["garden"].pk, "the words name it"


def test_going_back_keeps_everything_and_complains_of_nothing(
    district: SmallDistrict, client: Client
) -> None:
    page = client.get("/report").content.decode()
    page = client.post("/report", fields(page) | {"text": WORDS, "kind": "help"}).content.decode()
    page = client.post(
        "/report", fields(page) | {"address": "某处", "community": "x", "back": "1"}
    ).content.decode()
    assert "还差一点" not in page
    assert WORDS in page
    assert fields(page)["address"] == "某处"


def test_a_community_is_taken_where_the_address_says_nothing(
    district: SmallDistrict, client: Client
) -> None:
    plum = district.places["plum"].pk
    sent = {"screen": "3", "text": "楼道灯坏了", "kind": "help", "address": "老槐树旁边"}
    client.post("/report", sent | {"community": str(plum)})
    assert Ticket.objects.get().place_id == plum


def test_pressing_send_twice_makes_one_request(district: SmallDistrict, client: Client) -> None:
    page = client.get("/report").content.decode()
    sent = fields(page) | {"screen": "3", "text": WORDS, "kind": "help"}
    first, second = client.post("/report", sent), client.post("/report", sent)
    assert first.headers["Location"] == second.headers["Location"]
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "screen", "words"),
    [
        ({"phone": "12"}, "3", "电话号码不完整"),
        ({"email": "not an address"}, "3", "还差一点"),
        ({"kind": "nonsense"}, "1", "还差一点"),
        ({"longitude": "500", "latitude": "1"}, "2", "还差一点"),
        ({"longitude": "1", "latitude": "1"}, "2", "不在本区范围内"),
        ({"text": "一\x00二"}, "1", "还差一点"),
    ],
)
def test_what_cannot_be_received_is_shown_where_it_is_mended(
    district: SmallDistrict, client: Client, sent: dict[str, str], screen: str, words: str
) -> None:
    whole = {"screen": "3", "text": WORDS, "kind": "help"} | sent
    answer = client.post("/report", whole)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert words in page
    assert fields(page)["screen"] == screen
    assert Page(page).faults == []
    assert not Ticket.objects.exists()


def test_pictures_are_kept_and_a_bad_one_is_named_without_losing_the_request(
    district: SmallDistrict, client: Client
) -> None:
    bad = SimpleUploadedFile("b.jpg", b"not a picture at all", "image/jpeg")
    link = walk(client, pictures=[photo(), bad])
    page = client.get(link).content.decode()
    assert "“b.jpg”没有收下" in page
    ticket = Ticket.objects.get()
    assert len(attachments_of(Subject("ticket", ticket.pk))) == 1
    address = re.search(rf'src="({link}/pictures/\d+)"', page)
    assert address
    answer = client.get(address[1])
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"


def test_six_pictures_are_too_many(district: SmallDistrict, client: Client) -> None:
    sent = {"screen": "3", "text": WORDS, "kind": "help", "pictures": [photo() for _ in range(6)]}
    assert "最多 5 个文件" in client.post("/report", sent).content.decode()


def public_request(district: SmallDistrict) -> int:
    Category.objects.filter(code="environment.waste").update(may_be_public=True)
    categories_revision.grow()
    asked = Request(text=WORDS, place_id=district.places["garden"].pk, is_public=True)
    receipt = receive_ticket(request=asked, by=RESIDENT, at=NOW())
    follow_all(at=NOW())
    return receipt.ticket_id


def test_a_similar_public_request_is_offered_and_can_be_followed(
    district: SmallDistrict, client: Client
) -> None:
    main = public_request(district)
    page = client.get("/report").content.decode()
    sent = fields(page) | {"text": "和风花园门口垃圾桶没人清运", "kind": "help"}
    page = client.post("/report", sent).content.decode()
    page = client.post("/report", fields(page) | {"address": "和风花园"}).content.decode()
    assert "是不是这件事" in page
    assert "三天没人清运" in page
    assert Page(page).faults == []
    answer = client.post("/report", fields(page) | {"follow": str(main), "phone": "13900139000"})
    assert answer.status_code == 302, answer.content.decode()
    follower = Ticket.objects.latest("id")
    assert follower.merged_into_id == main
    assert "和风花园门口垃圾桶没人清运" in client.get(answer.headers["Location"]).content.decode()


def test_whoever_means_something_else_sends_it_as_usual(
    district: SmallDistrict, client: Client
) -> None:
    public_request(district)
    walk(client, address="和风花园", follow="")
    assert Ticket.objects.latest("id").merged_into_id is None


def test_what_is_not_public_is_never_offered(district: SmallDistrict, client: Client) -> None:
    walk(client, address="和风花园")
    page = client.get("/report").content.decode()
    page = client.post("/report", fields(page) | {"text": WORDS, "kind": "help"}).content.decode()
    page = client.post("/report", fields(page) | {"address": "和风花园"}).content.decode()
    assert "是不是这件事" not in page
    hidden = Ticket.objects.get().pk
    answer = client.post("/report", fields(page) | {"follow": str(hidden)})
    assert answer.status_code == 302
    assert Ticket.objects.latest("id").merged_into_id is None, "a forged choice is no choice"


def test_a_request_ended_meanwhile_is_not_followed_blindly(
    district: SmallDistrict, client: Client
) -> None:
    main = public_request(district)
    page = client.get("/report").content.decode()
    page = client.post("/report", fields(page) | {"text": WORDS, "kind": "help"}).content.decode()
    page = client.post("/report", fields(page) | {"address": "和风花园"}).content.decode()
    Ticket.objects.filter(pk=main).update(state="withdrawn")
    client.post("/report", fields(page) | {"follow": str(main), "phone": "13900139000"})
    assert Ticket.objects.latest("id").merged_into_id is None


def test_a_request_is_public_only_where_its_requester_said_so(
    district: SmallDistrict, client: Client
) -> None:
    walk(client, address="和风花园")
    assert Ticket.objects.latest("id").public_at is None
    walk(client, address="和风花园", public="on")
    assert Ticket.objects.latest("id").public_at is not None
    follow_all(at=NOW())
    assert Ticket.objects.latest("id").public_at is None, "this matter never is"


def test_a_full_disk_is_said_and_nothing_is_taken(
    district: SmallDistrict, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("gongzhi.interfaces.pages.residents.reporting.receive_ticket", full)
    page = client.get("/report").content.decode()
    page = client.post("/report", fields(page) | {"text": WORDS, "kind": "help"}).content.decode()
    page = client.post("/report", fields(page) | {"address": "和风花园"}).content.decode()
    answer = client.post("/report", fields(page))
    assert answer.status_code == 507
    assert "存储空间已满" in answer.content.decode()


def test_a_picture_that_finds_no_room_does_not_lose_the_request(
    district: SmallDistrict, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("gongzhi.interfaces.pages.residents.reporting.attach", full)
    link = walk(client, pictures=[photo()])
    page = client.get(link).content.decode()
    assert "没有收下" in page
    assert "存储空间已满" in page
