"""Exports in the columns of Polis, with ids made anew each time, of at least five people.

A row of a vote says a day, never a time, and the rows are shuffled: neither the order of people
nor of their answers leaves the house. What was voted on by fewer than five is left out.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Count, Q

from gongzhi.affairs.assemblies.choices import EntryState, StatementState
from gongzhi.affairs.assemblies.drawing import LEAST_PEOPLE, LEAST_VOTERS
from gongzhi.affairs.assemblies.lifecycle import topic_for
from gongzhi.affairs.assemblies.models import Statement, Topic, Vote
from gongzhi.commons.permissions.actors import Actor


class TooFewVoters(ValueError):
    """So few have voted that an export would be about single people."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A table to hand over."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def export_votes(*, by: Actor, topic_id: int) -> Exported:
    """The votes: timestamp, datetime, comment-id, voter-id, vote (1, 0, -1)."""
    topic = topic_for(by, "topics.export", topic_id)
    rows = _votes(topic)
    voters = list({seat for seat, *_ in rows})
    secrets.SystemRandom().shuffle(voters)
    fresh = {seat: number for number, seat in enumerate(voters)}
    lines = [(fresh[seat], number, value, on) for seat, number, value, on in rows]
    secrets.SystemRandom().shuffle(lines)
    columns = ("timestamp", "datetime", "comment-id", "voter-id", "vote")
    table = [
        (_stamp(on), on.isoformat(), number, voter, value) for voter, number, value, on in lines
    ]
    return Exported(f"topic-{topic.pk}-votes.csv", columns, tuple(table))


def export_statements(*, by: Actor, topic_id: int) -> Exported:
    """The statements with their counts: timestamp, datetime, comment-id, author-id, agrees, …"""
    topic = topic_for(by, "topics.export", topic_id)
    _votes(topic)
    counted = Statement.objects.filter(topic=topic, state=StatementState.ACCEPTED).annotate(
        agrees=Count("votes", filter=_counts(value=1)),
        disagrees=Count("votes", filter=_counts(value=-1)),
        seen=Count("votes", filter=_counts()),
    )
    columns = (
        "timestamp", "datetime", "comment-id", "author-id", "agrees", "disagrees", "moderated",
        "comment-body",
    )  # fmt: skip
    table = []
    for row in counted.order_by("number"):
        day = row.submitted_at.date()
        counts = (row.agrees, row.disagrees) if row.seen >= LEAST_PEOPLE else ("", "")
        table.append((_stamp(day), day.isoformat(), row.number, "", *counts, 1, row.text))
    return Exported(f"topic-{topic.pk}-comments.csv", columns, tuple(table))


def _votes(topic: Topic) -> list[tuple[int, int, int, date]]:
    """Counted votes on statements that enough people have voted on."""
    rows = Vote.objects.filter(
        topic=topic, seat__state=EntryState.CONFIRMED, statement__state=StatementState.ACCEPTED
    )
    enough = {
        number
        for number, seen in rows.values_list("statement__number").annotate(seen=Count("pk"))
        if seen >= LEAST_PEOPLE
    }
    found = [
        row
        for row in rows.values_list("seat_id", "statement__number", "value", "on")
        if row[1] in enough
    ]
    if len({seat for seat, *_ in found}) < LEAST_VOTERS:
        raise TooFewVoters
    return found


def _counts(**more: int) -> Q:
    return Q(votes__seat__state=EntryState.CONFIRMED, **{f"votes__{k}": v for k, v in more.items()})


def _stamp(day: date) -> int:
    return int(datetime.combine(day, time(), tzinfo=UTC).timestamp())
