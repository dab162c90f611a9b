"""The tables of `gongzhi match`: their columns, and their cells as plain values with faults."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from gongzhi.commons.tables.cells import Cell, cell_text
from gongzhi.commons.tables.reading import CannotRead, Table

# column -> what it may be called in a Chinese file
NEED_COLUMNS = {
    "need_id": "需求编号", "community": "社区", "place": "地点", "category": "类别",
    "quantity": "数量", "urgency": "紧急程度", "from": "开始", "to": "结束", "parts": "时段",
    "asks": "要求", "gives": "具备", "whole": "整份", "after": "先做",
}  # fmt: skip
OFFER_COLUMNS = {
    "offer_id": "资源编号", "unit": "单位", "categories": "类别", "total": "总量",
    "per_period": "每时段", "area": "范围", "reach": "距离上限", "place": "地点", "from": "开始",
    "to": "结束", "weekdays": "星期", "parts": "时段", "asks": "要求", "gives": "具备",
}  # fmt: skip
LOCK_COLUMNS = {
    "need_id": "需求编号", "offer_id": "资源编号", "action": "动作", "date": "日期",
    "parts": "时段", "quantity": "数量",
}  # fmt: skip
PARTS = {"morning": 0, "上午": 0, "afternoon": 1, "下午": 1, "evening": 2, "晚上": 2}
_YES = {"yes", "true", "1", "是", "y"}
_NO = {"no", "false", "0", "否", "n", ""}
_LARGEST = 10**15


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """One thing wrong in one cell."""

    table: str
    row: int
    column: str
    chinese: str
    english: str

    def __str__(self) -> str:
        where = f"{self.table} 第 {self.row} 行，列“{self.column}”"
        there = f"{self.table}, row {self.row}, column {self.column}"
        return f"{where}：{self.chinese}。 {there}: {self.english}."


class CannotUse(ValueError):
    """The tables contradict themselves or each other; every cell is named."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n".join(str(one) for one in self.complaints))


@dataclass(kw_only=True)
class Reader:
    """The cells of one table, read as what they should be; what is wrong is collected."""

    table: Table
    columns: dict[str, str]
    complaints: list[Complaint] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._at: dict[str, int] = {}
        for column, chinese in self.columns.items():
            for place, name in enumerate(self.table.columns):
                if name.strip().lower() == column or name.strip() == chinese:
                    self._at[column] = place

    def require(self, *columns: str) -> None:
        """Raise CannotRead naming the first of these columns that is not there."""
        for column in columns:
            if column not in self._at:
                listed = "、".join(self.table.columns)
                raise CannotRead(
                    "no_column",
                    chinese=f"{self.table.name}：没有列“{self.columns[column]}”。现有的列：{listed}。",
                    english=f"{self.table.name}: no column {column!r}.",
                )

    def complain(self, row: int, column: str, chinese: str, english: str) -> None:
        """Name a cell that is wrong."""
        place = self._at.get(column)
        self.complaints.append(
            Complaint(
                table=self.table.name,
                row=self.table.row_number(row),
                column=column if place is None else self.table.columns[place],
                chinese=chinese,
                english=english,
            )
        )

    def cell(self, row: int, column: str) -> Cell:
        place = self._at.get(column)
        return None if place is None else self.table.rows[row][place]

    def text(self, row: int, column: str) -> str:
        return " ".join(cell_text(self.cell(row, column)).split())

    def needed_text(self, row: int, column: str) -> str:
        text = self.text(row, column)
        if not text:
            self.complain(row, column, "不能为空", "must not be blank")
        return text

    def names(self, row: int, column: str) -> tuple[str, ...]:
        """The names in a cell, divided by semicolons or by the Chinese comma for lists."""
        text = self.text(row, column).replace("；", ";").replace("、", ";")
        return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))

    def whole_number(self, row: int, column: str, *, default: int | None = None) -> int:
        """A whole number; 0 stands in for what can't be read, which is complained of."""
        text = self.text(row, column)
        if not text and default is not None:
            return default
        try:
            number = float(text)
            if number == int(number) and abs(number) < _LARGEST:
                return int(number)
        except (ValueError, OverflowError):
            pass
        self.complain(row, column, f"“{text}”不是整数", f"{text!r} is not a whole number")
        return 0

    def yes(self, row: int, column: str) -> bool:
        text = self.text(row, column).lower()
        if text not in _YES | _NO:
            self.complain(row, column, f"“{text}”应为 是 或 否", f"{text!r} should be yes or no")
        return text in _YES

    def day(self, row: int, column: str) -> date | None:
        """A day; None where the cell is blank or, after a complaint, unreadable."""
        cell = self.cell(row, column)
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        text = self.text(row, column).replace("/", "-").replace(".", "-")
        if not text:
            return None
        try:
            year, month, day = (int(part) for part in text.split(" ")[0].split("T")[0].split("-"))
            return date(year, month, day)
        except ValueError:
            self.complain(
                row, column, f"“{text}”不是日期（如 2026-03-01）", f"{text!r} is not a date"
            )
            return None

    def parts(self, row: int) -> tuple[int, ...]:
        """Parts of the day: 0 morning, 1 afternoon, 2 evening; empty for all."""
        found = []
        for name in self.names(row, "parts"):
            if name.lower() in PARTS:
                found.append(PARTS[name.lower()])
            else:
                self.complain(
                    row, "parts", f"“{name}”应为 上午、下午 或 晚上",
                    f"{name!r} should be morning, afternoon or evening",
                )  # fmt: skip
        return tuple(sorted(set(found)))

    def weekdays(self, row: int) -> tuple[int, ...]:
        """Days of the week, 1 Monday to 7 Sunday; empty for all."""
        found = []
        for name in self.names(row, "weekdays"):
            if name.isdigit() and 1 <= int(name) <= 7:
                found.append(int(name))
            else:
                self.complain(
                    row, "weekdays", f"“{name}”应为 1（星期一）到 7（星期日）",
                    f"{name!r} should be 1 (Monday) to 7 (Sunday)",
                )  # fmt: skip
        return tuple(sorted(set(found)))

    def numbers_of(self, column: str) -> dict[str, int]:
        """Each id with its row; blank and repeated ids are complained of."""
        known: dict[str, int] = {}
        for row in range(len(self.table)):
            name = self.needed_text(row, column)
            if name in known:
                first = self.table.row_number(known[name])
                self.complain(
                    row, column, f"编号“{name}”与第 {first} 行重复",
                    f"{name!r} stands in row {first} already",
                )  # fmt: skip
            elif name:
                known[name] = row
        return known
