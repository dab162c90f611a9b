"""The event kinds of owners' votes; docs/events.md explains each. None names an owner or a flat."""

from gongzhi.commons.ledger.kinds import declare

DRAFTED = declare(
    "owners_vote.drafted", "an owners' vote is being prepared", "scope", "convener", "disclosure"
)
CHANGED = declare("owners_vote.changed", "facts of a vote in preparation were changed", "fields")
ITEM_ADDED = declare("owners_vote.item_added", "a question was added", "item", "matter")
ITEM_REMOVED = declare("owners_vote.item_removed", "a question was taken out", "item")
ROLL_SET = declare(
    "owners_vote.roll_set",
    "the roll of flats was read in",
    "flats",
    "owners",
    "area",
    "unmeasured",
    "undelivered",
    "digest",
)
ANNOUNCED = declare(
    "owners_vote.announced", "the vote was announced to its owners", "begins", "ends", "items"
)
DELIVERED = declare("owners_vote.delivered", "ballots reached more owners", "owners")
LINK_RENEWED = declare("owners_vote.link_renewed", "an owner got another link and code")
EXTENDED = declare("owners_vote.extended", "there is more time to vote", "ends", "was")
PAPER_ENTERED = declare(
    "owners_vote.paper_entered", "a paper ballot was typed", "by_second", "agrees"
)
PAPER_DROPPED = declare(
    "owners_vote.paper_dropped", "a typed paper was taken back before two people agreed", "own"
)
BALLOT_RECEIVED = declare(
    "owners_vote.ballot_received", "a ballot is in", "channel", "late", "digest"
)
BALLOT_VOIDED = declare("owners_vote.ballot_voided", "a ballot does not count", "channel")
COUNTED = declare(
    "owners_vote.counted", "the vote was counted", "verdicts", "ballots", "not_counted", "digest"
)
PUBLISHED = declare("owners_vote.published", "the result was made public", "verdicts")
CANCELLED = declare("owners_vote.cancelled", "the vote does not take place")
CONTACTS_ERASED = declare(
    "owners_vote.contacts_erased", "names and telephones of the owners were erased", "owners"
)
