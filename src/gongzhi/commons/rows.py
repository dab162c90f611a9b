"""What is wrong with the rows of a list that somebody wants to import."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: which row (the first below the header is 1), which column, and why."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"第 {self.row} 行 {self.column}：{self.reason}"


class CannotImport(ValueError):
    """A list with faulty rows; nothing of it was imported."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.row))
        shown = "；".join(map(str, self.faults[:5]))
        more = f"；另有 {len(self.faults) - 5} 处" if len(self.faults) > 5 else ""
        super().__init__(f"{shown}{more}")
