"""What a coordinator has to move."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from gongzhi.affairs.tickets.choices import CallbackState, Review, State
from gongzhi.affairs.tickets.models import Callback, Exclusion, Extension, Objection, Ticket
from gongzhi.affairs.tickets.models import Parking as ParkingRow
from gongzhi.affairs.tickets.queries.lists import ROW_FIELDS, TicketRow, as_rows, within_reach
from gongzhi.commons.organisations.actors import Actor

_REVIEWED = {
    "objection": Objection,
    "extension": Extension,
    "parking": ParkingRow,
    "exclusion": Exclusion,
}


@dataclass(frozen=True, slots=True)
class StuckList:
    """What a coordinator has to move: each list is short, the longest due first."""

    overdue: tuple[TicketRow, ...]
    returned: tuple[TicketRow, ...]
    parked_for_review: tuple[TicketRow, ...]
    waiting_for_review: tuple[TicketRow, ...]
    reopened: tuple[TicketRow, ...]
    to_call_back: tuple[TicketRow, ...]
    reviews: Mapping[int, str]  # what waits, by ticket: objection, extension, parking, exclusion


def stuck(*, by: Actor, at: datetime, most: int = 20) -> StuckList:
    """What is stuck within reach of `by`, in a fixed number of bounded queries."""
    mine = Ticket.objects.filter(within_reach(by), is_open=1)
    # Joined into one list first: four alternatives make PostgreSQL look at every ticket.
    asked = [
        row._default_manager.filter(review=Review.PENDING).values("ticket_id")
        for row in _REVIEWED.values()
    ]
    pending = Q(pk__in=asked[0].union(*asked[1:]))
    look_again = ParkingRow.objects.filter(
        ticket=OuterRef("pk"), review=Review.APPROVED, ended_at=None, review_on__lte=localdate(at)
    )
    # From the few open call-backs to their tickets, never through all that were ever closed.
    unanswered = Callback.objects.filter(state=CallbackState.ASKED).values("ticket_id")
    closed = Ticket.objects.filter(within_reach(by), state=State.CLOSED)
    # Also of closed tickets: whether one counts in the assessment is often asked afterwards.
    waiting = _some(Ticket.objects.filter(within_reach(by)).filter(pending), most)
    return StuckList(
        overdue=_some(
            mine.filter(next_due_at__lt=at, due_at__lt=at).exclude(state=State.PARKED), most
        ),
        returned=_some(mine.filter(state=State.RETURNED), most),
        parked_for_review=_some(mine.filter(state=State.PARKED).filter(Exists(look_again)), most),
        waiting_for_review=waiting,
        reopened=_some(mine.filter(state=State.REOPENED), most),
        to_call_back=_some(closed.filter(pk__in=unanswered), most),
        reviews=_what_waits([row.id for row in waiting]),
    )


def _some(found: QuerySet[Ticket], most: int) -> tuple[TicketRow, ...]:
    return as_rows(list(found.order_by("next_due_at", "id").values(*ROW_FIELDS)[:most]))


def _what_waits(ticket_ids: list[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for what, asked in _REVIEWED.items():
        rows = asked._default_manager.filter(ticket_id__in=ticket_ids, review=Review.PENDING)
        found |= dict.fromkeys(rows.values_list("ticket_id", flat=True), what)
    return found
