"""GeoReport v2 under bad input and bad luck: an error array each time, and nothing half-written."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.test import Client
from django.utils.timezone import now

from gongzhi.affairs.tickets.models import Requester, Ticket
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.organisations.api_keys import give_key
from tests.affairs.small_district import SmallDistrict, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
V2 = "/open311/v2"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


@pytest.fixture
def key(district: SmallDistrict) -> str:
    unit = district.units["hotline"].pk
    return str(give_key(unit_id=unit, name="随手拍", by=district.officer, at=now()))


def form(key: str, **more: Any) -> dict[str, Any]:
    return {
        "api_key": key,
        "service_code": "environment.waste",
        "description": "垃圾桶满了",
        "address_string": "柳岸社区和风花园",
    } | more


def refused(response: Any, status: int) -> str:
    assert response.status_code == status, response.content.decode()
    errors = json.loads(response.content)
    assert errors[0]["code"] == status
    return str(errors[0]["description"])


@pytest.fixture
def nothing_written(district: SmallDistrict, key: str) -> Iterator[None]:
    before = Event.objects.count()
    yield
    assert (Ticket.objects.count(), Requester.objects.count()) == (0, 0)
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"description=" + b"a" * 1_200_000, FORM, 413),
        (b"&".join(b"attribute[A%d]=1" % i for i in range(10_000)), FORM, 400),
        (b"description=x", f"{FORM}; charset=utf-7", 400),
        (b"description=x", "multipart/form-data", 400),
        (b"--b\r\nbroken", "multipart/form-data; boundary=b", 403),
        (b'{"description": "x"}', "application/json", 403),
        (b"\xff\xfe\x00", FORM, 403),
        (b"", "text/plain", 403),
    ],
)
def test_a_body_that_is_no_form_is_refused(
    nothing_written: None, client: Client, body: bytes, content_type: str, status: int
) -> None:
    response = client.post(f"{V2}/requests.json", data=body, content_type=content_type)
    refused(response, status)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lat": "nan", "long": "1"},
        {"lat": "9" * 400, "long": "1"},
        {"address_id": "-1"},
        {"address_id": str(2**70)},
        {"address_id": str(10**18 - 1)},
        {"service_code": "x" * 5_000},
        {"description": "字" * 4_001},
        {"phone": "12"},
    ],
)
def test_values_out_of_range_are_named(
    nothing_written: None, client: Client, key: str, wrong: dict[str, str]
) -> None:
    response = client.post(f"{V2}/requests.json", form(key, **wrong))
    assert response.status_code in {400, 404}
    assert json.loads(response.content)[0]["description"]


@pytest.mark.parametrize(
    "text",
    [
        "👨‍👩‍👧‍👦 电梯坏了",
        "e\u0301\u0301\u0301 垃圾",
        "\u202eעברית\u202c 垃圾",
        "前\x00后",
        "\u2028行",
    ],
)
def test_any_words_are_taken_as_they_are(client: Client, key: str, text: str) -> None:
    code = {"attribute[WHEN]": "a\x00b"}
    response = client.post(f"{V2}/requests.json", form(key, description=text, **code))
    assert response.status_code == 201
    assert Ticket.objects.get().text == text.replace("\x00", "").strip()
    number = json.loads(response.content)[0]["service_request_id"]
    assert client.get(f"{V2}/requests/{number}.xml").status_code in {200, 404}


@pytest.mark.parametrize(
    "query",
    [
        "start_date=0001-01-01T00:00:00%2B08:00",
        "end_date=0001-01-01T00:00:00Z",
        "end_date=9999-12-31T23:59:59Z",
        "start_date=%00",
        "page=" + "9" * 5_000,
        "page=-1",
        "page=%C2%B2",
        "page_size=1e3",
        "status=open,shut",
        "jurisdiction_id=elsewhere",
    ],
)
@pytest.mark.parametrize("what", ["requests", "servicerequestupdates"])
def test_no_query_fails(district: SmallDistrict, client: Client, what: str, query: str) -> None:
    response = client.get(f"{V2}/{what}.json?{query}")
    assert response.status_code in {200, 400, 404}


@pytest.mark.parametrize(
    "number", ["-1", "0", "20261125" + "9" * 18, "9" * 40, "²", "%00", "%FF%FE", "x" * 3_000]
)
def test_no_number_fails(district: SmallDistrict, client: Client, number: str) -> None:
    assert client.get(f"{V2}/requests/{number}.json").status_code == 404
    assert client.get(f"{V2}/tokens/{number}.json").status_code == 404
    query = {"service_request_id": number}
    assert json.loads(client.get(f"{V2}/requests.json", query).content) == []
    assert client.get(f"{V2}/servicerequestupdates.json", query).status_code == 200


def test_an_update_that_is_too_long_is_refused(client: Client, key: str) -> None:
    made = client.post(f"{V2}/requests.json", form(key))
    token = json.loads(made.content)[0]["token"]
    update = {"api_key": key, "token": token, "description": "字" * 5_001}
    refused(client.post(f"{V2}/servicerequestupdates.json", update), 400)


def test_an_unknown_host_is_refused_as_an_array(
    district: SmallDistrict, client: Client, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["district.example"]
    refused(client.get("/open311/discovery.json", headers={"host": "evil.example"}), 400)


def test_refusals_of_the_action_come_in_the_callers_language(client: Client, key: str) -> None:
    wrong = form(key, phone="12")
    english = client.post(
        f"{V2}/requests.json", wrong, headers={"accept-language": "en-GB,en;q=0.8"}
    )
    assert "phone number" in refused(english, 400)
    assert "电话号码" in refused(client.post(f"{V2}/requests.json", wrong), 400)


def test_one_idempotency_key_of_two_callers_gives_nobody_the_others_link(
    client: Client, district: SmallDistrict, settings: Any
) -> None:
    settings.OPEN311_NEEDS_KEY = False
    header = {"idempotency-key": "1"}
    mine = client.post(f"{V2}/requests.json", form("", phone="13800138000"), headers=header)
    again = client.post(f"{V2}/requests.json", form("", phone="13800138000"), headers=header)
    other = client.post(f"{V2}/requests.json", form("", phone="13900139000"), headers=header)
    assert mine.content == again.content
    assert json.loads(other.content)[0]["token"] != json.loads(mine.content)[0]["token"]
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("database or disk is full"), 507),
        (OperationalError("database is locked"), 503),
        (OperationalError("deadlock detected"), 503),
        (IntegrityError("UNIQUE constraint failed"), 503),
        (DatabaseError("server closed the connection"), 503),
    ],
)
def test_a_database_that_refuses_gets_a_clear_answer(
    nothing_written: None,
    client: Client,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
) -> None:
    def fails(**_: Any) -> None:
        raise error

    monkeypatch.setattr("gongzhi.interfaces.api.open311.views.receive_ticket", fails)
    assert "没有保存" in refused(client.post(f"{V2}/requests.json", form(key)), status)


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_takes_nothing_and_says_so(client: Client) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the size of a PostgreSQL database can't be bounded from here")
    district = build()
    unit = district.units["hotline"].pk
    key = str(give_key(unit_id=unit, name="随手拍", by=district.officer, at=now()))
    taken = []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 60}")
    try:
        for _ in range(200):
            response = client.post(f"{V2}/requests.json", form(key, description="字" * 3_000))
            if response.status_code != 201:
                break
            taken.append(json.loads(response.content)[0]["token"])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert "存储空间已满" in refused(response, 507)
    assert Ticket.objects.count() == len(taken) > 0
    for token in taken:
        assert client.get(f"{V2}/tokens/{token}.json").status_code == 200
    assert client.post(f"{V2}/requests.json", form(key)).status_code == 201
