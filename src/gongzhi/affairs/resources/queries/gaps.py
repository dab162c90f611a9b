"""Where supply misses need: by category and community, with idle offers and isolated partners."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Q, Sum
from django.utils.timezone import localdate

from gongzhi.affairs.resources.categories import HelpView, help_categories
from gongzhi.affairs.resources.choices import ClaimState, NeedState, OfferState
from gongzhi.affairs.resources.models import Claim, Need, Offer
from gongzhi.affairs.resources.queries.pool import OfferRow, offer_rows
from gongzhi.commons.organisations.kinds import UnitKind
from gongzhi.commons.organisations.queries import UnitView, units_in
from gongzhi.commons.territory.queries import PlaceView, communities, district

IDLE_AFTER = timedelta(days=183)
ISOLATED_AFTER = timedelta(days=365)
PARTNER_KINDS = (
    UnitKind.PARTNER_UNIT,
    UnitKind.SOCIAL_ORGANIZATION,
    UnitKind.COMMUNITY_GROUP,
    UnitKind.PROPERTY_MANAGER,
)
OPEN_NEEDS = (NeedState.PUBLISHED, NeedState.CLAIMED)


@dataclass(frozen=True, slots=True)
class Cell:
    """One category in one community: open needs, units nobody claimed, offers that serve it."""

    needs: int
    unclaimed: int
    offers: int

    @property
    def is_short(self) -> bool:
        """Something is wanted that nobody offers here."""
        return self.unclaimed > 0 and self.offers == 0


@dataclass(frozen=True, slots=True)
class GapRow:
    """One community: a cell for each category, and its gap."""

    community: PlaceView
    cells: tuple[Cell, ...]
    needs: int
    gap: float | None  # 0 fits, 1 misfit; None without needs or without offers

    @property
    def short(self) -> int:
        """Open needs of kinds that nobody offers here."""
        return sum(cell.needs for cell in self.cells if cell.is_short)


@dataclass(frozen=True, slots=True)
class GapMatrix:
    """Communities × categories."""

    categories: tuple[HelpView, ...]
    rows: tuple[GapRow, ...]
    gap: float | None  # of the whole district


def gap_matrix(*, at: datetime) -> GapMatrix:
    """The gap between voiced needs and open offers. Three queries, whatever the size.

    A community's gap is ½ Σ|share of needs − share of offers| over categories (indicator 21). Needs
    and offers are counted as items, since units of different categories can't be added; an offer
    counts in each community of its area. Categories that nobody needs or offers are left out.
    """
    today = localdate(at)
    needed = {
        (community, category): (count, left or 0)
        for community, category, count, left in Need.objects.filter(
            state__in=OPEN_NEEDS, ends__gte=today
        )
        .values_list("community_id", "category_id")
        .annotate(count=Count("id"), left=Sum(F("quantity") - F("claimed")))
    }
    offered = _offered(today=today)
    used = {category for _, category in needed} | {category for _, category in offered}
    known = help_categories()
    columns = [view for view in known.values() if view.id in used]
    rows = [_row(place, columns, needed, offered) for place in communities()]
    whole = _gap(
        [sum(row.cells[at_].needs for row in rows) for at_ in range(len(columns))],
        [sum(row.cells[at_].offers for row in rows) for at_ in range(len(columns))],
    )
    return GapMatrix(tuple(columns), tuple(rows), whole)


def _offered(*, today: object) -> dict[tuple[int, int], int]:
    rows = (
        Offer.objects.filter(state=OfferState.OPEN, ends__gte=today, used__lt=F("total"))
        .values_list("area_id", "categories")
        .annotate(count=Count("id"))
    )
    return {(area, category): count for area, category, count in rows if category is not None}


def _row(
    place: PlaceView,
    columns: list[HelpView],
    needed: dict[tuple[int, int], tuple[int, int]],
    offered: dict[tuple[int, int], int],
) -> GapRow:
    around = [int(part) for part in place.path.strip("/").split("/")]
    cells = []
    for view in columns:
        count, left = needed.get((place.id, view.id), (0, 0))
        serving = sum(offered.get((area, view.id), 0) for area in around)
        cells.append(Cell(count, left, serving))
    gap = _gap([cell.needs for cell in cells], [cell.offers for cell in cells])
    return GapRow(place, tuple(cells), sum(cell.needs for cell in cells), gap)


def _gap(needs: list[int], offers: list[int]) -> float | None:
    if not sum(needs) or not sum(offers):
        return None
    pairs = zip(needs, offers, strict=True)
    return sum(abs(n / sum(needs) - o / sum(offers)) for n, o in pairs) / 2


def idle_offers(*, at: datetime, most: int = 50) -> tuple[list[OfferRow], int, int]:
    """Open offers that nothing was made of in half a year: a part of them, how many, of how many.

    Offers younger than that are not counted in either number (indicator 20).
    """
    limit = at - IDLE_AFTER
    active = Offer.objects.filter(state=OfferState.OPEN, opened_at__lte=limit)
    idle = active.filter(Q(last_used_at=None) | Q(last_used_at__lt=limit))
    rows = offer_rows(idle.order_by("opened_at", "id").prefetch_related("categories")[:most])
    return rows, idle.count(), active.count()


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner unit: what it offers, and when something of it was last confirmed."""

    unit: UnitView
    offers: int
    last_confirmed: datetime | None


def isolated_partners(*, at: datetime) -> tuple[list[Partner], int]:
    """Partners with nothing confirmed in a year (indicator 16), and how many partners there are."""
    partners = units_in(district().id, PARTNER_KINDS, on=localdate(at))
    ids = [unit.id for unit in partners]
    last = dict(
        Claim.objects.filter(giver_id__in=ids, state=ClaimState.CONFIRMED)
        .values_list("giver_id")
        .annotate(last=Max("confirmed_at"))
    )
    offers = dict(
        Offer.objects.filter(unit_id__in=ids, state=OfferState.OPEN)
        .values_list("unit_id")
        .annotate(count=Count("id"))
    )
    found = [
        Partner(unit, offers.get(unit.id, 0), last.get(unit.id))
        for unit in partners
        if last.get(unit.id) is None or last[unit.id] < at - ISOLATED_AFTER
    ]
    return _with_offers_first(found), len(partners)


def _with_offers_first(partners: Iterable[Partner]) -> list[Partner]:
    return sorted(partners, key=lambda partner: (-partner.offers, partner.unit.name))
