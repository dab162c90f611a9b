"""A number that an address or a form names."""

from collections.abc import Mapping

_DIGITS = 15  # more than any record has, fewer than any column holds


def asked_number(data: Mapping[str, str], name: str) -> int | None:
    """The whole number under a name; None where there is none, or anything odd."""
    text = data.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None
