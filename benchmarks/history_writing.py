"""Writing very many rows: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from django.db import connection, models, transaction

from benchmarks.history_copies import Row
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.searching import FINDABLE, TABLE, Findable, indexed_words


def write(rows: Iterable[tuple[type[models.Model], Row]]) -> int:
    """Write the rows of tickets, and the tickets' words into the index, in one transaction."""
    tables: dict[type[models.Model], list[Row]] = {}
    for model, row in rows:
        tables.setdefault(model, []).append(row)
    with transaction.atomic():
        for model, some in tables.items():
            _write_table(model, some)
        _write_words(tables.get(Ticket, []))
    return len(tables.get(Ticket, []))


def _write_table(model: type[models.Model], rows: list[Row]) -> None:
    columns = [column for column in model._meta.concrete_fields if not column.generated]
    pick = itemgetter(*(column.attname for column in columns))
    prepare = [(at, _prepare(column)) for at, column in enumerate(columns) if _prepare(column)]
    values = []
    for row in rows:
        line = list(pick(row))
        for at, change in prepare:
            if line[at] is not None:
                line[at] = change(line[at])
        values.append(line)
    _bulk(model._meta.db_table, [column.column for column in columns], values)


def _prepare(column: Any) -> Any:
    if isinstance(column, models.JSONField):
        return _json
    if isinstance(column, models.DateTimeField):
        return connection.ops.adapt_datetimefield_value
    return None


def _json(value: Any) -> Any:
    return connection.ops.adapt_json_value(value, None)


_words: dict[Findable, str] = {}


def _write_words(tickets: Sequence[Row]) -> None:
    sqlite = connection.vendor == "sqlite"
    lines = []
    for row in tickets:
        said = Findable(*(row[name] for name in FINDABLE))
        if said not in _words:
            _words[said] = indexed_words(said, for_sqlite=sqlite)
        lines.append([row["id"], _words[said]])
    _bulk(TABLE, ["rowid" if sqlite else "ticket_id", "words"], lines)


def _bulk(table: str, columns: list[str], lines: list[list[Any]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["?"] * len(columns))
            sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
            connection.connection.executemany(sql, lines)
            return
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for line in lines:
                copy.write_row(line)


def let_ids_follow(tables: Iterable[str]) -> None:
    """Tell PostgreSQL's sequences of ids that were given by hand; SQLite knows by itself."""
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        for table in tables:
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            cursor.execute(f"SELECT setval({sequence}, (SELECT max(id) FROM {table}))")
