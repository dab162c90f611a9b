"""Sealing the heads of all chains with a key that the database doesn't hold.

A seal covers the events written since the one before, so sealing every night costs what the day
brought. Exported seals, kept elsewhere, are what `verify` measures a ledger against: without them,
somebody who owns the database could rewrite a whole chain or cut its end unseen.
"""

import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from gongzhi.commons.ledger import seal_files
from gongzhi.commons.ledger.models import Event, Seal
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.ledger.seal_files import BadSeal, Head, SealHeader
from gongzhi.commons.ledger.seal_keys import public_hex, signing_key

__all__ = ["BadSeal", "CannotSeal", "export_seal", "make_seal", "read_own_seals", "read_seal"]

EVENTS_IN_A_SEAL = 50_000


class CannotSeal(RuntimeError):
    """Another process sealed at the same time."""


def make_seal(*, at: datetime, progress: Callable[[int], object] | None = None) -> int:
    """Seal what was written since the last seal; returns how many seals that took.

    Each seal covers at most 50,000 events and is a transaction of its own, so memory is bounded
    and an interrupted run goes on. Nothing new, no seal.
    """
    key, until, made = signing_key(Path(settings.SEAL_KEY_FILE)), _last_settled_event(), 0
    while events := _seal_next(key, until=until, at=at):
        made += 1
        if progress:
            progress(events)
    return made


def unsealed_events() -> int:
    """About how many events the next `make_seal` covers: the total for a progress bar."""
    last = Seal.objects.aggregate(last=Max("up_to"))["last"] or 0
    return Event.objects.filter(pk__gt=last).count()


def last_seal_at() -> datetime | None:
    """When the last seal was made."""
    return Seal.objects.order_by("-number").values_list("made_at", flat=True).first()


def export_seal(path: Path) -> int:
    """Write all seals into one file, whole or not at all; returns how many they are."""
    draft, count = path.with_name(f".{path.name}.part"), 0
    try:
        with draft.open("wb") as file:
            for row in Seal.objects.order_by("number").iterator(chunk_size=10):
                file.writelines(_lines_of(row))
                count += 1
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return count


def read_seal(path: Path, *, trusted: str | None) -> Iterator[tuple[SealHeader, list[Head]]]:
    """The seals in an exported file, each checked; raises BadSeal."""
    with path.open("rb") as file:
        yield from seal_files.read_lines(file, trusted=trusted)


def read_own_seals(*, trusted: str | None) -> Iterator[tuple[SealHeader, list[Head]]]:
    """The seals kept in the database, each checked; raises BadSeal."""
    rows = Seal.objects.order_by("number").iterator(chunk_size=10)
    yield from seal_files.read_lines(
        (line for row in rows for line in _lines_of(row)), trusted=trusted
    )


def _seal_next(key: Ed25519PrivateKey, *, until: int, at: datetime) -> int:
    last = Seal.objects.order_by("-number").first()
    since = last.up_to if last else 0
    rows = Event.objects.filter(pk__gt=since, pk__lte=until).order_by("pk")
    heads: dict[Subject, Head] = {}
    count = up_to = 0
    for pk, kind, subject_id, sequence, digest in rows.values_list(
        "pk", "subject_kind", "subject_id", "sequence", "hash"
    )[:EVENTS_IN_A_SEAL]:
        subject, count, up_to = Subject(kind, subject_id), count + 1, pk
        if subject not in heads or heads[subject].sequence < sequence:
            heads[subject] = Head(subject, sequence, digest)
    if not count:
        return 0
    header = SealHeader(
        number=last.number + 1 if last else 1,
        made_at=_written(at),
        up_to=up_to,
        chains=len(heads),
        previous=last.digest if last else seal_files.FIRST,
        key=public_hex(key),
    )
    _write(header, [heads[subject] for subject in sorted(heads)], key=key, at=at)
    return count


def _write(header: SealHeader, heads: list[Head], *, key: Ed25519PrivateKey, at: datetime) -> None:
    body = b"".join(map(seal_files.head_line, heads))
    digest = sha256(seal_files.header_line(header) + body).hexdigest()
    try:
        with transaction.atomic():
            Seal.objects.create(
                number=header.number,
                made_at=at,
                up_to=header.up_to,
                chains=header.chains,
                body=zlib.compress(body),
                previous=header.previous,
                digest=digest,
                key=header.key,
                signature=key.sign(seal_files.message(digest)).hex(),
            )
    except IntegrityError as error:
        raise CannotSeal(f"seal {header.number} was made by another process meanwhile") from error


def _lines_of(row: Seal) -> Iterator[bytes]:
    header = SealHeader(
        number=row.number,
        made_at=_written(row.made_at),
        up_to=row.up_to,
        chains=row.chains,
        previous=row.previous,
        key=row.key,
    )
    yield seal_files.header_line(header)
    yield from zlib.decompress(bytes(row.body)).splitlines(keepends=True)
    yield seal_files.last_line(row.digest, row.signature)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


@transaction.atomic
def _last_settled_event() -> int:
    """The row id up to which every event is either written or never will be.

    PostgreSQL gives ids before it commits: waiting once for the writers at work makes sure that
    no event with a smaller id appears after its range was sealed. On SQLite writers take turns.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE ledger_event IN SHARE MODE")
    last: int | None = Event.objects.aggregate(last=Max("pk"))["last"]
    return last or 0
