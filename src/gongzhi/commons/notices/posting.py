"""One POST to somebody else's server, bounded in time and memory whatever that server does."""

import hashlib
import hmac
import json
from collections.abc import Callable
from threading import BoundedSemaphore, Thread
from typing import Any

import requests
from django.conf import settings

TIMEOUT_SECONDS = 5  # for a connection, and between two bytes
TOTAL_SECONDS = 8
# Receivers that never let go can hold so many threads of this process, and no more.
_slots = BoundedSemaphore(8)


class CannotDeliver(RuntimeError):
    """A try that failed; its words name no address."""


class ReceiverHangs(CannotDeliver):
    """A receiver that took the connection and gave no answer in time."""


def post(url: str, payload: dict[str, Any], *, key: str) -> None:
    """Send JSON to a receiver; raises CannotDeliver or a RequestException.

    `key` names the message: a receiver knows a second try by it. With GONGZHI_WEBHOOK_SECRET the
    body is signed. Redirects are refusals; of the answer only the status is read.
    """
    body = json.dumps(payload, ensure_ascii=False, sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": hashlib.sha256(key.encode()).hexdigest(),
    }
    if secret := settings.WEBHOOK_SECRET:
        proof = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers["Gongzhi-Signature"] = f"sha256={proof}"

    def send() -> int:
        with requests.post(
            url,
            data=body,
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,
        ) as answer:
            return answer.status_code

    status = _in_time(send)
    if not 200 <= status < 300:
        raise CannotDeliver(f"the receiver answered {status}")


def _in_time(send: Callable[[], int]) -> int:
    """What `send` gives; its timeouts count each byte, so a whole try is bounded from outside."""
    slots = _slots
    if not slots.acquire(blocking=False):
        raise ReceiverHangs("too many receivers hang")
    outcome: list[int | Exception] = []

    def run() -> None:
        try:
            outcome.append(send())
        except Exception as error:
            outcome.append(error)
        finally:
            slots.release()

    thread = Thread(target=run, name="post", daemon=True)
    thread.start()
    thread.join(TOTAL_SECONDS)
    if not outcome:
        raise ReceiverHangs("the receiver gave no answer in time")
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]
