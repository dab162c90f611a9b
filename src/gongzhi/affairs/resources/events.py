"""The event kinds of this affair; docs/events.md explains each."""

from gongzhi.commons.ledger.kinds import declare

NEED_DRAFTED = declare(
    "need.drafted", "a micro-wish waits for the community's yes", "category", "cap"
)
NEED_PUBLISHED = declare(
    "need.published",
    "a need can be claimed",
    "category",
    "quantity",
    "urgency",
    "until",
    "source_kind",
    "source",
)
NEED_REFUSED = declare("need.refused", "the community did not publish a micro-wish")
NEED_CORRECTED = declare("need.corrected", "facts of a need were changed", "fields", "until")
NEED_CLAIMED = declare("need.claimed", "nothing of the need is left to claim", "quantity")
NEED_REOPENED = declare("need.reopened", "part of the need can be claimed again", "left")
NEED_SETTLED = declare("need.settled", "the community is content with less", "was", "quantity")
NEED_DONE = declare("need.done", "all of the need was met, says who gave", "quantity")
NEED_CONFIRMED = declare(
    "need.confirmed",
    "all of the need was met, says who was served",
    "category",
    "quantity",
    "in_time",
    "source_kind",
    "source",
)
NEED_WITHDRAWN = declare("need.withdrawn", "the community took the need back")
NEED_EXPIRED = declare("need.expired", "its time passed and nobody had claimed it")
IDENTITY_REVEALED = declare(
    "need.identity_revealed", "one claimant may read who made the wish", "claim", "unit"
)
WISH_ERASED = declare("need.identity_erased", "name and contact of the wish were erased")

OFFER_OPENED = declare(
    "offer.opened",
    "a unit offers something",
    "categories",
    "total",
    "area",
    "begins",
    "until",
    "seats",
    "weekly",
)
OFFER_CORRECTED = declare("offer.corrected", "facts of an offer were changed", "fields")
HOURS_SET = declare(
    "offer.hours_set", "when the offer is there each week was set", "slots", "weekly"
)
OFFER_PAUSED = declare("offer.paused", "the offer can't be claimed for now")
OFFER_RESUMED = declare("offer.resumed", "the offer can be claimed again")
OFFER_ENDED = declare("offer.ended", "the offer was taken back or its time passed", "used")

CLAIM_MADE = declare(
    "claim.made",
    "one side claimed what the other published",
    "need",
    "offer",
    "giver",
    "begun_by",
    "quantity",
    "day",
    "plan",
)
CLAIM_AGREED = declare("claim.agreed", "both sides have said yes", "need", "giver")
CLAIM_SIDE_AGREED = declare("claim.side_agreed", "one of two sides said yes", "side")
CLAIM_DECLINED = declare("claim.declined", "the other side said no", "side", "need", "giver")
CLAIM_WITHDRAWN = declare(
    "claim.withdrawn", "one side stepped back before it was done", "side", "need", "giver"
)
CLAIM_EXPIRED = declare("claim.expired", "the other side did not answer in time", "need", "giver")
CLAIM_DONE = declare("claim.done", "the giver reported it done", "need", "giver", "quantity")
CLAIM_RETURNED = declare(
    "claim.returned", "the receiving side said it is not done yet", "by_served", "giver"
)
CLAIM_CONFIRMED = declare(
    "claim.confirmed", "the receiving side confirmed it", "need", "giver", "quantity"
)
CLAIM_NO_SHOW = declare("claim.no_show", "the giver did not come", "need", "giver")
CLAIM_SERVED_ANSWERED = declare(
    "claim.served_answered", "who was served said how it went", "solved", "satisfied", "channel"
)
EXCLUDED = declare("need.excluded", "people decided that an offer shall not serve it", "offer")
ALLOWED = declare("need.allowed", "such a decision was taken back", "offer")

PLAN_COMPUTED = declare(
    "plan.computed", "a plan was made for the pool", "revision", "aims", "needed", "met", "proved"
)
PLAN_APPLIED = declare("plan.applied", "a plan's matches became claims", "claims")

BOOKED = declare("booking.made", "a room was booked", "room", "begins", "minutes")
BOOKING_ASKED = declare(
    "booking.asked", "a resident would like a room", "room", "begins", "minutes"
)
BOOKING_MOVED = declare(
    "booking.moved", "a resident changed their own booking", "room", "begins", "minutes"
)
BOOKING_DECLINED = declare("booking.declined", "the room's unit said no to a resident", "room")
BOOKING_LAPSED = declare("booking.lapsed", "nobody answered a resident in time", "room")
BOOKING_ERASED = declare("booking.erased", "name and contact of a booking were erased")
RULE_SET = declare("offer.booking_rule_set", "who may book the room was set", "rule")
BOOKING_CANCELLED = declare("booking.cancelled", "a booking was cancelled", "room")
BOOKING_USED = declare("booking.used", "the booked room was used", "room", "minutes")
BOOKING_NO_SHOW = declare("booking.no_show", "nobody came to the booked room", "room")

POST_OPENED = declare("post.opened", "volunteers are wanted", "wanted", "until")
POST_CLOSED = declare("post.closed", "no more volunteers are wanted")
SIGNED_UP = declare("signup.made", "somebody wants to help at a post", "post", "channel")
SIGNUP_LEFT = declare("signup.left", "a sign-up was taken back", "post")
SIGNUP_ERASED = declare("signup.erased", "name and contact of a sign-up were erased")
HOURS_CERTIFIED = declare("stint.certified", "who organised it certified hours", "post", "minutes")
HOURS_DISPUTED = declare("stint.disputed", "the volunteer asked for a correction", "minutes")
HOURS_CORRECTED = declare("stint.corrected", "the hours were put right", "minutes", "was")
HOURS_UPHELD = declare("stint.upheld", "the hours stay as they were written")
STINT_ERASED = declare("stint.erased", "the volunteer's name was erased")
SLIP_DRAFTED = declare("slip.drafted", "a working member's report was written", "quarter")
SLIP_RELEASED = declare("slip.released", "the member let it go to the employer", "minutes")
SLIP_WITHHELD = declare("slip.withheld", "the member kept it back")
SLIP_ERASED = declare("slip.erased", "the member's name and deeds were erased")

AGREEMENT_PROPOSED = declare("agreement.proposed", "one unit proposed an agreement", "partner")
AGREEMENT_SIGNED = declare("agreement.signed", "the other unit signed it", "partner", "until")
AGREEMENT_ENDED = declare("agreement.ended", "the agreement ended", "partner")
PROJECT_PLANNED = declare("project.planned", "claims became a project", "lead", "claims", "budget")
PROJECT_STARTED = declare("project.started", "the project is under way")
MILESTONE_REACHED = declare("project.milestone_reached", "a step was reached", "in_time")
PROJECT_DONE = declare("project.done", "its lead handed in the result")
PROJECT_CONFIRMED = declare("project.confirmed", "the community accepted the result")
PROJECT_STOPPED = declare("project.stopped", "the project was stopped")

LIMIT_SET = declare("pool_limit.set", "a limit was set anew", "name", "amount", "unit")
