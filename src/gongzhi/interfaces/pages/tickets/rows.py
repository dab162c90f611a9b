"""Tickets as rows of a list: what it is, where, whose, and when it is due."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets.choices import OPEN_STATES, Urgency
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
    if ticket.state not in OPEN_STATES:
        return "", ""
    if ticket.due_at is None:
        return _("等待派单"), "soon"
    if not ticket.contacted and ticket.contact_due_at is not None:
        when, what = ticket.contact_due_at, _("联系")
    else:
        when, what = ticket.due_at, _("办结")
    moment = f"{localtime(when):%m-%d %H:%M}"
    if when < now:
        return _("%(what)s已超时 %(moment)s") % {"what": what, "moment": moment}, "late"
    return f"{what} {moment}", "soon" if when - now < SOON else ""
