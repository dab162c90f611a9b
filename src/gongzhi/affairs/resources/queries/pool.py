"""Lists of needs and offers, page by page, in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from gongzhi.affairs.resources.categories import HelpView, help_categories
from gongzhi.affairs.resources.choices import Condition, NeedState, OfferState, Urgency, Visibility
from gongzhi.affairs.resources.models import Need, Offer, Slot
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import Reach, reach
from gongzhi.commons.territory.queries import find_place, public_name

PAGE = 30
# What was public stays so until it is done: who saw the need may see what became of it.
_IN_PUBLIC = [NeedState.PUBLISHED, NeedState.CLAIMED, NeedState.DONE, NeedState.CONFIRMED]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRow:
    """One line of the list of needs."""

    id: int
    title: str
    state: NeedState
    category: HelpView
    quantity: int
    claimed: int
    met: int
    urgency: Urgency
    place_name: str
    community_id: int
    publisher_id: int
    publisher_name: str
    begins: date
    ends: date
    published_at: datetime | None
    touched_at: datetime
    is_public: bool

    @property
    def left(self) -> int:
        """Units that nobody has claimed."""
        return self.quantity - self.claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """One line of the list of offers."""

    id: int
    title: str
    text: str
    state: OfferState
    categories: tuple[HelpView, ...]
    unit_id: int
    unit_name: str
    place_id: int
    place_name: str
    area_id: int
    area_name: str
    total: int
    used: int
    per_day: int
    seats: int | None
    begins: date
    ends: date
    opened_at: datetime
    last_used_at: datetime | None
    touched_at: datetime
    asks: tuple[str, ...]
    gives: tuple[str, ...]
    reach: int | None

    @property
    def left(self) -> int:
        """Units that nobody has claimed."""
        return self.total - self.used


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which needs or offers; everything that is unset allows everything."""

    states: tuple[str, ...] = ()
    category_id: int | None = None
    place_id: int | None = None
    unit_id: int | None = None
    ends_from: date | None = None
    left_only: bool = False  # offers of which something is left


@dataclass(frozen=True, slots=True)
class NeedPage:
    """A page of needs, and where the next one begins ("" after the last)."""

    rows: tuple[NeedRow, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class OfferPage:
    """A page of offers, and where the next one begins ("" after the last)."""

    rows: tuple[OfferRow, ...]
    next_cursor: str


def open_needs(*, filters: Filters, cursor: str = "", most: int = PAGE) -> NeedPage:
    """Needs that everyone may read and claim, newest first. Two queries."""
    found = Need.objects.filter(state=NeedState.PUBLISHED, visibility=Visibility.PUBLIC)
    return _need_page(found, filters, cursor, most)


def needs_within_reach(
    *,
    by: Actor,
    filters: Filters,
    cursor: str = "",
    most: int = PAGE,
    places: Reach | None = None,
) -> NeedPage:
    """Needs that `by` may read: the published ones of all, every one of their own places.

    `places` narrows them to those within a reach.
    """
    found = Need.objects.filter(may_read_need(by))
    if places is not None and not places.everywhere:
        condition = Q(pk__in=[])
        for place_id in places.place_ids:
            if (place := find_place(place_id)) is not None:
                condition |= Q(place_path__startswith=place.path)
        found = found.filter(condition)
    return _need_page(found, filters, cursor, most)


def may_read_need(by: Actor) -> Q:
    """The condition under which `by` may read a need: what was never published is its place's."""
    if reach(by, "resources.read").nowhere:
        return Q(visibility=Visibility.PUBLIC, state__in=_IN_PUBLIC)
    own = reach(by, "needs.publish")
    condition = ~Q(state__in=[NeedState.DRAFTED, NeedState.REFUSED])
    if own.everywhere:
        return Q()
    for place_id in own.place_ids:
        place = find_place(place_id)
        if place is not None:
            condition |= Q(place_path__startswith=place.path)
    return condition


def _need_page(found: "QuerySet[Need]", filters: Filters, cursor: str, most: int) -> NeedPage:
    if filters.states:
        found = found.filter(state__in=filters.states)
    if filters.category_id is not None:
        found = found.filter(category_id=filters.category_id)
    if filters.unit_id is not None:
        found = found.filter(publisher_id=filters.unit_id)
    if filters.ends_from is not None:
        found = found.filter(ends__gte=filters.ends_from)
    if (place := find_place(filters.place_id)) is not None:
        found = (
            found.filter(community_id=place.id)
            if place.kind == "community"
            else found.filter(place_path__startswith=place.path)
        )
    if cursor.isascii() and cursor.isdigit():
        found = found.filter(id__lt=int(cursor))
    rows = need_rows(list(found.order_by("-id")[: most + 1]))
    more = str(rows[most - 1].id) if len(rows) > most else ""
    return NeedPage(tuple(rows[:most]), more)


def need_rows(needs: Iterable[Need]) -> list[NeedRow]:
    """Needs as lists show them; names come from memory, kinds of help from one query."""
    known = help_categories()
    rows = list(needs)
    names = {unit.id: unit.name for unit in units({row.publisher_id for row in rows}).values()}
    return [
        NeedRow(
            id=row.pk,
            title=row.title,
            state=NeedState(row.state),
            category=known[row.category_id],
            quantity=row.quantity,
            claimed=row.claimed,
            met=row.met,
            urgency=Urgency(row.urgency),
            place_name=public_name(row.place_id),
            community_id=row.community_id,
            publisher_id=row.publisher_id,
            publisher_name=names.get(row.publisher_id, ""),
            begins=row.begins,
            ends=row.ends,
            published_at=row.published_at,
            touched_at=row.touched_at,
            is_public=row.visibility == Visibility.PUBLIC,
        )
        for row in rows
    ]


def offers_page(*, filters: Filters, cursor: str = "", most: int = PAGE) -> OfferPage:
    """Offers, newest first; everyone may read what is offered. Three queries."""
    found = Offer.objects.filter(state__in=filters.states or [OfferState.OPEN])
    if filters.category_id is not None:
        found = found.filter(categories=filters.category_id)
    if filters.unit_id is not None:
        found = found.filter(unit_id=filters.unit_id)
    if filters.ends_from is not None:
        found = found.filter(ends__gte=filters.ends_from)
    if (place := find_place(filters.place_id)) is not None:
        serving = [int(part) for part in place.path.strip("/").split("/")]
        found = found.filter(area_id__in=serving)
    if filters.left_only:
        found = found.filter(used__lt=F("total"))
    if cursor.isascii() and cursor.isdigit():
        found = found.filter(id__lt=int(cursor))
    ordered = found.order_by("-id").prefetch_related("categories")
    rows = offer_rows(ordered[: most + 1])
    more = str(rows[most - 1].id) if len(rows) > most else ""
    return OfferPage(tuple(rows[:most]), more)


def open_offers(
    *, page: int, size: int, unit_id: int | None = None, since: datetime | None = None
) -> tuple[list[OfferRow], int]:
    """One numbered page of the open offers by id, and how many there are. Four queries."""
    found = Offer.objects.filter(state=OfferState.OPEN)
    if unit_id is not None:
        found = found.filter(unit_id=unit_id)
    if since is not None:
        found = found.filter(touched_at__gte=since)
    start = (page - 1) * size
    ordered = found.order_by("id").prefetch_related("categories")
    return offer_rows(ordered[start : start + size]), found.count()


def open_offer_row(offer_id: int) -> OfferRow | None:
    """One open offer, or None where there is none."""
    found = Offer.objects.filter(state=OfferState.OPEN, pk=offer_id)
    rows = offer_rows(found.prefetch_related("categories"))
    return rows[0] if rows else None


def openings_of(offer_ids: Iterable[int]) -> dict[int, list[tuple[int, str, str]]]:
    """When offers are there each week: (weekday, from, to); one query."""
    found: dict[int, list[tuple[int, str, str]]] = {}
    rows = Slot.objects.filter(offer_id__in=list(offer_ids)).order_by("weekday", "opens")
    for row in rows:
        hours = (row.weekday, f"{row.opens:%H:%M}", f"{row.closes:%H:%M}")
        found.setdefault(row.offer_id, []).append(hours)
    return found


def giving_units() -> list[int]:
    """Every unit with an open offer, by id."""
    rows = Offer.objects.filter(state=OfferState.OPEN).order_by("unit_id")
    return list(rows.values_list("unit_id", flat=True).distinct())


def giving_places() -> list[int]:
    """Every place that an open offer starts from, by id."""
    rows = Offer.objects.filter(state=OfferState.OPEN).order_by("place_id")
    return list(rows.values_list("place_id", flat=True).distinct())


def offer_rows(offers: Iterable[Offer]) -> list[OfferRow]:
    """Offers as lists show them; their categories have to be fetched along."""
    known = help_categories()
    rows = list(offers)
    names = {unit.id: unit.name for unit in units({row.unit_id for row in rows}).values()}
    return [
        OfferRow(
            id=row.pk,
            title=row.title,
            text=row.text,
            state=OfferState(row.state),
            categories=tuple(known[each.pk] for each in row.categories.all()),
            unit_id=row.unit_id,
            unit_name=names.get(row.unit_id, ""),
            place_id=row.place_id,
            place_name=public_name(row.place_id),
            area_id=row.area_id,
            area_name=_area_name(row.area_id),
            total=row.total,
            used=row.used,
            per_day=row.per_day,
            seats=row.seats,
            begins=row.begins,
            ends=row.ends,
            opened_at=row.opened_at,
            last_used_at=row.last_used_at,
            touched_at=row.touched_at,
            asks=_labels(row.asks),
            gives=_labels(row.gives),
            reach=row.reach,
        )
        for row in rows
    ]


def _area_name(area_id: int) -> str:
    view = find_place(area_id)
    return view.name if view else ""


def _labels(codes: list[Any]) -> tuple[str, ...]:
    return tuple(str(Condition(code).label) for code in codes)


def condition_labels(codes: Iterable[str]) -> tuple[str, ...]:
    """Conditions in the words of whoever is looking."""
    return _labels(list(codes))
