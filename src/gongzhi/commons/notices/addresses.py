"""Where recipients can be reached; whoever keeps an address tells it at the moment of sending."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gongzhi.commons.ledger.recording import Subject


@dataclass(frozen=True, slots=True)
class Address:
    """How one recipient is reached now; all parts may be empty."""

    email: str = ""
    phone: str = ""
    webhook_url: str = ""
    language: str = ""


Book = Callable[[int, datetime], Address | None]
Facts = dict[str, str]
Wording = Callable[[Sequence[int]], dict[int, Facts]]
_books: dict[str, Book] = {}
_wordings: dict[tuple[str, str], Wording] = {}


def declare_book(recipient_kind: str, book: Book) -> None:
    """Say who knows the addresses of this kind of recipient (unit, requester, person)."""
    _books[recipient_kind] = book


def declare_wording(recipient_kind: str, subject_kind: str, wording: Wording) -> None:
    """Say who knows the facts of subjects for a kind of recipient: title, number, link."""
    _wordings[recipient_kind, subject_kind] = wording


def address_of(recipient_kind: str, recipient_id: int, *, at: datetime) -> Address:
    """Where the recipient is reached `at` this time; nowhere once erased, or the unit closed."""
    book = _books.get(recipient_kind)
    return (book(recipient_id, at) if book else None) or Address()


def facts_of(recipient_kind: str, subjects: Iterable[Subject]) -> dict[Subject, Facts]:
    """What may be said of the subjects to this kind of recipient, as they stand now.

    One question to each room, however many subjects of its kind there are.
    """
    by_kind: dict[str, set[int]] = {}
    for subject in subjects:
        by_kind.setdefault(subject.kind, set()).add(subject.id)
    found: dict[Subject, Facts] = {}
    for kind, ids in by_kind.items():
        if wording := _wordings.get((recipient_kind, kind)):
            found |= {Subject(kind, each): facts for each, facts in wording(sorted(ids)).items()}
    return found
