"""Sending what is due, over e-mail and HTTP, with retries that wait ever longer."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import requests
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import F, QuerySet

from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.addresses import Address, address_of, facts_of
from gongzhi.commons.notices.models import Channel, Delivery, DeliveryState, Notice
from gongzhi.commons.notices.templates import template_named

FIRST_PAUSE = timedelta(minutes=1)
LEASE = timedelta(minutes=5)
MOST_TRIES = 8
TIMEOUT_SECONDS = 5


class CannotDeliver(RuntimeError):
    """A try that failed; its words name no address."""


def deliver_due(*, at: datetime, most: int = 50) -> int:
    """Try the deliveries that are due; returns how many were sent.

    Deliveries are leased before they are tried, so that of two workers one sends each; a worker
    that dies half-way leaves the rest to be tried again after the lease. Receivers over HTTP get
    an Idempotency-Key to recognise a second try by.
    """
    due = Delivery.objects.filter(state=DeliveryState.QUEUED, next_at__lte=at)
    if not due.exists():  # asked outside a transaction, which on SQLite would keep writers waiting
        return 0
    return sum(_try(delivery, at=at) for delivery in _leased(due, at=at, most=most))


@transaction.atomic
def _leased(due: QuerySet[Delivery], *, at: datetime, most: int) -> list[Delivery]:
    skip = connection.features.has_select_for_update_skip_locked
    mine = due.select_for_update(skip_locked=skip, of=("self",) if skip else ())
    found = list(mine.select_related("notice").order_by("next_at")[:most])
    rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in found])
    rows.update(next_at=at + LEASE, attempts=F("attempts") + 1)
    return found


def _try(delivery: Delivery, *, at: datetime) -> int:
    notice = delivery.notice
    address = address_of(notice.recipient_kind, notice.recipient_id, at=at)
    try:
        went = _send(notice, address, Channel(delivery.channel))
    except (CannotDeliver, OSError, requests.RequestException) as error:
        _put_off(delivery, type(error).__name__, at=at)
        return 0
    if not went:
        Delivery.objects.filter(pk=delivery.pk).delete()  # no such way to this recipient
        return 0
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.SENT, sent_at=at, next_at=None, error=""
    )
    return 1


def _put_off(delivery: Delivery, error: str, *, at: datetime) -> None:
    tries = delivery.attempts + 1
    over = tries >= MOST_TRIES
    Delivery.objects.filter(pk=delivery.pk).update(
        error=error,
        state=DeliveryState.GIVEN_UP if over else DeliveryState.QUEUED,
        next_at=None if over else at + FIRST_PAUSE * 2**tries,
    )


def _send(notice: Notice, address: Address, channel: Channel) -> bool:
    """Send over one channel; False where the recipient has no such way."""
    heading, body = written(notice, language=address.language or settings.LANGUAGE_CODE)
    if channel is Channel.EMAIL:
        if not address.email or not settings.EMAIL_HOST:
            return False
        return bool(EmailMessage(heading, body, to=[address.email]).send())
    url = address.webhook_url if channel is Channel.WEBHOOK else settings.SMS_WEBHOOK
    if not url or (channel is Channel.SMS and not address.phone):
        return False
    payload: dict[str, Any] = {"id": notice.pk, "template": notice.template, "text": body}
    if channel is Channel.SMS:
        payload["phone"] = address.phone
    else:
        payload |= {
            "subject": notice.subject_kind,
            "subject_id": notice.subject_id,
            "title": heading,
        }
    _post(url, payload, key=notice.once_key)
    return True


def _post(url: str, payload: dict[str, Any], *, key: str) -> None:
    body = json.dumps(payload, ensure_ascii=False, sort_keys=True).encode()
    proof = hmac.new(bytes.fromhex(settings.KEYS["link"][0]), body, hashlib.sha256).hexdigest()
    answer = requests.post(
        url,
        data=body,
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": hashlib.sha256(key.encode()).hexdigest(),
            "Gongzhi-Signature": f"sha256={proof}",
        },
        timeout=TIMEOUT_SECONDS,
        allow_redirects=False,
    )
    if not 200 <= answer.status_code < 300:
        raise CannotDeliver(f"the receiver answered {answer.status_code}")


def written(notice: Notice, *, language: str) -> tuple[str, str]:
    """Heading and body of a notice as its recipient reads them now."""
    return written_many([notice], language=language)[0]


def written_many(notices: Sequence[Notice], *, language: str) -> list[tuple[str, str]]:
    """The same for many notices, in as many queries as for one."""
    subjects: dict[str, list[Subject]] = {}
    for notice in notices:
        subjects.setdefault(notice.recipient_kind, []).append(_subject(notice))
    known = {kind: facts_of(kind, some) for kind, some in subjects.items()}
    texts = []
    for notice in notices:
        facts = {name: str(value) for name, value in notice.facts.items()}
        facts |= known[notice.recipient_kind].get(_subject(notice), {})
        texts.append(template_named(notice.template).write(facts, language=language))
    return texts


def _subject(notice: Notice) -> Subject:
    return Subject(notice.subject_kind, notice.subject_id)
