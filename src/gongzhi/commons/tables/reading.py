"""Reading a table from a file: one header, then rows, whatever the file's kind and encoding."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gongzhi.commons.tables import delimited, workbooks
from gongzhi.commons.tables.cells import Cell, Row, cell_text, column_letter, plain_cell
from gongzhi.commons.tables.problems import CannotRead

__all__ = ["CannotRead", "Cell", "Row", "Table", "parse_table", "read_table"]

_MOST_BYTES = 1_000_000_000
_MOST_ROWS = 2_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """A table with named columns; row `i` stands in row `first_row_number + i` of the file.

    Blank cells are None. Blank rows inside the table stay (as rows of None), so that row numbers
    agree with what a spreadsheet shows; blank rows at the end are gone.
    """

    name: str
    columns: tuple[str, ...]
    rows: list[Row]
    first_row_number: int

    def __len__(self) -> int:
        return len(self.rows)

    def row_number(self, index: int) -> int:
        """Return the row number a spreadsheet shows for `rows[index]`."""
        return self.first_row_number + index

    def position(self, column: str) -> int:
        """Return where a column stands; raises CannotRead, naming the columns there are."""
        try:
            return self.columns.index(column)
        except ValueError:
            listed = "、".join(self.columns)
            raise CannotRead(
                "no_column",
                chinese=f"{self.name}：没有列“{column}”。现有的列：{listed}。",
                english=f"{self.name}: no column {column!r}. "
                f"The columns there are: {', '.join(self.columns)}.",
            ) from None

    def column(self, column: str) -> list[Cell]:
        """Return the cells of one column."""
        position = self.position(column)
        return [row[position] for row in self.rows]

    def texts(self, columns: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the chosen columns of every row as text (a blank cell is the empty text)."""
        positions = [self.position(column) for column in columns]
        return [tuple(cell_text(row[at]) for at in positions) for row in self.rows]

    def pick(self, columns: Sequence[str]) -> "Table":
        """Return the table with only these columns, in this order."""
        positions = [self.position(column) for column in columns]
        rows: list[Row] = [tuple(row[at] for at in positions) for row in self.rows]
        return Table(
            name=self.name,
            columns=tuple(columns),
            rows=rows,
            first_row_number=self.first_row_number,
        )


def read_table(path: str | Path, *, sheet: str | int | None = None) -> Table:
    """Read a table from an XLSX, XLS, ODS, CSV or TSV file, told apart by content.

    The first row that isn't blank is the header. `sheet` is a name or a position from 0. Raises
    CannotRead with where, what and how to mend. Cost: linear; the file is held in memory once.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise _too_large(path.name, limit=f"{_MOST_BYTES // 10**6} MB")
        data = path.read_bytes()
    except OSError as error:
        raise CannotRead(
            "no_file",
            chinese=f"{path}：打不开文件（{error.strerror}）。请检查路径和权限。",
            english=f"{path}: can't open the file ({error.strerror}). Check path and permission.",
        ) from error
    return parse_table(data, name=path.name, sheet=sheet)


def parse_table(data: bytes, *, name: str, sheet: str | int | None = None) -> Table:
    """Read a table from the bytes of a file (an upload); `name` is for the messages."""
    if not data.strip():
        raise _empty(name)
    if workbooks.looks_like_workbook(data):
        source: Iterator[Sequence[object]] = workbooks.workbook_rows(data, sheet=sheet, name=name)
    else:
        source = delimited.records(delimited.decode(data, name=name), name=name)
    return _build(source, name=name)


def _build(source: Iterator[Sequence[object]], *, name: str) -> Table:
    number, header = 0, None
    for cells in source:
        number += 1
        if any(plain_cell(cell) is not None for cell in cells):
            header = [plain_cell(cell) for cell in cells]
            break
    if header is None:
        raise _empty(name)
    columns = _columns(header, name=name, row=number)
    rows: list[Row] = []
    filled = 0
    for index, cells in enumerate(source, start=1):
        if index > _MOST_ROWS:
            raise _too_large(name, limit=f"{_MOST_ROWS:,} rows")
        row = _row(cells, width=len(columns), name=name, number=number + index)
        rows.append(row)
        if any(cell is not None for cell in row):
            filled = index
    del rows[filled:]
    return Table(name=name, columns=columns, rows=rows, first_row_number=number + 1)


def _columns(header: Sequence[Cell], *, name: str, row: int) -> tuple[str, ...]:
    if not any(isinstance(cell, str) for cell in header):
        raise CannotRead(
            "no_header",
            chinese=f"{name} 第 {row} 行：没有列名，只有数字或日期。请在第一行写上列名。",
            english=f"{name}, row {row}: no column names, only numbers or dates. "
            "Put the names of the columns in the first row.",
        )
    width = max(at for at, cell in enumerate(header) if cell is not None) + 1
    names = [
        " ".join(cell_text(cell).split()) or column_letter(at)
        for at, cell in enumerate(header[:width])
    ]
    seen: dict[str, int] = {}
    for at, column in enumerate(names):
        if column in seen:
            first, second = column_letter(seen[column]), column_letter(at)
            raise CannotRead(
                "duplicate_columns",
                chinese=f"{name} 第 {row} 行：列名“{column}”重复（{first} 列和 {second} 列）。"
                "请改名。",
                english=f"{name}, row {row}: the column name {column!r} stands twice "
                f"(columns {first} and {second}). Rename one.",
            )
        seen[column] = at
    return tuple(names)


def _row(cells: Sequence[object], *, width: int, name: str, number: int) -> Row:
    row = [plain_cell(cell) for cell in cells]
    for at in range(width, len(row)):
        if row[at] is not None:
            letter = column_letter(at)
            raise CannotRead(
                "too_many_cells",
                chinese=f"{name} 第 {number} 行：{letter} 列有内容但没有列名。"
                "请补上列名或清空该单元格；CSV 文件请检查引号和分隔符。",
                english=f"{name}, row {number}: column {letter} holds a value but has no name. "
                "Name the column or clear the cell; in a CSV file check quotes and delimiters.",
            )
    row.extend([None] * (width - len(row)))
    return tuple(row[:width])


def _empty(name: str) -> CannotRead:
    return CannotRead(
        "empty",
        chinese=f"{name}：文件是空的。第一行应是列名，下面是数据。",
        english=f"{name}: the file is empty. The first row should name the columns.",
    )


def _too_large(name: str, *, limit: str) -> CannotRead:
    return CannotRead(
        "too_large",
        chinese=f"{name}：文件过大（上限 {limit}）。请拆分后分别读入。",
        english=f"{name}: too large (the limit is {limit}). Split the file.",
    )
