"""All rows of a database as lines of JSON: independent of the kind of database.

Each table is a file: a line that names table, columns and their kinds, then a line per row.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.duration import duration_iso_string

_CHUNK = 2_000

_Column = tuple[str, "models.Field[Any, Any]", bool]  # name, how to read it, may it be NULL


def dump_rows(
    folder: Path, *, using: str, progress: Callable[[int], object] | None = None
) -> Iterator[Path]:
    """Write each table that holds rows into a file and give its path, one after the other.

    Run it inside a transaction (or on a snapshot) that sees one state of the database.
    """
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy:
            continue
        path = folder / f"{model._meta.label_lower}.jsonl"
        if _dump_table(model, path, using=using, progress=progress):
            yield path


def load_rows(
    paths: list[Path],
    connection: BaseDatabaseWrapper,
    *,
    progress: Callable[[int], object] | None = None,
) -> int:
    """Load tables into a database that has them, in the caller's transaction; returns rows.

    What migrations put into a table goes first. References are checked when the transaction ends
    on PostgreSQL; on SQLite the caller switches them off and checks them afterwards.
    """
    return sum(_load_table(path, connection, progress) for path in sorted(paths))


def _dump_table(
    model: type[models.Model],
    path: Path,
    *,
    using: str,
    progress: Callable[[int], object] | None,
) -> int:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    names = [field.attname for field in fields]
    rows = model._base_manager.using(using).order_by("pk").values_list(*names)
    count = 0
    with path.open("w", encoding="utf-8") as file:
        columns = [[field.column, _kind(field), field.null] for field in fields]
        file.write(json.dumps({"table": model._meta.db_table, "columns": columns}) + "\n")
        for row in rows.iterator(chunk_size=_CHUNK):
            line = json.dumps([_plain(value) for value in row], ensure_ascii=False)
            file.write(line + "\n")
            count += 1
            if progress and count % _CHUNK == 0:
                progress(len(line) * _CHUNK)
    return count


def _load_table(
    path: Path, connection: BaseDatabaseWrapper, progress: Callable[[int], object] | None
) -> int:
    with path.open(encoding="utf-8") as file:
        head = json.loads(next(file))
        columns: list[_Column] = [
            (column, getattr(models, kind)(), null) for column, kind, null in head["columns"]
        ]
        table = connection.ops.quote_name(head["table"])
        listed = ", ".join(connection.ops.quote_name(column) for column, _, _ in columns)
        rows = (_values(line, columns) for line in file)
        _empty(table, connection)
        if connection.vendor == "postgresql":
            return _copy(f"COPY {table} ({listed}) FROM STDIN", rows, connection, progress)
        marks = ", ".join(["%s"] * len(columns))
        insert = f"INSERT INTO {table} ({listed}) VALUES ({marks})"  # noqa: S608 - quoted names
        return _insert(insert, rows, [field for _, field, _ in columns], connection, progress)


def _empty(table: str, connection: BaseDatabaseWrapper) -> None:
    """Remove what migrations have written; an empty guarded table is left alone."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 - a quoted name
        if cursor.fetchone():
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608


def _copy(
    statement: str,
    rows: Iterator[list[Any]],
    connection: BaseDatabaseWrapper,
    progress: Callable[[int], object] | None,
) -> int:
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
            if progress and count % _CHUNK == 0:
                progress(_CHUNK)
    return count


def _insert(
    statement: str,
    rows: Iterator[list[Any]],
    fields: "list[models.Field[Any, Any]]",
    connection: BaseDatabaseWrapper,
    progress: Callable[[int], object] | None,
) -> int:
    count = 0
    with connection.cursor() as cursor:
        while chunk := list(islice(rows, _CHUNK)):
            cursor.executemany(
                statement,
                [
                    [
                        value
                        if isinstance(field, models.JSONField)
                        else field.get_db_prep_save(value, connection)
                        for value, field in zip(row, fields, strict=True)
                    ]
                    for row in chunk
                ],
            )
            count += len(chunk)
            if progress:
                progress(len(chunk))
    return count


def _kind(field: "models.Field[Any, Any]") -> str:
    """The class in `django.db.models` that reads the column; that of the target for a key."""
    while field.remote_field and isinstance(field, models.ForeignKey):
        field = field.target_field
    return field.get_internal_type()


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return duration_iso_string(value)
        case Decimal():
            return str(value)
        case bytes() | memoryview() | bytearray():
            return b64encode(bytes(value)).decode()
        case _:
            return value


def _values(line: str, columns: "list[_Column]") -> list[Any]:
    """The Python values of a row; JSON stays text, as both databases take it."""
    values: list[Any] = []
    for cell, (_, field, null) in zip(json.loads(line), columns, strict=True):
        if isinstance(field, models.JSONField):
            empty = cell is None and null
            values.append(None if empty else json.dumps(cell, ensure_ascii=False))
            continue
        value = field.to_python(cell)
        values.append(bytes(value) if isinstance(value, memoryview) else value)
    return values


@contextmanager
def one_state(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """A transaction that sees PostgreSQL as it is now, to its end, without holding writers."""
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
