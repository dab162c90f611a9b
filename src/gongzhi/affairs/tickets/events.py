"""The event kinds of this affair; docs/events.md explains each."""

from gongzhi.commons.ledger.kinds import declare

RECEIVED = declare(
    "ticket.received", "a request came in", "channel", "kind", "category", "contact", "text"
)
TRIAGED = declare(
    "ticket.triaged",
    "it was understood and accepted",
    "category",
    "by_whom",
    "urgency",
    "certainty",
)
LIMIT_SET = declare("ticket_limit.set", "a limit was set anew", "name", "amount", "unit")
REREAD = declare(
    "ticket.reread",
    "its corrected words were read again; what a person had set stays",
    "category",
    "by_whom",
    "urgency",
    "certainty",
)
OVERRULED = declare(
    "ticket.overruled", "a person corrected category or urgency", "category", "urgency", "was"
)
PLACED = declare("ticket.placed", "a person corrected the place", "place", "was")
DISPATCHED = declare(
    "ticket.dispatched",
    "a unit became the lead",
    "category",
    "lead",
    "first",
    "contact_due",
    "due",
    "copied_to",
)
OBJECTED = declare("ticket.objected", "the lead said it is not theirs", "unit", "proposed")
OBJECTION_REVIEWED = declare(
    "ticket.objection_reviewed", "the objection was decided", "upheld", "unit"
)
RETURNED = declare("ticket.returned", "it was sent back for another lead", "unit")
CONTACTED = declare("ticket.contacted", "the lead spoke with the requester", "in_limit")
NOTED = declare("ticket.noted", "staff wrote an internal note", "kind")
INTERIM_REPLIED = declare("ticket.interim_replied", "the requester was told how it stands")
QUESTIONED = declare("ticket.questioned", "the requester was asked something")
REPLIED = declare("ticket.replied", "the requester replied")
ASSISTED = declare("ticket.assisted", "a unit was asked to assist", "unit")
ASSIST_REPORTED = declare("ticket.assist_reported", "an assisting unit reported back", "unit")
EXTENSION_ASKED = declare("ticket.extension_asked", "a later due date was asked for", "until")
EXTENSION_REVIEWED = declare(
    "ticket.extension_reviewed", "the extension was decided", "approved", "until"
)
ANSWERED = declare("ticket.answered", "the lead gave its answer", "first_contact_in_limit")
CLOSED = declare(
    "ticket.closed",
    "it was closed with evidence",
    "in_limit",
    "callback",
    "due",
    "lead",
    "kinds",
    "category",
    "work_minutes",
    "paused_minutes",
)
PARKING_ASKED = declare("ticket.parking_asked", "parking was asked for", "review_on")
PARKING_REVIEWED = declare(
    "ticket.parking_reviewed", "parking was decided", "approved", "review_on"
)
UNPARKED = declare("ticket.unparked", "it is being worked on again", "days")
EXCLUSION_ASKED = declare("ticket.exclusion_asked", "exclusion was asked for", "code")
EXCLUSION_REVIEWED = declare(
    "ticket.exclusion_reviewed", "the exclusion was decided", "approved", "code"
)
CALLED_BACK = declare(
    "ticket.called_back",
    "the requester said whether it was solved",
    "round",
    "unit",
    "category",
    "solved",
    "satisfied",
    "by_phone",
)
CALLBACK_EXPIRED = declare("ticket.callback_expired", "nobody answered the call-back", "round")
REOPENED = declare("ticket.reopened", "it was taken up again", "because", "unit")
MERGED = declare("ticket.merged", "it joined another ticket on the same matter", "into")
UNMERGED = declare("ticket.unmerged", "the joining was undone", "was")
SPLIT = declare("ticket.split", "a second matter became a ticket of its own", "into")
SUPERVISED = declare("ticket.supervised", "a superior pressed for action", "unit")
REMINDED = declare("ticket.reminded", "the lead was reminded before the limit", "unit", "due")
ESCALATED = declare("ticket.escalated", "the limit passed and the superior was told", "unit", "due")
WITHDRAWN = declare("ticket.withdrawn", "the requester took it back", "unit")
CORRECTED = declare(
    "ticket.corrected", "the requester, or staff who took it down, put the words right", "digest"
)
CONTACT_CORRECTED = declare(
    "ticket.contact_corrected", "the requester put their contact right", "what"
)
ERASED = declare("ticket.erased", "the requester's contact and text were erased", "what")

WHISTLE_DRAFTED = declare(
    "whistle.drafted", "a whistle was prepared", "kind", "occasion", "unit", "tickets", "called"
)
WHISTLE_BLOWN = declare(
    "whistle.blown", "it was authorised and the units called", "called", "arrive_due"
)
WHISTLE_REFUSED = declare("whistle.refused", "it was not authorised")
WHISTLE_SIGNED = declare("whistle.signed", "a called unit signed", "unit", "in_limit")
WHISTLE_CONTACTED = declare("whistle.contacted", "a called unit made contact", "unit", "in_limit")
WHISTLE_ARRIVED = declare("whistle.arrived", "a called unit arrived", "unit", "in_limit")
WHISTLE_DECLINED = declare("whistle.declined", "a called unit refused to come", "unit")
WHISTLE_MINUTED = declare("whistle.minuted", "minutes and tasks were written", "tasks")
WHISTLE_REPORTED = declare("whistle.reported", "a called unit reported its part", "unit")
WHISTLE_RATED = declare("whistle.rated", "one side rated the other", "unit", "of_unit", "rating")
WHISTLE_ESCALATED = declare("whistle.escalated", "a late call went to the district", "unit")
WHISTLE_CLOSED = declare("whistle.closed", "the whistle was closed", "arrived", "kinds")

MODEL_LEARNED = declare(
    "category_model.learned",
    "the model that suggests categories was trained anew and put in place",
    "decisions",
    "matters",
    "right_of_thousand",
    "before",
    "digest",
)
UNITS_LEARNED = declare(
    "unit_model.learned",
    "the model of which units handled the like was trained anew and put in place",
    "closed",
    "units",
    "right_of_thousand",
    "digest",
)
