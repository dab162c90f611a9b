"""The roster and what waits for staff: seats to confirm, slips to print, statements to review."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count

from gongzhi.affairs.assemblies.choices import Capacity, EntryState, StatementState
from gongzhi.affairs.assemblies.lifecycle import topic_for
from gongzhi.affairs.assemblies.models import RosterEntry, Statement
from gongzhi.affairs.assemblies.rosters import Slip, seat_token
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.privacy.encryption import open_text

PAGE = 50


@dataclass(frozen=True, slots=True)
class SeatView:
    """A seat that waits for its capacity to be confirmed."""

    number: int
    capacity: Capacity
    says: str
    joined_on: date | None


@dataclass(frozen=True, slots=True)
class SeatCount:
    """How many seats of one capacity stand where."""

    capacity: Capacity
    state: EntryState
    paper: bool
    count: int


@dataclass(frozen=True, slots=True)
class RosterView:
    """The roster of a topic for who runs it."""

    counts: tuple[SeatCount, ...]
    declared: tuple[SeatView, ...]
    papers: tuple[int, ...]  # numbers of the paper slips


@dataclass(frozen=True, slots=True)
class ModeratedView:
    """A statement for who reviews it; who wrote it is not said."""

    id: int
    number: int
    text: str
    original: str
    state: StatementState
    reason: str
    remark: str
    is_seed: bool
    submitted_at: datetime


def roster_of(*, by: Actor, topic_id: int) -> RosterView:
    """The roster of a topic; four queries."""
    topic = topic_for(by, "topics.run", topic_id)
    rows = RosterEntry.objects.filter(topic=topic)
    counted = rows.values_list("capacity", "state", "paper").annotate(count=Count("pk"))
    declared = rows.filter(state=EntryState.DECLARED).order_by("number")[:PAGE]
    papers = rows.filter(paper=True).order_by("number").values_list("number", flat=True)
    return RosterView(
        counts=tuple(
            SeatCount(Capacity(capacity), EntryState(state), paper, count)
            for capacity, state, paper, count in counted.order_by("capacity", "state", "paper")
        ),
        declared=tuple(
            SeatView(row.number, Capacity(row.capacity), open_text(row.says_sealed), row.joined_on)
            for row in declared
        ),
        papers=tuple(papers[:500]),
    )


def slips_of(*, by: Actor, topic_id: int, most: int = 500) -> tuple[Slip, ...]:
    """The slips that nobody has used yet, to print."""
    topic = topic_for(by, "topics.run", topic_id)
    rows = RosterEntry.objects.filter(topic=topic, state=EntryState.INVITED).order_by("number")
    return tuple(Slip(row.number, seat_token(row)) for row in rows[:most])


def statements_to_review(
    *, by: Actor, topic_id: int, state: StatementState, cursor: str = ""
) -> tuple[tuple[ModeratedView, ...], str]:
    """A page of a topic's statements in one state, oldest first, and where the next begins."""
    topic = topic_for(by, "topics.run", topic_id)
    rows = Statement.objects.filter(topic=topic, state=state).order_by("pk")
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 16:
        rows = rows.filter(pk__gt=int(cursor))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    views = tuple(
        ModeratedView(
            id=row.pk,
            number=row.number,
            text=row.text,
            original=row.original,
            state=StatementState(row.state),
            reason=str(row.get_reason_display()) if row.reason else "",
            remark=row.remark,
            is_seed=row.author_id is None,
            submitted_at=row.submitted_at,
        )
        for row in shown
    )
    return views, str(shown[-1].pk) if len(found) > PAGE else ""


def statements_on_paper(*, by: Actor, topic_id: int) -> tuple[tuple[int, str], ...]:
    """Accepted statements by number, as they stand on a paper slip."""
    topic = topic_for(by, "topics.enter_paper", topic_id)
    rows = Statement.objects.filter(topic=topic, state=StatementState.ACCEPTED)
    return tuple(rows.order_by("number").values_list("number", "text")[:200])
