"""The values that components show: plain and frozen, made by queries and views."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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


# The states of a ticket, in the order of its life.
TICKET_STATES: dict[str, Badge] = {
    "received": Badge(_("已收到"), Tone.INFO, "ring"),
    "accepted": Badge(_("已受理"), Tone.INFO, "half"),
    "dispatched": Badge(_("已派单"), Tone.INFO, "full"),
    "in_progress": Badge(_("办理中"), Tone.WARN, "half"),
    "answered": Badge(_("已答复"), Tone.GOOD, "half"),
    "closed": Badge(_("已办结"), Tone.GOOD, "full"),
    "returned": Badge(_("退回改派"), Tone.WARN, "diamond"),
    "parked": Badge(_("挂账跟踪"), Tone.QUIET, "bar"),
    "excluded": Badge(_("不予派办"), Tone.QUIET, "square"),
    "reopened": Badge(_("重新办理"), Tone.BAD, "diamond"),
}


def state_badge(state: str) -> Badge:
    """The badge of a ticket's state; a state unknown here shows its own name."""
    return TICKET_STATES.get(state, Badge(state))
