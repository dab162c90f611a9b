"""The lists and pages that staff and programs read, as calls of the queries behind them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.queries.lists import (
    TicketFilter,
    due_list,
    find_by_phone,
    find_tickets,
    search_tickets,
)
from gongzhi.affairs.tickets.queries.public import public_requests, public_updates
from gongzhi.affairs.tickets.queries.stories import story_for_staff
from gongzhi.affairs.tickets.queries.stuck import stuck
from gongzhi.commons.notices.queries import notices_of_units, unread_count
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.organisations.register import register
from gongzhi.commons.permissions.actors import Actor, HeldRole, Voice
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.territory.queries import place, places_of_kind


def _holder(kind: RoleKind, unit_id: int, place_id: int) -> Actor:
    role = HeldRole(kind, unit_id, place_id, place(place_id).path)
    return Actor(Voice.STAFF, person_id=1, roles=(role,))


def questions() -> dict[str, Callable[[], object]]:
    """Name and call of each list, as the roles see it that use it most."""
    now = datetime.now(UTC)
    home = places_of_kind("community")[0]
    street = places_of_kind("subdistrict")[0]
    worker = _holder(RoleKind.COMMUNITY_WORKER, register().units_at[home.id][0].id, home.id)
    lead = _holder(RoleKind.SUBDISTRICT_LEAD, register().units_at[street.id][0].id, street.id)
    newest = find_tickets(by=SYSTEM, filters=TicketFilter(), size=1).rows[0]
    handling = newest_lead(newest.id)
    unit = _holder(RoleKind.UNIT_LEAD, handling, register().units[handling].place_id)
    month = TicketFilter(received_from=now - timedelta(days=90), received_to=now)
    here = TicketFilter(place_id=home.id, category_code="environment")
    return {
        "due list of a community worker": lambda: due_list(by=worker),
        "due list of a street": lambda: due_list(by=lead),
        "due list of a unit": lambda: due_list(by=unit),
        "due list of the district": lambda: due_list(by=SYSTEM),
        "newest of a unit": lambda: find_tickets(by=unit, filters=TicketFilter()),
        "newest of the last 90 days": lambda: find_tickets(by=SYSTEM, filters=month),
        "one matter at one community": lambda: find_tickets(by=SYSTEM, filters=here),
        "what is stuck, community": lambda: stuck(by=worker, at=now),
        "what is stuck, district": lambda: stuck(by=SYSTEM, at=now),
        "search 垃圾桶 (many)": lambda: _search(SYSTEM, "垃圾桶"),
        "search 垃圾桶, community": lambda: _search(worker, "垃圾桶"),
        "search 垃圾桶, unit": lambda: _search(unit, "垃圾桶"),
        "search 垃圾桶, one matter": lambda: _search(SYSTEM, "垃圾桶", category_code="environment"),
        "search 垃圾桶, parked": lambda: _search(SYSTEM, "垃圾桶", states=(State.PARKED,)),
        "search 垃圾桶, late": lambda: _search(SYSTEM, "垃圾桶", due_before=now),
        "search 垃圾桶, 90 days": lambda: _search(
            SYSTEM, "垃圾桶", received_from=now - timedelta(days=90), received_to=now
        ),
        "search 路, community": lambda: _search(worker, "路"),
        "search 路, place and matter": lambda: _search(
            lead, "路", place_id=home.id, category_code="property"
        ),
        "search 垃圾桶 路灯 (none)": lambda: _search(SYSTEM, "垃圾桶 路灯"),
        "search by number": lambda: _search(SYSTEM, newest.number),
        "by telephone": lambda: find_by_phone(by=SYSTEM, phone="13900000000"),
        "ticket page": lambda: story_for_staff(by=SYSTEM, ticket_id=newest.id),
        "notices of a unit": lambda: notices_of_units(frozenset({handling}), language="zh-hans"),
        "unread notices of a unit": lambda: unread_count(frozenset({handling})),
        "Open311, page of 100": lambda: public_requests(
            since=now - timedelta(days=90), until=now, most=100
        ),
        "Open311, one service, open": lambda: public_requests(
            since=now - timedelta(days=90), until=now, is_open=True, most=100
        ),
        "Open311, updates of a week": lambda: public_updates(
            since=now - timedelta(days=60), until=now - timedelta(days=53)
        ),
    }


def newest_lead(ticket_id: int) -> int:
    """The unit that leads a ticket."""
    found = story_for_staff(by=SYSTEM, ticket_id=ticket_id)
    return found.lead_unit_id or min(register().units)


def _search(by: Actor, words: str, **filters: Any) -> object:
    return search_tickets(by=by, words=words, filters=TicketFilter(**filters))
