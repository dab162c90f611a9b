"""Meetings as lines of a list, their agenda and what they resolved in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies.meeting_choices import MeetingState, Presence, Reason
from gongzhi.affairs.assemblies.queries.meetings import (
    MeetingRow,
    PointView,
    ResolutionView,
    Sat,
)
from gongzhi.commons.ledger.recording import Subject
from gongzhi.interfaces.pages.assemblies.owners_votes_telling import percent
from gongzhi.interfaces.pages.components import Badge, Row, Tone
from gongzhi.interfaces.pages.tasks.rows import row_of_task

_LOOKS: dict[MeetingState, tuple[Tone, str]] = {
    MeetingState.DRAFTED: (Tone.WARN, "ring"),
    MeetingState.CALLED: (Tone.INFO, "half"),
    MeetingState.HELD: (Tone.INFO, "full"),
    MeetingState.PUBLISHED: (Tone.GOOD, "full"),
    MeetingState.CANCELLED: (Tone.QUIET, "square"),
}
_PRESENCE: dict[Presence, tuple[Tone, str]] = {
    Presence.INVITED: (Tone.QUIET, "ring"),
    Presence.CAME: (Tone.GOOD, "full"),
    Presence.EXCUSED: (Tone.WARN, "half"),
    Presence.ABSENT: (Tone.BAD, "square"),
}
# Where the page of a matter is, by its kind.
_PAGES = {"ticket": "ticket", "whistle": "whistle", "need": "need", "task": "task"}


def meeting_badge(state: MeetingState) -> Badge:
    return Badge(state.label, *_LOOKS[state])


def meeting_rows(meetings: Iterable[MeetingRow], *, now: datetime) -> list[Row]:
    """The lines of a list of meetings."""
    return [
        Row(
            title=one.title,
            href=reverse("meeting", args=[one.id]),
            facts=[
                when(one.begins_at, one.ends_at),
                one.venue,
                str(one.kind.label),
                one.place_name,
            ],
            badges=[meeting_badge(one.state)],
            due=_("还没有登记") if _waits(one, now) else "",
            due_tone="late" if _waits(one, now) else "",
        )
        for one in meetings
    ]


def _waits(one: MeetingRow, now: datetime) -> bool:
    return one.state is MeetingState.CALLED and one.ends_at < now


def when(begins: datetime, ends: datetime) -> str:
    """From when to when, the day once."""
    first, last = localtime(begins), localtime(ends)
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M}"
    return f"{first:%Y-%m-%d %H:%M}–{until}"


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """A point of the agenda with the way to its matter."""

    position: int
    title: str
    why: str | Promise
    href: str


def agenda_lines(points: Iterable[PointView]) -> list[AgendaLine]:
    return [
        AgendaLine(
            point.position,
            point.title,
            "" if point.why is Reason.OWN else point.why.label,
            page_of(point.subject),
        )
        for point in points
    ]


def page_of(subject: Subject | None) -> str:
    """The address of a matter's page; nothing for one without."""
    if subject is None or subject.kind not in _PAGES:
        return ""
    return reverse(_PAGES[subject.kind], args=[subject.id])


def presence_words(sat: Iterable[Sat]) -> list[tuple[str, Badge]]:
    """The units that were asked, and whether they came."""
    return [(one.unit_name, Badge(one.presence.label, *_PRESENCE[one.presence])) for one in sat]


@dataclass(frozen=True, slots=True)
class ResolutionTold:
    """What was resolved, for the page."""

    view: ResolutionView
    badge: Badge
    count: str
    rule: str
    tasks: tuple[Row, ...]
    topic_id: int | None  # the topic that it became


def resolutions_told(
    resolutions: Iterable[ResolutionView], *, topics: Mapping[int, int], now: datetime
) -> list[ResolutionTold]:
    return [
        ResolutionTold(
            view=one,
            badge=Badge(_("通过"), Tone.GOOD, "full")
            if one.passed
            else Badge(_("没有通过"), Tone.BAD, "square"),
            count=_count(one.figures) if one.figures else _("协商一致"),
            rule=_rule(one.figures) if one.figures else "",
            tasks=tuple(row_of_task(task, now=now) for task in one.tasks),
            topic_id=topics.get(one.id),
        )
        for one in resolutions
    ]


def _count(figures: Mapping[str, Any]) -> str:
    said = {
        name: figures[name] for name in ("entitled", "present", "in_favour", "against", "abstained")
    }
    words = _(
        "应到 %(entitled)s，实到 %(present)s；同意 %(in_favour)s，反对 %(against)s，"
        "弃权 %(abstained)s"
    )
    return words % said


def _rule(figures: Mapping[str, Any]) -> str:
    signs = {True: "≥", False: ">"}
    said = {
        "came": percent(figures["attendance"]),
        "quorum": f"{signs[figures['attendance_inclusive']]} {figures['attendance_threshold']}",
        "agreed": percent(figures["approval"]),
        "majority": f"{signs[figures['approval_inclusive']]} {figures['approval_threshold']}",
        "basis": figures["basis"],
    }
    missing = ""
    if figures["attendance_missing"]:
        missing = _("；到会还差 %(many)s") % {"many": figures["attendance_missing"]}
    elif figures["approval_missing"]:
        missing = _("；同意还差 %(many)s") % {"many": figures["approval_missing"]}
    words = _(
        "到会 %(came)s（要求 %(quorum)s），同意 %(agreed)s（要求 %(majority)s），依据 %(basis)s"
    )
    return words % said + missing
