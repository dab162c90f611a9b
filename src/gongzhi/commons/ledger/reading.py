"""Reading the record: one subject's story, or what happened in a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from gongzhi.commons.ledger.models import Event
from gongzhi.commons.ledger.recording import Plain, Subject

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class EventView:
    """One event."""

    id: int
    subject: Subject
    sequence: int
    kind: str
    at: datetime
    unit_id: int | None
    person_id: int | None
    place_id: int | None
    data: dict[str, Plain]


def events_of(subject: Subject, *, kinds: Iterable[str] = ()) -> list[EventView]:
    """The events of a subject, of these kinds or all, in the order in which they were written."""
    rows = Event.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    if wanted := list(kinds):
        rows = rows.filter(kind__in=wanted)
    return [_view(row) for row in rows.order_by("sequence")]


def events_of_many(kind: str, ids: Iterable[int]) -> dict[int, list[EventView]]:
    """The events of many subjects of one kind, in one query; subjects without any are left out."""
    found: dict[int, list[EventView]] = {}
    rows = Event.objects.filter(subject_kind=kind, subject_id__in=list(ids))
    for row in rows.order_by("subject_id", "sequence"):
        found.setdefault(row.subject_id, []).append(_view(row))
    return found


def events(
    *,
    kinds: Iterable[str],
    since: datetime | None = None,
    until: datetime | None = None,
    place_ids: Iterable[int] | None = None,
    unit_ids: Iterable[int] | None = None,
) -> Iterator[EventView]:
    """Events of these kinds at `since` and later, before `until`, by time; read as a stream."""
    rows = Event.objects.filter(kind__in=list(kinds))
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    if place_ids is not None:
        rows = rows.filter(place_id__in=list(place_ids))
    if unit_ids is not None:
        rows = rows.filter(unit_id__in=list(unit_ids))
    return _stream(rows.order_by("at", "id"))


def _stream(rows: "QuerySet[Event]") -> Iterator[EventView]:
    for row in rows.iterator(chunk_size=_CHUNK):
        yield _view(row)


def _view(row: Event) -> EventView:
    return EventView(
        id=row.pk,
        subject=Subject(row.subject_kind, row.subject_id),
        sequence=row.sequence,
        kind=row.kind,
        at=row.at,
        unit_id=row.unit_id,
        person_id=row.person_id,
        place_id=row.place_id,
        data=row.data,
    )
