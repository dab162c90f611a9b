"""HSDS 3: valid against the published schemas, in pages, with clear errors."""

import json
from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from gongzhi.affairs.resources.offers import Opening, pause_offer
from gongzhi.interfaces.api.hsds.ids import Kind, identifier, number_in
from tests.affairs.resources.pools import MONDAY, SmallPool, build_pool
from tests.affairs.small_district import build

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def pool(db: None) -> SmallPool:
    pool = build_pool(build())
    pool.offer(openings=(Opening(1, time(9), time(12)), Opening(5, time(14), time(17))))
    pool.offer(unit="clinic", title="义诊", categories=("skill.health", "skill.counselling"))
    return pool


def get(path: str, status: int = 200) -> Any:
    answer = Client().get(path)
    assert answer.status_code == status, answer.content
    return answer.json()


@pytest.fixture(scope="module")
def faults(realdata: Path) -> Callable[[str, Any], list[str]]:
    """The faults of a document under one of the published schemas."""
    folder = realdata / "hsds" / "schema"
    files = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
    registry: Registry = Registry().with_resources(
        [(name, Resource.from_contents(body, default_specification=_DRAFT))
         for name, body in files.items()]
    )  # fmt: skip

    def check(name: str, document: Any) -> list[str]:
        validator = Draft202012Validator(
            {"$ref": name}, registry=registry, format_checker=FormatChecker()
        )
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]

    return check


_DRAFT = DRAFT202012
_LISTS = {
    "services": "service.json",
    "organizations": "organization.json",
    "locations": "location.json",
    "service_at_locations": "service_at_location.json",
}


@pytest.mark.realdata
@pytest.mark.parametrize("name", _LISTS)
def test_every_record_is_valid_against_the_published_schema(
    pool: SmallPool, faults: Callable[[str, Any], list[str]], name: str
) -> None:
    page = get(f"/hsds/{name}")
    assert page["total_items"] == len(page["contents"]) > 0
    for short in page["contents"]:
        assert faults(_LISTS[name], short) == []
        whole = get(f"/hsds/{name}/{short['id']}")
        assert faults(_LISTS[name], whole) == []
        assert whole["id"] == short["id"]


@pytest.mark.realdata
def test_the_schemas_do_find_faults(faults: Callable[[str, Any], list[str]]) -> None:
    assert faults("service.json", {"id": "x", "name": "y", "status": "sleeping"}) != []


def test_a_service_tells_unit_hours_kinds_area_and_place(pool: SmallPool) -> None:
    first = get("/hsds/services")["contents"][0]
    whole = get(f"/hsds/services/{first['id']}")
    assert whole["organization"]["name"] == "柳岸银行网点"
    assert [each["byday"] for each in whole["schedules"]] == ["TU", "SA"]
    assert whole["attributes"][0]["taxonomy_term"]["code"] == "people.elderly"
    assert whole["service_areas"][0]["name"] == "明湖区"
    assert whole["service_at_locations"][0]["location"]["addresses"][0]["country"] == "CN"


def test_pages_follow_each_other(pool: SmallPool) -> None:
    one, two = get("/hsds/services?per_page=1"), get("/hsds/services?per_page=1&page=2")
    assert (one["total_items"], one["total_pages"]) == (2, 2)
    assert (one["first_page"], one["last_page"]) == (True, False)
    assert two["last_page"]
    assert one["contents"] != two["contents"]


def test_services_are_found_by_organization_and_time(pool: SmallPool) -> None:
    clinic = identifier(Kind.ORGANIZATION, pool.unit("clinic"))
    (only,) = get(f"/hsds/services?organization_id={clinic}")["contents"]
    assert only["name"] == "义诊"
    assert get("/hsds/services?modified_after=2026-03-03")["empty"]
    assert get("/hsds/services?modified_after=2026-03-01")["total_items"] == 2


def test_a_paused_offer_is_not_listed(pool: SmallPool) -> None:
    ids = [each["id"] for each in get("/hsds/services")["contents"]]
    pause_offer(offer_id=number_in(Kind.SERVICE, ids[0]) or 0, by=pool.bank, at=MONDAY)
    assert [each["id"] for each in get("/hsds/services")["contents"]] == ids[1:]
    get(f"/hsds/services/{ids[0]}", status=404)


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "per_page=9999", "organization_id=7", "modified_after=soon"]
)
def test_a_parameter_that_makes_no_sense_is_named(pool: SmallPool, query: str) -> None:
    assert query.partition("=")[0] in get(f"/hsds/services?{query}", status=400)["error"]


@pytest.mark.parametrize("id", ["x", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_record_is_not_found(pool: SmallPool, id: str) -> None:
    for name in _LISTS:
        get(f"/hsds/{name}/{id}", status=404)


def test_an_identifier_names_one_kind_only() -> None:
    made = identifier(Kind.SERVICE, 2**40 + 7)
    assert number_in(Kind.SERVICE, made) == 2**40 + 7
    assert number_in(Kind.LOCATION, made) is None


@pytest.mark.parametrize(
    "asked",
    [
        "page=0", "page=-1", "page=x", "page=1e3", "page=0000000019999", "page=" + "1" * 5000,
        "per_page=0000000001" + "9" * 5000, "per_page=201", "modified_after=yesterday",
        "modified_after=0001-01-01", "modified_after=9999-12-31T23:59:59-14:00",
        "modified_after=2026-13-40", "organization_id=%00", "organization_id=7",
        "organization_id=" + "f" * 40,
    ],
)  # fmt: skip
def test_hostile_parameters_are_refused_by_name(pool: SmallPool, asked: str) -> None:
    told = get(f"/hsds/services?{asked}", 400)
    assert asked.partition("=")[0] in told["error"]


def test_ids_of_others_are_simply_not_there(pool: SmallPool) -> None:
    for kind in Kind:
        for path in ("services", "organizations", "locations", "service_at_locations"):
            get(f"/hsds/{path}/{identifier(kind, (1 << 62) - 1)}", 404)
    for text in ("%00", "..", "{" + "0" * 32 + "}", "9" * 3000):
        get(f"/hsds/services/{text}", 404)
    assert Client().post("/hsds/services").status_code == 405
