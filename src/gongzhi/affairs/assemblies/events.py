"""The event kinds of topics and decisions; docs/events.md explains each.

A vote writes none: the ledger never forgets, and who voted how is nobody's business. What is
written when voting ends is how many voted, and a keyed digest of the votes as they stood.
"""

from gongzhi.commons.ledger.kinds import declare

TOPIC_PROPOSED = declare(
    "topic.proposed", "a matter was proposed for deliberation", "source", "source_kind", "source_id"
)
PROPOSER_ERASED = declare("topic.proposer_erased", "the contact of its proposer was erased")
TOPIC_CORRECTED = declare("topic.corrected", "facts of a topic were changed", "fields")
TOPIC_OPENED = declare(
    "topic.opened", "people may take part from now on", "closes", "capacities", "by_invitation"
)
TOPIC_SEATS_INVITED = declare(
    "topic.seats_invited", "private links were handed out", "capacity", "count", "paper"
)
TOPIC_SEAT_DECLARED = declare(
    "topic.seat_declared", "somebody joined and said in what capacity", "capacity"
)
TOPIC_SEAT_ANSWERED = declare(
    "topic.seat_answered", "staff confirmed a capacity, or did not", "capacity", "confirmed"
)
TOPIC_PAPER_ENTERED = declare(
    "topic.paper_entered", "staff entered votes from paper", "seat", "votes"
)
TOPIC_NOTICED = declare(
    "topic.noticed",
    "voting ended and the outcome was posted for objections",
    "notice",
    "until",
    "voters",
    "votes",
    "statements",
    "digest",
)
TOPIC_REOPENED = declare("topic.reopened", "people may take part again")
TOPIC_DECIDED = declare("topic.decided", "a decision was taken on the topic", "decision")
TOPIC_CARRIED_OUT = declare("topic.carried_out", "what was decided is done", "decision")
TOPIC_WITHDRAWN = declare("topic.withdrawn", "the topic was not taken up, or was taken back")
TOPIC_FORGOTTEN = declare(
    "topic.forgotten", "the votes of an ended topic were erased, the aggregates stay", "votes"
)

MATERIAL_ADDED = declare("material.added", "a version of a material was added", "topic", "version")

STATEMENT_SUBMITTED = declare(
    "statement.submitted", "somebody said something on a topic", "topic", "seed", "text"
)
STATEMENT_ACCEPTED = declare(
    "statement.accepted", "a statement may be voted on", "topic", "mended", "text"
)
STATEMENT_REJECTED = declare("statement.rejected", "a statement is not shown", "topic", "reason")
STATEMENT_ERASED = declare(
    "statement.erased", "the words of a rejected statement were erased", "topic"
)
DECISION_TAKEN = declare(
    "decision.taken",
    "something was decided, with what is to be done by when",
    "subject_kind",
    "subject",
    "due",
    "tasks",
    "text",
)
DECISION_PUBLISHED = declare("decision.published", "everyone may read the decision")
DECISION_TASK_ADDED = declare("decision.task_added", "one more task came to a decision", "task")
DECISION_DONE = declare(
    "decision.done", "all that was decided is done", "subject_kind", "subject", "in_time", "tasks"
)
DECISION_RESULT_PUBLISHED = declare(
    "decision.result_published", "everyone may read what came of the decision", "text"
)
DECISION_RATED = declare(
    "decision.rated", "a resident rated what came of it", "solved", "satisfied"
)
DECISION_REVOKED = declare("decision.revoked", "the decision no longer holds")
