"""What a coordinator has to move."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
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
class ParkedSince:
    """Since when a ticket is parked, and when it is looked at again."""

    since: datetime
    review_on: date


@dataclass(frozen=True, slots=True)
class StuckList:
    """What a coordinator has to move: each list is short, the longest due first."""

    overdue: tuple[TicketRow, ...]
    returned: tuple[TicketRow, ...]
    parked_for_review: tuple[TicketRow, ...]
    waiting_for_review: tuple[TicketRow, ...]
    reopened: tuple[TicketRow, ...]
    to_call_back: tuple[TicketRow, ...]
    parked: tuple[TicketRow, ...]  # the stock whose day to look again is still to come
    joined: tuple[TicketRow, ...]  # open tickets that others follow
    reviews: Mapping[int, str]  # what waits, by ticket: objection, extension, parking, exclusion
    parked_since: Mapping[int, ParkedSince]
    followers: Mapping[int, int]  # how many follow each of the joined


def stuck(*, by: Actor, at: datetime, most: int = 20) -> StuckList:
    """What is stuck within reach of `by`, in a fixed number of bounded queries."""
    mine = Ticket.objects.filter(within_reach(by), is_open=1)
    # Joined into one list first: four alternatives make PostgreSQL look at every ticket.
    asked = [
        row._default_manager.filter(review=Review.PENDING).values("ticket_id")
        for row in _REVIEWED.values()
    ]
    pending = Q(pk__in=asked[0].union(*asked[1:]))
    parkings = ParkingRow.objects.filter(review=Review.APPROVED, ended_at=None)
    parked_since = _parked_since(parkings, mine, at=at, most=most)
    joined = _some(mine.filter(pk__in=_followers().values("merged_into_id")), most)
    look_again = parkings.filter(ticket=OuterRef("pk"), review_on__lte=localdate(at))
    # From the few open call-backs to their tickets, never through all that were ever closed.
    unanswered = Callback.objects.filter(state=CallbackState.ASKED).values("ticket_id")
    closed = Ticket.objects.filter(within_reach(by), state=State.CLOSED)
    # Also of closed tickets: whether one counts in the assessment is often asked afterwards.
    waiting = _some(Ticket.objects.filter(within_reach(by)).filter(pending), most)
    return StuckList(
        overdue=_some(
            mine.filter(next_due_at__lt=at, due_at__lt=at).exclude(state=State.PARKED), most
        ),
        returned=_some(mine.filter(state=State.RETURNED).exclude(pending), most),
        parked_for_review=_some(mine.filter(state=State.PARKED).filter(Exists(look_again)), most),
        waiting_for_review=waiting,
        reopened=_some(mine.filter(state=State.REOPENED), most),
        to_call_back=_some(closed.filter(pk__in=unanswered), most),
        parked=_in_order(parked_since),
        joined=joined,
        reviews=_what_waits([row.id for row in waiting]),
        parked_since=parked_since,
        followers=_how_many_follow([row.id for row in joined]),
    )


def _parked_since(
    parkings: QuerySet[ParkingRow], mine: QuerySet[Ticket], *, at: datetime, most: int
) -> dict[int, ParkedSince]:
    """By ticket, those that have been parked longest first."""
    rows = (
        parkings.filter(ticket__in=mine.filter(state=State.PARKED), review_on__gt=localdate(at))
        .order_by("reviewed_at", "ticket_id")
        .values_list("ticket_id", "reviewed_at", "review_on")[:most]
    )
    return {
        ticket: ParkedSince(since, review_on)
        for ticket, since, review_on in rows
        if since is not None
    }


def _in_order(parked_since: Mapping[int, ParkedSince]) -> tuple[TicketRow, ...]:
    rows = as_rows(list(Ticket.objects.filter(pk__in=parked_since).values(*ROW_FIELDS)))
    return tuple(sorted(rows, key=lambda row: (parked_since[row.id].since, row.id)))


def _followers() -> QuerySet[Ticket]:
    return Ticket.objects.filter(merged_into__isnull=False, is_open=1)


def _how_many_follow(ticket_ids: list[int]) -> dict[int, int]:
    counted = _followers().filter(merged_into_id__in=ticket_ids).values("merged_into_id")
    rows = counted.annotate(many=Count("pk")).order_by()
    return dict(rows.values_list("merged_into_id", "many"))


def _some(found: QuerySet[Ticket], most: int) -> tuple[TicketRow, ...]:
    return as_rows(list(found.order_by("next_due_at", "id").values(*ROW_FIELDS)[:most]))


def _what_waits(ticket_ids: list[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for what, asked in _REVIEWED.items():
        rows = asked._default_manager.filter(ticket_id__in=ticket_ids, review=Review.PENDING)
        found |= dict.fromkeys(rows.values_list("ticket_id", flat=True), what)
    return found
