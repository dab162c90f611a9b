"""One table: every so often, do that."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gongzhi.affairs.resources.claims import expire_claims
from gongzhi.affairs.resources.needs import expire_needs
from gongzhi.affairs.resources.offers import expire_offers
from gongzhi.affairs.tickets.callback import expire_callbacks
from gongzhi.affairs.tickets.joint_handling import escalate_late_calls
from gongzhi.affairs.tickets.supervision import escalate_overdue, remind_leads
from gongzhi.commons.attachments.attaching import sweep_orphans
from gongzhi.commons.ledger.marks import claim
from gongzhi.commons.ledger.seals import make_seal
from gongzhi.commons.notices.delivering import deliver_due
from gongzhi.commons.privacy.retention import run_retention


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job: its name, how often, and what it calls with the time; it returns how much it did."""

    name: str
    every: timedelta
    run: Callable[[datetime], int]


SCHEDULES = (
    Schedule("tickets.remind", timedelta(minutes=1), lambda at: remind_leads(at=at)),
    Schedule("tickets.escalate", timedelta(minutes=1), lambda at: escalate_overdue(at=at)),
    Schedule("tickets.callbacks", timedelta(minutes=5), lambda at: expire_callbacks(at=at)),
    Schedule("notices.deliver", timedelta(seconds=5), lambda at: deliver_due(at=at)),
    Schedule("whistles.escalate", timedelta(minutes=5), lambda at: escalate_late_calls(at=at)),
    Schedule("claims.expire", timedelta(minutes=5), lambda at: expire_claims(at=at)),
    Schedule("needs.expire", timedelta(hours=1), lambda at: expire_needs(at=at)),
    Schedule("offers.expire", timedelta(hours=1), lambda at: expire_offers(at=at)),
    Schedule("privacy.retention", timedelta(days=1), lambda at: sum(run_retention(at=at).values())),
    Schedule("attachments.sweep", timedelta(days=1), lambda at: sweep_orphans(now=at.timestamp())),
    Schedule("ledger.seal", timedelta(days=1), lambda at: make_seal(at=at)),
)


def run_due(*, at: datetime) -> dict[str, int]:
    """Run each schedule that is due; a second worker that asks meanwhile finds nothing due."""
    done: dict[str, int] = {}
    for schedule in SCHEDULES:
        if claim(f"schedule.{schedule.name}", at=at, until=at + schedule.every):
            done[schedule.name] = schedule.run(at)
    return done
