"""Moving many tickets in one statement each, under the same table as `lifecycle.move`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

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
    rows = [
        (*(_for_database(column, ticket) for column in columns), ticket.pk, *allowed)
        for ticket in tickets
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)
        if cursor.rowcount != len(rows):
            raise CannotMove(step, tickets[0].state)


def _for_database(column: Any, ticket: Ticket) -> Any:
    value = getattr(ticket, column.attname)
    return column.get_db_prep_save(value, connection)
