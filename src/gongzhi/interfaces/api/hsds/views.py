"""The addresses of HSDS 3: lists in pages, single records by their UUID."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import get_current_timezone, make_aware
from django.views.decorators.http import require_safe

from gongzhi.affairs.resources.queries.pool import (
    OfferRow,
    giving_places,
    giving_units,
    open_offer_row,
    open_offers,
    openings_of,
)
from gongzhi.commons.organisations.queries import find_unit, unit
from gongzhi.interfaces.api.hsds import documents
from gongzhi.interfaces.api.hsds.ids import Kind, number_in

VERSION = "3.0"
_SIZE, _MOST = 50, 200


class BadParameter(ValueError):
    """A parameter that can't be understood: its name, and what it may be."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"{name}: {expected}")


def _answering(view: Callable[..., dict[str, Any] | None]) -> Callable[..., HttpResponse]:
    @require_safe
    def answered(request: HttpRequest, **named: str) -> HttpResponse:
        try:
            found = view(request, **named)
        except BadParameter as wrong:
            return JsonResponse({"error": str(wrong)}, status=400)
        if found is None:
            return JsonResponse({"error": "there is no such record"}, status=404)
        response = JsonResponse(found, json_dumps_params={"ensure_ascii": False})
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return answered


def _whole(request: HttpRequest, name: str, otherwise: int, most: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 10) or not 1 <= int(text) <= most:
        raise BadParameter(name, f"a whole number from 1 to {most}")
    return int(text)


def _since(request: HttpRequest) -> datetime | None:
    text = request.GET.get("modified_after", "")
    if not text:
        return None
    try:
        moment, day = parse_datetime(text), parse_date(text[:10])
    except ValueError:
        moment = day = None
    if moment is None and day is not None:
        moment = datetime.combine(day, time(), tzinfo=get_current_timezone())
    if moment is None:
        raise BadParameter("modified_after", "a date or a time as in ISO 8601")
    try:
        aware = moment if moment.tzinfo else make_aware(moment, get_current_timezone())
        return aware.astimezone(UTC)
    except OverflowError:
        raise BadParameter("modified_after", "a time between the years 1 and 9999") from None


def _unit_asked(request: HttpRequest) -> int | None:
    text = request.GET.get("organization_id", "")
    if not text:
        return None
    number = number_in(Kind.ORGANIZATION, text)
    if number is None:
        raise BadParameter("organization_id", "the id of an organization")
    return number


def _page(contents: Sequence[Any], *, total: int, page: int, size: int) -> dict[str, Any]:
    pages = max(1, -(-total // size))
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": page,
        "size": len(contents),
        "first_page": page == 1,
        "last_page": page >= pages,
        "empty": not contents,
        "contents": list(contents),
    }


@_answering
def root(request: HttpRequest) -> dict[str, Any]:
    """What this is."""
    return {
        "version": VERSION,
        "profile": "https://docs.openreferral.org/en/v3.0/hsds/",
        "openapi_url": "https://raw.githubusercontent.com/openreferral/specification/3.0/"
        "schema/openapi.json",
        "publisher": settings.OPERATOR or str(settings.SITE_TITLE),
    }


def _offers_page(
    request: HttpRequest, document: Callable[[OfferRow], dict[str, Any]]
) -> dict[str, Any]:
    page = _whole(request, "page", 1, 1_000_000)
    size = _whole(request, "per_page", _SIZE, _MOST)
    rows, total = open_offers(
        page=page, size=size, unit_id=_unit_asked(request), since=_since(request)
    )
    return _page([document(row) for row in rows], total=total, page=page, size=size)


@_answering
def services(request: HttpRequest) -> dict[str, Any]:
    return _offers_page(request, documents.service)


@_answering
def service_at_locations(request: HttpRequest) -> dict[str, Any]:
    return _offers_page(request, documents.service_at_location)


@_answering
def service(request: HttpRequest, id: str) -> dict[str, Any] | None:
    return _whole_offer(Kind.SERVICE, id, documents.full_service)


@_answering
def service_at_location(request: HttpRequest, id: str) -> dict[str, Any] | None:
    return _whole_offer(Kind.SERVICE_AT_LOCATION, id, documents.full_service_at_location)


def _whole_offer(kind: Kind, id: str, document: Callable[..., Any]) -> dict[str, Any] | None:
    number = number_in(kind, id)
    row = open_offer_row(number) if number is not None else None
    if row is None:
        return None
    found: dict[str, Any] = document(row, unit(row.unit_id), openings_of([row.id]).get(row.id, []))
    return found


def _listed(
    request: HttpRequest, ids: list[int], document: Callable[[int], dict[str, Any]]
) -> dict[str, Any]:
    page = _whole(request, "page", 1, 1_000_000)
    size = _whole(request, "per_page", _SIZE, _MOST)
    some = ids[(page - 1) * size : page * size]
    return _page([document(each) for each in some], total=len(ids), page=page, size=size)


@_answering
def organizations(request: HttpRequest) -> dict[str, Any]:
    return _listed(request, giving_units(), lambda each: documents.organization(unit(each)))


@_answering
def organization(request: HttpRequest, id: str) -> dict[str, Any] | None:
    number = number_in(Kind.ORGANIZATION, id)
    found = find_unit(number)
    if found is None or found.id not in giving_units():
        return None
    rows, _total = open_offers(page=1, size=_MOST, unit_id=found.id)
    return documents.organization(found) | {"services": [{"id": _service_id(r)} for r in rows]}


def _service_id(row: OfferRow) -> str:
    return str(documents.service(row)["id"])


@_answering
def locations(request: HttpRequest) -> dict[str, Any]:
    return _listed(request, giving_places(), documents.location)


@_answering
def location(request: HttpRequest, id: str) -> dict[str, Any] | None:
    number = number_in(Kind.LOCATION, id)
    return documents.location(number) if number in set(giving_places()) and number else None
