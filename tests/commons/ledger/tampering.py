"""A small ledger, and the means of an attacker who owns its database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from gongzhi.commons.ledger import guards, kinds
from gongzhi.commons.ledger.findings import Finding, Wrong
from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.ledger.recording import NewEvent, Subject, event_hash, record_many

AT = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)

OPENED = "ledgertest.opened"
NOTED = "ledgertest.noted"
for _name in (OPENED, NOTED):
    if _name not in {kind.name for kind in kinds.all_kinds()}:
        declare(_name, "only in tests", "n", "name", "nested")


def write_chain(subject_id: int, length: int, *, start: int = 0) -> Subject:
    """Append `length` events to a subject's chain."""
    subject = Subject("ledgertest", subject_id)
    with transaction.atomic():
        record_many(
            [
                NewEvent(
                    subject,
                    OPENED if start + number == 0 else NOTED,
                    AT + timedelta(seconds=start + number),
                    unit_id=number + 1,
                    person_id=None if number % 2 else 7,
                    place_id=3,
                    data={"n": number, "name": "柳浪社区🌳", "nested": {"b": [1, None], "a": True}},
                    opens=start + number == 0,
                )
                for number in range(length)
            ]
        )
    return subject


@contextmanager
def unguarded() -> Iterator[Any]:
    """A cursor with which events can be changed, as whoever owns the database can."""
    with connection.cursor() as cursor:
        for statement in guards.removal(connection.vendor):
            cursor.execute(statement)
        yield cursor
    guards.install(connection)


def run_sql(sql: str, *values: Any) -> None:
    """Run one statement past the guards."""
    with unguarded() as cursor:
        cursor.execute(sql, values)


def rehash(subject: Subject, sequence: int) -> None:
    """Give an event the hash that fits what it says now; what a careful forger does."""
    row = Event.objects.get(subject_kind=subject.kind, subject_id=subject.id, sequence=sequence)
    digest = event_hash(
        subject=subject,
        sequence=row.sequence,
        kind=row.kind,
        at=row.at,
        unit_id=row.unit_id,
        person_id=row.person_id,
        place_id=row.place_id,
        data=row.data,
        previous_hash=row.previous_hash,
    )
    run_sql("UPDATE ledger_event SET hash = %s WHERE id = %s", digest, row.pk)


def rewrite_from(subject: Subject, sequence: int) -> None:
    """Rewrite a chain from one event on so that all its hashes fit again."""
    rows = Event.objects.filter(
        subject_kind=subject.kind, subject_id=subject.id, sequence__gte=sequence
    )
    for number in rows.order_by("sequence").values_list("sequence", flat=True):
        rehash(subject, number)
        digest = Event.objects.values_list("hash", flat=True).get(
            subject_kind=subject.kind, subject_id=subject.id, sequence=number
        )
        run_sql(
            "UPDATE ledger_event SET previous_hash = %s"
            " WHERE subject_kind = %s AND subject_id = %s AND sequence = %s",
            digest,
            subject.kind,
            subject.id,
            number + 1,
        )


def named(findings: tuple[Finding, ...]) -> list[tuple[Wrong, int | None, int, int]]:
    """Findings without their details."""
    return [
        (one.wrong, one.subject.id if one.subject else None, one.first, one.last)
        for one in findings
    ]
