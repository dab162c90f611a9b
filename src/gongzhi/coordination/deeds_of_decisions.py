"""From a decision to its deeds: tasks end it, needs are published for it, tickets opened."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies.decisions import follow_tasks
from gongzhi.affairs.assemblies.queries.decisions import decision_facts
from gongzhi.affairs.resources.needs import NewNeed, publish_need
from gongzhi.affairs.tickets.choices import Channel, RequestKind
from gongzhi.affairs.tickets.intake import Receipt, Request, receive_ticket
from gongzhi.commons.ledger.outbox import Happened
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.tasks.queries import find_task

KIND = "decision"


def follow_finished_tasks(events: Sequence[Happened], at: datetime) -> None:
    """A task that ended may have been the last that its decision waited for."""
    for event in events:
        task = find_task(event.subject_id)
        if task is not None and task.subject.kind == KIND:
            follow_tasks(decision_id=task.subject.id, at=at)


@transaction.atomic
def publish_need_of_decision(*, decision_id: int, new: NewNeed, by: Actor, at: datetime) -> int:
    """Publish what a decision needs from others; `new.source` has to name the decision."""
    _require(by, decision_id)
    if new.source is None or (new.source.kind, new.source.id) != (KIND, decision_id):
        raise ValueError("the need's source must be the decision")
    return publish_need(new=new, by=by, at=at)


@transaction.atomic
def receive_ticket_of_decision(
    *, decision_id: int, text: str, category_code: str, by: Actor, at: datetime
) -> Receipt:
    """Open a ticket for what a decision asks of a unit outside the community, once per decision."""
    title, place_id = _require(by, decision_id)
    request = Request(
        text=text,
        title=_("落实决议：%(title)s") % {"title": title},
        channel=Channel.PAPER,
        kind=RequestKind.HELP,
        category_code=category_code,
        place_id=place_id,
        idempotency_key=f"decision-{decision_id}",
    )
    return receive_ticket(request=request, by=by, at=at)


def _require(by: Actor, decision_id: int) -> tuple[str, int]:
    title, place_id, place_path = decision_facts(decision_id)
    require(by, "decisions.take", place_path=place_path)
    return title, place_id
