"""A few facts of one ticket, for whoever decides what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.models import Requester, Ticket


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """Where a ticket stands, without its words and without its requester."""

    id: int
    state: State
    category_code: str
    place_id: int
    community_id: int | None
    lead_unit_id: int | None
    contact_due_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    objection_used: bool
    has_requester: bool


_FIELDS = (
    "id",
    "state",
    "category_code",
    "place_id",
    "community_id",
    "lead_unit_id",
    "contact_due_at",
    "due_at",
    "closed_at",
    "objection_used",
)


def open_followers(ticket_ids: Iterable[int]) -> dict[int, list[int]]:
    """The open tickets that follow each of these; tickets without any are left out. One query."""
    found: dict[int, list[int]] = {}
    rows = Ticket.objects.filter(merged_into__in=list(ticket_ids), is_open=1).order_by("id")
    for into, follower in rows.values_list("merged_into_id", "id"):
        found.setdefault(into, []).append(follower)
    return found


def ticket_facts(ticket_id: int) -> TicketFacts | None:
    """The facts of one ticket, in one query."""
    reachable = Requester.objects.filter(ticket=OuterRef("pk"), erased_at=None)
    for row in Ticket.objects.filter(pk=ticket_id).values_list(*_FIELDS, Exists(reachable)):
        return TicketFacts(row[0], State(row[1]), *row[2:])
    return None
