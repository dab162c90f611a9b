"""Every address that takes a number, with numbers that no table holds: not there, never a 500."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter

from gongzhi.commons.organisations.api_keys import give_key
from gongzhi.commons.organisations.models import Person
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.roles import RoleKind
from tests.affairs.small_district import MONDAY, SmallDistrict, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HUGE = (str(2**63), "9" * 19, "9" * 400, "9" * 5_000)


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


def routes(within: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in within.url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, route)
        elif isinstance(each, URLPattern):
            yield route, each


def every_route() -> list[tuple[str, URLPattern]]:
    return list(routes(get_resolver()))


def filled(route: str, pattern: URLPattern, number: str, *, word: str = "word") -> str:
    """The address with this number for each number, and where none is taken for each word."""
    found = pattern.pattern.converters
    numbers = {name for name, kind in found.items() if isinstance(kind, IntConverter)}
    for piece in {part.split(">")[0] for part in route.split("<")[1:]}:
        name = piece.split(":")[-1]
        put = number if name in numbers or not numbers else word
        route = route.replace(f"<{piece}>", put)
    return "/" + route.replace("^", "").replace("$", "")


def sign_in(client: Client, actor: Actor) -> None:
    """Sign in with a demonstration account, so without a second factor."""
    Person.objects.filter(pk=actor.person_id).update(is_demo=True)
    client.force_login(Person.objects.get(pk=actor.person_id))


PAGES = [
    (route, pattern)
    for route, pattern in every_route()
    if any(isinstance(kind, IntConverter) for kind in pattern.pattern.converters.values())
]
PROGRAMS = [
    (route, pattern)
    for route, pattern in every_route()
    if "<" in route and not pattern.pattern.converters.keys() & {"token"}
    and route.startswith(("api/", "hsds/", "open311/", "admin/"))
]  # fmt: skip


@pytest.mark.parametrize("who", ["", "officer", "coordinator"])
def test_no_page_fails_on_a_number_beyond_the_tables(
    district: SmallDistrict, client: Client, who: str
) -> None:
    assert len(PAGES) > 90
    client.raise_request_exception = False
    if who:
        sign_in(client, getattr(district, who))
    failed = []
    for route, pattern in PAGES:
        for number in HUGE:
            path = filled(route, pattern, number)
            for answer in (client.get(path), client.post(path)):
                if answer.status_code != 404:
                    failed.append((answer.status_code, path[:80]))
    assert failed == []


def test_no_interface_fails_on_a_number_beyond_the_tables(
    district: SmallDistrict, client: Client
) -> None:
    assert len(PROGRAMS) > 20
    client.raise_request_exception = False
    key = give_key(
        unit_id=district.units["water"].pk, name="x", speaks_for_unit=True,
        by=district.officer, at=MONDAY,
    )  # fmt: skip
    sign_in(client, district.actor(RoleKind.ADMINISTRATOR, "hotline", "district"))
    failed = []
    for route, pattern in PROGRAMS:
        for number in HUGE:
            path = filled(route, pattern, number)
            answer = client.get(path, headers={"Authorization": f"Bearer {key}"})
            if answer.status_code >= 500:
                failed.append((answer.status_code, path[:80]))
    assert failed == []
