"""A person's own data: see it, take it along, correct it, have it erased.

A room declares what it holds about a subject ("ticket" 7: the requester's contact). Its functions
are actions and queries of that room: they check permission and write their own events.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

from django.db import transaction

from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing held: its name in code, what people call it, and its value as text."""

    name: str
    title: str
    value: str


class See(Protocol):
    def __call__(self, subject_id: int, *, by: Actor) -> Sequence[Fact]: ...


class Correct(Protocol):
    def __call__(
        self, subject_id: int, *, fact: str, value: str, by: Actor, at: datetime
    ) -> None: ...


class Erase(Protocol):
    def __call__(self, subject_id: int, *, by: Actor, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Holding:
    """What one room holds about a subject of one kind, why, and what its owner may do with it."""

    subject_kind: str
    name: str  # "tickets.contact"
    title: str
    purpose: str
    see: See
    correct: Correct | None = None
    erase: Erase | None = None
    reason: str = ""  # why it can't be corrected or erased, where it can't


@dataclass(frozen=True, slots=True)
class HeldData:
    """A holding with its facts, for the page and the export."""

    name: str
    title: str
    purpose: str
    facts: tuple[Fact, ...]
    can_correct: bool
    can_erase: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased, and what had to stay with the reason (by title)."""

    erased: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]


class CannotCorrect(ValueError):
    """Data that its owner may not change here, and why."""


_holdings: dict[str, Holding] = {}


def declare_holding(holding: Holding) -> Holding:
    """Register a holding; what can't be corrected or erased must say why."""
    if holding.name in _holdings:
        raise ValueError(f"holding {holding.name!r} is declared twice")
    if not (holding.correct and holding.erase) and not holding.reason:
        raise ValueError(f"holding {holding.name!r} must say why it can't be corrected or erased")
    _holdings[holding.name] = holding
    return holding


def see_my_data(subject: Subject, *, by: Actor) -> list[HeldData]:
    """Everything held about a subject."""
    return [
        HeldData(
            name=holding.name,
            title=holding.title,
            purpose=holding.purpose,
            facts=tuple(holding.see(subject.id, by=by)),
            can_correct=holding.correct is not None,
            can_erase=holding.erase is not None,
            reason=holding.reason,
        )
        for holding in _of_kind(subject.kind)
    ]


def export_my_data(subject: Subject, *, by: Actor, at: datetime) -> dict[str, object]:
    """The same as plain values, ready to be written as JSON."""
    return {
        "subject": {"kind": subject.kind, "id": subject.id},
        "made_at": at.isoformat(),
        "held": [asdict(held) for held in see_my_data(subject, by=by)],
    }


def correct_my_data(
    *, subject: Subject, holding: str, fact: str, value: str, by: Actor, at: datetime
) -> None:
    """Change one fact; raises CannotCorrect with the reason where that can't be."""
    found = _holdings.get(holding)
    if found is None or found.subject_kind != subject.kind:
        raise CannotCorrect(f"no such data: {holding}")
    if found.correct is None:
        raise CannotCorrect(found.reason)
    with transaction.atomic():
        found.correct(subject.id, fact=fact, value=value, by=by, at=at)


def erase_my_data(*, subject: Subject, by: Actor, at: datetime) -> Erasure:
    """Erase everything that may be erased, all or nothing, and say what stays and why."""
    erased: list[str] = []
    kept: list[tuple[str, str]] = []
    with transaction.atomic():
        for holding in _of_kind(subject.kind):
            if holding.erase is None:
                kept.append((holding.title, holding.reason))
                continue
            holding.erase(subject.id, by=by, at=at)
            erased.append(holding.title)
    return Erasure(tuple(erased), tuple(kept))


def _of_kind(kind: str) -> list[Holding]:
    return [held for _, held in sorted(_holdings.items()) if held.subject_kind == kind]
