"""The one table of moves between states, and the guarded update that makes a move.

Every action of this affair goes through `ticket_for` (permission), `move` or `touch` (the guard,
which also locks the row) and `tell` (the event), inside one transaction and in that order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy

from gongzhi.affairs.tickets.choices import RemarkKind, State
from gongzhi.affairs.tickets.models import Remark, Ticket
from gongzhi.commons.failures import NotThere
from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import require


class Step(StrEnum):
    """What can be done to a ticket that changes its state."""

    TRIAGE = "triage"
    DISPATCH = "dispatch"
    REDISPATCH = "redispatch"
    OBJECT = "object"
    REFUSE_OBJECTION = "refuse_objection"
    RETURN = "return"
    CONTACT = "contact"
    ANSWER = "answer"
    CLOSE = "close"
    CLOSE_WITH = "close_with"
    PARK = "park"
    UNPARK = "unpark"
    EXCLUDE = "exclude"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Move:
    """From which states a step may start and where it leads."""

    sources: frozenset[State]
    target: State
    words: str | Promise


def _move(target: State, words: str | Promise, *sources: State) -> Move:
    return Move(frozenset(sources), target, words)


_S = State
MOVES: dict[Step, Move] = {
    Step.TRIAGE: _move(_S.ACCEPTED, pgettext_lazy("step", "受理"), _S.RECEIVED),
    Step.DISPATCH: _move(
        _S.DISPATCHED, pgettext_lazy("step", "派单"), _S.ACCEPTED, _S.RETURNED, _S.REOPENED
    ),
    Step.REDISPATCH: _move(
        _S.DISPATCHED,
        pgettext_lazy("step", "改派"),
        _S.ACCEPTED,
        _S.RETURNED,
        _S.REOPENED,
        _S.DISPATCHED,
        _S.IN_PROGRESS,
    ),
    Step.OBJECT: _move(_S.RETURNED, pgettext_lazy("step", "提出派单异议"), _S.DISPATCHED),
    Step.REFUSE_OBJECTION: _move(_S.DISPATCHED, pgettext_lazy("step", "维持原派单"), _S.RETURNED),
    Step.RETURN: _move(_S.RETURNED, pgettext_lazy("step", "退单"), _S.DISPATCHED, _S.IN_PROGRESS),
    Step.CONTACT: _move(
        _S.IN_PROGRESS,
        pgettext_lazy("step", "联系诉求人"),
        _S.DISPATCHED,
        _S.REOPENED,
        _S.IN_PROGRESS,
    ),
    Step.ANSWER: _move(
        _S.ANSWERED, pgettext_lazy("step", "答复"), _S.DISPATCHED, _S.IN_PROGRESS, _S.REOPENED
    ),
    Step.CLOSE: _move(_S.CLOSED, pgettext_lazy("step", "办结"), _S.IN_PROGRESS, _S.ANSWERED),
    # A ticket that follows another ends with it, wherever it stood when it was merged.
    Step.CLOSE_WITH: _move(
        _S.CLOSED,
        pgettext_lazy("step", "随并单办结"),
        _S.RECEIVED,
        _S.ACCEPTED,
        _S.DISPATCHED,
        _S.IN_PROGRESS,
        _S.ANSWERED,
        _S.RETURNED,
        _S.PARKED,
        _S.REOPENED,
    ),
    Step.PARK: _move(_S.PARKED, pgettext_lazy("step", "挂账"), _S.DISPATCHED, _S.IN_PROGRESS),
    Step.UNPARK: _move(_S.IN_PROGRESS, pgettext_lazy("step", "恢复办理"), _S.PARKED),
    Step.EXCLUDE: _move(
        _S.EXCLUDED,
        pgettext_lazy("step", "不予派单"),
        _S.RECEIVED,
        _S.ACCEPTED,
        _S.DISPATCHED,
        _S.IN_PROGRESS,
        _S.RETURNED,
    ),
    Step.REOPEN: _move(_S.REOPENED, pgettext_lazy("step", "重新办理"), _S.CLOSED),
    Step.WITHDRAW: _move(
        _S.WITHDRAWN,
        pgettext_lazy("step", "撤回"),
        _S.RECEIVED,
        _S.ACCEPTED,
        _S.DISPATCHED,
        _S.IN_PROGRESS,
        _S.RETURNED,
        _S.PARKED,
        _S.REOPENED,
    ),
}


# Whoever assists reads, notes and reports back; answering, asking and closing are the lead's.
ASSISTING_MAY = frozenset({"tickets.read", "tickets.read_contact", "tickets.handle"})


class NoSuchTicket(NotThere):
    """There is no such ticket, or the actor may not know of it."""

    def __init__(self) -> None:
        super().__init__(gettext("没有这张工单，或无权查看"))


class CannotMove(ValueError):
    """A refused step: where the ticket stands, what was tried, what is possible instead."""

    def __init__(self, step: Step, state: str) -> None:
        self.step = step
        self.state = State(state)
        possible = "、".join(str(move.words) for _step, move in possible_moves(self.state))
        said = {"state": self.state.label, "step": MOVES[step].words, "possible": possible}
        words = (
            gettext("“%(state)s”的工单不能%(step)s；现在可以：%(possible)s")
            if possible
            else gettext("“%(state)s”的工单不能%(step)s；该工单已结束")
        )
        super().__init__(words % said)


def possible_moves(state: State) -> list[tuple[Step, Move]]:
    """The steps that may start in this state, in the order of the table."""
    return [
        (step, move)
        for step, move in MOVES.items()
        if state in move.sources and step is not Step.CLOSE_WITH
    ]


def ticket_for(by: Actor, action: str, ticket_id: int) -> Ticket:
    """The ticket, locked for the action, once `by` is known to be allowed `action` on it.

    What is checked afterwards (its state, what waits for review) holds until the action ends.
    """
    return _permitted(by, action, Ticket.objects.select_for_update().filter(pk=ticket_id).first())


def ticket_to_read(by: Actor, action: str, ticket_id: int) -> Ticket:
    """The ticket, for a query."""
    return _permitted(by, action, Ticket.objects.filter(pk=ticket_id).first())


def _permitted(by: Actor, action: str, ticket: Ticket | None) -> Ticket:
    if ticket is None:
        raise NoSuchTicket
    units = units_for(action, ticket)
    require(by, action, place_path=ticket.place_path, unit_ids=units, ticket_id=ticket.pk)
    return ticket


def units_for(action: str, ticket: Ticket) -> list[int]:
    """The units whose members may do this: the lead, and for some actions those that assist."""
    lead = [ticket.lead_unit_id] if ticket.lead_unit_id is not None else []
    if action not in ASSISTING_MAY:
        return lead
    return [*lead, *(assist.unit_id for assist in ticket.assists.all())]


def move(ticket: Ticket, step: Step, *, at: datetime, **changes: Any) -> None:
    """Change the state if the table allows it from where the ticket stands now.

    The condition is part of the update, so of two people who act at once one is told why not.
    """
    allowed = [state.value for state in MOVES[step].sources]
    changes |= {"state": MOVES[step].target, "touched_at": at}
    if not Ticket.objects.filter(pk=ticket.pk, state__in=allowed).update(**changes):
        ticket.refresh_from_db(fields=["state"])
        raise CannotMove(step, ticket.state)
    for name, value in changes.items():
        setattr(ticket, name, value)


def touch(ticket: Ticket, *, at: datetime, **changes: Any) -> None:
    """Change fields but not the state; locks the row like `move` does."""
    Ticket.objects.filter(pk=ticket.pk).update(touched_at=at, **changes)
    for name, value in changes.items():
        setattr(ticket, name, value)


def told(ticket: Ticket, kind: str, /, *, by: Actor, at: datetime, **data: Plain) -> NewEvent:
    """The event that this happened to this ticket."""
    return NewEvent(
        subject=Subject("ticket", ticket.pk),
        kind=kind,
        at=at,
        unit_id=by.unit_id,
        person_id=by.person_id,
        place_id=ticket.place_id,
        data=data,
    )


def tell(
    ticket: Ticket,
    kind: str,
    /,
    *,
    by: Actor,
    at: datetime,
    text: str = "",
    text_kind: RemarkKind = RemarkKind.NOTE,
    for_requester: bool = False,
    **data: Plain,
) -> None:
    """Write the event, and the text that goes with it, which stays out of the ledger."""
    event = record(told(ticket, kind, by=by, at=at, **data))
    if text:
        Remark.objects.create(
            ticket=ticket,
            event_sequence=event.sequence,
            kind=text_kind,
            text=text,
            unit_id=by.unit_id,
            person_id=by.person_id,
            for_requester=for_requester,
            at=at,
        )


def states(values: Iterable[State]) -> list[str]:
    """State values as the database holds them."""
    return [value.value for value in values]
