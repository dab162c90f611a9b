"""Reading notices on the page."""

from dataclasses import dataclass
from datetime import datetime

from gongzhi.commons.notices.delivering import written_many
from gongzhi.commons.notices.models import Channel, Delivery, DeliveryState, Notice


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice as its recipient reads it."""

    id: int
    heading: str
    body: str
    subject_kind: str
    subject_id: int
    at: datetime
    read: bool


def notices_of_units(
    unit_ids: frozenset[int], *, language: str, most: int = 30
) -> list[NoticeView]:
    """The newest notices to these units, in a bounded number of queries."""
    found = Notice.objects.filter(recipient_kind="unit", recipient_id__in=unit_ids)
    rows = list(found.order_by("-id")[:most])
    texts = written_many(rows, language=language)
    return [_view(row, *text) for row, text in zip(rows, texts, strict=True)]


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A delivery that was given up, or fails so far: what about, over which way, and why."""

    notice_id: int
    recipient_kind: str
    recipient_id: int
    template: str
    channel: Channel
    state: DeliveryState
    attempts: int
    error: str
    next_at: datetime | None


def undelivered(*, most: int = 100) -> list[Undelivered]:
    """What does not reach its recipients, newest first, for an administrator. One query."""
    failing = Delivery.objects.exclude(error="").exclude(state=DeliveryState.SENT)
    return [
        Undelivered(
            notice_id=row.notice_id,
            recipient_kind=row.notice.recipient_kind,
            recipient_id=row.notice.recipient_id,
            template=row.notice.template,
            channel=Channel(row.channel),
            state=DeliveryState(row.state),
            attempts=row.attempts,
            error=row.error,
            next_at=row.next_at,
        )
        for row in failing.select_related("notice").order_by("-id")[:most]
    ]


def unread_count(unit_ids: frozenset[int], *, most: int = 99) -> int:
    """How many notices to these units nobody has read, counted up to `most`."""
    found = Notice.objects.filter(
        recipient_kind="unit", recipient_id__in=unit_ids, read_at__isnull=True
    )
    return len(found.values_list("id")[:most])


def mark_read(unit_ids: frozenset[int], *, at: datetime) -> int:
    """Mark every notice to these units as read."""
    found = Notice.objects.filter(
        recipient_kind="unit", recipient_id__in=unit_ids, read_at__isnull=True
    )
    return found.update(read_at=at)


def _view(row: Notice, heading: str, body: str) -> NoticeView:
    return NoticeView(
        id=row.pk,
        heading=heading,
        body=body,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        at=row.at,
        read=row.read_at is not None,
    )
