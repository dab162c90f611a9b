"""Needs and offers, rooms, pledges, decisions and forms, from the events that their rooms write."""

import ibis
from ibis.expr import types as ir

from gongzhi.insights.indicators.reading import Reading
from gongzhi.insights.indicators.records.rows import rows, truth

IDLE_DAYS = 183
GRACE_DAYS = 7  # a pledge for a day is reported from that day on
_TURNS = ("offer.opened", "offer.paused", "offer.resumed", "offer.ended")
_OPEN = ("offer.opened", "offer.resumed")


def fulfilment(reading: Reading) -> ir.Table:
    """Needs whose limit ended in the time, and whether by then all of each was confirmed as met.

    The limit as last corrected. Needs that the community took back are left out.
    """
    said = reading.of("need.published", "need.corrected")
    limits = said.group_by(need=said.subject_id).aggregate(
        last_day=said.until_day.argmax(said.sequence, where=said.until_day.notnull())
    )
    confirmed = reading.of("need.confirmed")
    met = confirmed.group_by(confirmed=confirmed.subject_id).aggregate(met=confirmed.in_time.any())
    withdrawn = reading.of("need.withdrawn").select("subject_id").distinct()
    published = reading.of("need.published")
    due = published.select("subject_kind", "subject_id", "id", "place_id", "category")
    due = due.anti_join(withdrawn, "subject_id")
    due = due.inner_join(limits, due.subject_id == limits.need)
    due = due.mutate(over=reading.day_end(due.last_day))
    due = due.filter(
        due.over > ibis.literal(reading.since), due.over <= ibis.literal(reading.until)
    )
    found = due.left_join(met, due.subject_id == met.confirmed)
    return rows(
        found,
        event=found["id"],
        # The limit is the end of a day: an instant earlier it still is that day's month.
        at=found.over - ibis.interval(seconds=1),
        place=found.place_id,
        category=found.category,
        numerator=truth(found.met),
    )


def _standing_offers(reading: Reading) -> ir.Table:
    """Offers at each end of the time that are open then: neither paused nor over."""
    turns = reading.of(*_TURNS).cross_join(reading.stock_ends())
    turns = turns.filter(turns["at"] < turns.end)
    states = turns.group_by(offer=turns.subject_id, label=turns.label, end=turns.end).aggregate(
        state=turns.kind.argmax(turns.sequence)
    )
    open_then = states.filter(states.state.isin(list(_OPEN)))
    opened = reading.of("offer.opened").select("subject_id", "id", "at", "place_id", "categories")
    return opened.inner_join(open_then, opened.subject_id == open_then.offer)


def _uses(reading: Reading) -> ir.Table:
    """When an offer was used: a claim on it was confirmed, or somebody came to the booked room."""
    made = reading.of("claim.made").select("subject_id", "offer")
    confirmed = reading.of("claim.confirmed").select("subject_id", "at")
    claims = confirmed.inner_join(made, "subject_id")
    rooms = reading.of("booking.used")
    return claims.select("offer", used="at").union(rooms.select(offer="room", used="at"))


def idle_offers(reading: Reading) -> ir.Table:
    """Offers open for six months at the end of the time, and whether nobody used them in those."""
    half_a_year = ibis.interval(days=IDLE_DAYS)
    standing = _standing_offers(reading)
    standing = standing.filter(standing["at"] < standing.end - half_a_year)
    standing = standing.drop("offer", "at")
    uses = _uses(reading)
    seen = standing.left_join(
        uses,
        [
            standing.subject_id == uses.offer,
            uses.used < standing.end,
            uses.used >= standing.end - half_a_year,
        ],
    )
    by = ["subject_id", "label", "end", "place_id", "id"]
    found = seen.group_by(by).aggregate(uses=seen.used.count(), category=seen.categories[0].max())
    return rows(
        found,
        subject=("offer", found.subject_id),
        event=found["id"],
        at=found.end,
        label=found.label,
        place=found.place_id,
        category=found.category,
        numerator=truth(found.uses == 0),
    )


def supply_and_demand(reading: Reading) -> ir.Table:
    """Needs published in the time and offers open at its end, by matter; `numerator` 1 is a need.

    An offer of several matters counts once for each.
    """
    needs = reading.happened("need.published")
    asked = rows(
        needs,
        event=needs["id"],
        at=needs["at"],
        place=needs.place_id,
        category=needs.category,
        key=_branch(needs.category),
        numerator=1,
    )
    standing = _standing_offers(reading)
    each = standing.unnest("categories")
    offered = rows(
        each,
        subject=("offer", each.subject_id),
        event=each["id"],
        at=each.end,
        label=each.label,
        place=each.place_id,
        category=each.categories,
        key=_branch(each.categories),
        numerator=0,
    )
    return asked.union(offered)


def _branch(category: ir.StringValue) -> ir.StringValue:
    """The uppermost matter of a code: people of people.elderly."""
    dot = category.find(".")
    return ibis.ifelse(dot < 0, category, category.substr(0, dot))


def room_hours(reading: Reading) -> ir.Table:
    """Hours that rooms were open in the time by their weekly hours, and hours booked and used.

    What holds at noon holds for the day. Rooms without weekly hours are left out: how long they
    were open is not known.
    """
    open_hours, booked = _open_hours(reading), _booked_hours(reading)
    return open_hours.union(booked)


def _spells(found: ir.Table) -> ir.Table:
    """Each event of an offer with the moment of the next of these kinds."""
    following = ibis.window(group_by="subject_id", order_by="sequence")
    return found.mutate(ended=found["at"].lead().over(following))


def _timed_rooms(reading: Reading) -> ir.Table:
    """Rooms that ever had weekly hours."""
    opened = reading.of("offer.opened")
    rooms = opened.filter(opened.seats.notnull()).select("subject_id", "begins")
    said = reading.of("offer.opened", "offer.hours_set")
    timed = said.filter(said.weekly.length() == 7).select("subject_id").distinct()
    return rooms.semi_join(timed, "subject_id")


def _open_hours(reading: Reading) -> ir.Table:
    said = reading.of("offer.opened", "offer.hours_set")
    hours = _spells(said.select("subject_id", "sequence", "id", "at", "place_id", "weekly"))
    hours = hours.filter(hours.weekly.length() == 7)
    turns = _spells(reading.of(*_TURNS).select("subject_id", "sequence", "kind", "at"))
    turns = turns.filter(turns.kind.isin(list(_OPEN)))
    standing = turns.select(offer="subject_id", opens="at", shuts="ended")
    days = reading.days()
    daily = hours.inner_join(_timed_rooms(reading), "subject_id").cross_join(days)
    daily = daily.filter(
        daily["at"] <= daily.noon,
        daily.ended.isnull() | (daily.ended > daily.noon),
        daily.begins.isnull() | (daily.begins <= daily.day.cast("timestamp(6)")),
    )
    found = daily.inner_join(
        standing,
        [
            daily.subject_id == standing.offer,
            standing.opens <= daily.noon,
            standing.shuts.isnull() | (standing.shuts > daily.noon),
        ],
    )
    minutes = found.weekly[found.weekday]
    return rows(
        found.filter(minutes > 0),
        subject=("offer", found.subject_id),
        event=found["id"],
        at=found.noon,
        label=found.label,
        place=found.place_id,
        numerator=0,
        denominator=minutes.cast("float64") / 60.0,
    )


def _booked_hours(reading: Reading) -> ir.Table:
    used = reading.of("booking.used")
    used = used.select("subject_kind", "subject_id", "id", "place_id", "room", "minutes")
    told = reading.of("booking.made", "booking.moved")
    made = told.group_by(booking=told.subject_id).aggregate(
        begins=told.begins.argmax(told.sequence)  # where it stands at last
    )
    found = used.inner_join(made, used.subject_id == made.booking)
    timed = _timed_rooms(reading)
    found = found.semi_join(timed, found.room == timed.subject_id)
    found = found.filter(
        found.begins >= ibis.literal(reading.since), found.begins < ibis.literal(reading.until)
    )
    return rows(
        found,
        event=found["id"],
        at=found.begins,
        place=found.place_id,
        numerator=found.minutes.cast("float64") / 60.0,
        denominator=0,
    )


def pledges(reading: Reading) -> ir.Table:
    """Claims that both sides agreed on, a week after their day, and whether they were done by then.

    What the receiving side let go is no pledge any more; who didn't come or stepped back broke it.
    """
    made = reading.of("claim.made").select("subject_id", "day", "giver")
    agreed = reading.of("claim.agreed").select("subject_id", "id", "place_id")
    released = reading.of("claim.withdrawn")
    released = released.filter(released.side == "receiver").select("subject_id").distinct()
    due = agreed.inner_join(made, "subject_id").anti_join(released, "subject_id")
    due = due.mutate(judged=reading.day_end(due.day) + ibis.interval(days=GRACE_DAYS))
    due = due.filter(
        due.judged > ibis.literal(reading.since), due.judged <= ibis.literal(reading.until)
    )
    turns = reading.of("claim.done", "claim.returned", "claim.confirmed", "claim.no_show")
    turns = turns.select(claim="subject_id", sequence="sequence", turn="kind", then="at")
    ways = due.left_join(turns, [due.subject_id == turns.claim, turns.then < due.judged])
    by = ["subject_id", "id", "place_id", "giver", "judged"]
    found = ways.group_by(by).aggregate(last=ways.turn.argmax(ways.sequence))
    return rows(
        found,
        subject=("claim", found.subject_id),
        event=found["id"],
        at=found.judged - ibis.interval(seconds=1),
        place=found.place_id,
        unit=found.giver,
        numerator=truth(found["last"].isin(["claim.done", "claim.confirmed"])),
    )


def decisions(reading: Reading) -> ir.Table:
    """Decisions due in the time, and whether they were carried out by then.

    Decisions without a date and those that were revoked are left out.
    """
    revoked = reading.of("decision.revoked").select("subject_id").distinct()
    found = reading.of("decision.taken").anti_join(revoked, "subject_id")
    found = found.filter(
        found.due >= ibis.literal(reading.since), found.due < ibis.literal(reading.until)
    )
    done = reading.of("decision.done")
    in_time = done.group_by(decision=done.subject_id).aggregate(good=done.in_time.any())
    seen = found.left_join(in_time, found.subject_id == in_time.decision)
    return rows(
        seen,
        event=seen["id"],
        at=seen.due,
        place=seen.place_id,
        unit=seen.unit_id,
        numerator=truth(seen.good),
    )


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
