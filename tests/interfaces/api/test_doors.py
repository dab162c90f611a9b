"""Programs reach their interface past everything that only pages need."""

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.affairs.small_district import SmallDistrict, build

pytestmark = pytest.mark.django_db
SERVICES = "/open311/v2/services.json"


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


def test_an_interface_answers_with_safe_headers_and_a_length_and_no_cookie(
    client: Client, district: SmallDistrict
) -> None:
    answer = client.get(SERVICES)
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not answer.cookies


def test_no_session_is_read_for_a_program(
    client: Client, district: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.cookies["sessionid"] = "0123456789abcdef0123456789abcdef"
    seen: list[HttpRequest] = []
    answer = client.get(SERVICES)  # fills what is kept in memory
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(SERVICES)
        seen.append(answer.wsgi_request)
    assert [query["sql"] for query in queries if "session" in query["sql"]] == []
    assert not hasattr(seen[0], "session")


def test_an_address_that_is_no_interface_is_a_page_that_says_so(
    client: Client, district: SmallDistrict
) -> None:
    answer = client.get("/open311/v9/nothing")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_log_still_names_the_page(
    client: Client, district: SmallDistrict, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get(SERVICES)
    assert answer.resolver_match.route == "open311/v2/services.<str:format>"
