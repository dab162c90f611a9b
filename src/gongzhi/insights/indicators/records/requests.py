"""Requests: contact, result, satisfaction, time, repetition, and who had to handle them twice."""

import ibis
from ibis.expr import types as ir

from gongzhi.insights.indicators.reading import Reading
from gongzhi.insights.indicators.records.rows import rows, truth

REPEAT_DAYS = 90
_CLOSE = ("estate", "phase", "building", "entrance")


def response(reading: Reading) -> ir.Table:
    """Tickets in scope whose contact limit ended in the time; of several leads the last counts.

    Tickets on park when the time ends are left out for as long as they are.
    """
    sent = reading.dispatches()
    due = sent.filter(
        sent.contact_due >= ibis.literal(reading.since),
        sent.contact_due < ibis.literal(reading.until),
    )
    spells = reading.park_spells()
    parked = spells.filter(spells.ended.isnull()).select("subject_id")
    due = due.anti_join(reading.out_of_scope(), "subject_id").anti_join(parked, "subject_id")
    spoke = reading.of("ticket.contacted", "ticket.answered")
    spoke = spoke.filter(
        ((spoke.kind == "ticket.contacted") & spoke.in_limit.fill_null(False))
        | ((spoke.kind == "ticket.answered") & spoke.first_contact_in_limit.fill_null(False))
    )
    in_limit = spoke.group_by(ticket=spoke.subject_id).aggregate(contact=spoke.sequence.max())
    found = due.left_join(in_limit, due.subject_id == in_limit.ticket)
    return rows(
        found,
        subject=("ticket", found.subject_id),
        event=found.event_id,
        at=found.contact_due,
        place=found.place_id,
        unit=found.lead,
        category=found.category,
        numerator=truth(found.contact > found.sequence),
    )


def _answers(reading: Reading) -> ir.Table:
    found = reading.happened("ticket.called_back")
    return found.anti_join(reading.out_of_scope(), "subject_id")


def _answered(found: ir.Table, good: ir.BooleanValue) -> ir.Table:
    return rows(
        found,
        event=found["id"],
        at=found["at"],
        place=found.place_id,
        unit=found.about_unit,
        category=found.category,
        numerator=truth(good),
    )


def resolution(reading: Reading) -> ir.Table:
    """Call-backs answered in the time for tickets in scope; "partly" is not "resolved"."""
    found = _answers(reading)
    return _answered(found, found.solved == "yes")


def satisfaction(reading: Reading) -> ir.Table:
    """Call-backs answered in the time for tickets in scope; "basically satisfied" is satisfied."""
    found = _answers(reading)
    return _answered(found, found.satisfied.isin(["yes", "basically"]))


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
        numerator=found.work_minutes.cast("float64") / 60.0,
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
    closings = reading.closings()
    asked = reading.matters().select(
        "subject_id",
        "place_id",
        "category",
        "event_id",
        "at",
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
    sent = reading.dispatches()
    found = sent.filter(sent.first_at >= ibis.literal(reading.since))
    return rows(
        found,
        subject=("ticket", found.subject_id),
        event=found.event_id,
        at=found.first_at,
        place=found.place_id,
        unit=found.lead,
        category=found.category,
        numerator=truth(found.moved),
    )


def parked(reading: Reading) -> ir.Table:
    """Tickets on park at the end of the time, and for how many days they had been."""
    spells = reading.park_spells()
    standing = spells.cross_join(reading.stock_ends())
    standing = standing.filter(
        standing["at"] < standing.end,
        standing.ended.isnull() | (standing.ended >= standing.end),
    )
    sent = reading.dispatches().select("subject_id", "lead", "category")
    known = standing.left_join(sent, "subject_id")
    return rows(
        known,
        subject=("ticket", known.subject_id),
        event=known.event_id,
        at=known["at"],
        label=known.label,
        place=known.place_id,
        unit=known.lead,
        category=known.category,
        numerator=(_second(known.end) - _second(known["at"])).cast("float64") / 86_400.0,
    )


def _second(moment: ir.TimestampValue) -> ir.IntegerValue:
    """The whole second of a moment: what is less, engines round in different ways."""
    return moment.truncate("s").epoch_seconds()


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
