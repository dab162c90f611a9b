"""The event kinds of this affair; docs/events.md explains each."""

from gongzhi.commons.ledger.kinds import declare

ROUND_DRAFTED = declare("round.drafted", "a round of the community fund was drafted", "budget")
ROUND_CHANGED = declare("round.changed", "its facts or its rule were changed", "fields")
COLLECTING_BEGUN = declare("round.collecting_begun", "proposals may come in", "until")
CHECKING_BEGUN = declare("round.checking_begun", "no more proposals come in", "proposals")
VOTING_OPENED = declare(
    "round.voting_opened",
    "the vote is open and the rule fixed",
    "ballot_kind",
    "rule",
    "gain",
    "growth",
    "then_greedy",
    "comparison",
    "beginning",
    "tie_order",
    "seed",
    "budget",
    "proposals",
    "until",
)
CODES_ISSUED = declare("round.codes_issued", "rights to vote were given out", "count")
CODES_REPLACED = declare(
    "round.codes_replaced", "unused codes were ended and new ones given", "count"
)
SLIPS_PRINTED = declare("round.slips_printed", "codes were shown for printing", "count")
ROSTER_FORGOTTEN = declare("round.roster_forgotten", "to whom slips went was erased", "count")
BALLOTS_CAST = declare("round.ballots_cast", "codes were used to vote electronically", "count")
PAPER_RECEIVED = declare("round.paper_received", "a code was used to hand in a paper")
SHEET_SET_ASIDE = declare("round.sheet_set_aside", "a paper that can't be counted", "sheet")
ROUND_COUNTED = declare(
    "round.counted",
    "ballots were mixed and counted, and the money allocated",
    "issued",
    "codes_used",
    "electronic",
    "paper",
    "set_aside",
    "missing",
    "digest",
    "funded",
    "spent",
)
ROUND_CARRIED_OUT = declare("round.carried_out", "every funded project came to its end")
ROUND_WITHDRAWN = declare("round.withdrawn", "the round was given up", "was")
ROUND_ARCHIVED = declare(
    "round.archived", "a round that came as a file was put into the archive", "digest", "funded"
)

# What the story of a round tells. A ballot is not part of it: there is one event for each.
TOLD_OF_ROUND = (
    ROUND_DRAFTED,
    ROUND_CHANGED,
    COLLECTING_BEGUN,
    CHECKING_BEGUN,
    VOTING_OPENED,
    CODES_ISSUED,
    CODES_REPLACED,
    SLIPS_PRINTED,
    SHEET_SET_ASIDE,
    ROUND_COUNTED,
    ROUND_CARRIED_OUT,
    ROUND_WITHDRAWN,
    ROUND_ARCHIVED,
)

PROPOSAL_MADE = declare("proposal.made", "somebody proposed a project", "round", "cost", "by_kind")
PROPOSAL_CHECKED = declare(
    "proposal.checked", "staff checked whether it can be done", "feasible", "cost", "was"
)
PROPOSAL_WITHDRAWN = declare("proposal.withdrawn", "its proposer took it back")
PROPOSAL_FUNDED = declare("proposal.funded", "the money goes to it", "round", "cost", "order")
PROPOSAL_ACCEPTED = declare("proposal.accepted", "the result was accepted", "round", "spent")
PROPOSAL_ABANDONED = declare("proposal.abandoned", "it won't be carried out", "round", "spent")
PROPOSER_ERASED = declare("proposal.proposer_erased", "name and contact of its proposer erased")

FUND_OPENED = declare("fund.opened", "a community's fund was opened")
ENTRY_ENTERED = declare(
    "fund.entry_entered", "an amount waits for a second person", "entry", "amount", "proposal"
)
ENTRY_APPROVED = declare(
    "fund.entry_approved",
    "a second person approved an amount",
    "entry",
    "amount",
    "balance",
    "proposal",
    "reverses",
)
ENTRY_REFUSED = declare("fund.entry_refused", "a second person refused an amount", "entry")
