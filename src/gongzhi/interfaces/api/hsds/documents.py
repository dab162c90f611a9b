"""Offers, their units and places in the words of HSDS 3."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from gongzhi.affairs.resources.categories import HelpView
from gongzhi.affairs.resources.queries.pool import OfferRow
from gongzhi.commons.organisations.queries import UnitView
from gongzhi.commons.territory.queries import ancestors, public_name
from gongzhi.interfaces.api.hsds.ids import Kind, identifier

Document = dict[str, Any]
Opening = tuple[int, str, str]
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def organization(unit: UnitView) -> Document:
    """A unit that offers something."""
    found: Document = {
        "id": identifier(Kind.ORGANIZATION, unit.id),
        "name": unit.name,
        "description": unit.kind_name,
    }
    if unit.phone:
        phone = identifier(Kind.PHONE, unit.id)
        found["phones"] = [{"id": phone, "number": unit.phone, "type": "voice"}]
    return found


def service(row: OfferRow) -> Document:
    """An offer, without what is nested."""
    return {
        "id": identifier(Kind.SERVICE, row.id),
        "organization_id": identifier(Kind.ORGANIZATION, row.unit_id),
        "name": row.title,
        "description": row.text or "、".join(view.name_zh for view in row.categories),
        "status": "active",
        "url": settings.PUBLIC_URL + reverse("offer", args=[row.id]),
        "fees_description": "免费",
        "last_modified": row.touched_at.isoformat(),
    }


def full_service(row: OfferRow, unit: UnitView, openings: list[Opening]) -> Document:
    """An offer with its unit, place, area, hours and kinds of help."""
    own = service(row)
    del own["organization_id"]
    return own | {
        "organization": organization(unit),
        "service_at_locations": [_nested_at_location(row)],
        "service_areas": [
            {
                "id": identifier(Kind.SERVICE_AREA, row.id),
                "service_id": own["id"],
                "name": row.area_name,
            }
        ],
        "schedules": [_schedule(row, at, opening) for at, opening in enumerate(openings)],
        "attributes": [_attribute(row, view) for view in row.categories],
    }


def _schedule(row: OfferRow, at: int, opening: Opening) -> Document:
    weekday, opens, closes = opening
    return {
        "id": identifier(Kind.SCHEDULE, row.id * 128 + at),
        "service_id": identifier(Kind.SERVICE, row.id),
        "valid_from": row.begins.isoformat(),
        "valid_to": row.ends.isoformat(),
        "freq": "WEEKLY",
        "wkst": "MO",
        "byday": _DAYS[weekday],
        "opens_at": opens,
        "closes_at": closes,
    }


def _attribute(row: OfferRow, view: HelpView) -> Document:
    with override("zh-hans"):
        return {
            "id": identifier(Kind.ATTRIBUTE, row.id * 1024 + view.id),
            "link_id": identifier(Kind.SERVICE, row.id),
            "link_entity": "service",
            "taxonomy_term": {
                "id": identifier(Kind.TAXONOMY_TERM, view.id),
                "code": view.code,
                "name": view.name_zh,
                "description": f"{view.sort.label} · {view.name_en}",
            },
        }


def location(place_id: int) -> Document:
    """The place that an offer starts from; an address stops at the building."""
    chain = ancestors(place_id)
    found: Document = {
        "id": identifier(Kind.LOCATION, place_id),
        "location_type": "physical",
        "name": public_name(place_id),
    }
    known = next((view for view in reversed(chain) if view.latitude is not None), None)
    if known is not None:
        found |= {"latitude": known.latitude, "longitude": known.longitude}
    found["addresses"] = [
        {
            "id": identifier(Kind.ADDRESS, place_id),
            "location_id": found["id"],
            "address_1": public_name(place_id),
            "city": chain[0].name,
            "state_province": "",
            "postal_code": "",
            "country": "CN",
            "address_type": "physical",
        }
    ]
    return found


def _nested_at_location(row: OfferRow) -> Document:
    return {
        "id": identifier(Kind.SERVICE_AT_LOCATION, row.id),
        "location": location(row.place_id),
    }


def service_at_location(row: OfferRow) -> Document:
    """An offer at the place it starts from, without what is nested."""
    return {
        "id": identifier(Kind.SERVICE_AT_LOCATION, row.id),
        "service_id": identifier(Kind.SERVICE, row.id),
        "location_id": identifier(Kind.LOCATION, row.place_id),
        "description": row.title,
    }


def full_service_at_location(row: OfferRow, unit: UnitView, openings: list[Opening]) -> Document:
    """An offer at its place, with both whole."""
    nested = full_service(row, unit, openings)
    del nested["service_at_locations"]
    return _nested_at_location(row) | {"service": nested, "description": row.title}
