"""One value, two formats: JSON as GeoReport writes it, and XML with its element names."""

import json
from typing import Any
from xml.etree import ElementTree

from django.http import HttpResponse

CONTENT_TYPES = {
    "json": "application/json; charset=utf-8",
    "xml": "text/xml; charset=utf-8",
}
# What one item of a list is called inside the element of the list.
ITEM_OF = {
    "services": "service",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
    "attributes": "attribute",
    "values": "value",
    "tokens": "request",
}
# XML 1.0 has no place for these characters, not even escaped.
_UNWRITABLE = {code: None for code in range(32) if code not in (9, 10, 13)} | {
    0xFFFE: None,
    0xFFFF: None,
}


class Refused(Exception):
    """A request that is answered by an error array with this status."""

    def __init__(self, status: int, *descriptions: str) -> None:
        self.status = status
        self.descriptions = descriptions
        super().__init__("; ".join(descriptions))


def answer(value: Any, *, root: str, format: str, status: int = 200) -> HttpResponse:
    """The value as the caller asked for it."""
    body = to_json(value) if format == "json" else to_xml(value, root=root)
    return _response(body, status=status, format=format)


def refusal(refused: Refused, *, format: str) -> HttpResponse:
    """The error array, in the caller's format."""
    errors = [{"code": refused.status, "description": text} for text in refused.descriptions]
    body = to_json(errors) if format == "json" else to_xml(errors, root="errors")
    return _response(body, status=refused.status, format=format)


def _response(body: bytes, *, status: int, format: str) -> HttpResponse:
    headers = {"Content-Type": CONTENT_TYPES[format], "Content-Length": str(len(body))}
    return HttpResponse(body, status=status, headers=headers)


def to_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def to_xml(value: Any, *, root: str) -> bytes:
    """Lists become repeated elements, None an empty one."""
    element = _element(root, value)
    body: bytes = ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)
    return body


def _element(name: str, value: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(value, dict):
        element.extend(_element(key, inner) for key, inner in value.items())
    elif isinstance(value, list | tuple):
        element.extend(_element(ITEM_OF[name], inner) for inner in value)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = str(value).translate(_UNWRITABLE)
    return element
