"""A ticket's story in words for the one who asked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongzhi.affairs.tickets.choices import (
    OPEN_STATES,
    CallbackState,
    ExclusionReason,
    RemarkKind,
    Solved,
    State,
)
from gongzhi.affairs.tickets.queries.stories import Story
from gongzhi.commons.ledger.reading import EventView
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.interfaces.pages.components import Moment


def unit_name(unit_id: object) -> str:
    """A unit's name; nothing for none."""
    found = find_unit(unit_id) if isinstance(unit_id, int) else None
    return found.name if found else ""


def _reviewed(event: EventView, yes: str) -> str:
    """Only what was approved changes anything for the requester."""
    return yes if event.data.get("approved") else ""


def _excluded(event: EventView) -> str:
    code = str(event.data.get("code", ""))
    reason = ExclusionReason(code).label if code in ExclusionReason else ""
    return _reviewed(event, _("不予派单：%(reason)s") % {"reason": reason})


def _answered_callback(event: EventView) -> str:
    said = str(event.data.get("solved", ""))
    return _("您的评价：%(said)s") % {"said": Solved(said).label if said in Solved else said}


def _dispatched(event: EventView) -> str:
    return _("派给%(unit)s") % {"unit": unit_name(event.data.get("lead"))}


def _corrected(event: EventView) -> str:
    return _("工作人员更正了记下的内容") if event.person_id else _("您修改了内容")


def _extended(event: EventView) -> str:
    return _reviewed(event, _("经批准延期"))


def _parked(event: EventView) -> str:
    return _reviewed(event, _("暂时办不了，挂账跟踪"))


# What the requester is told of each kind of event; kinds that are in neither table stay inside.
_TITLES = {
    "ticket.received": gettext_lazy("收到您的诉求"),
    "ticket.contacted": gettext_lazy("与您联系"),
    "ticket.interim_replied": gettext_lazy("办理进展"),
    "ticket.questioned": gettext_lazy("向您了解情况"),
    "ticket.replied": gettext_lazy("您补充"),
    "ticket.answered": gettext_lazy("答复"),
    "ticket.closed": gettext_lazy("办结"),
    "ticket.unparked": gettext_lazy("恢复办理"),
    "ticket.callback_expired": gettext_lazy("没有收到您的评价"),
    "ticket.reopened": gettext_lazy("重新办理"),
    "ticket.returned": gettext_lazy("退回，另行派单"),
    "ticket.merged": gettext_lazy("与同一件事合并办理"),
    "ticket.unmerged": gettext_lazy("改为单独办理"),
    "ticket.withdrawn": gettext_lazy("您撤回了诉求"),
    "ticket.placed": gettext_lazy("工作人员更正了地点"),
    "ticket.erased": gettext_lazy("个人信息已删除"),
}
_WORDS: dict[str, Callable[[EventView], str]] = {
    "ticket.dispatched": _dispatched,
    "ticket.extension_reviewed": _extended,
    "ticket.parking_reviewed": _parked,
    "ticket.exclusion_reviewed": _excluded,
    "ticket.called_back": _answered_callback,
    "ticket.corrected": _corrected,
}
_BAD = frozenset({"ticket.reopened", "ticket.exclusion_reviewed"})
_GOOD = frozenset({"ticket.closed"})


def moments_of(story: Story) -> list[Moment]:
    """The timeline, oldest first, ending with what comes next."""
    texts = {remark.event_sequence: remark for remark in story.remarks}
    told: list[Moment] = []
    for event in _without_echoes(story.events):
        words = _WORDS.get(event.kind)
        title = words(event) if words else str(_TITLES.get(event.kind, ""))
        if not title:
            continue
        remark = texts.get(event.sequence)
        told.append(
            Moment(
                title=title,
                at=event.at,
                who=unit_name(event.unit_id),
                text=remark.text if remark else "",
                kind="bad" if event.kind in _BAD else "good" if event.kind in _GOOD else "past",
            )
        )
    return [*told, *_ahead(story)]


def _without_echoes(events: Iterable[EventView]) -> Iterable[EventView]:
    """Leave out that the unit that has it got it again, as after an objection that was refused."""
    lead: object = None
    for event in events:
        if event.kind == "ticket.dispatched":
            if event.data.get("lead") == lead:
                continue
            lead = event.data.get("lead")
        elif event.kind in {"ticket.returned", "ticket.reopened"}:
            lead = None
        yield event


def _ahead(story: Story) -> Iterable[Moment]:
    state = story.row.state
    if state in {State.RECEIVED, State.ACCEPTED}:
        yield Moment(_("派给负责的单位"), kind="ahead")
    if state in OPEN_STATES and state is not State.ANSWERED:
        yield Moment(_("办理并答复您"), kind="ahead")
    if state in OPEN_STATES or awaits_rating(story):
        yield Moment(_("请您评价"), kind="ahead")


def awaits_rating(story: Story) -> bool:
    """Whether the requester is being asked how it went."""
    last = story.callbacks[-1] if story.callbacks else None
    waiting = last is not None and last.state in {CallbackState.ASKED, CallbackState.NO_ANSWER}
    return waiting and story.row.state is State.CLOSED


def open_question(story: Story) -> str:
    """The question that waits for the requester's answer, if any."""
    asked = ""
    for remark in story.remarks:
        if remark.kind is RemarkKind.QUESTION:
            asked = remark.text
        elif remark.kind is RemarkKind.REPLY:
            asked = ""
    return asked if story.row.state in OPEN_STATES else ""


@dataclass(frozen=True, slots=True)
class Due:
    """How the time limit stands."""

    at: datetime
    late: bool


def due_of(story: Story, *, now: datetime) -> Due | None:
    """The time limit of an open ticket; shown when it has passed, too."""
    due = story.row.due_at
    if due is None or story.row.state not in OPEN_STATES:
        return None
    return Due(due, late=due < now and story.paused_since is None)
