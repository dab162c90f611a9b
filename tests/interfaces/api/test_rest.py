"""The native interface, as a unit's own system uses and misuses it."""

from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now
from django.utils.translation import get_language

from gongzhi.affairs.tickets.choices import RemarkKind
from gongzhi.affairs.tickets.intake import Contact, Request, receive_ticket
from gongzhi.affairs.tickets.models import Remark, Ticket
from gongzhi.commons.organisations.api_keys import end_key, give_key, key_holder
from gongzhi.commons.organisations.editing import close_unit
from gongzhi.commons.organisations.models import ApiKey
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.interfaces.commands.main import gongzhi
from tests.affairs.small_district import SmallDistrict, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
V1 = "/api/v1"


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


@pytest.fixture
def ours(district: SmallDistrict) -> Ticket:
    """A ticket that the sanitation unit leads."""
    receipt = receive_ticket(
        request=Request(
            text="三号楼前的垃圾两天没人清运了",
            category_code="environment.waste",
            place_id=district.places["willow"].pk,
            contact=Contact(name="王小明", phone="13800001234"),
        ),
        by=RESIDENT,
        at=now(),
    )
    follow_all(at=now())
    return Ticket.objects.get(pk=receipt.ticket_id)


def bearer(district: SmallDistrict, unit: str, *, speaks_for_unit: bool = True) -> dict[str, str]:
    key = give_key(
        unit_id=district.units[unit].pk,
        name="业务系统",
        speaks_for_unit=speaks_for_unit,
        by=district.officer,
        at=now(),
    )
    return {"Authorization": f"Bearer {key}"}


def test_the_description_is_openapi_3_1_and_needs_no_key(
    client: Client, district: SmallDistrict
) -> None:
    about = client.get(f"{V1}/openapi.json").json()
    assert about["openapi"].startswith("3.1")
    assert f"{V1}/tickets/{{number}}/answer" in about["paths"]
    for schema in about["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_path_of_the_description_has_a_summary_and_an_answer_in_words(
    client: Client, district: SmallDistrict
) -> None:
    about = client.get(f"{V1}/openapi.json").json()
    for path, methods in about["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), (path, method)


def test_registers_are_open_to_everyone(client: Client, district: SmallDistrict) -> None:
    (top,) = client.get(f"{V1}/places").json()
    below = client.get(f"{V1}/places", {"parent": top["id"]}).json()
    assert {place["parent_id"] for place in below} == {top["id"]}
    assert client.get(f"{V1}/places/{below[0]['id']}").json() == below[0]
    codes = {matter["code"] for matter in client.get(f"{V1}/categories").json()}
    assert "environment.waste" in codes
    kinds = client.get(f"{V1}/units", {"kind": "property_manager"}).json()
    assert {unit["kind"] for unit in kinds} <= {"property_manager"}


def test_a_unit_reads_its_own_tickets_and_nobody_elses(
    client: Client, district: SmallDistrict, ours: Ticket
) -> None:
    mine = client.get(f"{V1}/tickets", headers=bearer(district, "sanitation")).json()
    assert [each["id"] for each in mine["tickets"]] == [ours.pk]
    theirs = bearer(district, "water")
    assert client.get(f"{V1}/tickets", headers=theirs).json()["tickets"] == []
    assert client.get(f"{V1}/tickets/{ours.pk}", headers=theirs).status_code == 403


def test_no_contact_leaves(client: Client, district: SmallDistrict, ours: Ticket) -> None:
    answer = client.get(f"{V1}/tickets/{ours.pk}", headers=bearer(district, "sanitation"))
    assert answer.status_code == 200
    body = answer.content.decode()
    assert "13800001234" not in body
    assert "王小明" not in body
    assert "138****" not in body


def test_an_answer_reaches_the_requester_once(
    client: Client, district: SmallDistrict, ours: Ticket
) -> None:
    key = bearer(district, "sanitation")
    number = client.get(f"{V1}/tickets/{ours.pk}", headers=key).json()["number"]
    words = {"text": "已清运，今后每天早晚各一次。"}
    send = {"data": words, "content_type": "application/json", "headers": key}
    first = client.post(f"{V1}/tickets/{number}/answer", **send)
    assert first.status_code == 201
    assert first.json()["state"] == "answered"
    again = client.post(f"{V1}/tickets/{number}/answer", **send)
    assert again.status_code == 409
    assert Remark.objects.filter(ticket=ours, kind=RemarkKind.ANSWER).count() == 1


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer gz_wrong"}, {"Authorization": "x"}]
)
def test_without_a_key_there_are_no_tickets(
    client: Client, district: SmallDistrict, header: dict[str, str]
) -> None:
    answer = client.get(f"{V1}/tickets", headers=header)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["where"] == "Authorization"


def test_a_key_for_sending_in_reads_nothing(
    client: Client, district: SmallDistrict, ours: Ticket
) -> None:
    weak = bearer(district, "sanitation", speaks_for_unit=False)
    assert client.get(f"{V1}/tickets", headers=weak).json()["tickets"] == []
    assert client.get(f"{V1}/tickets/{ours.pk}", headers=weak).status_code == 403
    assert client.get(f"{V1}/indicators", headers=weak).status_code == 403


def test_an_ended_key_opens_nothing(client: Client, district: SmallDistrict) -> None:
    key = bearer(district, "water")
    end_key(key_id=ApiKey.objects.get().pk, by=district.officer, at=now() - timedelta(seconds=1))
    assert client.get(f"{V1}/tickets", headers=key).status_code == 401


def test_the_key_of_a_closed_unit_reads_and_answers_nothing(
    client: Client, district: SmallDistrict, ours: Ticket
) -> None:
    key = bearer(district, "sanitation")
    assert client.get(f"{V1}/tickets", headers=key).status_code == 200
    yesterday = localdate() - timedelta(days=1)
    close_unit(
        unit_id=district.units["sanitation"].pk, ends=yesterday, by=district.officer, at=now()
    )
    assert client.get(f"{V1}/tickets/{ours.pk}", headers=key).status_code == 401
    sent = client.post(
        f"{V1}/tickets/{ours.pk}/answer",
        {"text": "已清运"},
        content_type="application/json",
        headers=key,
    )
    assert sent.status_code == 401
    assert not Remark.objects.filter(ticket=ours, kind=RemarkKind.ANSWER).exists()


def test_a_unit_speaks_by_its_key_until_its_last_day_is_over(district: SmallDistrict) -> None:
    key = bearer(district, "water")["Authorization"].removeprefix("Bearer ")
    close_unit(unit_id=district.units["water"].pk, ends=localdate(), by=district.officer, at=now())
    assert key_holder(key, on=now()) is not None
    assert key_holder(key, on=now() + timedelta(days=1)) is None


BAD: list[tuple[str, dict[str, Any], int]] = [
    ("/tickets", {"state": "no such state"}, 422),
    ("/tickets", {"size": 0}, 422),
    ("/tickets", {"size": "many"}, 422),
    ("/tickets", {"due_before": "yesterday"}, 422),
    ("/tickets", {"due_before": "0001-01-01T00:00:00+14:00"}, 422),
    ("/tickets", {"due_before": "9999-12-31T23:59:59-14:00"}, 422),
    ("/tickets", {"due_before": "1899-12-31"}, 422),
    ("/tickets", {"due_before": "2200-01-01T00:00:00"}, 422),
    ("/tickets", {"due_before": "1900-01-01T00:00:00+14:00"}, 200),
    ("/tickets", {"due_before": "2199-12-31T23:59:59-14:00"}, 200),
    ("/tickets/0", {}, 404),
    ("/tickets/99999999999999999999", {}, 404),
    ("/tickets/%00", {}, 404),
    ("/places/7777777", {}, 404),
    ("/places", {"parent": 7777777}, 404),
    ("/places", {"parent": 10**30}, 404),
    ("/units/7777777", {}, 404),
    ("/indicators/nothing", {"period": "2026"}, 404),
    ("/indicators/response_rate", {"period": "sometime"}, 422),
    ("/indicators/response_rate", {"period": "0001"}, 422),
    ("/indicators/response_rate", {"period": "9999"}, 422),
    ("/indicators/response_rate", {"period": "0001-01-01/9999-12-31"}, 422),
    ("/indicators/response_rate", {}, 422),
    ("/needs", {"place": "here"}, 422),
]


@pytest.mark.parametrize(("path", "query", "status"), BAD)
def test_bad_input_is_refused_in_one_shape(
    client: Client, district: SmallDistrict, path: str, query: dict[str, Any], status: int
) -> None:
    answer = client.get(f"{V1}{path}", query, headers=bearer(district, "sanitation"))
    assert answer.status_code == status
    assert all(error["what"] for error in answer.json().get("errors", []))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"text": ""}', b'{"text": 3}', b'{"text": "' + b"x" * 20_001 + b'"}'],
)
def test_an_answer_that_is_none_changes_nothing(
    client: Client, district: SmallDistrict, ours: Ticket, body: bytes
) -> None:
    sent = client.post(
        f"{V1}/tickets/{ours.pk}/answer",
        body,
        content_type="application/json",
        headers=bearer(district, "sanitation"),
    )
    assert sent.status_code in {400, 422}
    assert not Remark.objects.filter(ticket=ours, kind=RemarkKind.ANSWER).exists()


def test_refusals_speak_the_callers_language(
    client: Client, district: SmallDistrict, ours: Ticket
) -> None:
    key = bearer(district, "water")
    said = {
        language: client.get(
            f"{V1}/tickets/{ours.pk}", headers=key | {"Accept-Language": language}
        ).json()["errors"][0]["what"]
        for language in ("zh-hans", "en")
    }
    assert "职权" in said["zh-hans"]
    assert said["en"].isascii() or "may" in said["en"]
    assert said["en"] != said["zh-hans"]
    assert get_language() == "zh-hans"  # what one caller speaks is not left to the next


def test_a_year_out_of_reach_is_told_with_the_years_that_are_not(
    client: Client, district: SmallDistrict
) -> None:
    key = bearer(district, "water")
    for path, query in (
        ("/tickets", {"due_before": "9999-12-31T23:59:59-14:00"}),
        ("/indicators/response_rate", {"period": "0001"}),
    ):
        (error,) = client.get(f"{V1}{path}", query, headers=key).json()["errors"]
        assert "1900" in error["what"]
        assert "2199" in error["what"]


def test_a_list_costs_the_same_whatever_its_length(
    client: Client, district: SmallDistrict, ours: Ticket
) -> None:
    key = bearer(district, "sanitation")
    client.get(f"{V1}/tickets", headers=key)
    with CaptureQueriesContext(connection) as queries:
        client.get(f"{V1}/tickets", headers=key)
    assert len(queries) <= 3


def test_an_administrator_gives_lists_and_ends_a_key(district: SmallDistrict) -> None:
    unit = district.units["sanitation"].name
    runner = CliRunner()
    given = runner.invoke(
        gongzhi, ["api-key", "give", unit, "--name", "排水调度", "--speaks-for-unit"]
    )
    assert given.output.startswith("gz_")
    row = ApiKey.objects.get()
    assert row.speaks_for_unit
    listed = runner.invoke(gongzhi, ["api-key", "list"])
    assert "排水调度" in listed.output
    assert given.output.strip() not in listed.output
    assert runner.invoke(gongzhi, ["api-key", "end", str(row.pk)]).exit_code == 0
    assert runner.invoke(gongzhi, ["api-key", "end", str(row.pk)]).exit_code == 1
    assert runner.invoke(gongzhi, ["api-key", "give", "没有这个", "--name", "x"]).exit_code == 1
