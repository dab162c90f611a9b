"""Rows of a list that somebody wants to import: read cell by cell, every fault named."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.utils.translation import gettext as _

T = TypeVar("T")
_YES = frozenset({"1", "是", "yes", "true", "y"})
_NO = frozenset({"", "0", "否", "no", "false", "n"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: which row (the first below the header is 1), which column, and why."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        return _("第 %(row)s 行 %(column)s：%(reason)s") % {
            "row": self.row,
            "column": self.column,
            "reason": self.reason,
        }


class CannotImport(ValueError):
    """A list with faulty rows; nothing of it was imported."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.row))
        shown = "；".join(map(str, self.faults[:5]))
        more = (
            _("；另有 %(count)s 处") % {"count": len(self.faults) - 5}
            if len(self.faults) > 5
            else ""
        )
        super().__init__(f"{shown}{more}")


class RowReader:
    """The cells of one row as values; what can't be read becomes a fault, not an error."""

    def __init__(self, number: int, cells: Mapping[str, str | None]) -> None:
        self.number = number
        self.faults: list[Fault] = []
        self._cells = cells

    def text(self, column: str) -> str:
        """The text of a cell; empty where there is no such column."""
        return (self._cells.get(column) or "").strip()

    def items(self, column: str) -> tuple[str, ...]:
        """The parts of a cell that semicolons set apart."""
        parts = self.text(column).replace("；", ";").split(";")
        return tuple(part.strip() for part in parts if part.strip())

    def whole(self, column: str) -> int | None:
        """A whole number, or None where the cell is empty."""
        return self._read(column, int, _("须为整数"))

    def decimal(self, column: str) -> float | None:
        """A number, or None where the cell is empty."""
        return self._read(column, float, _("须为数字"))

    def day(self, column: str) -> date | None:
        """A day such as 2026-01-01, or None where the cell is empty."""
        return self._read(column, date.fromisoformat, _("日期须写作 2026-01-01"))

    def yes(self, column: str, *, otherwise: bool = False) -> bool:
        """Yes or no; `otherwise` where the cell is empty."""
        text = self.text(column).lower()
        if text not in _YES | _NO:
            self.fault(column, _("须为 是 或 否：%(text)s") % {"text": text})
        return text in _YES if text else otherwise

    def read(self, column: str, reader: Callable[[str], T]) -> T | None:
        """What `reader` makes of the text; its ValueError becomes the fault. None where empty."""
        text = self.text(column)
        if not text:
            return None
        try:
            return reader(text)
        except ValueError as error:
            self.fault(column, str(error))
            return None

    def fault(self, column: str, reason: str) -> None:
        self.faults.append(Fault(self.number, column, reason))

    def _read(self, column: str, reader: Callable[[str], T], reason: str) -> T | None:
        text = self.text(column)
        if not text:
            return None
        try:
            return reader(text)
        except ValueError:
            self.fault(column, f"{reason}：{text}")
            return None


def require_columns(cells: Mapping[str, str | None], needed: Iterable[str]) -> None:
    """Refuse a list that lacks a column."""
    missing = [column for column in needed if column not in cells]
    if missing:
        raise CannotImport([Fault(0, "、".join(missing), _("缺少这些列"))])
