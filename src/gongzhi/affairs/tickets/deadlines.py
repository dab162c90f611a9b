"""When contact and result are due: limits from the catalogue, counted in working time."""

from dataclasses import dataclass
from datetime import datetime

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import Review
from gongzhi.affairs.tickets.models import Extension, LimitRule, Pause, Ticket
from gongzhi.commons.calendar.limit_rules import LimitRules
from gongzhi.commons.calendar.limits import Limit, LimitUnit
from gongzhi.commons.calendar.queries import working_time
from gongzhi.commons.organisations.catalogue import Assignment

# What a district starts with; `init` writes these rows once; `import-list limits` changes them.
STARTING_RULES: dict[str, Limit] = {
    "urgent.contact": Limit(2, LimitUnit.HOUR),
    "urgent.handling": Limit(24, LimitUnit.HOUR),
    "emergency.contact": Limit(1, LimitUnit.HOUR),
    "emergency.handling": Limit(2, LimitUnit.HOUR),
    "reminder.before": Limit(8, LimitUnit.HOUR),
    "callback.answer": Limit(7, LimitUnit.NATURAL_DAY),
    "objection.window": Limit(1, LimitUnit.WORK_DAY),
    "whistle.sign": Limit(1, LimitUnit.HOUR),
    "whistle.contact": Limit(24, LimitUnit.HOUR),
    "whistle.arrive.advance": Limit(5, LimitUnit.WORK_DAY),
    "whistle.arrive.hard_problem": Limit(3, LimitUnit.WORK_DAY),
}


LIMITS = LimitRules(LimitRule, STARTING_RULES, events.LIMIT_SET)
limit_rules = LIMITS.all
write_starting_rules = LIMITS.write_starting


@dataclass(frozen=True, slots=True)
class Clocks:
    """The limit that holds for a ticket and the two moments it gives."""

    limit: Limit
    contact_due_at: datetime
    due_at: datetime


def clocks(
    assignment: Assignment, *, urgency: str, start: datetime, rules: dict[str, Limit]
) -> Clocks:
    """The sooner of the catalogue's limit and the urgent one decides, for contact and result."""
    time = working_time(assignment.unit_id)
    contact_due = time.deadline(start, assignment.contact)
    limit, due = assignment.handling, time.deadline(start, assignment.handling)
    if contact := rules.get(f"{urgency}.contact"):
        contact_due = min(contact_due, time.deadline(start, contact))
    if handling := rules.get(f"{urgency}.handling"):
        urgent_due = time.deadline(start, handling)
        if urgent_due < due:
            limit, due = handling, urgent_due
    return Clocks(limit, min(contact_due, due), due)


def begin_pause(ticket: Ticket, *, reason: str, at: datetime) -> None:
    """Stop the clock; pausing twice for one reason changes nothing."""
    Pause.objects.get_or_create(ticket=ticket, reason=reason, ends=None, defaults={"begins": at})


def end_pause(ticket: Ticket, *, reason: str, at: datetime) -> datetime | None:
    """Let the clock run again and return the due moment that follows.

    Unchanged where no such pause was running, or while another one still runs.
    """
    ended = Pause.objects.filter(ticket=ticket, reason=reason, ends=None).update(ends=at)
    running = Pause.objects.filter(ticket=ticket, ends=None).exists()
    return ticket.due_at if running or not ended else _due_after_pauses(ticket)


def end_pauses(ticket: Ticket, *, at: datetime) -> datetime | None:
    """End every pause, whatever its reason, and return the due moment that follows."""
    ended = Pause.objects.filter(ticket=ticket, ends=None).update(ends=at)
    return _due_after_pauses(ticket) if ended else ticket.due_at


def _due_after_pauses(ticket: Ticket) -> datetime | None:
    """The limit from where the clock began, or what was left of the last extension, with pauses."""
    if ticket.clock_from is None or ticket.limit_amount is None:
        return ticket.due_at
    ended = Pause.objects.filter(ticket=ticket, ends__gt=ticket.clock_from).order_by("begins")
    pauses = [(pause.begins, pause.ends) for pause in ended if pause.ends]
    time, unit = working_time(ticket.lead_unit_id), LimitUnit(ticket.limit_unit)
    granted = Extension.objects.filter(
        ticket=ticket, review=Review.APPROVED, reviewed_at__gte=ticket.clock_from
    )
    last = granted.order_by("-reviewed_at", "-id").first()
    if last is None or last.reviewed_at is None:
        return time.deadline(ticket.clock_from, Limit(ticket.limit_amount, unit), pauses=pauses)
    since, until = last.reviewed_at, last.proposed_due_at
    if until <= since or not any(ends > since for _, ends in pauses):
        return until
    return max(until, time.reached(since, time.elapsed(since, until, unit), unit, pauses=pauses))
