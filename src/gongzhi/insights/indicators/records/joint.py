"""Working together: whistles, joint items, who does the work, and who stands apart."""

import ibis
from ibis.expr import types as ir

from gongzhi.insights.indicators.columns import ALWAYS
from gongzhi.insights.indicators.reading import Reading
from gongzhi.insights.indicators.records.rows import rows, truth

# Who is neither party body, committee nor office: residents' and owners' bodies, groups, firms.
# Public-service enterprises are left out: most belong to the state.
NON_STATE = ("owners_committee", "property_manager", "social_organization", "community_group")
PARTNERS = ("partner_unit", *NON_STATE)
PARTY_BODY = "community_party_org"
YEAR_DAYS = 365
_ACTS = (
    "ticket",
    "whistle",
    "task",
    "need",
    "offer",
    "claim",
    "project",
    "decision",
    "topic",
    "meeting",
)
_FINISHED = ("ticket.closed", "whistle.closed", "need.confirmed", "decision.done")


def arrivals(reading: Reading) -> ir.Table:
    """Units called whose arrival was due in the time, and whether they came by then."""
    blown = reading.of("whistle.blown")
    calls = blown.mutate(position=ibis.range(0, blown.called.length())).unnest("position")
    calls = calls.mutate(
        unit=calls.called[calls.position],
        due=ibis.coalesce(calls.arrive_due[calls.position], calls["at"]),
    )
    came = reading.of("whistle.arrived")
    on_time = came.group_by("subject_id", "about_unit").aggregate(good=came.in_limit.any())
    due = calls.filter(
        calls.due >= ibis.literal(reading.since), calls.due < ibis.literal(reading.until)
    )
    found = due.left_join(
        on_time, [due.subject_id == on_time.subject_id, due.unit == on_time.about_unit]
    )
    return rows(
        found,
        event=found["id"],
        at=found.due,
        place=found.place_id,
        unit=found.unit,
        numerator=truth(found.good),
    )


def intensity(reading: Reading) -> ir.Table:
    """Whistles blown, and per thousand the tickets first dispatched, in the time."""
    blown = reading.happened("whistle.blown")
    sent = reading.dispatches()
    sent = sent.filter(sent.first_at >= ibis.literal(reading.since))
    whistles = rows(
        blown,
        event=blown["id"],
        at=blown["at"],
        place=blown.place_id,
        numerator=1,
        denominator=0,
    )
    dispatched = rows(
        sent,
        subject=("ticket", sent.subject_id),
        event=sent.event_id,
        at=sent.first_at,
        place=sent.place_id,
        numerator=0,
        denominator=0.001,
    )
    return whistles.union(dispatched)


def joint(reading: Reading) -> ir.Table:
    """Tickets and whistles closed in the time, and whether two kinds of organisation did them."""
    found = reading.happened("ticket.closed", "whistle.closed")
    return rows(
        found,
        event=found["id"],
        at=found["at"],
        place=found.place_id,
        unit=found.lead,
        category=found.category,
        numerator=truth(found.unit_kinds.length() >= 2),
    )


def _done(reading: Reading) -> ir.Table:
    found = reading.deeds()
    return found.filter(found["at"] >= ibis.literal(reading.since))


def by_kind(reading: Reading) -> ir.Table:
    """What units completed in the time, told apart by kind of organisation."""
    found = _done(reading)
    return rows(
        found,
        event=found.event_id,
        at=found["at"],
        place=found.place_id,
        unit=found.unit_id,
        category=found.category,
        key=found.unit_kind,
        numerator=1,
    )


def non_state(reading: Reading) -> ir.Table:
    """What units completed in the time, and whether one of neither party nor state did it."""
    found = _done(reading)
    return rows(
        found,
        event=found.event_id,
        at=found["at"],
        place=found.place_id,
        unit=found.unit_id,
        category=found.category,
        numerator=truth(found.unit_kind.isin(NON_STATE)),
    )


def co_work(reading: Reading) -> ir.Table:
    """What units completed in the time, with the item: two units with one item worked together."""
    found = _done(reading)
    return rows(
        found,
        event=found.event_id,
        at=found["at"],
        place=found.place_id,
        unit=found.unit_id,
        key=found.item,
        numerator=1,
    )


def isolated(reading: Reading) -> ir.Table:
    """Partners on the register at the end of the time, and whether a year passed without a deed."""
    units = reading.source.units
    partners = units.filter(units.unit_kind.isin(PARTNERS))
    ends = reading.stock_ends()
    standing = partners.cross_join(ends)
    standing = standing.filter(
        standing.opened < standing.end,
        standing.closed.isnull() | (standing.closed >= standing.end),
    )
    deeds = reading.deeds()
    deeds = deeds.select("unit_id", done=deeds["at"])
    seen = standing.left_join(
        deeds,
        [
            standing.unit_id == deeds.unit_id,
            deeds.done < standing.end,
            deeds.done >= standing.end - ibis.interval(days=YEAR_DAYS),
        ],
    )
    found = seen.group_by("unit_id", "label", "end", "unit_community", "unit_street").aggregate(
        deeds=seen.done.count()
    )
    place = ibis.coalesce(found.unit_community, found.unit_street)
    return rows(
        found,
        subject=("unit", found.unit_id),
        at=found.end,
        label=found.label,
        place=place,
        unit=found.unit_id,
        numerator=truth(found.deeds == 0),
    )


def frontline(reading: Reading) -> ir.Table:
    """What party bodies of communities put on record, and whether it brought a matter to an end.

    A decision whose tasks are all finished is ended by the program; it counts for who took it.
    """
    taken = reading.of("decision.taken").select(decision="subject_id", taker="unit_id")
    found = reading.events.select(*ALWAYS, "category")
    found = found.left_join(
        taken, [found.kind == "decision.done", found.subject_id == taken.decision]
    )
    found = found.mutate(unit_id=ibis.coalesce(found.unit_id, found.taker)).drop(
        "decision", "taker"
    )
    found = found.filter(found["at"] >= ibis.literal(reading.since), found.subject_kind.isin(_ACTS))
    units = reading.source.units
    party = units.filter(units.unit_kind == PARTY_BODY).select("unit_id")
    acts = found.semi_join(party, "unit_id")
    return rows(
        acts,
        event=acts["id"],
        at=acts["at"],
        place=acts.place_id,
        unit=acts.unit_id,
        category=acts.category,
        numerator=truth(acts.kind.isin(_FINISHED)),
    )


def reach(reading: Reading) -> ir.Table:
    """Buildings, and whether the party body took part in an item there in the year before the end.

    Items are closed tickets and whistles. Only in communities whose closed items name buildings at
    all: elsewhere nothing is known, and that is not 0.
    """
    places = reading.source.places
    inside = places.select("place_id", "building_id", "community_id")
    closed = reading.of("ticket.closed", "whistle.closed")
    located = closed.select("place_id", "at", "unit_kinds").inner_join(inside, "place_id")
    located = located.filter(located.building_id.notnull())
    touched = located.filter(located.unit_kinds.contains(PARTY_BODY)).select("building_id", "at")
    buildings = places.filter(places.place_kind == "building")
    known = buildings.semi_join(located, "community_id").select("place_id", "ended")
    standing = known.cross_join(reading.stock_ends())
    standing = standing.filter(standing.ended.isnull() | (standing.ended >= standing.end.date()))
    seen = standing.left_join(
        touched,
        [
            standing.place_id == touched.building_id,
            touched["at"] < standing.end,
            touched["at"] >= standing.end - ibis.interval(days=YEAR_DAYS),
        ],
    )
    found = seen.group_by("place_id", "label", "end").aggregate(closed=seen.building_id.count())
    return rows(
        found,
        subject=("place", found.place_id),
        at=found.end,
        label=found.label,
        place=found.place_id,
        numerator=truth(found.closed > 0),
    )
