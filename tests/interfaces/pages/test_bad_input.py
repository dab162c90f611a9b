"""Pages under bad input: an answer in the 400s or the page again, never a 500, nothing written."""

import pytest
from django.test import Client

from gongzhi.affairs.tickets.models import Remark, Ticket
from gongzhi.commons.organisations.models import Person
from tests.affairs.small_district import MONDAY, SmallDistrict, build
from tests.affairs.tickets.journeys import dispatched
from tests.interfaces.pages.residents import link_to

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HUGE = 10**30
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


@pytest.fixture
def officer(district: SmallDistrict, client: Client) -> Client:
    client.force_login(Person.objects.get(pk=district.street.person_id))
    return client


@pytest.mark.parametrize(
    "token", ["x", "-1", "A" * 19, "A" * 43, "A" * 5_000, "%00", "%FF%FE", "字"]
)
def test_a_link_that_is_none_is_a_page_not_found(
    district: SmallDistrict, client: Client, token: str
) -> None:
    for rest in ("", "/reply", "/rating", "/withdraw", "/data", f"/pictures/{HUGE}"):
        assert client.get(f"/t/{token}{rest}").status_code in {404, 405}


@pytest.mark.parametrize("number", [0, 2**63 - 1, 2**63, HUGE])
def test_an_id_that_nothing_has_is_a_page_not_found(officer: Client, number: int) -> None:
    for page in (f"/tickets/{number}", f"/whistles/{number}", f"/files/{number}"):
        assert officer.get(page).status_code in {403, 404}, page


def test_a_picture_of_another_ticket_is_not_shown(district: SmallDistrict, client: Client) -> None:
    link = link_to(dispatched(district))
    for number in (0, 1, 2**63, HUGE):
        assert client.get(f"{link}/pictures/{number}").status_code in {403, 404}


@pytest.mark.parametrize(
    "query",
    [
        "words=%00",
        "words=" + "a一" * 40,
        "words=%22%29+OR+NEAR%28a+b%29+NOT+*",
        "words='%3B+DROP+TABLE+tickets_words--",
        "words=%26+%7C+!+%3C-%3E+%3A*",
        "words=%F0%9F%9A%BD%E2%80%8D",
        "words=202611259999999999999999",
        "words=垃圾&after=%C2%B2",
        "words=垃圾&after=" + "9" * 60,
        "place=" + "9" * 30,
        "place=-1",
        "place=x",
        "unit=%00",
        "state=nonsense",
        "due_before=0001-01-01",
        "received_from=9999-99-99",
        "phone=1",
    ],
)
def test_no_search_fails(officer: Client, query: str) -> None:
    assert officer.get(f"/desk/search?{query}").status_code in {200, 400, 403}


@pytest.mark.parametrize(
    "cursor", ["~", "~²", "x~1", "0001-01-01T00:00:00+08:00~1", "2026-01-01~1", "~" + "9" * 50]
)
def test_no_cursor_fails(officer: Client, district: SmallDistrict, cursor: str) -> None:
    dispatched(district, at=MONDAY)
    assert officer.get("/desk", {"after": cursor}).status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"text=" + b"a" * 1_200_000, FORM),
        (b"&".join(b"a%d=1" % i for i in range(10_000)), FORM),
        (b"text=%00&kind=help&screen=1", FORM),
        (b"text=%ED%A0%80&kind=\xff&screen=1", FORM),
        (b"screen=%C2%B2&text=x&kind=help", FORM),
        (b"screen=3&text=x&kind=help&longitude=nan&latitude=inf", FORM),
        (b"screen=3&text=x&kind=help&community=99999999999999999999999", FORM),
        (b"screen=3&text=x&kind=help&email=a%0D%0ABcc:b@c.d&phone=1", FORM),
        (b"text=x", f"{FORM}; charset=utf-7"),
        (b"--b\r\nbroken", "multipart/form-data; boundary=b"),
        (b'{"text": "x"}', "application/json"),
    ],
)
def test_no_report_fails(
    district: SmallDistrict, client: Client, body: bytes, content_type: str
) -> None:
    response = client.post("/report", data=body, content_type=content_type)
    assert response.status_code in {200, 400, 413}
    assert Ticket.objects.count() == 0


@pytest.mark.parametrize("text", ["", "\x00", "字" * 5_001, " \u2028 "])
def test_no_reply_is_half_written(district: SmallDistrict, client: Client, text: str) -> None:
    link = link_to(dispatched(district))
    assert client.post(f"{link}/reply", {"text": text}).status_code == 200
    assert Remark.objects.count() == 0


def test_words_of_any_script_come_back_as_they_were(
    district: SmallDistrict, client: Client
) -> None:
    link = link_to(dispatched(district))
    said = "👨\u200d👩\u200d👧 e\u0301 \u202eעברית\u202c 𠮷野家"
    assert client.post(f"{link}/reply", {"text": said}).status_code == 302
    assert Remark.objects.get().text == said
    assert said in client.get(link).content.decode()
