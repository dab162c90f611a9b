"""Who may add files to a ticket, and who may open them."""

from gongzhi.affairs.tickets.choices import OPEN_STATES
from gongzhi.affairs.tickets.lifecycle import units_for
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.commons.attachments.access import declare_access
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import allowed


def _may(by: Actor, ticket_id: int, *actions: str, open_only: bool) -> bool:
    ticket = Ticket.objects.filter(pk=ticket_id).first()
    if ticket is None or (open_only and ticket.state not in OPEN_STATES):
        return False
    return any(
        allowed(
            by,
            action,
            place_path=ticket.place_path,
            unit_ids=units_for(action, ticket),
            ticket_id=ticket_id,
        )
        for action in actions
    )


def declare_attachments() -> None:
    """Register the rules; called once when the app is ready."""
    declare_access(
        "ticket",
        may_read=lambda ticket_id, by: _may(
            by, ticket_id, "tickets.read", "tickets.track", open_only=False
        ),
        may_attach=lambda ticket_id, by: _may(
            by, ticket_id, "tickets.handle", "tickets.receive_for", "tickets.reply", open_only=True
        ),
    )
