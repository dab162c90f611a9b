"""Which statement a seat is asked about next: to learn most, to hear everyone, to starve none."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gongzhi.affairs.assemblies.choices import Capacity, EntryState, StatementState, TopicState
from gongzhi.affairs.assemblies.mapping import map_of
from gongzhi.affairs.assemblies.models import RosterEntry, Statement, Vote
from gongzhi.affairs.assemblies.rosters import seat_of_link
from gongzhi.engines.deliberation.routing import choose_statement, weigh_statements
from gongzhi.engines.deliberation.tallies import Tally


@dataclass(frozen=True, slots=True)
class Said:
    """A statement as voters see it."""

    id: int
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a seat stands: what to vote on next (None: nothing left), and how far it has come."""

    topic_id: int
    topic_title: str
    question: str
    number: int  # of the seat
    capacity: Capacity
    counts: bool  # confirmed: the votes count; else they wait for the confirmation
    is_open: bool
    closes_at: datetime | None
    statement: Said | None
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class OwnVote:
    """What a seat voted, to look at and change."""

    statement: Said
    value: int


@dataclass(frozen=True, slots=True)
class OwnStatement:
    """What the holder of a seat said, and what became of it."""

    text: str
    original: str
    state: StatementState
    reason: str
    remark: str


def turn_of(token: str, *, at: datetime, wanted: int | None = None) -> Turn:
    """What the holder of a seat is asked next; `wanted` names a statement to vote on again.

    The same question comes back until it is answered: the draw hangs on the seat and on how many
    answers it has given, not on chance.
    """
    seat = seat_of_link(token)
    shown = [
        one
        for one in Statement.objects.filter(topic=seat.topic, state=StatementState.ACCEPTED)
        .order_by("pk")
        .only("pk", "number", "text", "author_id")
        if one.author_id != seat.pk
    ]
    voted = set(Vote.objects.filter(seat=seat).values_list("statement_id", flat=True))
    done = sum(one.pk in voted for one in shown)
    closes_at = seat.topic.closes_at  # none after a revoked decision, until a day is set anew
    is_open = seat.topic.state == TopicState.OPEN and closes_at is not None and at < closes_at
    chosen = None
    if is_open:
        again = [one for one in shown if one.number == wanted]
        chosen = again[0] if again else _next(seat, shown, voted, done)
    return Turn(
        topic_id=seat.topic_id,
        topic_title=seat.topic.title,
        question=seat.topic.question,
        number=seat.number,
        capacity=Capacity(seat.capacity),
        counts=seat.state != EntryState.DECLARED,
        is_open=is_open,
        closes_at=seat.topic.closes_at,
        statement=_said(chosen) if chosen else None,
        done=done,
        total=len(shown),
    )


def own_votes(token: str) -> tuple[OwnVote, ...]:
    """What the holder of a seat has voted, by number of the statement."""
    seat = seat_of_link(token)
    rows = Vote.objects.filter(seat=seat, statement__state=StatementState.ACCEPTED)
    rows = rows.select_related("statement").order_by("statement__number")
    return tuple(OwnVote(_said(row.statement), row.value) for row in rows)


def own_statements(token: str) -> tuple[OwnStatement, ...]:
    """What the holder of a seat said, oldest first, with the reason where it is not shown."""
    seat = seat_of_link(token)
    return tuple(
        OwnStatement(
            text=row.text,
            original=row.original,
            state=StatementState(row.state),
            reason=str(row.get_reason_display()) if row.reason else "",
            remark=row.remark,
        )
        for row in seat.statements.order_by("number")
    )


def _said(row: Statement) -> Said:
    return Said(row.pk, row.number, row.text)


def _next(
    seat: RosterEntry, shown: list[Statement], voted: set[int], done: int
) -> Statement | None:
    if not shown:
        return None
    mapped = map_of(seat.topic)
    ids = np.array([one.pk for one in shown])
    unseen = np.array([one.pk not in voted for one in shown])
    tally, group = _nothing(len(shown)), None
    if mapped is not None:
        known = mapped.votes.statement_ids
        places = np.minimum(np.searchsorted(known, ids), len(known) - 1)
        there = known[places] == ids
        tally = Tally(*(np.where(there, part[:, places], 0) for part in mapped.drawn.tally.parts))
        group = mapped.group_of(seat.pk)
    chances = weigh_statements(
        tally, shown=np.ones(len(shown), dtype=bool), unseen=unseen, group=group
    )
    at = choose_statement(chances, draw=_draw(seat, done))
    return None if at is None else shown[at]


def _nothing(statements: int) -> Tally:
    zeros = np.zeros((1, statements), dtype=np.int64)
    return Tally(zeros, zeros, zeros)


def _draw(seat: RosterEntry, done: int) -> float:
    seed = hashlib.sha256(f"{seat.topic_id}:{seat.pk}:{seat.link_version}:{done}".encode())
    return int.from_bytes(seed.digest()[:7], "big") / 2**56
