"""Events whose consequences are still due: taken in order, at least once, effects once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from gongzhi.commons.ledger.models import Event, OutboxEntry
from gongzhi.commons.ledger.recording import Plain
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as its follow-ups see it."""

    event_id: int
    subject_kind: str
    subject_id: int
    sequence: int
    kind: str
    at: datetime
    unit_id: int | None
    place_id: int | None
    data: dict[str, Plain]


_FIELDS = ("id", *(column.name for column in fields(Happened) if column.name != "event_id"))


class CannotTryAgain(ValueError):
    """Nothing here failed, or it went well meanwhile."""


Follow = Callable[[Sequence[Happened]], None]


def follow_due(follow: Follow, *, at: datetime, most: int = 200) -> int:
    """Hand the events that are due to `follow` and cross them off, all in one transaction.

    What `follow` changes in the database and the crossing-off happen together or not at all, so
    a worker killed at any point repeats no effect. If a batch fails, its events are tried one by
    one; one that fails again waits, ever longer, and keeps its error where an administrator sees
    it. Returns how many entries were taken. Several workers share the work on PostgreSQL (rows
    locked by another are skipped); on SQLite they take turns.
    """
    due = Q(next_at__isnull=True) | Q(next_at__lte=at)
    if not OutboxEntry.objects.filter(due).exists():
        return 0  # asked outside a transaction, which on SQLite would keep writers waiting
    try:
        return _follow_batch(follow, due, most=most)
    except Exception:
        ids = list(
            OutboxEntry.objects.filter(due).order_by("id").values_list("id", flat=True)[:most]
        )
    for entry_id in ids:
        try:
            _follow_batch(follow, Q(pk=entry_id), most=1)
        except Exception as error:
            _put_off(entry_id, error, at=at)
    return len(ids)


@dataclass(frozen=True, slots=True)
class Failing:
    """An event whose follow-ups fail: which, how often so far, when next, and the kind of error."""

    event_id: int
    subject_kind: str
    subject_id: int
    kind: str
    at: datetime
    attempts: int
    next_at: datetime | None
    error: str


def failing(*, most: int = 100) -> list[Failing]:
    """The events whose follow-ups fail, those that failed most often first. One query."""
    rows = OutboxEntry.objects.filter(attempts__gt=0).select_related("event")
    return [
        Failing(
            event_id=row.event_id,
            subject_kind=row.event.subject_kind,
            subject_id=row.event.subject_id,
            kind=row.event.kind,
            at=row.event.at,
            attempts=row.attempts,
            next_at=row.next_at,
            error=row.error,
        )
        for row in rows.order_by("-attempts", "id")[:most]
    ]


def waiting() -> int:
    """How many events have follow-ups due or put off."""
    return OutboxEntry.objects.count()


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many events wait for their follow-ups, how many of them failed, since when the oldest."""

    waiting: int
    failing: int
    oldest: datetime | None


def backlog() -> Backlog:
    """What waits now, for whoever watches the installation. Three short queries."""
    first = OutboxEntry.objects.order_by("id").select_related("event").first()
    failed = OutboxEntry.objects.filter(attempts__gt=0).count()
    return Backlog(waiting=waiting(), failing=failed, oldest=first.event.at if first else None)


def try_again(*, entry_id: int, by: Actor, at: datetime) -> None:
    """Let an event whose follow-ups failed be taken at the next look, not hours later."""
    require(by, "follow_ups.try_again")
    found = OutboxEntry.objects.filter(pk=entry_id, attempts__gt=0)
    if not found.update(next_at=at):
        raise CannotTryAgain(_("它没有失败过，或已经处理完了"))


@transaction.atomic
def _follow_batch(follow: Follow, which: Q, *, most: int) -> int:
    """Take entries, and what their follow-ups put in the outbox, until `most` are taken."""
    taken = 0
    while taken < most and (found := _follow_some(follow, which, most=most - taken)):
        taken += found
    return taken


def _follow_some(follow: Follow, which: Q, *, most: int) -> int:
    skip = connection.features.has_select_for_update_skip_locked
    due = OutboxEntry.objects.filter(which).order_by("id")
    entries = list(due.select_for_update(skip_locked=skip).values_list("id", "event_id")[:most])
    if not entries:
        return 0
    rows = Event.objects.filter(pk__in=[event_id for _, event_id in entries])
    found = {row[0]: Happened(*row) for row in rows.values_list(*_FIELDS)}
    follow([found[event_id] for _, event_id in entries if event_id in found])
    OutboxEntry.objects.filter(pk__in=[entry_id for entry_id, _ in entries]).delete()
    return len(entries)


def _put_off(entry_id: int, error: Exception, *, at: datetime) -> None:
    """Wait 5 s, 10 s, 20 s … up to six hours. The error's words may hold a text: only its kind."""
    entry = OutboxEntry.objects.filter(pk=entry_id).first()
    if entry is None:
        return
    pause = min(FIRST_PAUSE * 2 ** min(entry.attempts, 20), LONGEST_PAUSE)
    OutboxEntry.objects.filter(pk=entry_id).update(
        attempts=entry.attempts + 1, next_at=at + pause, error=type(error).__name__
    )
