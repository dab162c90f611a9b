"""Each row of a table becomes typed values, or a reject that names row, column and reason."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gongzhi.commons.tables.fields import Field
from gongzhi.commons.tables.reading import Table
from gongzhi.commons.tables.values import BadValue, Value, value_of


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell: the file's name for the column, and why, in both languages."""

    column: str
    chinese: str
    english: str

    def reason(self, language: str) -> str:
        """The reason in the language of the reader ("zh…" or anything else)."""
        return self.chinese if language.startswith("zh") else self.english


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that isn't taken, by its number in the file, with everything that is wrong with it."""

    row: int
    faults: tuple[Fault, ...]

    def text(self, language: str) -> str:
        """The reject as one line for people."""
        if language.startswith("zh"):
            return f"第 {self.row} 行：" + "；".join(f"{f.column} {f.chinese}" for f in self.faults)
        return f"row {self.row}: " + "; ".join(f"{f.column} {f.english}" for f in self.faults)


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row whose cells all mean something, by field."""

    row: int
    values: dict[str, Value]


Rule = Callable[[dict[str, Value]], Iterable[tuple[str, str, str]]]


def check_rows(
    table: Table,
    *,
    fields: Sequence[Field],
    mapping: Mapping[str, str],
    rule: Rule | None = None,
) -> Iterator[CheckedRow | Reject]:
    """Check row after row; blank rows are passed over.

    `rule` looks at the values of a whole row and gives (field, Chinese, English) for each thing
    that is wrong between them. Cells of fields that the mapping doesn't name count as blank.
    """
    places = {name: table.position(column) for name, column in mapping.items()}
    for index, cells in enumerate(table.rows):
        if all(cell is None for cell in cells):
            continue
        number, values, faults = table.row_number(index), {}, []
        for field in fields:
            place = places.get(field.name)
            try:
                values[field.name] = value_of(None if place is None else cells[place], field)
            except BadValue as bad:
                column = mapping.get(field.name, field.title)
                faults.append(Fault(column, bad.chinese, bad.english))
        if rule and not faults:
            faults += [
                Fault(mapping.get(name, name), chinese, english)
                for name, chinese, english in rule(values)
            ]
        yield Reject(number, tuple(faults)) if faults else CheckedRow(number, values)


def check_table(
    table: Table,
    *,
    fields: Sequence[Field],
    mapping: Mapping[str, str],
    rule: Rule | None = None,
) -> tuple[list[CheckedRow], list[Reject]]:
    """All good rows and all rejects of a table."""
    good: list[CheckedRow] = []
    rejects: list[Reject] = []
    for checked in check_rows(table, fields=fields, mapping=mapping, rule=rule):
        if isinstance(checked, Reject):
            rejects.append(checked)
        else:
            good.append(checked)
    return good, rejects
