"""Finding tickets by words: the index, and the search that staff use.

The index holds the words of a ticket, and marks for its places and its matter (`words.py`), so
that a common word within one community is found without looking at everybody else's tickets.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.words import (
    as_tsvector,
    for_fts5,
    for_tsquery,
    marks_of,
    matter_word,
    phrases_of,
    place_word,
    words_of,
)
from gongzhi.commons.ledger.marks import keep, value_of
from gongzhi.commons.territory.queries import find_place

TABLE = "tickets_words"
FIRST_CHUNK, LONGEST_CHUNK = 200, 50_000
REINDEX_CHUNK = 1_000
MERGED_AT_ONCE = 500  # pages
_FORGOTTEN = "tickets.words.forgotten"
UNMARKED = "tickets.words.unmarked"  # kept by a migration: {"below": id}, tickets without marks
RENEWED_FOR = 5.0  # seconds; then the worker sees to other things again
NEWEST = 60_000  # ids, some 30 ms where none of them has the words
_NEWEST = f"COALESCE(%s, (SELECT MAX(ticket_id) + 1 FROM {TABLE})) - {NEWEST}"  # noqa: S608
MOST_WORDS = 120  # more than the databases' own limits on a query allow for

CREATE = {
    "sqlite": [f"CREATE VIRTUAL TABLE {TABLE} USING fts5(words, tokenize='ascii', columnsize=0)"],
    "postgresql": [
        f"CREATE TABLE {TABLE} (ticket_id bigint PRIMARY KEY, words tsvector NOT NULL)",
        f"CREATE INDEX {TABLE}_found ON {TABLE} USING gin (words)",
    ],
}


class CannotSearch(ValueError):
    """A query in which there is no word, or more than a database takes."""


def index_tickets(*, ticket_ids: Sequence[int]) -> int:
    """Make these tickets findable by their words as they are now; returns how many.

    Runs in the caller's transaction; indexing again replaces. Cost: two statements.
    """
    rows = Ticket.objects.filter(pk__in=ticket_ids)
    sqlite = connection.vendor == "sqlite"
    indexed = [
        (ticket_id, indexed_words(Findable(*facts), for_sqlite=sqlite))
        for ticket_id, *facts in rows.values_list("id", *FINDABLE)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        _forget(cursor, [ticket_id for ticket_id, _ in indexed])
        key, words = ("rowid", "%s") if sqlite else ("ticket_id", "%s::tsvector")
        insert = f"INSERT INTO {TABLE} ({key}, words) VALUES (%s, {words})"  # noqa: S608
        cursor.executemany(insert, indexed)
    return len(indexed)


@dataclass(frozen=True, slots=True)
class Findable:
    """What a ticket is found by."""

    title: str
    text: str
    address: str
    place_id: int | None
    place_path: str
    category_code: str


FINDABLE = tuple(field.name for field in fields(Findable))


def indexed_words(ticket: Findable, *, for_sqlite: bool) -> str:
    """What the index holds of a ticket, as the database takes it."""
    place = find_place(ticket.place_id)
    same_beginning = ticket.text.startswith(ticket.title.rstrip("…"))
    named = place.full_name if place else ""
    words = words_of("" if same_beginning else ticket.title, ticket.text, ticket.address, named)
    marks = marks_of(ticket.place_path, ticket.category_code)
    return " ".join(words + marks) if for_sqlite else as_tsvector(words, marks)


def index_all() -> int:
    """Make every ticket findable anew, in chunks that are transactions; returns how many."""
    count = last = 0
    while True:
        rows = Ticket.objects.filter(pk__gt=last).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:REINDEX_CHUNK])
        if not ids:
            return count
        count, last = count + index_tickets(ticket_ids=ids), ids[-1]


def forget_words(ticket_id: int, *, at: datetime) -> None:
    """Take a ticket out of the index, in the caller's transaction; see `clear_forgotten_words`."""
    with connection.cursor() as cursor:
        _forget(cursor, [ticket_id])
    keep(_FORGOTTEN, at=at, value={"last": at.isoformat()})


def clear_forgotten_words(*, at: datetime) -> int:
    """Write SQLite's index anew without what erased tickets left there; returns how many steps.

    FTS5 only marks a word as deleted; it is gone once its segments are merged. Small steps, each
    a transaction, so that nobody waits; nothing to do when nothing was erased since the last time.
    """
    waits = value_of(_FORGOTTEN)
    if connection.vendor != "sqlite" or not waits:
        return 0
    steps, pages = 0, -MERGED_AT_ONCE  # a negative number begins a merge of everything
    while _merge(pages):
        steps, pages = steps + 1, MERGED_AT_ONCE
    if value_of(_FORGOTTEN) == waits:
        keep(_FORGOTTEN, at=at, value={})
    return steps


def _merge(pages: int) -> bool:
    """One step of merging; whether there was anything to do."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT total_changes()")
        before = cursor.fetchone()[0]
        merge = f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES ('merge', %s)"  # noqa: S608
        cursor.execute(merge, [pages])
        cursor.execute("SELECT total_changes()")
        return bool(cursor.fetchone()[0] - before >= 2)


def _forget(cursor: CursorWrapper, ticket_ids: Sequence[int]) -> None:
    column = "rowid" if connection.vendor == "sqlite" else "ticket_id"
    delete = f"DELETE FROM {TABLE} WHERE {column} = %s"  # noqa: S608
    cursor.executemany(delete, [(ticket_id,) for ticket_id in ticket_ids])


def mark_the_unmarked(*, at: datetime, seconds: float = RENEWED_FOR) -> int:
    """Give marks to tickets indexed before there were any, newest first, for some seconds.

    Each chunk is a transaction that also keeps how far it came. Returns how many tickets.
    """
    until, count = time.monotonic() + seconds, 0
    while below := int(value_of(UNMARKED).get("below", 0)):
        with transaction.atomic():
            rows = Ticket.objects.filter(pk__lt=below).order_by("-pk")
            ids = list(rows.values_list("pk", flat=True)[:REINDEX_CHUNK])
            count += index_tickets(ticket_ids=ids)
            keep(UNMARKED, at=at, value={"below": ids[-1]} if ids else {})
        if time.monotonic() > until:
            break
    return count


@dataclass(frozen=True, slots=True)
class Sought:
    """What the index is asked: words, and of each group of marks one; `among` narrows further."""

    words: str
    place_ids: Sequence[int] = ()
    category_code: str = ""
    among: Sequence[QuerySet[Ticket]] = ()  # each by an index of the tickets, and quickly

    def marks(self) -> list[list[str]]:
        """The groups of marks; none while some tickets still have none."""
        if value_of(UNMARKED).get("below"):
            return []
        places = [place_word(place_id) for place_id in self.place_ids]
        matter = [matter_word(self.category_code)] if self.category_code else []
        return [group for group in (places, matter) if group]


def found_by_words(sought: Sought, *, before: int | None = None) -> Iterator[list[int]]:
    """The ids of tickets with all the words, newest first, in chunks that grow from 200.

    Whoever filters further takes as many chunks as fill a page. Raises `CannotSearch` where the
    query holds no word.
    """
    phrases = phrases_of(sought.words)
    if not phrases:
        raise CannotSearch(_("请输入要查找的词，例如“垃圾清运”或“3号楼”"))
    if sum(map(len, phrases)) > MOST_WORDS:
        raise CannotSearch(_("查找的词太多，请少写几个"))
    marks = sought.marks()
    size, way = FIRST_CHUNK, _Way.BY_KEY
    if connection.vendor == "postgresql":
        way = _way_for(phrases, marks, sought.among, before=before)
    while True:
        chunk = _chunk(phrases, marks, sought.among, before=before, size=size, way=way)
        if chunk:
            yield chunk
        if len(chunk) < size:
            return
        before, size = chunk[-1], min(size * 4, LONGEST_CHUNK)


class _Way(Enum):
    """How the newest tickets with the words are come by.

    SQLite's index gives them in the order of ids. PostgreSQL's doesn't, and its planner, which
    takes every word for a common one, walks back through all tickets for words that hardly occur.
    """

    BY_KEY = "from the newest ticket back"
    AMONG_NEWEST = "the same, and no further than some thousands of ids"
    BY_WORDS = "all that the index of words has, then in order"


def _way_for(
    phrases: list[list[str]],
    marks: list[list[str]],
    among: Sequence[QuerySet[Ticket]],
    *,
    before: int | None,
) -> _Way:
    """By key only where the newest ids alone fill a chunk, so that the words are common."""
    newest = _chunk(phrases, marks, among, before=before, size=FIRST_CHUNK, way=_Way.AMONG_NEWEST)
    return _Way.BY_KEY if len(newest) == FIRST_CHUNK else _Way.BY_WORDS


def _chunk(
    phrases: list[list[str]],
    marks: list[list[str]],
    among: Sequence[QuerySet[Ticket]],
    *,
    before: int | None,
    size: int,
    way: _Way,
) -> list[int]:
    sqlite = connection.vendor == "sqlite"
    # The plus keeps SQLite from asking the index of words once for each of the ids.
    key, also = ("rowid", "+rowid") if sqlite else ("ticket_id", "ticket_id")
    match = f"{TABLE} MATCH %s" if sqlite else "words @@ %s::tsquery"
    query = for_fts5(phrases, marks) if sqlite else for_tsquery(phrases, marks)
    narrow = [found.values("pk").query.sql_with_params() for found in among]
    sql = (
        f"SELECT {key} FROM {TABLE} WHERE {match} AND {key} < %s "  # noqa: S608
        + "".join(f"AND {also} IN ({inner}) " for inner, _ in narrow)
        + (f"AND {key} > {_NEWEST} " if way is _Way.AMONG_NEWEST else "")
        # An order that no index has: only then is the index of words asked for all it has.
        + f"ORDER BY {key}{' + 0' if way is _Way.BY_WORDS else ''} DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        last = 2**62 if before is None else before
        given = [value for _, values in narrow for value in values]
        since = [before] if way is _Way.AMONG_NEWEST else []
        cursor.execute(sql, [query, last, *given, *since, size])
        return [row[0] for row in cursor.fetchall()]
