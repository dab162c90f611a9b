"""The opinion map of a topic, kept in the process and brought up to date vote by vote.

Where a voter stands on it never leaves the process: it only says which statement to ask next.
What may be shown is written down by drawing.py.
"""

from dataclasses import dataclass
from threading import Lock
from time import monotonic

from gongzhi.affairs.assemblies.choices import EntryState, StatementState
from gongzhi.affairs.assemblies.models import RosterEntry, Statement, Topic, Vote
from gongzhi.commons.revisions import forget_with
from gongzhi.engines.deliberation.opinion_map import OpinionMap, draw_map, redraw_map
from gongzhi.engines.deliberation.votes import Votes, cast_vote, gather_votes

_MOST_TOPICS = 8
# Beyond so many votes that came since, all are read again.
_FEW = 40
# A map that took a while to bring up to date is left alone for so many times that while.
_REST = 20


@dataclass(frozen=True, eq=False)
class Mapped:
    """A topic's votes as they were at `turn`, by seat and statement id, and their map."""

    turn: int
    shown: frozenset[int]  # accepted statements
    seats: int  # confirmed seats
    votes: Votes
    drawn: OpinionMap
    rests_until: float = 0.0

    def group_of(self, seat_id: int) -> int | None:
        """The group a seat is placed in; None where it is not placed (yet)."""
        at = int(self.votes.voter_ids.searchsorted(seat_id))
        if at == self.votes.voter_count or int(self.votes.voter_ids[at]) != seat_id:
            return None
        label = int(self.drawn.labels[at])
        return label if label >= 0 else None


_kept: dict[int, Mapped] = {}
_lock = Lock()
forget_with(_kept.clear)


def map_of(topic: Topic, *, now: bool = False, anew: bool = False) -> Mapped | None:
    """The map of a topic's counted votes; None while there are none.

    Brought up to date at once for a few votes; one that takes long may be a little old unless it
    is wanted `now`. Drawn `anew` it depends on the votes alone, not on maps drawn before.
    """
    kept = _kept.get(topic.pk)
    if kept is not None and not (now or anew) and monotonic() < kept.rests_until:
        return kept
    with _lock:
        found = _refresh(topic, None if anew else _kept.get(topic.pk))
        if found is None:
            _kept.pop(topic.pk, None)
            return None
        _kept.pop(topic.pk, None)
        _kept[topic.pk] = found
        while len(_kept) > _MOST_TOPICS:
            _kept.pop(next(iter(_kept)))
    return found


def _refresh(topic: Topic, kept: Mapped | None) -> Mapped | None:
    # The number is read before the votes: at worst the map knows more than it says.
    turn: int = Topic.objects.values_list("voted", flat=True).get(pk=topic.pk)
    if kept is not None and kept.turn == turn:
        return kept
    began = monotonic()
    shown = frozenset(
        Statement.objects.filter(topic=topic, state=StatementState.ACCEPTED).values_list(
            "pk", flat=True
        )
    )
    seats = RosterEntry.objects.filter(topic=topic, state=EntryState.CONFIRMED).count()
    if not shown:
        return None
    votes = _with_newer(topic, kept, turn) if _still(kept, turn, shown, seats) else None
    if votes is None:
        votes = _all_votes(topic, shown)
    if votes is None:
        return None
    same = kept is not None and kept.votes.statement_ids.tolist() == votes.statement_ids.tolist()
    drawn = redraw_map(kept.drawn, votes) if kept is not None and same else draw_map(votes)
    ended = monotonic()
    return Mapped(turn, shown, seats, votes, drawn, ended + _REST * (ended - began))


def _still(kept: Mapped | None, turn: int, shown: frozenset[int], seats: int) -> bool:
    """Whether only votes came since, and few: nobody was confirmed and nothing moderated."""
    if kept is None or turn - kept.turn > _FEW:
        return False
    return kept.shown == shown and kept.seats == seats


def _counted(topic: Topic) -> "list[tuple[int, int, int]]":
    rows = Vote.objects.filter(topic=topic, seat__state=EntryState.CONFIRMED)
    return list(rows.values_list("seat_id", "statement_id", "value"))


def _all_votes(topic: Topic, shown: frozenset[int]) -> Votes | None:
    rows = [row for row in _counted(topic) if row[1] in shown]
    if not rows:
        return None
    seats, statements, values = zip(*rows, strict=True)
    return gather_votes(
        voters=seats, statements=statements, values=values, known_statements=sorted(shown)
    )


def _with_newer(topic: Topic, kept: Mapped | None, turn: int) -> Votes | None:
    """The votes kept with those of the changes since; None where they have to be read anew."""
    if kept is None:
        return None
    newer = Vote.objects.filter(
        topic=topic, turn__gt=kept.turn, seat__state=EntryState.CONFIRMED
    ).order_by("turn")
    votes = kept.votes
    turns = set()
    for seat, statement, value, at_turn in newer.values_list(
        "seat_id", "statement_id", "value", "turn"
    ):
        turns.add(at_turn)
        if statement in kept.shown:
            votes = cast_vote(votes, voter=seat, statement=statement, value=value)
    # Every number since must be a vote found here: one that is missing was something else.
    return votes if len([one for one in turns if one <= turn]) == turn - kept.turn else None
