"""Moving many tickets in one statement each, under the same table as `lifecycle.move`."""

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, JSONField

from gongzhi.affairs.tickets.lifecycle import MOVES, CannotMove, Step
from gongzhi.affairs.tickets.models import Ticket


def move_many(
    tickets: Sequence[Ticket], step: Step, *, at: datetime, fields: Sequence[str]
) -> None:
    """Write `fields` of every ticket together with the move; all tickets move or none does.

    The tickets carry the new values already and were read in this transaction, in a state that
    the table allows. Raises `CannotMove` when another writer was faster. One prepared statement,
    run once a ticket: a tenth of the cost of `bulk_update`.
    """
    allowed = [state.value for state in MOVES[step].sources]
    for ticket in tickets:
        ticket.state = MOVES[step].target
        ticket.touched_at = at
    columns: list[Any] = [Ticket._meta.get_field(n) for n in (*fields, "state", "touched_at")]
    assignments = ", ".join(f"{connection.ops.quote_name(str(c.column))} = %s" for c in columns)
    marks = ", ".join(["%s"] * len(allowed))
    table = connection.ops.quote_name(Ticket._meta.db_table)
    sql = f"UPDATE {table} SET {assignments} WHERE id = %s AND state IN ({marks})"  # noqa: S608
    values, adapt = attrgetter(*(column.attname for column in columns)), _adapters(columns)
    rows = []
    for ticket in tickets:
        row = list(values(ticket))
        for at_column, adapted in adapt:
            if row[at_column] is not None:
                row[at_column] = adapted(row[at_column])
        rows.append((*row, ticket.pk, *allowed))
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)
        if cursor.rowcount != len(rows):
            raise CannotMove(step, tickets[0].state)


def _adapters(columns: Sequence[Any]) -> list[tuple[int, Callable[[Any], Any]]]:
    """What moments and documents need before the driver takes them; other values go as they are."""
    found: list[tuple[int, Callable[[Any], Any]]] = []
    for number, column in enumerate(columns):
        if isinstance(column, DateTimeField):
            found.append((number, connection.ops.adapt_datetimefield_value))
        elif isinstance(column, JSONField):
            found.append((number, lambda value: connection.ops.adapt_json_value(value, None)))
    return found
