"""The register of event kinds: what may be written, about what, and what it means.

Each room declares its kinds beside its actions; docs/events.md lists them all, which a test checks.
"""

from collections.abc import Iterable
from dataclasses import dataclass

_register: dict[str, "EventKind"] = {}


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of event: `subject.past_tense`, its meaning, and the fields of its data."""

    name: str
    meaning: str
    fields: tuple[str, ...] = ()


class UnknownEventKind(ValueError):
    """An event whose kind nobody declared."""


def declare(name: str, meaning: str, *fields: str) -> str:
    """Register a kind and return its name; declaring a name twice is a mistake."""
    if name in _register:
        raise ValueError(f"event kind {name!r} is declared twice")
    _register[name] = EventKind(name, meaning, fields)
    return name


def check_kind(name: str, *, subject_kind: str, fields: Iterable[str] = ()) -> None:
    """Refuse a kind that nobody declared, that is another subject's, or that has other fields."""
    if name not in _register:
        raise UnknownEventKind(f"declare the event kind {name!r} beside the action that writes it")
    if name.partition(".")[0] != subject_kind:
        raise UnknownEventKind(f"{name!r} can't be written about a {subject_kind!r}")
    if undeclared := [field for field in fields if field not in _register[name].fields]:
        raise UnknownEventKind(f"{name!r} has no field {', '.join(map(repr, undeclared))}")


def all_kinds() -> list[EventKind]:
    """Every declared kind, by name."""
    return [_register[name] for name in sorted(_register)]
