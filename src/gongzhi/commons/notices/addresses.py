"""Where recipients can be reached; whoever keeps an address tells it at the moment of sending."""

from collections.abc import Callable
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
Wording = Callable[[int], dict[str, str]]
_books: dict[str, Book] = {}
_wordings: dict[tuple[str, str], Wording] = {}


def declare_book(recipient_kind: str, book: Book) -> None:
    """Say who knows the addresses of this kind of recipient (unit, requester, person)."""
    _books[recipient_kind] = book


def declare_wording(recipient_kind: str, subject_kind: str, wording: Wording) -> None:
    """Say who knows the facts of a subject for a kind of recipient: title, number, link."""
    _wordings[recipient_kind, subject_kind] = wording


def address_of(recipient_kind: str, recipient_id: int, *, at: datetime) -> Address:
    """Where the recipient is reached `at` this time; nowhere once erased, or the unit closed."""
    book = _books.get(recipient_kind)
    return (book(recipient_id, at) if book else None) or Address()


def facts_of(recipient_kind: str, subject: Subject) -> dict[str, str]:
    """What may be said of the subject to this kind of recipient, as it stands now."""
    wording = _wordings.get((recipient_kind, subject.kind))
    return wording(subject.id) if wording else {}
