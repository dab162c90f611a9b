"""Lists of tickets for staff, each in a bounded number of queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets.choices import OPEN_STATES, State, Urgency
from gongzhi.affairs.tickets.models import (
    Assist,
    Pause,
    Requester,
    Ticket,
)
from gongzhi.affairs.tickets.numbers import id_in, number_of
from gongzhi.affairs.tickets.searching import CannotSearch, Sought, found_by_words
from gongzhi.commons.categories.queries import category
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import NotPermitted, Reach, reach
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.privacy.blind_index import phone_indexes
from gongzhi.commons.privacy.phones import is_phone
from gongzhi.commons.territory.queries import find_place

PAGE_SIZE = 50
LONGEST_PAGE = 200
SHORT_STRETCH = timedelta(days=100)  # of time, whose tickets the index of moments gives at once
ROW_FIELDS = (
    "id",
    "received_at",
    "title",
    "state",
    "urgency",
    "category_code",
    "place_id",
    "place_path",
    "lead_unit_id",
    "due_at",
    "next_due_at",
    "contact_due_at",
    "contacted_at",
    "merged_into_id",
    "channel",
    "kind",
)


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One line of a list."""

    id: int
    number: str
    title: str
    state: State
    urgency: Urgency
    category_name: str
    place_name: str
    lead_name: str
    received_at: datetime
    due_at: datetime | None
    contact_due_at: datetime | None
    next_due_at: datetime | None  # of contact while nobody made it, then of closing
    contacted: bool
    merged_into: int | None
    lead_unit_id: int | None
    place_path: str
    waits: bool = False  # for a reply of the requester: its clock stands still


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """What somebody looks for; an empty field asks for nothing."""

    states: tuple[State, ...] = ()
    open_only: bool = False
    leading_only: bool = False  # without those that follow another
    unit_ids: tuple[int, ...] = ()  # one of these leads
    place_id: int | None = None
    category_code: str = ""
    urgency: str = ""
    due_before: datetime | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    ids: tuple[int, ...] | None = None  # what a search by words found


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursor from which the next ones follow (empty at the end)."""

    rows: tuple[TicketRow, ...]
    next_cursor: str


def within_reach(by: Actor, action: str = "tickets.read") -> Q:
    """The condition for the tickets on which `by` may do `action`."""
    return _reach_condition(reach(by, action))


def _reach_condition(granted: Reach) -> Q:
    if granted.everywhere:
        return Q()
    condition = Q(pk__in=[])
    for place_id in granted.place_ids:
        condition |= at_place(place_id)
    if granted.unit_ids:
        ours = list(granted.unit_ids)
        helping = Assist.objects.filter(ticket=OuterRef("pk"), unit_id__in=ours)
        condition |= Q(lead_unit_id__in=ours) | Q(Exists(helping))
    return condition


def at_place(place_id: int) -> Q:
    """The condition for tickets at a place or anywhere below it."""
    place = find_place(place_id)
    if place is None:
        return Q(pk__in=[])
    if place.parent_id is None:
        return Q()
    if place.kind == "community":
        return Q(community_id=place.id)
    if place.kind == "subdistrict":
        return Q(subdistrict_id=place.id)
    return Q(place_path__startswith=place.path)


def due_list(
    *, by: Actor, unit_ids: tuple[int, ...] = (), cursor: str = "", size: int = PAGE_SIZE
) -> Page:
    """What `by` has to see to, soonest due first; what nobody leads yet comes before all else.

    `unit_ids` leaves those that one of these units leads. Parked tickets have their own list.
    """
    to_do = tuple(state for state in OPEN_STATES if state is not State.PARKED)
    filters = TicketFilter(open_only=True, states=to_do, unit_ids=unit_ids, leading_only=True)
    return find_tickets(by=by, filters=filters, order="due", cursor=cursor, size=size)


def find_tickets(
    *,
    by: Actor,
    filters: TicketFilter,
    order: str = "newest",
    cursor: str = "",
    size: int = PAGE_SIZE,
) -> Page:
    """Tickets within reach that match, newest first or soonest due first.

    Pages follow by key, not by offset, so the last page costs no more than the first. Three
    queries at most, whatever the size of the history.
    """
    size = max(1, min(size, LONGEST_PAGE))
    if order == "newest" and (filters.received_from or filters.received_to):
        order = "received"  # the order of the index that finds the stretch of time
    found = Ticket.objects.filter(within_reach(by)).filter(_matching(filters))
    found = _after(found, order=order, cursor=cursor)
    waiting = Pause.objects.filter(ticket=OuterRef("pk"), reason="question", ends=None)
    rows = list(found.values(*ROW_FIELDS, waits=Exists(waiting))[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(as_rows(rows), _cursor(rows[-1], order) if more else "")


def search_tickets(
    *, by: Actor, words: str, filters: TicketFilter, cursor: str = "", size: int = PAGE_SIZE
) -> Page:
    """Tickets within reach that match and hold all the words, newest first.

    A ticket's number finds that ticket. Raises `CannotSearch` for a query without a word.
    """
    size = max(1, min(size, LONGEST_PAGE))
    within = Ticket.objects.filter(within_reach(by)).filter(_matching(filters))
    numbered = id_in(words)
    if numbered is not None:
        return Page(as_rows(list(within.filter(pk=numbered).values(*ROW_FIELDS))), "")
    rows: list[dict[str, Any]] = []
    for ids in found_by_words(_sought(words, filters, by=by), before=_id(cursor)):
        wanted = size + 1 - len(rows)
        for part in _portions(ids):
            rows += within.filter(pk__in=part).order_by("-id").values(*ROW_FIELDS)[:wanted]
            wanted = size + 1 - len(rows)
            if wanted <= 0:
                break
        if wanted <= 0:
            break
    more = len(rows) > size
    return Page(as_rows(rows[:size]), str(rows[size - 1]["id"]) if more else "")


def _sought(words: str, filters: TicketFilter, *, by: Actor) -> Sought:
    """As much of the filters and of the reach as the index of words, or another, answers at once.

    It only makes the search quick: all of it is asked again of the tickets themselves.
    """
    granted = reach(by, "tickets.read")
    one_kind = not granted.everywhere and bool(granted.place_ids) != bool(granted.unit_ids)
    places = sorted(granted.place_ids) if one_kind and granted.place_ids else []
    places = places if filters.place_id is None else [filters.place_id]
    if any(each is not None and each.parent_id is None for each in map(find_place, places)):
        places = []  # the whole district narrows nothing
    among = []
    if one_kind and granted.unit_ids:
        helping = Assist.objects.filter(unit_id__in=granted.unit_ids).values("ticket_id")
        among.append(Q(lead_unit_id__in=granted.unit_ids) | Q(pk__in=helping))
    if filters.unit_ids:
        among.append(Q(lead_unit_id__in=filters.unit_ids))
    if filters.open_only or filters.due_before or _open_alone(filters.states):
        among.append(Q(is_open=1))
    since, until = filters.received_from, filters.received_to
    if since and until and until - since <= SHORT_STRETCH:
        among.append(Q(received_at__gte=since, received_at__lt=until))
    narrowed = tuple(Ticket.objects.filter(condition) for condition in among)
    return Sought(words, tuple(places), filters.category_code, narrowed)


def _open_alone(wanted: tuple[State, ...]) -> bool:
    return bool(wanted) and set(wanted) <= set(OPEN_STATES)


def find_by_phone(*, by: Actor, phone: str, size: int = PAGE_SIZE) -> tuple[TicketRow, ...]:
    """The tickets within reach that came from this number; needs the permission for it."""
    if reach(by, "tickets.find_by_phone").nowhere:
        raise NotPermitted("tickets.find_by_phone")
    if not is_phone(phone):
        raise CannotSearch(_("电话号码不完整，请核对"))
    # The last condition says again what the index holds: only then does SQLite use it.
    known = Requester.objects.filter(phone_index__in=phone_indexes(phone), erased_at=None)
    # A list, since PostgreSQL would else walk back through all tickets for the newest of them.
    asked = list(known.exclude(phone_index="").values_list("ticket_id", flat=True))
    found = Ticket.objects.filter(within_reach(by, "tickets.find_by_phone"), pk__in=asked)
    return as_rows(list(found.order_by("-id").values(*ROW_FIELDS)[:size]))


def _portions(ids: list[int], size: int = 10_000) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _matching(filters: TicketFilter) -> Q:
    condition = Q(is_open=1) if filters.open_only else Q()
    if filters.leading_only:
        condition &= Q(merged_into=None)
    if filters.states:
        condition &= Q(state__in=[state.value for state in filters.states])
    if filters.unit_ids:
        condition &= Q(lead_unit_id__in=filters.unit_ids)
    if filters.place_id is not None:
        condition &= at_place(filters.place_id)
    if filters.category_code:
        code = filters.category_code
        condition &= Q(category_code=code) | Q(category_code__startswith=f"{code}.")
    if filters.urgency:
        condition &= Q(urgency=filters.urgency)
    if filters.due_before is not None:
        condition &= Q(is_open=1, next_due_at__lt=filters.due_before)
        condition &= ~Q(state=State.PARKED)  # its clock stands still
    if filters.received_from is not None:
        condition &= Q(received_at__gte=filters.received_from)
    if filters.received_to is not None:
        condition &= Q(received_at__lt=filters.received_to)
    if filters.ids is not None:
        condition &= Q(pk__in=filters.ids)
    return condition


def _after(found: QuerySet[Ticket], *, order: str, cursor: str) -> QuerySet[Ticket]:
    """The list in its order, from where the cursor says; one we didn't write begins anew."""
    if order == "due":
        return _after_due(found, cursor)
    if order == "received":
        return _after_received(found, cursor)
    before = _id(cursor)
    found = found.order_by("-id")
    return found if before is None else found.filter(id__lt=before)


def _after_due(found: QuerySet[Ticket], cursor: str) -> QuerySet[Ticket]:
    found = found.order_by(F("next_due_at").asc(nulls_first=True), "id")
    moment, _, last = cursor.partition("~")
    due, after = _moment(moment), _id(last)
    if after is None or (moment and due is None):
        return found
    if due is None:
        return found.filter(Q(next_due_at=None, id__gt=after) | Q(next_due_at__isnull=False))
    return found.filter(next_due_at__gte=due).exclude(next_due_at=due, id__lte=after)


def _after_received(found: QuerySet[Ticket], cursor: str) -> QuerySet[Ticket]:
    found = found.order_by("-received_at", "-id")
    moment, _, last = cursor.partition("~")
    received, before = _moment(moment), _id(last)
    if received is None or before is None:
        return found
    return found.filter(received_at__lte=received).exclude(received_at=received, id__gte=before)


def _id(text: str) -> int | None:
    """The id in a part of a cursor; None for anything that we didn't write."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo and 1970 <= found.year <= 9000 else None


def _cursor(row: dict[str, Any], order: str) -> str:
    if order == "received":
        return f"{row['received_at'].isoformat()}~{row['id']}"
    if order != "due":
        return str(row["id"])
    moment = row["next_due_at"].isoformat() if row["next_due_at"] else ""
    return f"{moment}~{row['id']}"


def as_rows(rows: list[dict[str, Any]]) -> tuple[TicketRow, ...]:
    """Rows of the table as frozen values, with the names of places, units and matters."""
    names = units(sorted({row["lead_unit_id"] for row in rows if row["lead_unit_id"]}))
    result = []
    for row in rows:
        place, matter = find_place(row["place_id"]), category(row["category_code"])
        lead = names.get(row["lead_unit_id"])
        result.append(
            TicketRow(
                id=row["id"],
                number=number_of(row["id"], row["received_at"]),
                title=row["title"],
                state=State(row["state"]),
                urgency=Urgency(row["urgency"]),
                category_name=matter.name if matter else "",
                place_name=place.full_name if place else "",
                lead_name=lead.name if lead else "",
                received_at=row["received_at"],
                due_at=row["due_at"],
                contact_due_at=row["contact_due_at"],
                next_due_at=row["next_due_at"],
                contacted=row["contacted_at"] is not None,
                merged_into=row["merged_into_id"],
                lead_unit_id=row["lead_unit_id"],
                place_path=row["place_path"],
                waits=row.get("waits", False),
            )
        )
    return tuple(result)
