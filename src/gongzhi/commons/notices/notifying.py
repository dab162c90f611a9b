"""Telling somebody: written once in the follow-up's transaction, delivered by the worker after."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from gongzhi.commons.inserting import insert_rows
from gongzhi.commons.ledger.recording import Plain, Subject
from gongzhi.commons.notices.addresses import address_of
from gongzhi.commons.notices.models import Channel, Delivery, Notice
from gongzhi.commons.notices.templates import template_named


@dataclass(frozen=True, slots=True)
class Message:
    """One notice to write: to whom, which wording, about what. `once` names why, for retries."""

    recipient_kind: str
    recipient_id: int
    template: str
    subject: Subject
    once: str
    facts: dict[str, Plain] = field(default_factory=dict)


def notify(messages: Sequence[Message], *, at: datetime) -> int:
    """Write the notices that aren't written yet, with a delivery for each way; returns how many.

    The same `once` for the same recipient and wording writes nothing the second time.
    """
    for message in messages:
        template_named(message.template)
    keys = {_key(message): message for message in messages}
    known = set(Notice.objects.filter(once_key__in=keys).values_list("once_key", flat=True))
    rows = [_row(message, key, at=at) for key, message in keys.items() if key not in known]
    insert_rows(rows)
    insert_rows(
        [
            Delivery(notice=row, channel=channel, next_at=at)
            for row in rows
            for channel in _ways(row.recipient_kind, row.recipient_id, at=at)
        ]
    )
    return len(rows)


def _key(message: Message) -> str:
    return f"{message.once}:{message.template}:{message.recipient_kind}:{message.recipient_id}"


def _row(message: Message, key: str, *, at: datetime) -> Notice:
    return Notice(
        recipient_kind=message.recipient_kind,
        recipient_id=message.recipient_id,
        template=message.template,
        subject_kind=message.subject.kind,
        subject_id=message.subject.id,
        facts=message.facts,
        once_key=key,
        at=at,
    )


def _ways(recipient_kind: str, recipient_id: int, *, at: datetime) -> list[Channel]:
    """The ways that this installation has; whether the recipient has them too shows on sending.

    A unit's address is in memory, so one without a webhook costs nothing more.
    """
    ways = [Channel.EMAIL] if settings.EMAIL_HOST else []
    if recipient_kind != "unit" and settings.SMS_WEBHOOK:
        ways.append(Channel.SMS)
    if recipient_kind == "unit" and address_of("unit", recipient_id, at=at).webhook_url:
        ways.append(Channel.WEBHOOK)
    return ways
