"""From the columns of a file to what the triage engine takes; what is wrong is said by row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gongzhi.commons.tables.fields import Field, FieldKind
from gongzhi.commons.tables.problems import CannotRead
from gongzhi.commons.tables.reading import Table, read_table
from gongzhi.commons.tables.values import BadValue, value_of
from gongzhi.engines.triage.nearness import Whereabouts
from gongzhi.engines.triage.texts import Message

_MOST_NAMED = 10
_COMMA = re.compile(r"(?<!\\)[,，]")


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that can't be used: its row, its column and why."""

    row: int
    column: str
    chinese: str
    english: str


def open_table(path: Path, *, sheet: str | None) -> Table:
    """Read a table that has at least one row under its header."""
    table = read_table(path, sheet=sheet)
    if not table.rows:
        raise CannotRead(
            "no_rows",
            chinese=f"{table.name}：列名下面没有数据。",
            english=f"{table.name}: no rows under the header.",
        )
    return table


def column_names(listed: str) -> list[str]:
    """Split "标题,正文" into names; a backslash keeps a comma inside a name."""
    parts = [part.replace("\\,", ",").strip() for part in _COMMA.split(listed)]
    return [part for part in parts if part]


def messages_of(table: Table, *, text: str, facts: str = "") -> list[Message]:
    """Make a message of every row; of several text columns the first is the subject."""
    names = column_names(text)
    fact_names = column_names(facts)
    said, known = table.texts(names), table.texts(fact_names)
    return [
        Message(
            subject=row[0] if len(row) > 1 else "",
            body="\n".join(row[1:] if len(row) > 1 else row),
            facts=tuple(
                f"{name}={value.strip()}"
                for name, value in zip(fact_names, fact, strict=True)
                if value.strip()
            ),
        )
        for row, fact in zip(said, known, strict=True)
    ]


def is_empty(message: Message) -> bool:
    """Tell whether a message has nothing to go by."""
    return not (message.subject.strip() or message.body.strip() or message.facts)


def values_of(table: Table, column: str, kind: FieldKind, *, blank: bool = True) -> list[object]:
    """Read a column as moments or numbers; raises CannotRead naming every bad cell by row.

    A blank cell is None, or bad if `blank` is False.
    """
    field = Field(name=column, title=column, kind=kind, required=not blank)
    values: list[object] = []
    faults: list[Fault] = []
    for index, cell in enumerate(table.column(column)):
        try:
            values.append(value_of(cell, field))
        except BadValue as error:
            values.append(None)
            faults.append(Fault(table.row_number(index), column, error.chinese, error.english))
    if faults:
        raise bad_rows(table, faults)
    return values


def moments_of(table: Table, column: str) -> list[datetime]:
    """Read a column of times, none of them blank."""
    moments = values_of(table, column, FieldKind.MOMENT, blank=False)
    return [moment for moment in moments if isinstance(moment, datetime)]


def identities_of(table: Table, column: str) -> list[str]:
    """Read a column of ids; blank or repeated ones are refused with their rows."""
    seen: dict[str, int] = {}
    faults: list[Fault] = []
    ids = [texts[0].strip() for texts in table.texts([column])]
    for index, identity in enumerate(ids):
        row = table.row_number(index)
        if not identity:
            faults.append(Fault(row, column, "编号不能为空", "the id may not be blank"))
        elif identity in seen:
            first = table.row_number(seen[identity])
            faults.append(
                Fault(row, column, f"编号与第 {first} 行重复", f"the same id as in row {first}")
            )
        else:
            seen[identity] = index
    if faults:
        raise bad_rows(table, faults)
    return ids


def whereabouts_of(table: Table, *, place: str | None, moment: str | None) -> list[Whereabouts]:
    """Read where and when each row speaks of; places are paths cut at slashes."""
    paths: Sequence[str] = [row[0] for row in table.texts([place])] if place else [""] * len(table)
    times = values_of(table, moment, FieldKind.MOMENT) if moment else [None] * len(table)
    return [
        Whereabouts(
            path=tuple(part.strip() for part in re.split(r"[/／>]", path) if part.strip()),
            at=at if isinstance(at, datetime) else None,
        )
        for path, at in zip(paths, times, strict=True)
    ]


def bad_rows(table: Table, faults: Sequence[Fault]) -> CannotRead:
    """Make one refusal of many bad cells; the first ten are named."""
    named = faults[:_MOST_NAMED]
    more = len(faults) - len(named)
    chinese = "；".join(f"第 {f.row} 行“{f.column}”：{f.chinese}" for f in named)
    english = "; ".join(f"row {f.row}, {f.column}: {f.english}" for f in named)
    return CannotRead(
        "bad_rows",
        chinese=f"{table.name}：{chinese}" + (f"；还有 {more} 处" if more else "") + "。",
        english=f"{table.name}: {english}" + (f"; and {more} more" if more else "") + ".",
    )
