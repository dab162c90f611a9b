"""Metrics for Prometheus: numbers of an installation, for whoever may have them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from prometheus_client.parser import text_string_to_metric_families as parsed

from gongzhi.coordination.follow_ups import follow_all
from gongzhi.coordination.schedules import run_due
from tests.affairs.small_district import SmallDistrict, build
from tests.affairs.tickets.journeys import PHONE, receive

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


def read(client: Client) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in parsed(answer.content.decode())
        for sample in family.samples
    }


def test_they_say_what_waits_and_where_tickets_stand(
    client: Client, district: SmallDistrict
) -> None:
    receive(district, at=now() - timedelta(days=40))
    before = read(client)
    assert before["gongzhi_open_tickets", "received"] == 1
    assert before["gongzhi_outbox_waiting",] == 1
    assert before["gongzhi_outbox_oldest_seconds",] > 39 * 86_400
    follow_all(at=now() - timedelta(days=40))
    run_due(at=now())
    after = read(client)
    assert after["gongzhi_open_tickets", "dispatched"] == 1
    assert after["gongzhi_overdue_tickets",] == 1
    assert after["gongzhi_schedule_due_timestamp_seconds", "ledger.seal"] > now().timestamp()


def test_they_count_requests_by_page_and_never_by_address(
    client: Client, district: SmallDistrict
) -> None:
    receipt = receive(district)
    assert client.get(f"/t/{receipt.link_token}").status_code in {200, 302, 404}
    client.get("/healthz")
    found = read(client)
    assert found["gongzhi_request_seconds_count", "GET", "healthz", "200"] >= 1
    told = client.get("/metrics").content.decode()
    assert receipt.link_token not in told
    assert PHONE not in told


@pytest.mark.parametrize(
    ("token", "proxies", "sent", "status"),
    [
        ("", 0, {}, 200),
        ("", 0, {"REMOTE_ADDR": "203.0.113.9"}, 403),
        ("", 0, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 403),
        ("", 1, {}, 403),
        ("s3cret", 1, {}, 403),
        ("s3cret", 1, {"HTTP_AUTHORIZATION": "Bearer wrong"}, 403),
        ("s3cret", 1, {"HTTP_AUTHORIZATION": "Bearer 密"}, 403),
        ("s3cret", 1, {"HTTP_AUTHORIZATION": "Bearer s3cret", "REMOTE_ADDR": "203.0.113.9"}, 200),
    ],
)
def test_only_this_machine_or_the_token_reads_them(
    client: Client, db: None, settings, token: str, proxies: int, sent: dict[str, str], status: int
) -> None:
    settings.METRICS_TOKEN, settings.TRUSTED_PROXIES = token, proxies
    assert client.get("/metrics", **sent).status_code == status  # type: ignore[arg-type]


def test_nothing_can_be_posted_to_them(client: Client, db: None) -> None:
    assert client.post("/metrics").status_code == 405
