"""One table: when this happened, do that.

Each follow-up takes the events of one kind, oldest first, and calls the actions of one room. It
runs in the transaction that crosses the events off, so it must not reach outside the database.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

from gongzhi.affairs.tickets.dispatch import dispatch_tickets
from gongzhi.affairs.tickets.searching import index_tickets
from gongzhi.affairs.tickets.triage import reread_tickets, triage_tickets
from gongzhi.commons.ledger.outbox import Happened, follow_due
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.coordination.deeds_of_decisions import follow_finished_tasks
from gongzhi.coordination.needs_of_tickets import close_ticket_of_need
from gongzhi.coordination.projects_of_rounds import decide_on_projects, end_decisions
from gongzhi.coordination.telling import TELLS, tell_those_concerned

FollowUp = Callable[[Sequence[Happened], datetime], None]


def triage(events: Sequence[Happened], at: datetime) -> None:
    """A request that came in is understood."""
    triage_tickets(ticket_ids=[event.subject_id for event in events], by=SYSTEM, at=at)


def read_again(events: Sequence[Happened], at: datetime) -> None:
    """A request whose words were put right is understood anew."""
    reread_tickets(ticket_ids=[event.subject_id for event in events], by=SYSTEM, at=at)


def make_findable(events: Sequence[Happened], _at: datetime) -> None:
    """A request is found by its words."""
    index_tickets(ticket_ids=[event.subject_id for event in events])


def dispatch(events: Sequence[Happened], at: datetime) -> None:
    """A request that is understood goes to its first owner."""
    dispatch_tickets(ticket_ids=[event.subject_id for event in events], by=SYSTEM, at=at)


def close_source(events: Sequence[Happened], at: datetime) -> None:
    """A need that is met ends the ticket it came from."""
    for event in events:
        close_ticket_of_need(event, at=at)


FOLLOW_UPS: dict[str, tuple[FollowUp, ...]] = {
    "ticket.received": (triage, make_findable),
    "ticket.corrected": (read_again, make_findable),
    "ticket.placed": (make_findable,),
    "ticket.overruled": (make_findable,),
    "ticket.triaged": (dispatch,),
    # One that followed another from its first hour.
    "ticket.unmerged": (triage, dispatch, make_findable),
    "need.confirmed": (close_source,),
    "proposal.funded": (decide_on_projects,),
    "proposal.accepted": (end_decisions,),
    "proposal.abandoned": (end_decisions,),
    "task.finished": (follow_finished_tasks,),
    "task.cancelled": (follow_finished_tasks,),
    "task.refused": (follow_finished_tasks,),
}
for _kind in TELLS:
    FOLLOW_UPS[_kind] = (*FOLLOW_UPS.get(_kind, ()), tell_those_concerned)


def follow_up(*, at: datetime, most: int = 200) -> int:
    """Run the follow-ups that are due at `at`; returns how many events were taken."""

    def follow(events: Sequence[Happened]) -> None:
        ordered = sorted(events, key=lambda event: (event.kind, event.event_id))
        for kind, group in groupby(ordered, key=lambda event: event.kind):
            happened = list(group)
            for step in FOLLOW_UPS.get(kind, ()):
                step(happened, at)

    return follow_due(follow, at=at, most=most)


def follow_all(*, at: datetime, most: int = 500) -> int:
    """Run follow-ups until none is due at `at`, consequences of consequences included."""
    total = 0
    while taken := follow_up(at=at, most=most):
        total += taken
    return total
