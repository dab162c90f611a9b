"""Tickets as rows of a list: what it is, where, whose, and when it is due."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets.choices import OPEN_STATES, State, Urgency
from gongzhi.affairs.tickets.queries.lists import TicketRow
from gongzhi.interfaces.pages.components import Badge, Row, Tone, state_badge

SOON = timedelta(hours=24)
URGENCY_BADGES = {
    Urgency.ATTENTION: Badge(Urgency.ATTENTION.label, Tone.QUIET, "diamond"),
    Urgency.URGENT: Badge(Urgency.URGENT.label, Tone.WARN, "diamond"),
    Urgency.EMERGENCY: Badge(Urgency.EMERGENCY.label, Tone.BAD, "diamond"),
}


def row_of(ticket: TicketRow, *, now: datetime) -> Row:
    """The line for one ticket."""
    facts = [ticket.place_name, ticket.category_name or _("未分类"), ticket.lead_name]
    badges = [state_badge(ticket.state.value)]
    if ticket.urgency in URGENCY_BADGES:
        badges.insert(0, URGENCY_BADGES[ticket.urgency])
    if ticket.merged_into:
        badges.append(Badge(_("已并单"), Tone.QUIET, "bar"))
    due, tone = due_words(ticket, now=now)
    return Row(
        title=ticket.title,
        href=reverse("ticket", args=[ticket.id]),
        facts=[fact for fact in facts if fact] + [ticket.number],
        badges=badges,
        due=due,
        due_tone=tone,
    )


def due_words(ticket: TicketRow, *, now: datetime) -> tuple[str, str]:
    """When the next thing is due, and whether that is soon or past. Contact comes first."""
    # Of a ticket that follows another, that one's clock counts.
    if ticket.state not in OPEN_STATES or ticket.state == State.PARKED or ticket.merged_into:
        return "", ""
    if ticket.waits:
        return _("等诉求人回复，暂停计时"), ""
    when = ticket.next_due_at
    if when is None:
        return _("等待派单"), "soon"
    contact = not ticket.contacted and when != ticket.due_at
    said = {"moment": moment_words(when, now=now)}
    if when < now:
        words = _("联系已超时（%(moment)s）") if contact else _("办理已超时（%(moment)s）")
        return words % said, "late"
    words = _("%(moment)s 前联系") if contact else _("%(moment)s 前办结")
    return words % said, "soon" if when - now < SOON else ""


def moment_words(when: datetime, *, now: datetime) -> str:
    """A moment as people say it: today, yesterday and tomorrow by name."""
    local, today = localtime(when), localtime(now).date()
    clock = f"{local:%H:%M}"
    days = (local.date() - today).days
    if days == 0:
        return _("今天 %(clock)s") % {"clock": clock}
    if days == 1:
        return _("明天 %(clock)s") % {"clock": clock}
    if days == -1:
        return _("昨天 %(clock)s") % {"clock": clock}
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d %H:%M}"
