"""Short ways to bring a ticket to where a test begins."""

from datetime import datetime, timedelta

from gongzhi.affairs.tickets.closing import close_ticket
from gongzhi.affairs.tickets.handling import answer_ticket, contact_requester
from gongzhi.affairs.tickets.intake import Contact, Receipt, Request, receive_ticket
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.permissions.actors import RESIDENT, Actor, resident_with_key
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.small_district import MONDAY, SmallDistrict

PHONE = "13800138000"


def receive(
    district: SmallDistrict,
    text: str = "和风花园门口的垃圾桶三天没人清运，很臭",
    *,
    at: datetime = MONDAY,
    contact: Contact | None = None,
    place: str = "garden",
    key: str = "",
) -> Receipt:
    """A resident asks; nothing has followed yet."""
    return receive_ticket(
        request=Request(
            text=text,
            place_id=district.places[place].pk,
            contact=contact if contact is not None else Contact(name="王女士", phone=PHONE),
            idempotency_key=key,
        ),
        by=RESIDENT,
        at=at,
    )


def dispatched(district: SmallDistrict, *args: str, at: datetime = MONDAY) -> int:
    """A ticket that its first owner has."""
    receipt = receive(district, *args, at=at)
    follow_all(at=at)
    return receipt.ticket_id


def closed(district: SmallDistrict, *, by: Actor | None = None, at: datetime = MONDAY) -> int:
    """A ticket that was closed an hour after it came in; the requester has been asked back."""
    by = by or district.sanitation
    ticket_id = dispatched(district, at=at)
    later = at + timedelta(hours=1)
    contact_requester(ticket_id=ticket_id, note="已电话联系", by=by, at=later)
    answer_ticket(ticket_id=ticket_id, text="今天下午清运", by=by, at=later)
    close_ticket(ticket_id=ticket_id, evidence="已清运，现场干净", by=by, at=later)
    return ticket_id


def ticket(ticket_id: int) -> Ticket:
    return Ticket.objects.get(pk=ticket_id)


def events(ticket_id: int, kind: str = "ticket") -> list[str]:
    """The kinds of what happened, in order."""
    rows = Event.objects.filter(subject_kind=kind, subject_id=ticket_id).order_by("sequence")
    return list(rows.values_list("kind", flat=True))


def last_event(ticket_id: int, kind: str = "ticket") -> Event:
    return Event.objects.filter(subject_kind=kind, subject_id=ticket_id).latest("sequence")


def key_to(ticket_id: int) -> Actor:
    return resident_with_key(ticket_id)
