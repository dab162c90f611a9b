"""Whistles as rows of a list, and how far a called unit is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets.choices import WhistleState
from gongzhi.affairs.tickets.queries.whistles import CallView, WhistleRow
from gongzhi.interfaces.pages.components import Badge, Row, Tone
from gongzhi.interfaces.pages.tickets.rows import SOON, moment_words

_LOOKS = {
    WhistleState.DRAFTED: (Tone.WARN, "ring"),
    WhistleState.REFUSED: (Tone.QUIET, "square"),
    WhistleState.BLOWN: (Tone.INFO, "half"),
    WhistleState.CLOSED: (Tone.GOOD, "full"),
}


def whistle_badge(state: WhistleState) -> Badge:
    return Badge(state.label, *_LOOKS[state])


def whistle_rows(whistles: Iterable[WhistleRow], *, now: datetime) -> list[Row]:
    """The lines of a list of whistles."""
    return [_row(whistle, now=now) for whistle in whistles]


def _row(whistle: WhistleRow, *, now: datetime) -> Row:
    since = whistle.blown_at or whistle.drafted_at
    counts = {"arrived": whistle.arrived, "called": whistle.called}
    return Row(
        title=whistle.title,
        href=reverse("whistle", args=[whistle.id]),
        facts=[
            whistle.place_name,
            whistle.kind.label,
            whistle.initiator_name,
            moment_words(since, now=now),
        ],
        badges=[whistle_badge(whistle.state)],
        due=_("%(arrived)s/%(called)s 已到场") % counts
        if whistle.state == WhistleState.BLOWN
        else "",
    )


@dataclass(frozen=True, slots=True)
class Clock:
    """One of the three clocks of a called unit: when it was met, or until when it may be."""

    label: str | Promise
    words: str
    tone: str = ""  # "", soon or late, as for anything due


@dataclass(frozen=True, slots=True)
class Called:
    """A called unit as the page shows it, with the marks that it still can set."""

    call: CallView
    clocks: tuple[Clock, ...]
    may_sign: bool = False
    may_contact: bool = False
    may_arrive: bool = False
    may_answer: bool = False


def called_units(
    calls: Iterable[CallView], *, running: bool, answers: bool, now: datetime
) -> list[Called]:
    """The called units; `answers` where the reader may answer for their own.

    Of a whistle that isn't `running` any more no clock presses.
    """
    return [
        _called(call, running=running, answers=answers and call.is_ours, now=now) for call in calls
    ]


def _called(call: CallView, *, running: bool, answers: bool, now: datetime) -> Called:
    clocks = tuple(
        _clock(label, done, due if running or done else None, now)
        for label, done, due in (
            (_("签收"), call.signed_at, call.sign_due_at),
            (_("联系"), call.contacted_at, call.contact_due_at),
            (_("到场"), call.arrived_at, call.arrive_due_at),
        )
    )
    return Called(
        call,
        clocks,
        may_sign=answers and call.signed_at is None,
        may_contact=answers and call.contacted_at is None,
        may_arrive=answers and call.arrived_at is None,
        may_answer=answers,
    )


def _clock(label: str, done: datetime | None, due: datetime | None, now: datetime) -> Clock:
    if done is not None:
        said = {"moment": moment_words(done, now=now)}
        if due is not None and done > due:
            return Clock(label, _("%(moment)s，超时") % said, "late")
        return Clock(label, str(said["moment"]))
    if due is None:
        return Clock(label, "—")
    said = {"moment": moment_words(due, now=now)}
    if due < now:
        return Clock(label, _("已超时（%(moment)s）") % said, "late")
    return Clock(label, _("%(moment)s 前") % said, "soon" if due - now < SOON else "")
