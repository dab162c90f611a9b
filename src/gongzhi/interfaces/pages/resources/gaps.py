"""The gap between needs and offers, for the district and every unit in it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gongzhi.affairs.resources.categories import HelpView
from gongzhi.affairs.resources.queries.gaps import (
    OPEN_NEEDS,
    Cell,
    GapMatrix,
    GapRow,
    gap_matrix,
    idle_offers,
    isolated_partners,
)
from gongzhi.affairs.resources.queries.pool import Filters, needs_within_reach, offers_page
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.resources.gap_map import picture_of
from gongzhi.interfaces.pages.resources.needs import tabs
from gongzhi.interfaces.pages.resources.rows import need_line, offer_line


@require_safe
@for_staff
def matrix(request: HttpRequest) -> HttpResponse:
    """Communities by categories as map and matrix, one of them whole; what lies idle."""
    by, at = visitor_of(request).actor, timezone.now()
    if reach(by, "resources.read").nowhere:
        raise NotPermitted("resources.read")
    found = gap_matrix(at=at)
    rows, idle, active = idle_offers(at=at, most=20)
    isolated, partners = isolated_partners(at=at)
    asked = request.GET.get("place", "")
    chosen = next((row for row in found.rows if str(row.community.id) == asked), None)
    context = {
        "behind": _behind(request, by, chosen, found) if chosen else None,
        "matrix": found,
        "picture": picture_of(found.rows),
        "chosen": chosen,
        "chosen_cells": _cells(chosen, found) if chosen else [],
        "rows": [
            (row, [(cell, view.id) for cell, view in zip(row.cells, found.categories, strict=True)])
            for row in found.rows
        ],
        "idle_rows": [offer_line(row) for row in rows],
        "idle": idle,
        "active": active,
        "isolated": isolated[:30],
        "isolated_count": len(isolated),
        "partners": partners,
        "tabs": tabs(by, "gap"),
    }
    return render(request, "resources/gap.html", context)


def _behind(
    request: HttpRequest, by: Actor, row: GapRow, found: GapMatrix
) -> dict[str, object] | None:
    """The needs and the offers behind one cell of the matrix."""
    asked = request.GET.get("category", "")
    category = next((view for view in found.categories if str(view.id) == asked), None)
    if category is None:
        return None
    today = timezone.localdate()
    one: dict[str, Any] = {"category_id": category.id, "place_id": row.community.id}
    needs = needs_within_reach(by=by, filters=Filters(**one, states=OPEN_NEEDS, ends_from=today))
    offers = offers_page(filters=Filters(**one, ends_from=today, left_only=True))
    return {
        "category": category,
        "needs": [need_line(each, today=today) for each in needs.rows],
        "offers": [offer_line(each) for each in offers.rows],
    }


def _cells(row: GapRow, found: GapMatrix) -> list[tuple[Cell, HelpView]]:
    """The categories of one community: what is needed and shortest of offers first."""
    pairs = zip(row.cells, found.categories, strict=True)
    some = [(cell, view) for cell, view in pairs if cell.needs or cell.offers]
    return sorted(
        some, key=lambda pair: (not pair[0].needs, pair[0].offers - pair[0].needs, pair[1].code)
    )
