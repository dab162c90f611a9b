"""One table: every so often, do that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from gongzhi.affairs.assemblies.drawing import draw_opinions
from gongzhi.affairs.resources.claims import expire_claims
from gongzhi.affairs.resources.needs import expire_needs
from gongzhi.affairs.resources.offers import expire_offers
from gongzhi.affairs.tickets.callback import expire_callbacks
from gongzhi.affairs.tickets.hot_issues import gather_hot_issues
from gongzhi.affairs.tickets.joint_handling import escalate_late_calls
from gongzhi.affairs.tickets.searching import clear_forgotten_words
from gongzhi.affairs.tickets.seasons import look_ahead
from gongzhi.affairs.tickets.supervision import escalate_overdue, remind_leads
from gongzhi.commons.attachments.attaching import sweep_orphans
from gongzhi.commons.ledger.marks import claim, put_back
from gongzhi.commons.ledger.seals import make_seal
from gongzhi.commons.notices.delivering import deliver_due
from gongzhi.commons.privacy.retention import run_retention

RETRY_AFTER = timedelta(minutes=1)
log = structlog.get_logger("schedules")


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job: its name, how often, and what it calls with the time; it returns how much it did.

    One that speaks to the outside runs apart, so that a slow receiver keeps nothing else waiting.
    """

    name: str
    every: timedelta
    run: Callable[[datetime], int]
    outside: bool = False


SCHEDULES = (
    Schedule("tickets.remind", timedelta(minutes=1), lambda at: remind_leads(at=at)),
    Schedule("tickets.escalate", timedelta(minutes=1), lambda at: escalate_overdue(at=at)),
    Schedule("tickets.callbacks", timedelta(minutes=5), lambda at: expire_callbacks(at=at)),
    Schedule("notices.deliver", timedelta(seconds=2), lambda at: deliver_due(at=at), outside=True),
    Schedule("whistles.escalate", timedelta(minutes=5), lambda at: escalate_late_calls(at=at)),
    Schedule("topics.draw", timedelta(minutes=1), lambda at: draw_opinions(at=at)),
    Schedule("claims.expire", timedelta(minutes=5), lambda at: expire_claims(at=at)),
    Schedule("needs.expire", timedelta(hours=1), lambda at: expire_needs(at=at)),
    Schedule("offers.expire", timedelta(hours=1), lambda at: expire_offers(at=at)),
    Schedule("privacy.retention", timedelta(days=1), lambda at: sum(run_retention(at=at).values())),
    Schedule("tickets.words", timedelta(hours=6), lambda at: clear_forgotten_words(at=at)),
    Schedule("tickets.hot", timedelta(days=1), lambda at: gather_hot_issues(at=at)),
    Schedule("tickets.seasons", timedelta(days=1), lambda at: look_ahead(at=at)),
    Schedule("attachments.sweep", timedelta(days=1), lambda at: sweep_orphans(now=at.timestamp())),
    Schedule("ledger.seal", timedelta(days=1), lambda at: make_seal(at=at)),
)


class Timetable:
    """Some schedules, and when each is next worth asking for, so that the database is left alone.

    Which of several workers runs a job is decided in the database.
    """

    def __init__(self, schedules: Sequence[Schedule] = SCHEDULES) -> None:
        self._schedules = schedules
        self._ask_at: dict[str, datetime] = {}

    def run_due(self, *, at: datetime) -> dict[str, int]:
        """Run each schedule that is due; a second worker that asks meanwhile finds nothing due."""
        done: dict[str, int] = {}
        for schedule in self._schedules:
            if at < self._ask_at.get(schedule.name, at):
                continue
            if claim(f"schedule.{schedule.name}", at=at, until=at + schedule.every):
                self._ask_at[schedule.name] = at + schedule.every
                done[schedule.name] = self._run(schedule, at=at)
            else:
                self._ask_at[schedule.name] = at + schedule.every / 4
        return done

    def _run(self, schedule: Schedule, *, at: datetime) -> int:
        """Run one; after a failure it is due again soon, and the others go on meanwhile."""
        try:
            return schedule.run(at)
        except Exception as error:
            soon = at + min(schedule.every, RETRY_AFTER)
            log.error("schedule.failed", schedule=schedule.name, error=type(error).__name__)
            # Raises where the database is gone: then nothing else would go well either.
            put_back(f"schedule.{schedule.name}", until=soon)
            self._ask_at[schedule.name] = soon
            return 0


def run_due(*, at: datetime) -> dict[str, int]:
    """Run every schedule that is due at `at`, whatever was asked before."""
    return Timetable().run_due(at=at)
