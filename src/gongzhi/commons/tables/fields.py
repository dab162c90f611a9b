"""What an import expects of a file: its fields, and what each may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FieldKind(StrEnum):
    """How a cell is read."""

    TEXT = "text"
    WHOLE = "whole"  # a whole number
    NUMBER = "number"
    YES_NO = "yes_no"
    DAY = "day"
    MOMENT = "moment"
    CHOICE = "choice"
    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in code, its title for people, and what its cells may hold.

    `headings` are what the column is called in the files that districts have; the first that a
    file holds is suggested. `choices` leads from what a cell says to the value it means.
    `least` and `most` bound a number, or the length of a text.
    """

    name: str
    title: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    headings: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    least: float | None = None
    most: float | None = None
