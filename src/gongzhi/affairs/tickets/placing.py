"""Where it is, put right by staff: the map and the address in a request are often wrong."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import OPEN_STATES, RemarkKind, State
from gongzhi.affairs.tickets.intake import ADDRESS_LIMIT, deeper_place
from gongzhi.affairs.tickets.lifecycle import tell, ticket_for, touch
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.territory.locating import locate, locate_address
from gongzhi.commons.territory.queries import PlaceView, ancestor_of_kind, find_place


class CannotPlace(ValueError):
    """A correction of the place that is refused, and why."""


@transaction.atomic
def correct_place(
    *, ticket_id: int, place_id: int, address: str, reason: str, by: Actor, at: datetime
) -> None:
    """Put an open ticket where it belongs, anywhere in the district.

    `address` replaces the one given and may name a deeper place within `place_id`. A pin outside
    the new place is dropped. Lead and limits stay until somebody dispatches again. Raises
    `CannotPlace` without a reason or a change, for an unknown place, or for one that has ended.
    """
    ticket = ticket_for(by, "tickets.place", ticket_id)
    if ticket.state not in OPEN_STATES:
        raise CannotPlace(_("“%(state)s”的工单不能再改地点") % {"state": State(ticket.state).label})
    address, reason = address.strip(), reason.strip()
    if not reason:
        raise CannotPlace(_("请说明为什么更正地点"))
    if len(address) > ADDRESS_LIMIT or "\x00" in address + reason:
        raise CannotPlace(_("地址最多 %(most)d 字") % {"most": ADDRESS_LIMIT})
    place, was = _place_meant(place_id, address), ticket.place_id
    if (place.id, address) == (was, ticket.address):
        raise CannotPlace(_("地点没有变化"))
    pin = _pin_within(place, ticket)
    touch(
        ticket,
        at=at,
        place_id=place.id,
        place_path=place.path,
        subdistrict_id=ancestor_of_kind(place.id, "subdistrict"),
        community_id=ancestor_of_kind(place.id, "community"),
        address=address,
        longitude=pin[0] if pin else None,
        latitude=pin[1] if pin else None,
    )
    tell(
        ticket,
        events.PLACED,
        by=by,
        at=at,
        text=reason,
        text_kind=RemarkKind.REASON,
        place=place.id,
        was=was,
    )


def _place_meant(place_id: int, address: str) -> PlaceView:
    """The place that was chosen, or what the address names within it."""
    chosen = find_place(place_id)
    if chosen is None:
        raise CannotPlace(_("没有这个地点，请重新选择"))
    named = address if chosen.name in address else chosen.full_name + address
    found = locate_address(named).place_id if address else None
    deeper = find_place(deeper_place(chosen.id, found)) if found else None
    return deeper or chosen


def _pin_within(place: PlaceView, ticket: Ticket) -> tuple[float, float] | None:
    """The point of the map, unless it lies elsewhere: then it was what was wrong."""
    if ticket.longitude is None or ticket.latitude is None:
        return None
    found = find_place(locate(ticket.longitude, ticket.latitude).place_id)
    if found is None:
        return None
    one_in_the_other = found.path.startswith(place.path) or place.path.startswith(found.path)
    return (ticket.longitude, ticket.latitude) if one_in_the_other else None
