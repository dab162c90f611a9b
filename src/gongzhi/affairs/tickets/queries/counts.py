"""How many tickets stand where, over the whole installation: for whoever watches that it runs."""

from datetime import datetime

from django.db.models import Count

from gongzhi.affairs.tickets.choices import OPEN_STATES, State
from gongzhi.affairs.tickets.models import Ticket


def open_tickets() -> dict[State, int]:
    """The number of open tickets in each state, those with none too. One query."""
    rows = Ticket.objects.filter(is_open=1).order_by().values_list("state").annotate(Count("id"))
    found = dict(rows)
    return {state: found.get(state.value, 0) for state in OPEN_STATES}


def overdue_tickets(at: datetime) -> int:
    """How many open tickets are past their limit; the clock of a parked one stands still."""
    late = Ticket.objects.filter(is_open=1, next_due_at__lt=at, due_at__lt=at)
    return late.exclude(state=State.PARKED).count()
