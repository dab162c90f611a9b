"""The event kinds of meetings; docs/events.md explains each. None names a person."""

from gongzhi.commons.ledger.kinds import declare

STANDING_OPENED = declare(
    "standing_meeting.opened", "a meeting that comes back was set up", "kind", "units", "months"
)
STANDING_CHANGED = declare("standing_meeting.changed", "its members or rules changed", "units")
STANDING_ENDED = declare("standing_meeting.ended", "it is not held any more")
DRAFTED = declare(
    "meeting.drafted", "a meeting is being prepared", "kind", "standing", "source_kind", "source"
)
AGENDA_SET = declare("meeting.agenda_set", "points were put on the agenda or taken off", "points")
CALLED = declare("meeting.called", "the units were asked to come", "kind", "units", "begins")
MOVED = declare("meeting.moved", "a called meeting got another time or room", "begins")
CANCELLED = declare("meeting.cancelled", "the meeting does not take place", "kind")
HELD = declare("meeting.held", "the meeting took place", "kind", "units", "came", "present")
RESOLVED = declare(
    "meeting.resolved", "the meeting resolved on a point", "passed", "decision", "voted"
)
PUBLISHED = declare(
    "meeting.minutes_published", "the minutes went to the members", "kind", "resolutions", "digest"
)
LINK_RENEWED = declare("unit.calendar_link_renewed", "a unit's calendar got another address")
