"""Writing tables for people and their spreadsheets, row by row, without formulas in disguise.

A cell that somebody else filled in may begin with "=" and become a formula on the reader's desk.
In a workbook every text is written as text. In a delimited file such a cell gets an apostrophe
before it, which spreadsheets take for "this is text".
"""

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.timezone import get_current_timezone
from xlsxwriter.exceptions import FileCreateError

from gongzhi.commons.tables.checking import Reject
from gongzhi.commons.tables.formulas import harmless
from gongzhi.commons.tables.reading import Table

_MOST_ROWS = 1_048_576  # of a sheet
_LONGEST = 32_767  # characters in a cell of a workbook
_CUT = "…（已截断 cut）"
_EXACT = 10**15  # a workbook keeps no more digits of a number
_BUFFER = 64 * 1024


def csv_parts(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A delimited file in parts of some 64,000 characters, UTF-8 with a byte order mark."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([harmless(column) for column in columns])
    yield b"\xef\xbb\xbf"
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        if out.tell() >= _BUFFER:
            yield _taken(out)
    yield _taken(out)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a delimited file, whole or not at all; returns how many bytes."""
    draft = path.with_name(f".{path.name}.part")
    size = 0
    try:
        with draft.open("wb") as out:
            for part in csv_parts(columns, rows):
                size += out.write(part)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return size


def write_xlsx(
    path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, sheet: str = "数据"
) -> int:
    """Write a workbook row by row in little memory, whole or not at all; returns how many rows.

    Beyond 1,048,575 rows it goes on in another sheet. Moments are shown in the installation's time
    zone; whole numbers of more than 15 digits (of identity cards, of bank accounts) stay exact as
    text; a text longer than a cell holds is cut and says so.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        with _workbook(draft) as book:
            count = _Sheets(book, columns, sheet).write(rows)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return count


def write_workbook(
    path: Path, sheets: Sequence[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]
) -> None:
    """Write a workbook of several sheets (name, columns, rows), whole or not at all."""
    draft = path.with_name(f".{path.name}.part")
    try:
        with _workbook(draft) as book:
            for name, columns, rows in sheets:
                _Sheets(book, columns, name).write(rows)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def write_rejects(path: Path, table: Table, rejects: Iterable[Reject], *, language: str) -> int:
    """Write the rows that were not taken, as they were, after number, column and reason.

    A workbook if `path` ends in .xlsx, else a delimited file; returns how many rows. Mended, the
    file can be imported again.
    """
    columns, rows = rejected_rows(table, rejects, language=language)
    write = write_xlsx if path.suffix.lower() == ".xlsx" else write_csv
    write(path, columns, rows)
    return len(rows)


def rejected_rows(
    table: Table, rejects: Iterable[Reject], *, language: str
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns and rows of a file of rejects."""
    chinese = language.startswith("zh")
    head = ("行号", "列", "原因") if chinese else ("row", "column", "reason")
    rows = [
        (
            one.row,
            "；".join(fault.column for fault in one.faults),
            "；".join(fault.reason(language) for fault in one.faults),
            *table.rows[one.row - table.first_row_number],
        )
        for one in rejects
    ]
    return [*head, *table.columns], rows


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    """A workbook being written; a folder or disk that refuses it raises OSError like any file."""
    try:
        with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
            yield book
    except FileCreateError as error:
        refused = error.args[0] if error.args else None
        raise refused if isinstance(refused, OSError) else OSError(str(error)) from error


class _Sheets:
    """The sheets of one workbook, begun as they are needed."""

    def __init__(self, book: Any, columns: Sequence[str], name: str) -> None:
        self._book, self._columns, self._name = book, columns, name
        self._bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._begun = 0

    def write(self, rows: Iterable[Sequence[Any]]) -> int:
        count, at, sheet = 0, 1, self._begin()
        for row in rows:
            if at == _MOST_ROWS:
                at, sheet = 1, self._begin()
            for place, cell in enumerate(row):
                self._write_cell(sheet, at, place, cell)
            at += 1
            count += 1
        return count

    def _begin(self) -> Any:
        self._begun += 1
        name = self._name if self._begun == 1 else f"{self._name} {self._begun}"
        sheet = self._book.add_worksheet(name[:31])
        for place, column in enumerate(self._columns):
            sheet.set_column(place, place, min(max(2 * len(column) + 2, 10), 40))
            sheet.write_string(0, place, _fitting(column), self._bold)
        sheet.freeze_panes(1, 0)
        return sheet

    def _write_cell(self, sheet: Any, at: int, place: int, cell: Any) -> None:
        match cell:
            case None | "":
                return
            case bool():
                sheet.write_boolean(at, place, cell)
            case int() if abs(cell) < _EXACT:
                sheet.write_number(at, place, cell)
            case float() | Decimal() if math.isfinite(cell):
                sheet.write_number(at, place, cell)
            case datetime():
                sheet.write_datetime(at, place, _local(cell), self._moment)
            case date():
                sheet.write_datetime(at, place, cell, self._day)
            case _:
                sheet.write_string(at, place, _fitting(str(cell)))


def _csv_cell(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "1" if cell else "0"
        case int() | float() | Decimal():
            return str(cell)
        case datetime():
            return _local(cell).isoformat(sep=" ")
        case date():
            return cell.isoformat()
        case _:
            return harmless(str(cell))


def _local(moment: datetime) -> datetime:
    """A moment as the clock on the wall shows it; spreadsheets know no time zones."""
    local = moment.astimezone(get_current_timezone()) if moment.tzinfo else moment
    return local.replace(tzinfo=None)


def _fitting(text: str) -> str:
    """A text that a cell of a workbook can hold: not too long, and valid in XML."""
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= _LONGEST else text[: _LONGEST - len(_CUT)] + _CUT


def _taken(out: StringIO) -> bytes:
    data = out.getvalue().encode("utf-8", "replace")
    out.seek(0)
    out.truncate()
    return data
