"""Events made by hand, for definitions whose rooms are not built yet, and for whole tables."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import ibis
import pyarrow as pa

from gongzhi.commons.ledger.columns import SCHEMA, Version
from gongzhi.insights.indicators.columns import engine, typed
from gongzhi.insights.indicators.sources import Source, source_of

Made = tuple[str, int, str, dict[str, Any]]  # kind, subject, moment in UTC, data

REGISTER: list[Made] = [
    ("place.added", 1, "2026-01-01 00:00:00", {"kind": "district", "parent": None}),
    ("place.added", 2, "2026-01-01 00:00:00", {"kind": "subdistrict", "parent": 1}),
    ("place.added", 3, "2026-01-01 00:00:00", {"kind": "community", "parent": 2}),
    ("place.added", 4, "2026-01-01 00:00:00", {"kind": "community", "parent": 2}),
]


def table(events: Sequence[Made], *, place: int = 3, unit: int | None = None) -> pa.Table:
    """These events as the ledger would give them, all at one place and by one unit."""
    sequences: dict[tuple[str, int], int] = {}
    rows = []
    for number, (kind, subject, at, data) in enumerate(events, start=1):
        subject_kind = kind.partition(".")[0]
        key = (subject_kind, subject)
        sequences[key] = sequences.get(key, 0) + 1
        rows.append(
            {
                "id": number,
                "subject_kind": subject_kind,
                "subject_id": subject,
                "sequence": sequences[key],
                "kind": kind,
                "at": at,
                "unit_id": unit,
                "place_id": subject if subject_kind == "place" else data.get("place", place),
                "data": json.dumps(data),
            }
        )
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def source(events: Sequence[Made], **about: Any) -> Source:
    """A source of the register above and these events."""
    connection = engine()
    made = typed(table([*REGISTER, *events], **about), using=connection)
    backend = ibis.duckdb.from_connection(connection)
    found = backend.create_table("events", ibis.memtable(made), temp=True)
    return source_of(backend, found, version=Version(len(events), "made"))


def moment(text: str) -> datetime:
    """A moment in UTC without a zone."""
    return datetime.fromisoformat(text)
