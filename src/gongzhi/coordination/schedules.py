"""One table: every so often, do that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from gongzhi.affairs.assemblies.drawing import draw_opinions
from gongzhi.affairs.budgets.mixing import shake_urns
from gongzhi.affairs.resources.agreements import expire_agreements
from gongzhi.affairs.resources.claims import expire_claims
from gongzhi.affairs.resources.needs import expire_needs
from gongzhi.affairs.resources.offers import expire_offers
from gongzhi.affairs.resources.own_bookings import expire_bookings
from gongzhi.affairs.tickets.callback import expire_callbacks
from gongzhi.affairs.tickets.hot_issues import gather_hot_issues
from gongzhi.affairs.tickets.joint_handling import escalate_late_calls
from gongzhi.affairs.tickets.searching import clear_forgotten_words, mark_the_unmarked
from gongzhi.affairs.tickets.seasons import look_ahead
from gongzhi.affairs.tickets.supervision import escalate_overdue, remind_leads
from gongzhi.commons.attachments.attaching import sweep_orphans
from gongzhi.commons.ledger.marks import claim, moments_of, put_back
from gongzhi.commons.ledger.seals import make_seal
from gongzhi.commons.notices.delivering import deliver_due
from gongzhi.commons.privacy.retention import run_retention
from gongzhi.insights.indicators.overview import keep_overview

RETRY_AFTER = timedelta(minutes=1)
ERASING_SECONDS = 60.0  # an hour; a backlog leaves the writers of requests most of their time
log = structlog.get_logger("schedules")


class Lane(StrEnum):
    """Schedules of one lane wait for each other and for nobody else."""

    QUICK = "quick"  # beside the follow-ups
    OUTSIDE = "outside"  # speaks to receivers that may be slow
    LONG = "long"  # seconds or minutes at a time, which no request should wait for


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job: its name, how often, and what it calls with the time; it returns how much it did."""

    name: str
    every: timedelta
    run: Callable[[datetime], int]
    lane: Lane = Lane.QUICK


def _erase_what_is_due(at: datetime) -> int:
    return sum(run_retention(at=at, seconds=ERASING_SECONDS).values())


OUTSIDE, LONG = Lane.OUTSIDE, Lane.LONG
SCHEDULES = (
    Schedule("tickets.remind", timedelta(minutes=1), lambda at: remind_leads(at=at)),
    Schedule("tickets.escalate", timedelta(minutes=1), lambda at: escalate_overdue(at=at)),
    Schedule("tickets.callbacks", timedelta(minutes=5), lambda at: expire_callbacks(at=at)),
    Schedule("notices.deliver", timedelta(seconds=2), lambda at: deliver_due(at=at), OUTSIDE),
    Schedule("whistles.escalate", timedelta(minutes=5), lambda at: escalate_late_calls(at=at)),
    Schedule("topics.draw", timedelta(minutes=1), lambda at: draw_opinions(at=at)),
    Schedule("claims.expire", timedelta(minutes=5), lambda at: expire_claims(at=at)),
    Schedule("bookings.expire", timedelta(minutes=5), lambda at: expire_bookings(at=at)),
    Schedule("needs.expire", timedelta(hours=1), lambda at: expire_needs(at=at)),
    Schedule("offers.expire", timedelta(hours=1), lambda at: expire_offers(at=at)),
    Schedule("budgets.mixing", timedelta(hours=1), lambda at: shake_urns(at=at)),
    Schedule("agreements.expire", timedelta(hours=6), lambda at: expire_agreements(at=at)),
    Schedule("privacy.retention", timedelta(hours=1), _erase_what_is_due, LONG),
    Schedule("tickets.words", timedelta(hours=6), lambda at: clear_forgotten_words(at=at), LONG),
    Schedule("tickets.marks", timedelta(minutes=1), lambda at: mark_the_unmarked(at=at), LONG),
    Schedule("tickets.hot", timedelta(days=1), lambda at: gather_hot_issues(at=at), LONG),
    Schedule("tickets.seasons", timedelta(days=1), lambda at: look_ahead(at=at), LONG),
    Schedule(
        "attachments.sweep", timedelta(days=1), lambda at: sweep_orphans(now=at.timestamp()), LONG
    ),
    Schedule("insights.overview", timedelta(minutes=10), lambda at: keep_overview(at=at), LONG),
    Schedule("ledger.seal", timedelta(days=1), lambda at: make_seal(at=at), LONG),
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


def due_moments() -> dict[str, datetime]:
    """When each schedule is due next, by name, those that never ran left out. One query."""
    found = moments_of([f"schedule.{schedule.name}" for schedule in SCHEDULES])
    return {name.removeprefix("schedule."): moment for name, moment in found.items()}
