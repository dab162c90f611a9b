"""Once a day: what usually rises in the coming weeks, before anybody has to ask (未诉先办)."""

from dataclasses import asdict
from datetime import datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils.timezone import localdate

from gongzhi.affairs.tickets.models import Ticket
from gongzhi.commons.ledger.marks import keep
from gongzhi.engines.triage.season import seasonal_warnings

MARK = "tickets.seasons"
YEARS = 6
AHEAD_DAYS = 28


def look_ahead(*, at: datetime) -> int:
    """Keep which matters usually rise in the four weeks to come; returns how many.

    Reads how many tickets each matter had on each day of the last six years: counts of matters,
    no ticket and no person.
    """
    since = at - timedelta(days=round(YEARS * 365.25))
    counts = (
        Ticket.objects.filter(received_at__gt=since, received_at__lte=at)
        .exclude(category_code="")
        .annotate(day=TruncDate("received_at"))
        .order_by()
        .values_list("day", "category_code")
        .annotate(tickets=Count("id"))
    )
    days, codes = [], []
    for day, code, tickets in counts:
        days += [day] * tickets
        codes += [code] * tickets
    found = seasonal_warnings(days, codes, today=localdate(at), ahead_days=AHEAD_DAYS)
    keep(MARK, at=at, value={"warnings": [asdict(warning) for warning in found]})
    return len(found)
