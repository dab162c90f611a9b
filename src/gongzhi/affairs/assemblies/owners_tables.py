"""Reading the roll and the ballots of an owners' vote from a workbook or from two tables.

No database is asked, so that the command line reads files with it as well as the pages do.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from gongzhi.commons.tables.cells import Cell, cell_text
from gongzhi.commons.tables.reading import CannotRead, Table, read_table
from gongzhi.engines.deliberation.owners_ballots import Ballot, Channel, Choice
from gongzhi.engines.deliberation.owners_roll import BadRoll, Flat, Roll

_COLUMNS = {
    "flat": ("房号", "flat"),
    "owner": ("业主", "owner"),
    "name": ("姓名", "name"),
    "phone": ("电话", "phone"),
    "area": ("面积", "area"),
    "delivered": ("送达", "delivered"),
    "item": ("事项", "item"),
    "choice": ("意见", "choice"),
    "channel": ("方式", "channel"),
    "signer": ("签署人", "signer"),
    "proxy": ("代理人", "proxy"),
    "authorised": ("授权", "authorised"),
    "order": ("时间", "order"),
}
_CHOICES: dict[str, Choice] = {
    "同意": "for", "反对": "against", "弃权": "abstain", "无效": "spoiled",
    "for": "for", "against": "against", "abstain": "abstain", "spoiled": "spoiled",
}  # fmt: skip
_CHANNELS: dict[str, Channel] = {
    "": "paper", "纸质": "paper", "电子": "electronic",
    "paper": "paper", "electronic": "electronic",
}  # fmt: skip
_MATTERS = {str(number): number for number in range(1, 10)}
_YES_NO = {"是": True, "否": False, "yes": True, "no": False, "true": True, "false": False}
_REASONS = {
    "listed twice": "房号重复",
    "not positive": "面积不是正数",
    "needs its number": "缺房号或业主",
    "more than the total": "面积之和超过总面积",
    "unknown area": "已知面积已等于总面积，却还有面积不明的房屋",
    "no flats": "范围内没有房屋",
}
_LONGEST_AREA = 40
_BETWEEN = re.compile(r"[、，,;；]+")
_Meaning = TypeVar("_Meaning")


class CannotCount(ValueError):
    """The files can't be counted by; the message is in both languages."""


def read_roll(path: Path, *, scope: str, total_area: Fraction | None) -> Roll:
    """Read the roll, the first sheet of a workbook or a table; see `roll_of`."""
    return roll_of(read_table(path), scope=scope, total_area=total_area)


def roll_of(
    table: Table, *, scope: str, total_area: Fraction | None, rows_of: str | None = None
) -> Roll:
    """The roll that a table lists.

    `rows_of` is the whole table, or 列=值 (column=value) to take only those flats; without it,
    `scope` says so. Owners are told apart whatever blanks stand within their names. Raises
    CannotCount or CannotRead with the row.
    """
    column, _, value = (scope if rows_of is None else rows_of).replace("＝", "=").partition("=")
    within = table.position(column.strip()) if value else None
    flats = [
        Flat(
            key=flat_key(_text(table, i, "flat")),
            owner=_owner(table, i),
            area=_area(table, i),
            delivered=_yes_no(table, i, "delivered", blank=True),
            row=table.row_number(i),
        )
        for i, row in enumerate(table.rows)
        if any(cell is not None for cell in row)
        and (within is None or cell_text(row[within]).strip() == value.strip())
    ]
    try:
        return Roll(scope, tuple(flats), total_area)
    except BadRoll as error:
        chinese = next((zh for words, zh in _REASONS.items() if words in error.reason), "名册有误")
        where = ("", "") if error.row is None else (f" 第 {error.row} 行", f", row {error.row}")
        raise CannotCount(
            f"{table.name}{where[0]}：{chinese}。 {table.name}{where[1]}: {error.reason}."
        ) from error


def contacts_in(table: Table) -> dict[str, tuple[str, str]]:
    """Name and telephone of each owning party that the table tells; the first row of each counts.

    Where there is no column of names, an owner is called what the roll calls the party.
    """
    found: dict[str, tuple[str, str]] = {}
    for i, row in enumerate(table.rows):
        if any(cell is not None for cell in row):
            name = _text(table, i, "name", needed=False) or _text(table, i, "owner")
            found.setdefault(_owner(table, i), (name, _text(table, i, "phone", needed=False)))
    return found


def tells_delivery(table: Table) -> bool:
    """Whether the table has a column that says which flats the ballots have reached."""
    return _position(table, "delivered", needed=False) is not None


def read_ballots(
    path: Path, *, sheet: int | None, item: int, flats: Collection[str] = ()
) -> tuple[Ballot, ...]:
    """Read the ballots on one item; a ballot without an item is on every item.

    `flats` are those of the roll, since their numbers may hold blanks. Raises CannotCount with
    the row, also for a matter that article 278 doesn't have.
    """
    table = read_table(path, sheet=sheet)
    return tuple(
        _ballot(table, i, flats)
        for i, row in enumerate(table.rows)
        if any(cell is not None for cell in row) and _matter(table, i) in {None, item}
    )


def _matter(table: Table, i: int) -> int | None:
    text = _text(table, i, "item", needed=False)
    return _meaning(table, i, "item", _MATTERS, needed=False) if text else None


def flat_key(text: str) -> str:
    """The number of a flat, with one blank where there are several."""
    return " ".join(text.split())


def _flats_named(text: str, known: Collection[str]) -> tuple[str, ...]:
    """The flats that a list names, apart by commas, or by blanks where no flat's number has any."""
    whole = flat_key(text)
    if whole in known:
        return (whole,)
    found: list[str] = []
    for part in map(flat_key, _BETWEEN.split(text)):
        found += [part] if part in known else part.split()
    return tuple(found)


def _owner(table: Table, i: int) -> str:
    """An owner as a key: names are often spaced out, so that they stand in line."""
    return "".join(_text(table, i, "owner").split())


def _ballot(table: Table, i: int, flats: Collection[str]) -> Ballot:
    return Ballot(
        owner=_owner(table, i),
        choice=_meaning(table, i, "choice", _CHOICES),
        channel=_meaning(table, i, "channel", _CHANNELS, needed=False),
        order=_order(table, i),
        flats=_flats_named(_text(table, i, "flat", needed=False), flats),
        signer=_text(table, i, "signer", needed=False) or None,
        proxy=_text(table, i, "proxy", needed=False) or None,
        authorised=_yes_no(table, i, "authorised", blank=False),
        row=table.row_number(i),
    )


def _position(table: Table, name: str, *, needed: bool = True) -> int | None:
    for at, column in enumerate(table.columns):
        if column.strip().lower() in _COLUMNS[name]:
            return at
    return table.position(_COLUMNS[name][0]) if needed else None


def _cell(table: Table, i: int, name: str, *, needed: bool = True) -> Cell:
    at = _position(table, name, needed=needed)
    return None if at is None else table.rows[i][at]


def _text(table: Table, i: int, name: str, *, needed: bool = True) -> str:
    return cell_text(_cell(table, i, name, needed=needed)).strip()


def _area(table: Table, i: int) -> Fraction | None:
    text = _text(table, i, "area")
    if not text:
        return None
    area = area_of(text)
    if area is None:
        raise _refused(table, i, "area", text[:_LONGEST_AREA])
    return area


def area_of(text: str) -> Fraction | None:
    """An area as an exact number; None for a text that is none."""
    if len(text) > _LONGEST_AREA or "e" in text.lower():  # 1e9999999 would fill the memory
        return None
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


def _meaning(
    table: Table, i: int, name: str, words: Mapping[str, _Meaning], *, needed: bool = True
) -> _Meaning:
    text = _text(table, i, name, needed=needed)
    if text.lower() not in words:
        raise _refused(table, i, name, text)
    return words[text.lower()]


def _yes_no(table: Table, i: int, name: str, *, blank: bool) -> bool:
    return _meaning(table, i, name, {**_YES_NO, "": blank}, needed=False)


def _order(table: Table, i: int) -> int:
    """When a ballot was cast: its time or number, else its place in the table."""
    cell = _cell(table, i, "order", needed=False)
    if cell is None:
        return i
    if isinstance(cell, int):
        return cell
    text = cell_text(cell).strip()
    try:
        return int(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _refused(table, i, "order", text) from None
    return moment.toordinal() * 86_400 + moment.hour * 3600 + moment.minute * 60 + moment.second


def _refused(table: Table, i: int, name: str, text: str) -> CannotCount:
    chinese, english = _COLUMNS[name]
    row = table.row_number(i)
    return CannotCount(
        f"{table.name} 第 {row} 行，列“{chinese}”：看不懂“{text}”。 "
        f"{table.name}, row {row}, column {english!r}: can't read {text!r}."
    )


__all__ = [
    "CannotCount",
    "CannotRead",
    "area_of",
    "contacts_in",
    "flat_key",
    "read_ballots",
    "read_roll",
    "roll_of",
    "tells_delivery",
]
