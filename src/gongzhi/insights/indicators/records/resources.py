"""Needs and offers, rooms, pledges, decisions and forms: from events that their rooms will write.

Until a room declares these kinds of event with these fields, its indicators have no record; the
definitions stand, so that they count from the first event on.
"""

import ibis
from ibis.expr import types as ir

from gongzhi.insights.indicators.reading import Reading
from gongzhi.insights.indicators.records.rows import rows, truth

IDLE_DAYS = 183


def fulfilment(reading: Reading) -> ir.Table:
    """Needs published in the time, and whether those served confirmed them within the limit."""
    found = reading.happened("need.published")
    met = reading.of("need.confirmed")
    in_limit = met.group_by("subject_id").aggregate(met=met.in_limit.any())
    seen = found.left_join(in_limit, "subject_id")
    return rows(
        seen,
        event=seen["id"],
        at=seen["at"],
        place=seen.place_id,
        category=seen.category,
        numerator=truth(seen.met),
    )


def idle_offers(reading: Reading) -> ir.Table:
    """Offers open for six months at the end of the time, and whether nobody used them in those."""
    opened = reading.of("offer.opened")
    closed = reading.of("offer.closed")
    over = closed.group_by("subject_id").aggregate(closed_at=closed["at"].min())
    ends = reading.stock_ends()
    half_a_year = ibis.interval(days=IDLE_DAYS)
    standing = opened.left_join(over, "subject_id").cross_join(ends)
    standing = standing.filter(
        standing["at"] < standing.end - half_a_year,
        standing.closed_at.isnull() | (standing.closed_at >= standing.end),
    ).drop("subject_id_right")
    uses = reading.of("offer.used").select("subject_id", used="at")
    seen = standing.left_join(
        uses,
        [
            standing.subject_id == uses.subject_id,
            uses.used < standing.end,
            uses.used >= standing.end - half_a_year,
        ],
    )
    by = ["subject_id", "label", "end", "place_id", "unit_id", "category", "id"]
    found = seen.group_by(by).aggregate(uses=seen.used.count())
    return rows(
        found,
        subject=("offer", found.subject_id),
        event=found["id"],
        at=found.end,
        label=found.label,
        place=found.place_id,
        unit=found.unit_id,
        category=found.category,
        numerator=truth(found.uses == 0),
    )


def supply_and_demand(reading: Reading) -> ir.Table:
    """Needs and offers that came up in the time, by matter; `numerator` 1 is a need, 0 an offer."""
    found = reading.happened("need.published", "offer.opened")
    return rows(
        found,
        event=found["id"],
        at=found["at"],
        place=found.place_id,
        unit=found.unit_id,
        category=found.category,
        key=found.category.split(".")[0],
        numerator=truth(found.kind == "need.published"),
    )


def room_hours(reading: Reading) -> ir.Table:
    """Hours that rooms were open in the time, and hours of them that were booked and used."""
    found = reading.happened("room.open_held", "booking.used")
    used = found.kind == "booking.used"
    whole = found.minutes.fill_null(0) / 60.0
    return rows(
        found,
        event=found["id"],
        at=found["at"],
        place=found.place_id,
        unit=found.unit_id,
        numerator=ibis.ifelse(used, whole, 0.0),
        denominator=ibis.ifelse(used, 0.0, whole),
    )


def _kept_promises(reading: Reading, promised: str, kept: str) -> ir.Table:
    found = reading.of(promised)
    found = found.filter(
        found.due >= ibis.literal(reading.since), found.due < ibis.literal(reading.until)
    )
    done = reading.of(kept)
    in_time = done.group_by("subject_id").aggregate(
        done_at=done["at"].min(), good=done.in_time.any()
    )
    seen = found.left_join(in_time, "subject_id")
    return rows(
        seen,
        event=seen["id"],
        at=seen.due,
        place=seen.place_id,
        unit=seen.unit_id,
        category=seen.category,
        numerator=truth(seen.good),
    )


def pledges(reading: Reading) -> ir.Table:
    """Pledges due in the time, and whether they were kept by then."""
    return _kept_promises(reading, "pledge.made", "pledge.done")


def decisions(reading: Reading) -> ir.Table:
    """Decisions due in the time, and whether they were carried out by then."""
    return _kept_promises(reading, "decision.taken", "decision.done")


def reuse(reading: Reading) -> ir.Table:
    """Fields of forms filled in the time, and those of them that came from what was known."""
    found = reading.happened("form.filled")
    return rows(
        found,
        event=found["id"],
        at=found["at"],
        place=found.place_id,
        unit=found.unit_id,
        numerator=found.filled,
        denominator=found.asked,
    )
