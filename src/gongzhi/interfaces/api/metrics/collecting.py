"""What the database says of the installation at the moment somebody asks."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gongzhi.affairs.tickets.queries.counts import open_tickets, overdue_tickets
from gongzhi.commons.ledger.outbox import backlog
from gongzhi.commons.ledger.seals import last_seal_at
from gongzhi.commons.notices.delivering import queued_and_given_up
from gongzhi.coordination.schedules import due_moments


class District(Collector):
    """Numbers of tickets, of what waits, and of when things happened last; no place, no unit."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def collect(self) -> Iterator[GaugeMetricFamily]:
        by_state = GaugeMetricFamily("gongzhi_open_tickets", "Open tickets", labels=["state"])
        for state, count in open_tickets().items():
            by_state.add_metric([state.value], count)
        yield by_state
        yield _gauge("overdue_tickets", "Open tickets past their limit", overdue_tickets(self._at))
        events = backlog()
        yield _gauge("outbox_waiting", "Events whose follow-ups are due", events.waiting)
        yield _gauge("outbox_failing", "Of these, those that failed", events.failing)
        age = (self._at - events.oldest).total_seconds() if events.oldest else 0.0
        yield _gauge("outbox_oldest_seconds", "Age of the oldest event that waits", max(age, 0.0))
        queued, given_up = queued_and_given_up()
        yield _gauge("deliveries_queued", "Messages on their way", queued)
        yield _gauge("deliveries_given_up", "Messages that reached nobody", given_up)
        sealed = last_seal_at()
        if sealed:
            name = "last_seal_timestamp_seconds"
            yield _gauge(name, "When the ledger was sealed last", sealed.timestamp())
        due = GaugeMetricFamily(
            "gongzhi_schedule_due_timestamp_seconds",
            "When each schedule is due next; one long past means that no worker runs",
            labels=["schedule"],
        )
        for schedule, moment in due_moments().items():
            due.add_metric([schedule], moment.timestamp())
        yield due


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"gongzhi_{name}", what, value=value)
