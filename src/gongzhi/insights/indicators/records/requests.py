"""Requests: contact, result, satisfaction, time, repetition, and who had to handle them twice."""

import ibis
from ibis.expr import types as ir

from gongzhi.insights.indicators.reading import Reading
from gongzhi.insights.indicators.records.rows import rows, truth

REPEAT_DAYS = 90
_CLOSE = ("estate", "phase", "building", "entrance")


def response(reading: Reading) -> ir.Table:
    """Tickets in scope whose contact limit ended in the time; of several leads the last counts."""
    found = reading.tickets()
    due = found.filter(
        found.contact_due >= ibis.literal(reading.since),
        found.contact_due < ibis.literal(reading.until),
        ~found.out_of_scope.fill_null(False),
    )
    return rows(
        due,
        subject=("ticket", due.subject_id),
        event=due.dispatched_id,
        at=due.contact_due,
        place=due.place_id,
        unit=due.lead,
        category=due.category,
        numerator=truth(due.contact_seq > due.dispatched_seq),
    )


def _answers(reading: Reading, good: str, value: str) -> ir.Table:
    found = reading.happened("ticket.called_back")
    return rows(
        found,
        event=found["id"],
        at=found["at"],
        place=found.place_id,
        unit=found.about_unit,
        category=found.category,
        numerator=truth(found[good] == value),
    )


def resolution(reading: Reading) -> ir.Table:
    """Call-backs answered in the time; "partly" is not "resolved"."""
    return _answers(reading, "solved", "yes")


def satisfaction(reading: Reading) -> ir.Table:
    """Call-backs answered in the time; "basically satisfied" counts as satisfied."""
    found = reading.happened("ticket.called_back")
    return rows(
        found,
        event=found["id"],
        at=found["at"],
        place=found.place_id,
        unit=found.about_unit,
        category=found.category,
        numerator=truth(found.satisfied.isin(["yes", "basically"])),
    )


def _closed(reading: Reading) -> ir.Table:
    found = reading.closings()
    return found.filter(found["at"] >= ibis.literal(reading.since))


def coverage(reading: Reading) -> ir.Table:
    """Closings, and whether the round of call-back that each opened was answered."""
    closed = _closed(reading)
    answers = reading.of("ticket.called_back")
    answered = answers.group_by("subject_id", "round").aggregate(answers=answers.count())
    found = closed.left_join(
        answered,
        [closed.subject_id == answered.subject_id, closed.callback == answered["round"]],
    )
    return rows(
        found,
        event=found.event_id,
        at=found["at"],
        place=found.place_id,
        unit=found.unit_id,
        category=found.category,
        numerator=truth(found.answers.notnull()),
    )


def hours(reading: Reading) -> ir.Table:
    """Closings with the working hours they took, time on pause left out."""
    closed = _closed(reading)
    found = closed.filter(closed.work_minutes.notnull())
    return rows(
        found,
        event=found.event_id,
        at=found["at"],
        place=found.place_id,
        unit=found.unit_id,
        category=found.category,
        numerator=found.work_minutes / 60.0,
    )


def _close_places(reading: Reading) -> ir.Table:
    """Places small enough that the same matter there is the same matter."""
    places = reading.source.places
    return places.filter(places.place_kind.isin(_CLOSE)).select("place_id")


def repeats(reading: Reading) -> ir.Table:
    """Closings whose 90 days ended in the time, and whether the matter came up again there.

    The same matter at the same place, whoever asked: nobody is matched. Only closings whose place
    is known to the estate or nearer: in a whole community the same matter is always somewhere.
    """
    tickets = reading.tickets()
    closings = reading.closings()
    asked = tickets.select(
        "subject_id",
        "place_id",
        "category",
        event_id=tickets.received_id,
        at=tickets.received_at,
        unit_id=ibis.null().cast("int64"),
        asks=ibis.literal(1),
    )
    ended = closings.select(
        "subject_id", "place_id", "category", "event_id", "at", "unit_id", asks=ibis.literal(0)
    )
    both = asked.union(ended).filter(lambda t: t.category.notnull())
    both = both.semi_join(_close_places(reading), "place_id")
    later = ibis.window(
        group_by=["place_id", "category"], order_by=["at", "asks"], following=(1, None)
    )
    seen = both.mutate(again=both["at"].min(where=both.asks == 1).over(later))
    ends = seen["at"] + ibis.interval(days=REPEAT_DAYS)
    found = seen.filter(
        seen.asks == 0,
        ends >= ibis.literal(reading.since),
        ends < ibis.literal(reading.until),
    )
    over = found["at"] + ibis.interval(days=REPEAT_DAYS)
    return rows(
        found,
        subject=("ticket", found.subject_id),
        event=found.event_id,
        at=over,
        place=found.place_id,
        unit=found.unit_id,
        category=found.category,
        numerator=truth(found.again <= over),
    )


def reopenings(reading: Reading) -> ir.Table:
    """Closings, and whether the ticket was taken up again after each."""
    found = reading.of("ticket.closed", "ticket.reopened")
    following = ibis.window(group_by="subject_id", order_by="sequence")
    seen = found.mutate(next_kind=found.kind.lead().over(following))
    closed = seen.filter(seen.kind == "ticket.closed", seen["at"] >= ibis.literal(reading.since))
    return rows(
        closed,
        event=closed["id"],
        at=closed["at"],
        place=closed.place_id,
        unit=closed.lead,
        category=closed.category,
        numerator=truth(closed.next_kind == "ticket.reopened"),
    )


def redispatches(reading: Reading) -> ir.Table:
    """Tickets first dispatched in the time, and whether their lead changed."""
    tickets = reading.tickets()
    found = tickets.filter(tickets.first_dispatch >= ibis.literal(reading.since))
    return rows(
        found,
        subject=("ticket", found.subject_id),
        event=found.dispatched_id,
        at=found.first_dispatch,
        place=found.place_id,
        unit=found.lead,
        category=found.category,
        numerator=truth(found.leads > 1),
    )


def parked(reading: Reading) -> ir.Table:
    """Tickets on park at the end of the time, and for how many days they had been."""
    ending = ["ticket.unparked", "ticket.closed", "ticket.withdrawn"]
    found = reading.of("ticket.parking_reviewed", "ticket.exclusion_reviewed", *ending)
    begins = (found.kind == "ticket.parking_reviewed") & found.approved.fill_null(False)
    over = found.kind.isin(ending) | (
        (found.kind == "ticket.exclusion_reviewed") & found.approved.fill_null(False)
    )
    found = found.filter(begins | over)
    following = ibis.window(group_by="subject_id", order_by="sequence")
    spells = found.mutate(ended=found["at"].lead().over(following))
    spells = spells.filter(spells.kind == "ticket.parking_reviewed")
    ends = reading.stock_ends()
    standing = spells.cross_join(ends)
    standing = standing.filter(
        standing["at"] < standing.end,
        standing.ended.isnull() | (standing.ended >= standing.end),
    )
    tickets = reading.tickets().select("subject_id", "lead", "category")
    known = standing.drop("lead", "category").left_join(tickets, "subject_id")
    return rows(
        known,
        event=known["id"],
        at=known["at"],
        label=known.label,
        place=known.place_id,
        unit=known.lead,
        category=known.category,
        numerator=known.end.epoch_seconds() / 86_400.0 - known["at"].epoch_seconds() / 86_400.0,
    )


def proactive(reading: Reading) -> ir.Table:
    """Everything received in the time, and whether it was found before anybody asked."""
    found = reading.happened("ticket.received")
    return rows(
        found,
        event=found["id"],
        at=found["at"],
        place=found.place_id,
        category=found.category,
        numerator=truth(found.channel == "grid"),
    )
