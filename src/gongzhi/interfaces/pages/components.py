"""The values that components show: plain and frozen, made by queries and views."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise

from gongzhi.affairs.tickets.choices import State

Text = str | Promise


class Tone(StrEnum):
    """What a colour means. A word or a shape always says the same."""

    QUIET = "quiet"
    INFO = "info"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Badge:
    """A short state: a word, a tone and a shape (ring, half, full, square, diamond, bar)."""

    label: Text
    tone: Tone = Tone.QUIET
    shape: str = "ring"


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a timeline. `kind` is past, now, good, bad or ahead."""

    title: Text
    at: datetime | None = None
    who: Text = ""
    text: Text = ""
    kind: str = "past"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: the title leads to the matter."""

    title: Text
    href: str
    facts: Sequence[Text] = ()
    badges: Sequence[Badge] = ()
    due: Text = ""
    due_tone: str = ""  # "", soon or late


@dataclass(frozen=True, slots=True)
class Crumb:
    """One level above the page."""

    label: Text
    href: str


# How the states of a ticket look, in the order of its life; what they are called is the affair's.
_LOOKS: dict[State, tuple[Tone, str]] = {
    State.RECEIVED: (Tone.INFO, "ring"),
    State.ACCEPTED: (Tone.INFO, "half"),
    State.DISPATCHED: (Tone.INFO, "full"),
    State.IN_PROGRESS: (Tone.WARN, "half"),
    State.ANSWERED: (Tone.GOOD, "half"),
    State.CLOSED: (Tone.GOOD, "full"),
    State.RETURNED: (Tone.WARN, "diamond"),
    State.PARKED: (Tone.QUIET, "bar"),
    State.EXCLUDED: (Tone.QUIET, "square"),
    State.REOPENED: (Tone.BAD, "diamond"),
    State.WITHDRAWN: (Tone.QUIET, "ring"),
}


def state_badge(state: str) -> Badge:
    """The badge of a ticket's state; raises ValueError for what is none."""
    known = State(state)
    return Badge(known.label, *_LOOKS[known])
