"""Reading attachments: what a subject has, and the bytes for whoever may see them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.utils.http import content_disposition_header

from gongzhi.commons.attachments import storage
from gongzhi.commons.attachments.access import may_read
from gongzhi.commons.attachments.models import Attachment
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted


class NoAttachment(LookupError):
    """There is no such attachment, or its bytes are lost."""


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """What is known of a file without opening it."""

    id: int
    subject: Subject
    name: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    added_at: datetime
    by_resident: bool
    content: str

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file ready to be sent, with the headers that keep a browser from running it."""

    path: Path
    view: AttachmentView
    headers: dict[str, str] = field(default_factory=dict)


def attachments_of(subject: Subject) -> list[AttachmentView]:
    """The files of a subject, oldest first."""
    rows = Attachment.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    return [view_of(row) for row in rows.order_by("pk")]


def attachments_of_many(kind: str, ids: Iterable[int]) -> dict[int, list[AttachmentView]]:
    """The files of many subjects of one kind, in one query; subjects without any are left out."""
    found: dict[int, list[AttachmentView]] = {}
    rows = Attachment.objects.filter(subject_kind=kind, subject_id__in=list(ids))
    for row in rows.order_by("pk"):
        found.setdefault(row.subject_id, []).append(view_of(row))
    return found


def open_attachment(attachment_id: int, *, by: Actor) -> OpenedFile:
    """The file for somebody who may read its subject; raises NoAttachment, NotPermitted."""
    row = Attachment.objects.filter(pk=attachment_id).first()
    if row is None:
        raise NoAttachment(f"there is no attachment {attachment_id}")
    view = view_of(row)
    if not may_read(view.subject, by):
        raise NotPermitted("attachments.read")
    path = storage.path_of(view.content)
    if not path.is_file():
        raise NoAttachment(f"the bytes of attachment {attachment_id} are lost")
    return OpenedFile(path, view, _headers(view))


def view_of(row: Attachment) -> AttachmentView:
    """The frozen view of a row."""
    return AttachmentView(
        id=row.pk,
        subject=Subject(row.subject_kind, row.subject_id),
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        width=row.width,
        height=row.height,
        added_at=row.added_at,
        by_resident=row.unit_id is None,
        content=row.content,
    )


def _headers(view: AttachmentView) -> dict[str, str]:
    return {
        "Content-Type": view.media_type,
        "Content-Length": str(view.size),
        "Content-Disposition": content_disposition_header(not view.is_image, view.name) or "inline",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=86400",
        "Referrer-Policy": "no-referrer",
    }
