"""A whole file of requests, in chunks: each is stored, triaged and dispatched before the next."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from gongzhi.affairs.tickets.hot_issues import gather_hot_issues
from gongzhi.affairs.tickets.importing import column_of, request_of
from gongzhi.affairs.tickets.intake import (
    CannotReceive,
    Request,
    check_request,
    receive_what_can_be,
)
from gongzhi.affairs.tickets.seasons import look_ahead
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.tables.checking import Fault, Reject
from gongzhi.commons.tables.reading import Row, Table
from gongzhi.coordination.follow_ups import follow_all

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """How a file went: rows read, new tickets, rows that were there already, rows left out."""

    rows: int
    received: int
    repeated: int
    rejects: tuple[Reject, ...]


def import_table(
    table: Table,
    *,
    mapping: dict[str, str],
    source: str,
    by: Actor,
    at: datetime,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda _done: None,
) -> Imported:
    """Import the rows of a table in chunks of 500, each in a transaction of its own.

    Stopped half-way, the same call goes on where it stopped: rows already received are
    recognised and make no second ticket. A dry run checks everything and stores nothing. What is
    boiling up is gathered anew at the end, so that the file shows there, too.
    """
    positions = {field: table.position(column) for field, column in mapping.items()}
    received = repeated = 0
    rejects: list[Reject] = []
    for start, chunk in _chunks(table.rows):
        good: list[tuple[int, Request]] = []
        for offset, row in enumerate(chunk):
            number = table.row_number(start + offset)
            values = {field: row[position] for field, position in positions.items()}
            if all(value is None or value == "" for value in values.values()):
                continue
            asked = request_of(values, mapping, source=source)
            if isinstance(asked, Request):
                good.append((number, asked))
            else:
                rejects.append(_reject(number, *asked))
        outcomes = _outcomes([request for _, request in good], by=by, at=at, dry_run=dry_run)
        for (number, _), outcome in zip(good, outcomes, strict=True):
            if isinstance(outcome, CannotReceive):
                rejects.append(_reject(number, column_of(outcome, mapping), str(outcome)))
            elif outcome:
                repeated += 1
            else:
                received += 1
        if not dry_run:
            follow_all(at=at)
        progress(len(chunk))
    if received:
        gather_hot_issues(at=at)
        look_ahead(at=at)
    return Imported(len(table), received, repeated, tuple(rejects))


def _reject(row: int, column: str, reason: str) -> Reject:
    """The reason is in the language of whoever imports already."""
    return Reject(row, (Fault(column, reason, reason),))


def _outcomes(
    requests: list[Request], *, by: Actor, at: datetime, dry_run: bool
) -> Iterator[bool | CannotReceive]:
    """For each request: whether it was there already, or why it can't be received."""
    if dry_run:
        yield from (check_request(request, by=by, at=at) or False for request in requests)
        return
    for outcome in receive_what_can_be(requests=requests, by=by, at=at):
        yield outcome if isinstance(outcome, CannotReceive) else outcome.repeated


def _chunks(rows: list[Row]) -> Iterator[tuple[int, list[Row]]]:
    for start in range(0, len(rows), CHUNK):
        yield start, rows[start : start + CHUNK]
