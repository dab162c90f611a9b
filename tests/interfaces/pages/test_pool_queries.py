"""Pages and feeds of the pool ask the database as often for many needs as for few."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.affairs.resources.claims import claim_need
from gongzhi.affairs.resources.models import Need
from tests.affairs.resources.pools import SmallPool, build_pool
from tests.affairs.small_district import build
from tests.interfaces.pages.test_resources import as_, need, offer

pytestmark = pytest.mark.database
PAGES = [
    ("/needs", 14), ("/needs?category=1", 14), ("/needs.atom", 6), ("/offers", 14), ("/claims", 14),
    ("/gap", 20), ("/gap?place={place}&category={category}", 24), ("/rooms", 14),
    ("/hsds/organizations", 10), ("/hsds/services", 10), ("/hsds/locations", 10),
    ("/hsds/service_at_locations", 10),
]  # fmt: skip


@pytest.fixture
def pool(db: None) -> SmallPool:
    return build_pool(build())


def fill(pool: SmallPool, many: int) -> None:
    for number in range(many):
        made = need(pool, f"陪伴{number}")
        claim_need(
            need_id=made, unit_id=pool.unit("bank"), quantity=1, offer_id=None, by=pool.bank,
            day=Need.objects.get(pk=made).begins, at=Need.objects.get(pk=made).touched_at,
        )  # fmt: skip
        offer(pool, seats=10 + number)


def asked(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as questions:
        assert client.get(path).status_code == 200
    return len(questions)


@pytest.mark.parametrize(("path", "most"), PAGES)
def test_many_cost_as_few(pool: SmallPool, path: str, most: int) -> None:
    fill(pool, 2)
    row, client = Need.objects.first(), as_(pool.district.officer)
    assert row is not None
    path = path.format(place=row.community_id, category=row.category_id)
    asked(client, path)
    few = asked(client, path)
    fill(pool, 10)
    asked(client, path)
    assert asked(client, path) == few
    assert few <= most
