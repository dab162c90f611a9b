"""A notice is written once, sent at least once, and keeps no address."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail

from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices import addresses
from gongzhi.commons.notices.addresses import Address
from gongzhi.commons.notices.delivering import FIRST_PAUSE, LEASE, MOST_TRIES, deliver_due
from gongzhi.commons.notices.models import Delivery, Notice
from gongzhi.commons.notices.notifying import Message, notify
from gongzhi.commons.notices.templates import UnknownTemplate
from tests.affairs.small_district import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.database]


class Receiver(HTTPServer):
    """A gateway on this machine that keeps what it was sent and answers as told."""

    status = 204
    location = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[tuple[dict[str, str], dict[str, Any]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/in"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((dict(self.headers), json.loads(body)))
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> dict[str, Address]:
    """Recipients of this test, reached as it says."""
    held: dict[str, Address] = {}
    for kind in ("unit", "requester"):
        monkeypatch.setitem(addresses._books, kind, lambda _id, _at, kind=kind: held.get(kind))
    return held


def tell(kind: str = "unit", *, once: str = "event-1") -> Notice:
    template = "unit.dispatched" if kind == "unit" else "requester.closed"
    notify([Message(kind, 7, template, Subject("nothing", 1), once)], at=MONDAY)
    return Notice.objects.get(recipient_kind=kind, once_key__startswith=once)


def test_the_same_reason_writes_one_notice(reached: dict[str, Address]) -> None:
    tell()
    tell()
    assert Notice.objects.count() == 1


def test_a_wording_nobody_declared_is_refused(reached: dict[str, Address]) -> None:
    with pytest.raises(UnknownTemplate):
        notify([Message("unit", 7, "unit.nonsense", Subject("nothing", 1), "x")], at=MONDAY)


def test_a_webhook_gets_a_signed_post_with_a_key_to_know_it_again(
    receiver: Receiver, reached: dict[str, Address]
) -> None:
    reached["unit"] = Address(webhook_url=receiver.url)
    tell()
    assert deliver_due(at=MONDAY) == 1
    assert deliver_due(at=MONDAY) == 0
    headers, body = receiver.taken[0]
    assert headers["Gongzhi-Signature"].startswith("sha256=")
    assert len(headers["Idempotency-Key"]) == 64
    assert body["template"] == "unit.dispatched"


def test_a_text_message_goes_to_the_gateway_and_the_number_stays_nowhere(
    receiver: Receiver, reached: dict[str, Address], settings: Any
) -> None:
    settings.SMS_WEBHOOK = receiver.url
    reached["requester"] = Address(phone="13800138000")
    tell("requester")
    assert deliver_due(at=MONDAY) == 1
    assert receiver.taken[0][1]["phone"] == "13800138000"
    kept = str(list(Notice.objects.values())) + str(list(Delivery.objects.values()))
    assert "13800138000" not in kept


def test_an_e_mail_goes_out_where_there_is_a_server(
    reached: dict[str, Address], settings: Any
) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    reached["unit"] = Address(email="desk@example.org")
    tell()
    assert deliver_due(at=MONDAY) == 1
    assert mail.outbox[0].to == ["desk@example.org"]
    assert "新工单" in mail.outbox[0].subject


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_refusal_is_tried_again_ever_later_and_given_up_at_last(
    receiver: Receiver, reached: dict[str, Address], status: int
) -> None:
    receiver.status, receiver.location = status, receiver.url
    reached["unit"] = Address(webhook_url=receiver.url)
    tell()
    at = MONDAY
    for _ in range(MOST_TRIES + 3):
        deliver_due(at=at)
        at += FIRST_PAUSE * 2**MOST_TRIES
    assert len(receiver.taken) == MOST_TRIES  # a redirect is not followed
    delivery = Delivery.objects.get()
    assert delivery.state == "given_up"
    assert receiver.url not in delivery.error


def test_a_receiver_that_is_not_there_costs_a_try_and_no_more(
    reached: dict[str, Address],
) -> None:
    reached["unit"] = Address(webhook_url="http://127.0.0.1:9/in")
    tell()
    assert deliver_due(at=MONDAY) == 0
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("queued", 1)
    assert delivery.next_at is not None
    assert delivery.next_at > MONDAY


def test_a_worker_that_dies_while_sending_leaves_it_for_after_the_lease(
    receiver: Receiver, reached: dict[str, Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    reached["unit"] = Address(webhook_url=receiver.url)
    tell()

    class Killed(BaseException):
        pass

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("gongzhi.commons.notices.delivering.requests.post", die)
        with pytest.raises(Killed):
            deliver_due(at=MONDAY)
    assert deliver_due(at=MONDAY + timedelta(seconds=1)) == 0
    assert deliver_due(at=MONDAY + LEASE) == 1


def test_somebody_who_is_erased_meanwhile_is_not_written_to(
    receiver: Receiver, reached: dict[str, Address]
) -> None:
    reached["unit"] = Address(webhook_url=receiver.url)
    tell()
    del reached["unit"]
    assert deliver_due(at=MONDAY) == 0
    assert receiver.taken == []
    assert Delivery.objects.count() == 0
