"""What the ledger says of places."""

from gongzhi.commons.ledger.kinds import declare

ADDED = declare("place.added", "A place began", "kind", "parent")
CHANGED = declare("place.changed", "Facts of a place were corrected", "fields")
CLOSED = declare("place.closed", "A place ended with this day", "ends")
CODED = declare("place.coded", "An official code holds from a day on", "scheme", "code", "from")
BOUNDED = declare("place.bounded", "A place got a boundary, named by its digest", "digest")
