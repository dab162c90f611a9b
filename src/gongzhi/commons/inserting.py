"""New rows of one model with one statement for many, for the places where each request passes.

Django's `bulk_create` compiles its statement anew and asks each field of each row for its value;
for one ticket that took as long as everything else about it together. Here a model's statement is
made once, and only moments and JSON are turned into what the database takes.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection, models

_VALUES_AT_ONCE = 20_000  # below what either database takes in one statement


class _Plan(NamedTuple):
    """How rows of a model are written: statement, marks of one row, and how values are read."""

    head: str
    marks: str
    values: Callable[[Any], tuple[Any, ...]]
    moments: tuple[int, ...]
    documents: tuple[int, ...]
    rows_at_once: int


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert new instances of one model and give each its primary key.

    The values must have their fields' types already: nothing is cleaned, no signal is sent. Runs
    in the caller's transaction.
    """
    if not rows:
        return
    plan = _plan(type(rows[0]))
    with connection.cursor() as cursor:
        for start in range(0, len(rows), plan.rows_at_once):
            some = rows[start : start + plan.rows_at_once]
            marks = ", ".join([plan.marks] * len(some))
            values = [value for row in some for value in _prepared(plan, row)]
            cursor.execute(f"{plan.head} {marks} RETURNING id", values)
            for row, found in zip(some, cursor.fetchall(), strict=True):
                row.pk = found[0]
                row._state.adding = False


@lru_cache(maxsize=64)
def _plan(model: type[models.Model]) -> _Plan:
    columns = [
        column
        for column in model._meta.concrete_fields
        if not column.primary_key and not column.generated
    ]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(column.column)) for column in columns)
    return _Plan(
        head=f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES",
        marks=f"({', '.join(['%s'] * len(columns))})",
        values=attrgetter(*(column.attname for column in columns)),
        moments=_those(columns, models.DateTimeField),
        documents=_those(columns, models.JSONField),
        rows_at_once=max(1, _VALUES_AT_ONCE // len(columns)),
    )


def _those(columns: Sequence[Any], kind: type[Any]) -> tuple[int, ...]:
    return tuple(at for at, column in enumerate(columns) if isinstance(column, kind))


def _prepared(plan: _Plan, row: models.Model) -> list[Any]:
    values = list(plan.values(row))
    for at in plan.moments:
        if values[at] is not None:
            values[at] = connection.ops.adapt_datetimefield_value(values[at])
    for at in plan.documents:
        values[at] = connection.ops.adapt_json_value(values[at], None)
    return values
