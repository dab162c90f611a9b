"""Walking one chain of events and saying what doesn't fit; no database here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from gongzhi.commons.ledger.findings import Finding, Wrong
from gongzhi.commons.ledger.recording import Plain, Subject, event_hash, genesis

# How far from its place the true place of an event is looked for.
_REACH = 25


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it stands in the database."""

    id: int
    sequence: int
    kind: str
    at: datetime
    unit_id: int | None
    person_id: int | None
    place_id: int | None
    data: dict[str, Plain]
    previous_hash: str
    hash: str


@dataclass(slots=True)
class ChainWalk:
    """The state of a walk along one subject's chain; `take` events in order, then `finish`."""

    subject: Subject
    sealed: dict[int, str] = field(default_factory=dict)  # sequence -> hash
    sealed_up_to: int = 0  # events with this row id and below have been sealed
    expected: int = 1
    previous: str = ""  # the hash that the next event must follow; empty if not known
    broken_at: int = 0  # an event that is whole but doesn't follow the one before
    wrong_at: set[int] = field(default_factory=set)
    displaced: dict[int, int] = field(default_factory=dict)  # where it stands -> where it belongs
    ought_to_be_sealed: int = 0
    met: bool = False

    def __post_init__(self) -> None:
        self.previous = genesis(self.subject)

    def take(self, event: StoredEvent) -> Iterator[Finding]:
        """Check the next event."""
        self.met = True
        if event.sequence < self.expected:
            yield self._finding(Wrong.FORGED, event.sequence, detail="stands twice")
            return
        if event.sequence > self.expected:
            yield from self._end_break()
            yield self._finding(Wrong.MISSING, self.expected, event.sequence - 1)
            self.previous = ""
        yield from self._check_content(event)
        yield from self._check_seal(event)
        self.expected = event.sequence + 1

    def finish(self) -> Iterator[Finding]:
        """Say what only shows at the end of the chain."""
        yield from self._end_break()
        yield from self._explain_displaced()
        last = self.expected - 1
        sealed_last = max(self.sealed, default=0)
        if not self.met:
            yield self._finding(Wrong.DELETED, 1, sealed_last)
        elif sealed_last > last:
            yield self._finding(Wrong.CUT, last + 1, sealed_last)
        elif self.ought_to_be_sealed > sealed_last:
            yield self._finding(
                Wrong.FORGED,
                sealed_last + 1,
                self.ought_to_be_sealed,
                detail="backdated before the last seal, which doesn't know it",
            )

    def _check_content(self, event: StoredEvent) -> Iterator[Finding]:
        if self._hash_at(event, event.sequence) == event.hash:
            yield from self._check_link(event)
            self.previous = event.hash
            return
        yield from self._end_break()
        belongs = self._true_sequence(event)
        self.wrong_at.add(event.sequence)
        if belongs:
            self.displaced[event.sequence] = belongs
            yield self._finding(
                Wrong.REORDERED, event.sequence, detail=f"written as event {belongs}"
            )
        else:
            yield self._finding(Wrong.CHANGED, event.sequence)
        self.previous = ""

    def _check_link(self, event: StoredEvent) -> Iterator[Finding]:
        """Two whole events that don't fit: the earlier was rewritten or the later put in."""
        fits = not self.previous or event.previous_hash == self.previous
        if self.broken_at and not fits:
            # It fits neither the one before nor the one after: it was put in.
            yield self._forged(self.broken_at, self.broken_at)
            self.broken_at = 0
        elif not fits:
            self.broken_at = event.sequence
        elif self.broken_at:
            yield from self._end_break()

    def _end_break(self) -> Iterator[Finding]:
        if self.broken_at:
            first = max(1, self.broken_at - 1)
            yield self._forged(first, self.broken_at)
            self.broken_at = 0

    def _forged(self, first: int, last: int) -> Finding:
        self.wrong_at.update(range(first, last + 1))
        detail = "does not follow the event before it" if first == last else "don't fit together"
        return self._finding(Wrong.FORGED, first, last, detail=detail)

    def _check_seal(self, event: StoredEvent) -> Iterator[Finding]:
        if event.id <= self.sealed_up_to:
            self.ought_to_be_sealed = event.sequence
        sealed = self.sealed.get(event.sequence)
        if sealed and sealed != event.hash and event.sequence not in self.wrong_at:
            yield self._finding(
                Wrong.REWRITTEN, event.sequence, detail="its sealed hash is another"
            )

    def _explain_displaced(self) -> Iterator[Finding]:
        """Events that moved left a place to one that was put in, or took that of one removed."""
        belong = set(self.displaced.values())
        for place in sorted(belong - self.displaced.keys()):
            if place < self.expected and place not in self.wrong_at:
                yield self._finding(Wrong.FORGED, place, detail="put in before the next")
        for place in sorted(self.displaced.keys() - belong):
            if place < max(belong):
                yield self._finding(Wrong.MISSING, place, detail="later events moved up")

    def _true_sequence(self, event: StoredEvent) -> int:
        """The place at which this event's hash is right, or 0."""
        for place in range(max(1, event.sequence - _REACH), event.sequence + _REACH + 1):
            if self._hash_at(event, place) == event.hash:
                return place
        return 0

    def _hash_at(self, event: StoredEvent, sequence: int) -> str:
        return event_hash(
            subject=self.subject,
            sequence=sequence,
            kind=event.kind,
            at=event.at,
            unit_id=event.unit_id,
            person_id=event.person_id,
            place_id=event.place_id,
            data=event.data,
            previous_hash=event.previous_hash,
        )

    def _finding(self, wrong: Wrong, first: int, last: int = 0, *, detail: str = "") -> Finding:
        return Finding(wrong, self.subject, first, last or first, detail)
