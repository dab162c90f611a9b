"""Identifiers of HSDS are UUIDs; ours carry our own number, so no table of them is needed."""

from enum import IntEnum
from uuid import UUID

_NUMBER = (1 << 62) - 1
_VERSION, _VARIANT = 8 << 76, 0b10 << 62  # UUID version 8: the layout is ours (RFC 9562, 5.8)
_OURS = 0x676F6E677A68  # "gongzh"


class Kind(IntEnum):
    """What an identifier names."""

    ORGANIZATION = 1
    SERVICE = 2
    LOCATION = 3
    SERVICE_AT_LOCATION = 4
    ADDRESS = 5
    PHONE = 6
    SCHEDULE = 7
    SERVICE_AREA = 8
    ATTRIBUTE = 9
    TAXONOMY_TERM = 10


def identifier(kind: Kind, number: int) -> str:
    """The UUID of our record `number` of this kind."""
    value = (_OURS << 80) | _VERSION | (int(kind) << 64) | _VARIANT | (number & _NUMBER)
    return str(UUID(int=value))


def number_in(kind: Kind, text: str) -> int | None:
    """Our number in a UUID of this kind; None for any other."""
    try:
        value = UUID(text).int
    except ValueError:
        return None
    number = value & _NUMBER
    return number if identifier(kind, number) == str(UUID(int=value)) else None
