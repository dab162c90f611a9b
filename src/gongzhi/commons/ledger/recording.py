"""Writing events, in the transaction of the action that made them happen."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from django.db import transaction
from django.db.models import OuterRef, Subquery

from gongzhi.commons.ledger.inserting import EventRow, insert_events, insert_outbox
from gongzhi.commons.ledger.kinds import check_kind
from gongzhi.commons.ledger.models import Event

Plain = str | int | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]

_LONGEST_TEXT = 160  # a code, a name, a time or a digest; a free text has no place here
_HEADS_AT_ONCE = 400
_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Subject(NamedTuple):
    """What an event is about: a kind ("ticket") and the id within it."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event about to be written. `data` holds facts only: no free text, no contact, no float."""

    subject: Subject
    kind: str
    at: datetime
    unit_id: int | None = None
    person_id: int | None = None
    place_id: int | None = None
    data: dict[str, Plain] = field(default_factory=dict)
    opens: bool = False  # the first event of its subject: nothing to look up


class CannotRecord(ValueError):
    """An event that may not be written, and why."""


def genesis(subject: Subject) -> str:
    """The hash before a subject's first event; it binds the chain to its subject."""
    return sha256(f"gongzhi:{subject.kind}:{subject.id}".encode()).hexdigest()


def event_hash(
    *,
    subject: Subject,
    sequence: int,
    kind: str,
    at: datetime,
    unit_id: int | None,
    person_id: int | None,
    place_id: int | None,
    data: dict[str, Plain],
    previous_hash: str,
) -> str:
    """SHA-256 over the canonical JSON of everything the event says and the hash before it."""
    body = [
        subject.kind,
        subject.id,
        sequence,
        kind,
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        unit_id,
        person_id,
        place_id,
        data,
        previous_hash,
    ]
    return sha256(_canonical(body).encode()).hexdigest()


class Recorded(NamedTuple):
    """An event that was written: where it stands, and its hash."""

    id: int
    subject: Subject
    sequence: int
    hash: str


def record(event: NewEvent) -> Recorded:
    """Write one event; see `record_many`."""
    return record_many([event])[0]


def record_many(events: Sequence[NewEvent]) -> list[Recorded]:
    """Append events to their subjects' chains and to the outbox, in the order given.

    Must run inside the action's transaction, after the action has locked its subject by a
    conditional update, so that two writers never extend the same chain at once; should they,
    the unique constraint refuses the second and its transaction is undone.
    Costs one look-up of heads (none when every event opens its subject) and two inserts.
    """
    if not transaction.get_connection().in_atomic_block:
        raise CannotRecord("an event is written in its action's transaction; open one first")
    heads = _heads({event.subject for event in events if not event.opens})
    rows = [_chained(event, heads) for event in events]
    ids = insert_events([row.values(event) for row, event in zip(rows, events, strict=True)])
    insert_outbox(ids)
    return [
        Recorded(event_id, row.subject, row.sequence, row.hash)
        for event_id, row in zip(ids, rows, strict=True)
    ]


class _Link(NamedTuple):
    """The place of an event in its chain."""

    subject: Subject
    sequence: int
    previous_hash: str
    hash: str

    def values(self, event: NewEvent) -> EventRow:
        return EventRow(
            event.subject.kind,
            event.subject.id,
            self.sequence,
            event.kind,
            event.at,
            event.unit_id,
            event.person_id,
            event.place_id,
            event.data,
            self.previous_hash,
            self.hash,
        )


def _chained(event: NewEvent, heads: dict[Subject, tuple[int, str]]) -> _Link:
    check_kind(event.kind, subject_kind=event.subject.kind, fields=event.data)
    if event.at.tzinfo is None:
        raise CannotRecord(f"{event.kind}: `at` needs a time zone")
    _check_plain(event.kind, event.data)
    sequence, previous = heads.get(event.subject, (0, genesis(event.subject)))
    digest = event_hash(
        subject=event.subject,
        sequence=sequence + 1,
        kind=event.kind,
        at=event.at,
        unit_id=event.unit_id,
        person_id=event.person_id,
        place_id=event.place_id,
        data=event.data,
        previous_hash=previous,
    )
    heads[event.subject] = (sequence + 1, digest)
    return _Link(event.subject, sequence + 1, previous, digest)


def _check_plain(kind: str, value: object) -> None:
    """Refuse what both databases would not give back exactly, and what looks like a free text."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise CannotRecord(f"{kind}: the key {key!r} in its data is no text")
            _check_plain(kind, key)
            _check_plain(kind, inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check_plain(kind, inner)
    elif isinstance(value, str):
        if len(value) > _LONGEST_TEXT or "\n" in value:
            raise CannotRecord(f"{kind}: a free text in its data; write a digest of it")
        if "\0" in value or (not value.isascii() and _has_surrogate(value)):
            raise CannotRecord(f"{kind}: a text in its data that a database can't hold")
    elif value is not None and not isinstance(value, int):
        raise CannotRecord(f"{kind}: {type(value).__name__} in its data; write a text or an int")


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _heads(subjects: set[Subject]) -> dict[Subject, tuple[int, str]]:
    """The last (sequence, hash) of each subject that has a chain; one seek in the index for one."""
    if len(subjects) == 1:
        (only,) = subjects
        chain = Event.objects.filter(subject_kind=only.kind, subject_id=only.id)
        head = chain.order_by("-sequence").values_list("sequence", "hash").first()
        return {only: head} if head else {}
    heads: dict[Subject, tuple[int, str]] = {}
    by_kind: dict[str, list[int]] = {}
    for subject in subjects:
        by_kind.setdefault(subject.kind, []).append(subject.id)
    for kind, ids in by_kind.items():
        for start in range(0, len(ids), _HEADS_AT_ONCE):
            some = ids[start : start + _HEADS_AT_ONCE]
            for subject_id, sequence, digest in _last_events(kind, some):
                heads[Subject(kind, subject_id)] = (sequence, digest)
    return heads


def _last_events(kind: str, ids: list[int]) -> Iterable[tuple[int, int, str]]:
    chain = Event.objects.filter(subject_kind=kind, subject_id=OuterRef("subject_id"))
    last = chain.order_by("-sequence").values("sequence")[:1]
    rows = Event.objects.filter(subject_kind=kind, subject_id__in=ids, sequence=Subquery(last))
    return rows.values_list("subject_id", "sequence", "hash")
