"""A ticket that needs hands or things becomes a need, and ends when the need is confirmed."""

from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.resources.needs import NewNeed, publish_need
from gongzhi.affairs.resources.queries.facts import title_of
from gongzhi.affairs.tickets.closing import CannotClose, close_ticket
from gongzhi.affairs.tickets.lifecycle import CannotMove
from gongzhi.affairs.tickets.queries.stories import story_for_staff
from gongzhi.commons.ledger.outbox import Happened
from gongzhi.commons.permissions.actors import SYSTEM, Actor

log = structlog.get_logger("gongzhi.coordination")


@transaction.atomic
def publish_need_of_ticket(*, ticket_id: int, new: NewNeed, by: Actor, at: datetime) -> int:
    """Publish what a ticket needs, once `by` is known to read the ticket; returns the need's id.

    `new.source` has to name the ticket; a second need of the same kind is refused.
    """
    story_for_staff(by=by, ticket_id=ticket_id)
    if new.source is None or (new.source.kind, new.source.id) != ("ticket", ticket_id):
        raise ValueError("the need's source must be the ticket")
    return publish_need(new=new, by=by, at=at)


def close_ticket_of_need(event: Happened, *, at: datetime) -> None:
    """Close the ticket that a confirmed need came from.

    A ticket that can't be closed yet (nobody has spoken with the requester, or it ended already)
    stays as it is: its lead closes it, and the need's publisher has been told.
    """
    source = event.data.get("source")
    if event.data.get("source_kind") != "ticket" or not isinstance(source, int):
        return
    evidence = _("所需的帮助已经到位并确认：%(need)s") % {"need": title_of(event.subject_id)}
    try:
        close_ticket(ticket_id=source, evidence=evidence, reply=evidence, by=SYSTEM, at=at)
    except (CannotClose, CannotMove) as refused:
        log.info("need.ticket_stays_open", ticket=source, why=type(refused).__name__)
