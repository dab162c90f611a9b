"""What the ledger says of units, people and duties."""

from gongzhi.commons.ledger.kinds import declare

UNIT_OPENED = declare("unit.opened", "A unit began", "kind", "parent")
UNIT_CHANGED = declare("unit.changed", "Facts of a unit were corrected", "fields")
UNIT_CLOSED = declare("unit.closed", "A unit ended with this day, its duties and roles too", "ends")
COORDINATES = declare(
    "unit.coordinates", "A unit coordinates a place from a day on", "place", "from"
)
PERSON_ADDED = declare("person.added", "Somebody got a sign-in")
PERSON_CHANGED = declare("person.changed", "Facts of a sign-in were changed", "fields")
ROLE_GIVEN = declare(
    "person.role_given", "Somebody got a role at a unit, for a place", "role", "unit", "place"
)
ROLE_ENDED = declare("person.role_ended", "A role ended with this day", "role", "unit", "ends")
DUTY_ADDED = declare(
    "duty.added",
    "A line of the dispatch catalogue began: this matter, here, is this unit's",
    "category", "unit", "contact", "handling", "from", "to",
)  # fmt: skip
DUTY_ENDED = declare("duty.ended", "A line of the dispatch catalogue ended with this day", "ends")
WORK_LIST_SET = declare(
    "work_list.set", "What communities may be asked to do was set anew", "matters"
)
