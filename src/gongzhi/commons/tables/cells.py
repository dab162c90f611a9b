"""What may stand in a cell of a table, whatever kind of file it came from."""

from datetime import date, datetime, time, timedelta
from typing import TypeAlias

Cell: TypeAlias = str | int | float | datetime | date | bool | None
Row: TypeAlias = tuple[Cell, ...]

# Above this a float no longer holds every whole number, so it stays a float.
_EXACT_WHOLE = 2**53


def plain_cell(value: object) -> Cell:
    """Return the plain value of a cell: blank is None, a whole float is an int, a duration text."""
    if value is None or isinstance(value, bool | int | datetime | date):
        return value
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < _EXACT_WHOLE
        return int(value) if whole else value
    if isinstance(value, time | timedelta):
        return str(value)
    return str(value)


def column_letter(index: int) -> str:
    """Return the letters a spreadsheet shows above a column (0 is A, 26 is AA)."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_text(value: Cell) -> str:
    """Return a cell as text: None is empty, a date is ISO, everything else as it prints."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value)
