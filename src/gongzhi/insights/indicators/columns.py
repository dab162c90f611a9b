"""The columns of an event that indicators read, typed once for every engine and every file."""

from collections.abc import Iterable

import duckdb
import pyarrow as pa

ALWAYS = ("id", "subject_kind", "subject_id", "sequence", "kind", "at", "unit_id", "place_id")
# What an event says in its data, as columns: the name in the data, the column, the type there.
# Every name here is declared by some event kind (docs/events.md) or named in docs/indicators.md
# as what a coming room has to write.
FIELDS: tuple[tuple[str, str, str], ...] = (
    ("lead", "lead", "BIGINT"),
    ("unit", "about_unit", "BIGINT"),
    ("category", "category", "VARCHAR"),
    ("channel", "channel", "VARCHAR"),
    ("contact", "has_contact", "BOOLEAN"),
    ("contact_due", "contact_due", "TIMESTAMPTZ"),
    ("due", "due", "TIMESTAMPTZ"),
    ("in_limit", "in_limit", "BOOLEAN"),
    ("in_time", "in_time", "BOOLEAN"),
    ("first_contact_in_limit", "first_contact_in_limit", "BOOLEAN"),
    ("approved", "approved", "BOOLEAN"),
    ("callback", "callback", "BIGINT"),
    ("round", "round", "BIGINT"),
    ("solved", "solved", "VARCHAR"),
    ("satisfied", "satisfied", "VARCHAR"),
    ("work_minutes", "work_minutes", "BIGINT"),
    ("paused_minutes", "paused_minutes", "BIGINT"),
    ("minutes", "minutes", "BIGINT"),
    ("kinds", "unit_kinds", '["VARCHAR"]'),
    ("called", "called", '["BIGINT"]'),
    ("arrive_due", "arrive_due", '["TIMESTAMPTZ"]'),
    ("kind", "sort", "VARCHAR"),
    ("parent", "parent", "BIGINT"),
    ("ends", "ends", "DATE"),
    ("subject_kind", "item_kind", "VARCHAR"),
    ("subject", "item_id", "BIGINT"),
    ("need", "need", "BIGINT"),
    ("offer", "offer", "BIGINT"),
    ("giver", "giver", "BIGINT"),
    ("room", "room", "BIGINT"),
    ("side", "side", "VARCHAR"),
    ("day", "day", "DATE"),
    ("until", "until_day", "DATE"),
    ("begins", "begins", "TIMESTAMPTZ"),
    ("categories", "categories", '["VARCHAR"]'),
    ("seats", "seats", "BIGINT"),
    ("weekly", "weekly", '["BIGINT"]'),
    ("source_kind", "source_kind", "VARCHAR"),
    ("source", "source", "BIGINT"),
    ("filled", "filled", "BIGINT"),
    ("asked", "asked", "BIGINT"),
)
_STRUCTURE = (
    "{"
    + ", ".join(
        f'"{name}": {kind}' if kind.startswith("[") else f'"{name}": "{kind}"'
        for name, _column, kind in FIELDS
    )
    + "}"
)
_MOMENTS = {"contact_due", "due", "begins"}


def _column(name: str, column: str) -> str:
    if column in _MOMENTS:
        return f"CAST(said.{name} AS TIMESTAMP) AS {column}"
    if column == "arrive_due":
        return f"CAST(said.{name} AS TIMESTAMP[]) AS {column}"
    return f"said.{name} AS {column}"


_SAID = ", ".join(_column(f'"{name}"', column) for name, column, _kind in FIELDS)
_TYPED = f"""
SELECT id, subject_kind, subject_id, sequence, kind, CAST("at" AS TIMESTAMP) AS "at",
       unit_id, place_id, {_SAID}
FROM (SELECT *, json_transform(data, '{_STRUCTURE}') AS said FROM raw)
"""  # noqa: S608 - our own names only


def engine(*, threads: int = 0, memory: str = "") -> duckdb.DuckDBPyConnection:
    """An embedded engine in memory that fetches nothing from outside and reckons in UTC."""
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    connection.execute("SET TimeZone = 'UTC'")
    if threads:
        connection.execute(f"SET threads = {int(threads)}")
    if memory:
        connection.execute(f"SET memory_limit = '{memory}'")
    return connection


def typed(
    raw: pa.Table | Iterable[pa.RecordBatch], *, using: duckdb.DuckDBPyConnection
) -> pa.Table:
    """Events as the ledger gives them, with what their data says in typed columns.

    Moments become UTC without a zone, which every engine reads alike. A field of another shape
    than expected is empty, not an error: the ledger outlives our ideas of it.
    """
    table = raw if isinstance(raw, pa.Table) else pa.Table.from_batches(raw)
    using.register("raw", table)
    try:
        return using.sql(_TYPED).to_arrow_table()
    finally:
        using.unregister("raw")
