"""Open tickets that may be about the same matter, beside the form that merges."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from gongzhi.affairs.tickets.queries.alike import merge_suggestions
from gongzhi.affairs.tickets.queries.lists import TicketRow
from gongzhi.commons.permissions.actors import Actor


@dataclass(frozen=True, slots=True)
class SameMatterLine:
    """One ticket, and how near it is in words, place and time, each by itself."""

    row: TicketRow
    nearness: str


def same_matters(*, by: Actor, ticket_id: int, at: datetime) -> list[SameMatterLine]:
    """The nearest first; a person decides which of them, if any, are one."""
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
        for row, near in merge_suggestions(by=by, ticket_id=ticket_id, at=at)
    ]


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.0%}"
