"""Our values as GeoReport's documents: codes and numbers are strings, dates have offsets."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from django.conf import settings
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language

from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.queries.public import PublicRequest, PublicUpdate
from gongzhi.affairs.tickets.queries.stories import number_and_title
from gongzhi.commons.categories.queries import CategoryView, categories, category
from gongzhi.commons.permissions.actors import Actor

CHANGESET = "2026-11-25T00:00:00+08:00"
MOST_VALUES, LONGEST_VALUE = 20, 500


def _date(moment: datetime | None, zone: tzinfo) -> str | None:
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None


def discovery(base: str) -> dict[str, Any]:
    """Where the endpoints are and what they speak."""
    return {
        "changeset": CHANGESET,
        "contact": settings.CONTACT,
        "key_service": "",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": base,
                "changeset": CHANGESET,
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }


def services() -> list[dict[str, Any]]:
    """What residents may ask for."""
    return [
        {
            "service_code": matter.code,
            "service_name": matter.name,
            "description": matter.description,
            "metadata": bool(matter.attributes),
            "type": "realtime",
            "keywords": ",".join(matter.keywords),
            "group": matter.parent_name,
        }
        for matter in categories()
        if matter.residents_may_choose
    ]


def service_definition(code: str) -> dict[str, Any] | None:
    """The attributes of one service; None where there is no such service."""
    matter = category(code)
    if matter is None or not matter.residents_may_choose:
        return None
    return {
        "service_code": matter.code,
        "attributes": [
            {
                "variable": attribute.get("variable", True),
                "code": attribute["code"],
                "datatype": attribute["datatype"],
                "required": attribute.get("required", False),
                "datatype_description": _said(attribute, "datatype_description"),
                "order": order,
                "description": _said(attribute, "description"),
                "values": [
                    {"key": value["key"], "name": _said(value, "name")}
                    for value in attribute.get("values", ())
                ],
            }
            for order, attribute in enumerate(matter.attributes, start=1)
        ],
    }


def _said(described: Mapping[str, Any], name: str) -> str:
    """A text of an attribute, in the caller's language where there is one in it."""
    english = (get_language() or "").startswith("en")
    return str((described.get(f"{name}_en") if english else "") or described.get(name, ""))


def missing_attributes(
    matter: CategoryView, given: Mapping[str, Sequence[str]]
) -> list[tuple[str, str]]:
    """Each attribute that is required and absent, or whose value is not one of its list."""
    problems = []
    for attribute in matter.attributes:
        code, values = attribute["code"], given.get(attribute["code"], [])
        if attribute.get("required") and not values:
            problems.append((code, "is required"))
        known = [str(value["key"]) for value in attribute.get("values", ())]
        if known and any(value not in known for value in values):
            problems.append((code, f"must be one of {', '.join(known)}"))
        if attribute["datatype"] == "number" and any(not _is_number(value) for value in values):
            problems.append((code, "must be a number"))
    return problems


def known_attributes(
    matter: CategoryView, given: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """What was given of the attributes that this matter has; anything else is left out."""
    codes = {attribute["code"] for attribute in matter.attributes}
    return {
        code: [value[:LONGEST_VALUE] for value in values[:MOST_VALUES]]
        for code, values in given.items()
        if code in codes
    }


def _is_number(value: str) -> bool:
    try:
        return abs(float(value)) < 1e15
    except ValueError:
        return False


def requests(found: Sequence[PublicRequest]) -> list[dict[str, Any]]:
    """Public requests as service requests."""
    zone, labels = get_current_timezone(), {state: str(state.label) for state in State}
    return [
        {
            "service_request_id": row.number,
            "status": "open" if row.is_open else "closed",
            "status_notes": labels[row.state],
            "service_name": row.category_name,
            "service_code": row.category_code,
            "description": row.text,
            "agency_responsible": row.unit_name,
            "service_notice": "",
            "requested_datetime": _date(row.received_at, zone),
            "updated_datetime": _date(row.updated_at, zone),
            "expected_datetime": _date(row.due_at, zone),
            "address": row.place_name,
            "address_id": str(row.place_id),
            "zipcode": "",
            "lat": row.latitude,
            "long": row.longitude,
            "media_url": "",
        }
        for row in found
    ]


def updates(found: Sequence[PublicUpdate]) -> list[dict[str, Any]]:
    """What handling units told, as request updates."""
    zone = get_current_timezone()
    return [
        {
            "update_id": str(row.id),
            "service_request_id": row.number,
            "status": "OPEN" if row.is_open else "CLOSED",
            "updated_datetime": _date(row.at, zone),
            "description": row.text,
            "media_url": "",
        }
        for row in found
    ]


def number_behind(holder: Actor | None) -> str | None:
    """The number of the ticket whose link somebody holds."""
    if holder is None or holder.ticket_key is None:
        return None
    found = number_and_title(holder.ticket_key)
    return found[0] if found else None
