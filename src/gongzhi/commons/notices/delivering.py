"""Sending what is due, over e-mail and HTTP, with retries that wait ever longer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import DatabaseError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import translation
from django.utils.translation import gettext

from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.addresses import Address, address_of, facts_of
from gongzhi.commons.notices.models import Channel, Delivery, DeliveryState, Notice
from gongzhi.commons.notices.posting import ReceiverHangs, post
from gongzhi.commons.notices.templates import template_named
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require

FIRST_PAUSE = timedelta(minutes=1)
LEASE = timedelta(minutes=5)
MOST_TRIES = 8
RUN_SECONDS = 8  # so that a worker told to stop does so in time


def deliver_due(*, at: datetime, most: int = 50) -> int:
    """Try the deliveries that are due; returns how many were sent.

    Deliveries are leased before they are tried, so that of two workers one sends each; a worker
    that dies half-way leaves the rest to be tried again after the lease. Receivers over HTTP get
    an Idempotency-Key to recognise a second try by. One that hangs is not tried again in the same
    run, and a run that took long gives back what it has not tried.
    """
    due = Delivery.objects.filter(state=DeliveryState.QUEUED, next_at__lte=at)
    if not due.exists():  # asked outside a transaction, which on SQLite would keep writers waiting
        return 0
    began, sent, hanging = monotonic(), 0, set[str]()
    for delivery in _leased(due, at=at, most=most):
        if monotonic() - began > RUN_SECONDS:
            _give_back(delivery, until=at)
        else:
            sent += _try(delivery, hanging, at=at)
    return sent


class CannotSendAgain(ValueError):
    """A delivery that was not given up."""


def send_again(*, delivery_id: int, by: Actor, at: datetime) -> None:
    """Try a delivery that was given up anew, for instance once the receiver is mended."""
    require(by, "notices.send_again")
    given_up = Delivery.objects.filter(pk=delivery_id, state=DeliveryState.GIVEN_UP)
    if not given_up.update(state=DeliveryState.QUEUED, attempts=0, next_at=at):
        raise CannotSendAgain(gettext("这条消息没有放弃发送，不用重发"))


def queued_and_given_up() -> tuple[int, int]:
    """How many deliveries wait for a try, and how many were given up."""
    return (
        Delivery.objects.filter(state=DeliveryState.QUEUED, next_at__isnull=False).count(),
        Delivery.objects.filter(state=DeliveryState.GIVEN_UP).count(),
    )


def _give_back(delivery: Delivery, *, until: datetime) -> None:
    """End the lease of one that was not tried; that counts as no try."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.QUEUED)
    mine.update(next_at=until, attempts=delivery.attempts)


@transaction.atomic
def _leased(due: QuerySet[Delivery], *, at: datetime, most: int) -> list[Delivery]:
    skip = connection.features.has_select_for_update_skip_locked
    mine = due.select_for_update(skip_locked=skip, of=("self",) if skip else ())
    found = list(mine.select_related("notice").order_by("next_at")[:most])
    rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in found])
    rows.update(next_at=at + LEASE, attempts=F("attempts") + 1)
    return found


def _try(delivery: Delivery, hanging: set[str], *, at: datetime) -> int:
    """Send one; any error is put off like any other, so that none keeps the next ones waiting."""
    notice, channel = delivery.notice, Channel(delivery.channel)
    url = ""
    try:
        address = address_of(notice.recipient_kind, notice.recipient_id, at=at)
        url = _url(address, channel)
        if url in hanging:
            _give_back(delivery, until=at + FIRST_PAUSE)
            return 0
        went = _send(notice, address, channel, url=url)
    except DatabaseError:
        raise
    except Exception as error:
        if isinstance(error, ReceiverHangs):
            hanging.add(url)
        _put_off(delivery, type(error).__name__, at=at)
        return 0
    if not went:
        Delivery.objects.filter(pk=delivery.pk).delete()  # no such way to this recipient
        return 0
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.SENT, sent_at=at, next_at=None, error=""
    )
    return 1


def _url(address: Address, channel: Channel) -> str:
    if channel is Channel.WEBHOOK:
        return address.webhook_url
    return settings.SMS_WEBHOOK if channel is Channel.SMS and address.phone else ""


def _put_off(delivery: Delivery, error: str, *, at: datetime) -> None:
    tries = delivery.attempts + 1
    over = tries >= MOST_TRIES
    Delivery.objects.filter(pk=delivery.pk).update(
        error=error,
        state=DeliveryState.GIVEN_UP if over else DeliveryState.QUEUED,
        next_at=None if over else at + FIRST_PAUSE * 2**tries,
    )


def _send(notice: Notice, address: Address, channel: Channel, *, url: str) -> bool:
    """Send over one channel; False where the recipient has no such way."""
    heading, body = written(notice, language=address.language or settings.LANGUAGE_CODE)
    if channel is Channel.EMAIL:
        if not address.email or not settings.EMAIL_HOST:
            return False
        return bool(EmailMessage(heading, body, to=[address.email]).send())
    if not url:
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
    post(url, payload, key=notice.once_key)
    return True


def written(notice: Notice, *, language: str) -> tuple[str, str]:
    """Heading and body of a notice as its recipient reads them now."""
    return written_many([notice], language=language)[0]


def written_many(notices: Sequence[Notice], *, language: str) -> list[tuple[str, str]]:
    """The same for many notices, in as many queries as for one."""
    subjects: dict[str, list[Subject]] = {}
    for notice in notices:
        subjects.setdefault(notice.recipient_kind, []).append(_subject(notice))
    with translation.override(language):
        known = {kind: facts_of(kind, some) for kind, some in subjects.items()}
    texts = []
    for notice in notices:
        facts = {name: str(value) for name, value in notice.facts.items()}
        facts |= known[notice.recipient_kind].get(_subject(notice), {})
        heading, body = template_named(notice.template).write(facts, language=language)
        texts.append((" ".join(heading.split()), body))  # a title may hold a line break
    return texts


def _subject(notice: Notice) -> Subject:
    return Subject(notice.subject_kind, notice.subject_id)
