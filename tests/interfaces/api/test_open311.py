"""GeoReport v2, as its callers use and misuse it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from django.test import Client
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from referencing import Registry, Resource

from gongzhi.affairs.tickets.handling import answer_ticket
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.commons.categories.editing import NewCategory, import_categories
from gongzhi.commons.categories.models import Category
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.organisations.api_keys import end_key, give_key
from gongzhi.commons.organisations.models import ApiKey
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.small_district import BEGINS, SmallDistrict, build
from tests.affairs.tickets.journeys import last_event, ticket

pytestmark = [pytest.mark.django_db, pytest.mark.database]
V2 = "/open311/v2"
DATES = ("requested_datetime", "updated_datetime", "expected_datetime")


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build_with_a_list()


def build_with_a_list() -> SmallDistrict:
    """The small district, in which one matter asks something that has a list of answers."""
    built = build()
    Category.objects.filter(code="environment.waste").update(may_be_public=True)
    attributes = [
        {
            "code": "WHEN",
            "datatype": "singlevaluelist",
            "required": True,
            "description": "什么时候",
            "description_en": "When",
            "values": [
                {"key": "day", "name": "白天", "name_en": "By day"},
                {"key": "night", "name": "夜里"},
            ],
        }
    ]
    noise = NewCategory(
        code="order",
        name_zh="公共秩序",
        name_en="Public order",
        description_zh="噪声和秩序",
        description_en="Noise and order",
        attributes=attributes,
        valid_from=BEGINS,
    )
    import_categories(rows=[noise], by=SYSTEM, at=now())
    return built


@pytest.fixture
def key(district: SmallDistrict) -> str:
    given_key = give_key(
        unit_id=district.units["hotline"].pk, name="随手拍", by=district.officer, at=now()
    )
    return str(given_key)


def post(client: Client, key: str, **form: Any) -> Any:
    full = {
        "api_key": key,
        "service_code": "environment.waste",
        "description": "门口的垃圾桶满了",
        "address_string": "北桥街道柳岸社区和风花园",
    }
    kept = {name: value for name, value in (full | form).items() if value is not None}
    return client.post(f"{V2}/requests.json", kept)


def test_discovery_names_the_endpoint_and_its_formats(client: Client) -> None:
    found = client.get("/open311/discovery.json").json()
    assert found["endpoints"][0]["url"] == "http://testserver/open311/v2"
    xml = client.get("/open311/discovery.xml")
    assert xml["Content-Type"] == "text/xml; charset=utf-8"
    formats = [e.text for e in ElementTree.fromstring(xml.content).iter("format")]
    assert formats == ["text/xml", "application/json"]


def test_services_are_listed_and_defined(client: Client, district: SmallDistrict) -> None:
    listed = client.get(f"{V2}/services.json").json()
    assert {"environment.waste", "order"} <= {service["service_code"] for service in listed}
    definition = client.get(f"{V2}/services/order.json").json()
    assert definition["attributes"][0]["values"][1] == {"key": "night", "name": "夜里"}
    xml = ElementTree.fromstring(client.get(f"{V2}/services/order.xml").content)
    assert [value.findtext("key") for value in xml.iter("value")] == ["day", "night"]
    dotted = client.get(f"{V2}/services/environment.waste.json").json()
    assert dotted == {"service_code": "environment.waste", "attributes": []}


def test_a_posted_request_is_dispatched_and_can_be_read(
    client: Client, district: SmallDistrict, key: str
) -> None:
    answered = post(client, key, phone="13800138000", last_name="王", email="w@example.org")
    assert answered.status_code == 201
    receipt = answered.json()[0]
    follow_all(at=now())
    read = client.get(f"{V2}/requests/{receipt['service_request_id']}.json").json()[0]
    assert read["status"] == "open"
    assert read["agency_responsible"] == "明湖区环卫中心"
    assert read["address"] == "北桥街道柳岸社区和风花园"
    assert all(read[name].endswith("+08:00") for name in DATES)
    assert "13800138000" not in json.dumps(read)
    token = client.get(f"{V2}/tokens/{receipt['token']}.json").json()[0]
    assert token["service_request_id"] == receipt["service_request_id"]


def test_the_same_in_xml(client: Client, district: SmallDistrict, key: str) -> None:
    form = {
        "api_key": key,
        "service_code": "environment.waste",
        "description": "有 <标签> & 控制符\x07",
        "address_id": str(district.places["garden"].pk),
    }
    answered = client.post(f"{V2}/requests.xml", form)
    number = ElementTree.fromstring(answered.content).findtext("request/service_request_id")
    read = ElementTree.fromstring(client.get(f"{V2}/requests/{number}.xml").content)
    assert read.tag == "service_requests"
    assert read.findtext("request/description") == "有 <标签> & 控制符"


@pytest.mark.parametrize(
    ("form", "status", "says"),
    [
        ({"api_key": None}, 403, "api_key is required"),
        ({"api_key": "gz_wrong"}, 403, "api_key is not valid"),
        ({"service_code": None}, 400, "service_code is required"),
        ({"service_code": ""}, 400, "service_code is required"),
        ({"service_code": "no.such"}, 404, "service_code no.such was not found"),
        ({"description": None}, 400, "description is required"),
        ({"description": "字" * 4001}, 400, "description must not exceed"),
        ({"address_string": None}, 400, "lat and long, address_string or address_id"),
        ({"lat": "91", "long": "120"}, 400, "lat must be"),
        ({"lat": "nan", "long": "120"}, 400, "lat must be"),
        ({"lat": "30"}, 400, "together"),
        ({"address_id": "x"}, 400, "address_id"),
        ({"address_id": "999999999"}, 400, "地点"),
        ({"service_code": "order"}, 400, "attribute[WHEN] is required"),
        ({"service_code": "order", "attribute[WHEN]": "dawn"}, 400, "attribute[WHEN] must be"),
        ({"phone": "12"}, 400, "电话"),
        ({"jurisdiction_id": "elsewhere"}, 404, "jurisdiction_id"),
    ],
)
def test_a_wrong_form_gets_an_error_array(
    client: Client, district: SmallDistrict, key: str, form: dict[str, Any], status: int, says: str
) -> None:
    answered = post(client, key, **form)
    assert answered.status_code == status
    errors = answered.json()
    assert errors[0]["code"] == status
    assert says in errors[0]["description"]
    assert Ticket.objects.count() == 0


def test_everything_that_is_missing_is_named_at_once(
    client: Client, district: SmallDistrict, key: str
) -> None:
    answered = client.post(f"{V2}/requests.xml", {"api_key": key})
    errors = ElementTree.fromstring(answered.content)
    assert errors.tag == "errors"
    assert [error.findtext("description") for error in errors] == [
        "service_code is required",
        "description is required",
    ]


def test_list_attributes_are_kept_and_unknown_ones_are_not(
    client: Client, district: SmallDistrict, key: str
) -> None:
    answered = post(
        client, key, service_code="order", **{"attribute[WHEN][]": ["night"], "attribute[X]": "y"}
    )
    number = answered.json()[0]["service_request_id"]
    assert ticket(int(number[8:])).attributes == {"WHEN": ["night"]}


def test_no_caller_sets_state_agency_or_time(
    client: Client, district: SmallDistrict, key: str
) -> None:
    answered = post(
        client,
        key,
        status="closed",
        agency_responsible="谁都行",
        requested_datetime="2001-01-01T00:00:00Z",
    )
    row = ticket(int(answered.json()[0]["service_request_id"][8:]))
    assert row.state == "received"
    assert now() - row.received_at < timedelta(minutes=1)


def test_a_matter_that_is_not_public_can_be_posted_and_not_read(
    client: Client, district: SmallDistrict, key: str
) -> None:
    answered = post(client, key, service_code="order", **{"attribute[WHEN]": "night"})
    number = answered.json()[0]["service_request_id"]
    assert client.get(f"{V2}/requests/{number}.json").status_code == 404
    assert client.get(f"{V2}/requests.json").json() == []


def test_a_retry_with_an_idempotency_key_makes_no_second_request(
    client: Client, district: SmallDistrict, key: str
) -> None:
    form = {
        "api_key": key,
        "service_code": "environment.waste",
        "description": "满了",
        "address_string": "和风花园",
    }
    numbers = {
        client.post(f"{V2}/requests.json", form, headers={"Idempotency-Key": "7"}).json()[0][
            "service_request_id"
        ]
        for _ in range(3)
    }
    assert len(numbers) == 1


def test_a_number_overrides_every_other_filter(
    client: Client, district: SmallDistrict, key: str
) -> None:
    number = post(client, key).json()[0]["service_request_id"]
    found = client.get(
        f"{V2}/requests.json",
        {
            "service_request_id": f"{number},20200101000000099",
            "status": "closed",
            "start_date": "2001-01-01T00:00:00Z",
            "end_date": "2009-01-01T00:00:00Z",
        },
    ).json()
    assert [row["service_request_id"] for row in found] == [number]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"start_date": "yesterday"}, "start_date must be a date"),
        ({"start_date": "2026-01-01", "end_date": "2026-05-01"}, "90 days"),
        ({"start_date": "2026-05-02", "end_date": "2026-05-01"}, "must not be after"),
        ({"status": "stuck"}, "status must be"),
        ({"page_size": "0"}, "page_size"),
        ({"page": "x"}, "page"),
    ],
)
def test_a_wrong_query_says_what_is_wrong(
    client: Client, db: None, query: dict[str, str], says: str
) -> None:
    answered = client.get(f"{V2}/requests.json", query)
    assert answered.status_code == 400
    assert says in answered.json()[0]["description"]


def test_filters_by_status_code_and_time_with_offsets(
    client: Client, district: SmallDistrict, key: str
) -> None:
    post(client, key)
    hour = timedelta(hours=1)
    before, after = ((now() + shift).isoformat() for shift in (-hour, hour))
    assert len(client.get(f"{V2}/requests.json", {"start_date": before}).json()) == 1
    assert client.get(f"{V2}/requests.json", {"start_date": after}).json() == []
    assert len(client.get(f"{V2}/requests.json", {"status": "open,closed"}).json()) == 1
    assert client.get(f"{V2}/requests.json", {"status": "closed"}).json() == []
    assert client.get(f"{V2}/requests.json", {"service_code": "order"}).json() == []
    assert len(client.get(f"{V2}/requests.json", {"service_code": "", "status": ""}).json()) == 1


def test_private_fields_can_be_neither_filtered_nor_read(
    client: Client, district: SmallDistrict, key: str
) -> None:
    post(client, key, phone="13800138000", last_name="王某")
    plain = client.get(f"{V2}/requests.json").content
    for query in ({"phone": "13900139000"}, {"requester__phone_index": "x"}, {"sort": "phone"}):
        assert client.get(f"{V2}/requests.json", query).content == plain
    assert "王某" not in plain.decode()


def test_updates_are_read_and_a_requester_adds_one(
    client: Client, district: SmallDistrict, key: str
) -> None:
    receipt = post(client, key).json()[0]
    ticket_id = int(receipt["service_request_id"][8:])
    follow_all(at=now())
    answer_ticket(ticket_id=ticket_id, text="今晚清运", by=district.sanitation, at=now())
    found = client.get(f"{V2}/servicerequestupdates.json").json()
    assert [row["description"] for row in found] == ["今晚清运"]
    form = {"api_key": key, "token": receipt["token"], "description": "还没来"}
    assert client.post(f"{V2}/servicerequestupdates.json", form).status_code == 200
    assert last_event(ticket_id).kind == "ticket.replied"
    wrong = client.post(f"{V2}/servicerequestupdates.json", form | {"token": "x" * 30})
    assert wrong.status_code == 404


def test_an_ended_key_is_refused(client: Client, district: SmallDistrict, key: str) -> None:
    end_key(key_id=ApiKey.objects.get().pk, by=district.officer, at=now())
    assert post(client, key).status_code == 403


@pytest.mark.parametrize("path", ["requests.pdf", "services.html", "tokens/abc.csv"])
def test_an_unknown_format_is_not_found(client: Client, db: None, path: str) -> None:
    assert client.get(f"{V2}/{path}").status_code == 404


def test_another_method_is_refused_in_the_callers_format(client: Client, db: None) -> None:
    answered = client.delete(f"{V2}/requests.xml")
    assert answered.status_code == 405
    assert ElementTree.fromstring(answered.content).tag == "errors"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    form=st.dictionaries(
        st.sampled_from(
            [
                "service_code",
                "description",
                "lat",
                "long",
                "address_string",
                "address_id",
                "phone",
                "email",
                "attribute[WHEN]",
                "attribute[",
                "start_date",
                "page",
                "status",
                "service_request_id",
                "jurisdiction_id",
            ]
        ),
        st.text(max_size=40)
        | st.sampled_from(["order", "environment.waste", "30", "1e400", "-0", "\x00", "١٢"]),
    )
)
def test_nothing_that_is_sent_makes_the_server_fail(
    client: Client, district: SmallDistrict, key: str, form: dict[str, str]
) -> None:
    assert client.post(f"{V2}/requests.json", form | {"api_key": key}).status_code < 500
    assert client.get(f"{V2}/requests.xml", form).status_code < 500
    assert client.get(f"{V2}/servicerequestupdates.json", form).status_code < 500


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("services.json", "services.json"),
        ("services/order.json", "service-definition.json"),
        ("requests.json", "requests.json"),
    ],
)
def test_our_documents_satisfy_the_published_schemas(
    client: Client, district: SmallDistrict, key: str, realdata: Path, path: str, schema: str
) -> None:
    post(client, key)
    follow_all(at=now())
    folder = realdata / "open311" / "schema" / "georeport-v2"
    resources = [
        (file.name, Resource.opaque(json.loads(file.read_text()))) for file in folder.glob("*.json")
    ]
    registry: Registry[Any] = Registry().with_resources(resources)
    rules = json.loads((folder / schema).read_text())
    validator = jsonschema.Draft7Validator(rules, registry=registry)
    found = client.get(f"{V2}/{path}").json()
    assert found
    assert list(validator.iter_errors(found)) == []
