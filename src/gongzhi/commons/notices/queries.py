"""Reading notices on the page."""

from dataclasses import dataclass
from datetime import datetime

from gongzhi.commons.notices.delivering import written_many
from gongzhi.commons.notices.models import Notice


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
