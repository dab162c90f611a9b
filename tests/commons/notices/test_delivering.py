"""A notice is written once, sent at least once, and keeps no address."""

import contextlib
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail

from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices import addresses, posting
from gongzhi.commons.notices.addresses import Address
from gongzhi.commons.notices.delivering import FIRST_PAUSE, LEASE, MOST_TRIES, deliver_due
from gongzhi.commons.notices.models import Delivery, Notice
from gongzhi.commons.notices.notifying import Message, notify
from gongzhi.commons.notices.queries import undelivered
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
    receiver: Receiver, reached: dict[str, Address], settings: Any
) -> None:
    settings.WEBHOOK_SECRET = "shared"
    reached["unit"] = Address(webhook_url=receiver.url)
    tell()
    assert deliver_due(at=MONDAY) == 1
    assert deliver_due(at=MONDAY) == 0
    headers, body = receiver.taken[0]
    signed = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
    proof = hmac.new(b"shared", signed, hashlib.sha256).hexdigest()
    assert headers["Gongzhi-Signature"] == f"sha256={proof}"
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
        patch.setattr("gongzhi.commons.notices.delivering.post", die)
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


class Trickle(threading.Thread):
    """A server that answers as it is told, byte by byte, for as long as anybody listens."""

    def __init__(self, begin: bytes, endless: bytes, pause: float) -> None:
        super().__init__(daemon=True)
        self.begin, self.endless, self.pause = begin, endless, pause
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/in"
        self.asked = self.sent = 0
        self.over = False

    def run(self) -> None:
        while True:
            try:
                caller, _ = self.socket.accept()
            except OSError:
                return
            self.asked += 1
            threading.Thread(target=self._answer, args=(caller,), daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError):
            caller.recv(65_536)
            caller.sendall(self.begin)
            while not self.over:
                caller.sendall(self.endless)
                self.sent += len(self.endless)
                time.sleep(self.pause)


@pytest.fixture
def trickle(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Trickle]]:
    monkeypatch.setattr(posting, "TOTAL_SECONDS", 0.5)
    monkeypatch.setattr(posting, "_slots", threading.BoundedSemaphore(2))
    started: list[Trickle] = []

    def start(begin: bytes, endless: bytes, pause: float = 0.05) -> Trickle:
        started.append(Trickle(begin, endless, pause))
        started[-1].start()
        return started[-1]

    yield start
    for each in started:
        each.over = True
        each.socket.close()


def test_a_receiver_that_never_ends_its_answer_costs_one_try_a_run(
    trickle: Callable[..., Trickle], reached: dict[str, Address]
) -> None:
    server = trickle(b"HTTP/1.1 200 OK\r\n", b"X")
    reached["unit"] = Address(webhook_url=server.url)
    for number in range(5):
        tell(once=f"event-{number}")
    began = time.monotonic()
    assert deliver_due(at=MONDAY) == 0
    assert time.monotonic() - began < 5
    assert server.asked == 1
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]
    assert undelivered()[0].error == "ReceiverHangs"


def test_threads_held_by_receivers_are_bounded(
    trickle: Callable[..., Trickle], reached: dict[str, Address]
) -> None:
    before = set(threading.enumerate())
    for number in range(4):
        server = trickle(b"HTTP/1.1 200 OK\r\n", b"X")
        reached["unit"] = Address(webhook_url=server.url)
        tell(once=f"event-{number}")
        deliver_due(at=MONDAY)
    held = [each for each in set(threading.enumerate()) - before if each.name == "post"]
    assert len(held) == 2


def test_of_a_huge_answer_only_the_status_is_read(
    trickle: Callable[..., Trickle], reached: dict[str, Address]
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n"
    server = trickle(head, b"X" * 65_536, pause=0)
    reached["unit"] = Address(webhook_url=server.url)
    tell()
    assert deliver_due(at=MONDAY) == 1
    assert server.sent < 50_000_000


def test_one_that_can_never_be_sent_does_not_keep_the_next_waiting(
    receiver: Receiver, reached: dict[str, Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    reached["unit"] = Address(webhook_url=receiver.url)
    broken = tell(once="event-1")
    Notice.objects.filter(pk=broken.pk).update(template="unit.gone")
    tell(once="event-2")
    assert deliver_due(at=MONDAY) == 1
    (failed,) = undelivered()
    assert (failed.notice_id, failed.error) == (broken.pk, "UnknownTemplate")


def test_a_run_that_takes_long_gives_back_what_it_has_not_tried(
    receiver: Receiver, reached: dict[str, Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongzhi.commons.notices.delivering.RUN_SECONDS", -1)
    reached["unit"] = Address(webhook_url=receiver.url)
    tell()
    assert deliver_due(at=MONDAY) == 0
    assert Delivery.objects.get().attempts == 0
    monkeypatch.undo()


@pytest.mark.parametrize(
    "url", ["ftp://x/y", "http://", "http://[::1", "no address", "http://\x00"]
)
def test_an_address_that_is_none_fails_quietly(reached: dict[str, Address], url: str) -> None:
    reached["unit"] = Address(webhook_url=url)
    tell()
    assert deliver_due(at=MONDAY) == 0
    assert undelivered()[0].attempts == 1
