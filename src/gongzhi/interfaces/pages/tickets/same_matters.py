"""Open tickets that may be about the same matter: shown, and offered to follow or to merge."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.intake import Request
from gongzhi.affairs.tickets.queries.alike import alike_for_staff, merge_suggestions
from gongzhi.affairs.tickets.queries.lists import TicketRow
from gongzhi.commons.permissions.actors import Actor
from gongzhi.engines.triage.nearness import Nearness


@dataclass(frozen=True, slots=True)
class SameMatterLine:
    """One ticket, and how near it is in words, place and time, each by itself."""

    row: TicketRow
    nearness: str


def same_matters(*, by: Actor, ticket_id: int, at: datetime) -> list[SameMatterLine]:
    """The nearest first; a person decides which of them, if any, are one."""
    return _lines(merge_suggestions(by=by, ticket_id=ticket_id, at=at))


def same_matters_before_sending(
    *, by: Actor, request: Request, at: datetime
) -> list[SameMatterLine]:
    """Those that whoever asks may follow instead; the clerk asks them."""
    return _lines(alike_for_staff(by=by, request=request, at=at))


def follow_words(words: str, place: str, received: datetime, state: State) -> str:
    """One of the choices of whoever may follow a ticket instead of sending another."""
    return _("跟进：%(words)s（%(place)s，%(day)s，%(state)s）") % {
        "words": Truncator(words).chars(60),
        "place": place,
        "day": date_format(localtime(received), "SHORT_DATE_FORMAT"),
        "state": state.label,
    }


def _lines(found: list[tuple[TicketRow, Nearness]]) -> list[SameMatterLine]:
    return [
        SameMatterLine(
            row,
            _("说法 %(words)s · 地点 %(place)s · 时间 %(time)s")
            % {
                "words": _share(near.text),
                "place": _share(near.place),
                "time": _share(near.time),
            },
        )
        for row, near in found
    ]


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.0%}"
