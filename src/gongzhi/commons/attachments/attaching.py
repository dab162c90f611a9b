"""Adding a file to a subject, and taking it away."""

import re
import time
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath, PureWindowsPath
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.commons.attachments import storage
from gongzhi.commons.attachments.access import may_attach
from gongzhi.commons.attachments.errors import CannotAttach
from gongzhi.commons.attachments.images import clean_image
from gongzhi.commons.attachments.media_types import MediaType, media_type
from gongzhi.commons.attachments.models import Attachment
from gongzhi.commons.attachments.queries import AttachmentView, view_of
from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import NewEvent, Subject, record, record_many
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.privacy.digests import digests_for_new, erase_keys

__all__ = ["CannotAttach", "attach", "detach", "erase_attachments", "sweep_orphans"]

ADDED = declare(
    "attachment.added",
    "a file was added to a subject",
    "subject_kind",
    "subject",
    "media_type",
    "size",
    "digest",
)
REMOVED = declare(
    "attachment.removed", "a file was taken from its subject", "subject_kind", "subject"
)

MOST_BYTES = 10 * 1024 * 1024
MOST_PER_SUBJECT = 20
_DAY = 24 * 3600


class Upload(Protocol):
    """A file as it comes in: Django's uploads, open files and BytesIO all do."""

    def read(self, size: int, /) -> bytes: ...


def attach(
    file: Upload, *, subject: Subject, by: Actor, at: datetime, name: str = ""
) -> AttachmentView:
    """Check a file, keep it durably and tie it to a subject.

    At most 10 MB; the type is told by content; images are written anew without metadata. Raises
    CannotAttach with the reason, NotPermitted where the subject's room refuses.
    """
    if not may_attach(subject, by):
        raise NotPermitted("attachments.add")
    data = file.read(MOST_BYTES + 1)
    if not data:
        raise CannotAttach(_("文件是空的。"))
    if len(data) > MOST_BYTES:
        raise CannotAttach(_("文件超过 10 MB。请压缩或拆分后再上传。"))
    kind, width, height = media_type(data), None, None
    if kind.is_image:
        clean = clean_image(data)
        data, kind, width, height = clean.data, clean.media_type, clean.width, clean.height
    content = storage.store(data)
    row = Attachment(
        subject_kind=subject.kind,
        subject_id=subject.id,
        content=content,
        media_type=kind.name,
        name=_safe_name(name or getattr(file, "name", "") or "", kind),
        size=len(data),
        width=width,
        height=height,
        added_at=at,
        unit_id=by.unit_id,
    )
    with transaction.atomic():
        _write(row, by=by)
        # Should a sweep have removed the same old content meanwhile, it comes back.
        transaction.on_commit(lambda: storage.store(data))
    return view_of(row)


def detach(*, attachment_id: int, by: Actor, at: datetime) -> None:
    """Take a file from its subject; the sweep removes the bytes once nobody uses them."""
    row = Attachment.objects.filter(pk=attachment_id).first()
    if row is None:
        raise CannotAttach(_("附件不存在，可能已被删除。"))
    subject = Subject(row.subject_kind, row.subject_id)
    if not may_attach(subject, by):
        raise NotPermitted("attachments.remove")
    with transaction.atomic():
        if not Attachment.objects.filter(pk=row.pk).delete()[0]:
            raise CannotAttach(_("附件不存在，可能已被删除。"))
        _tell_removed([row], by=by, at=at)


def erase_attachments(subject: Subject, *, by: Actor, at: datetime) -> int:
    """Take all files from a subject whose owner has them erased, in the caller's transaction.

    The caller has checked that `by` may erase. Returns how many files there were.
    """
    rows = list(
        Attachment.objects.filter(subject_kind=subject.kind, subject_id=subject.id).order_by("pk")
    )
    Attachment.objects.filter(pk__in=[row.pk for row in rows]).delete()
    _tell_removed(rows, by=by, at=at)
    return len(rows)


def sweep_orphans(*, now: float | None = None) -> int:
    """Remove bytes that no attachment uses and that are a day old; returns how many files."""
    limit = (time.time() if now is None else now) - _DAY
    return storage.sweep(older_than=limit, in_use=_used)


def _write(row: Attachment, *, by: Actor) -> None:
    there = Attachment.objects.filter(subject_kind=row.subject_kind, subject_id=row.subject_id)
    if there.count() >= MOST_PER_SUBJECT:
        raise CannotAttach(_("附件已达 %(most)d 个，不能再添加。") % {"most": MOST_PER_SUBJECT})
    row.save(force_insert=True)
    itself = Subject("attachment", row.pk)
    record(
        NewEvent(
            itself,
            ADDED,
            row.added_at,
            unit_id=by.unit_id,
            person_id=by.person_id,
            data={
                "subject_kind": row.subject_kind,
                "subject": row.subject_id,
                "media_type": row.media_type,
                "size": row.size,
                "digest": digests_for_new({itself: row.content})[itself],
            },
            opens=True,
        )
    )


def _tell_removed(rows: Sequence[Attachment], *, by: Actor, at: datetime) -> None:
    """Erase the keys of the digests and write the events; the sweep's waiting time begins."""
    erase_keys(Subject("attachment", row.pk) for row in rows)
    record_many(
        [
            NewEvent(
                Subject("attachment", row.pk),
                REMOVED,
                at,
                unit_id=by.unit_id,
                person_id=by.person_id,
                data={"subject_kind": row.subject_kind, "subject": row.subject_id},
            )
            for row in rows
        ]
    )
    for row in rows:
        transaction.on_commit(partial(storage.release, row.content))


def _used(contents: list[str]) -> set[str]:
    return set(Attachment.objects.filter(content__in=contents).values_list("content", flat=True))


def _safe_name(name: str, kind: MediaType) -> str:
    """The last part of a name without control characters, with the extension of what it is."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    plain = unicodedata.normalize("NFC", last)
    kept = "".join(one for one in plain if one.isprintable() and one not in '<>:"/\\|?*')
    stem = re.sub(r"\.[A-Za-z0-9]{1,8}$", "", kept).strip(" .")[:80]
    return (stem or "附件") + kind.extension
