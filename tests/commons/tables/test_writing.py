"""Tables are written whole, row by row, and no cell becomes a formula on the reader's desk."""

import csv
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.commons.tables import writing
from gongzhi.commons.tables.checking import check_table
from gongzhi.commons.tables.fields import Field, FieldKind
from gongzhi.commons.tables.formulas import as_it_was, harmless
from gongzhi.commons.tables.reading import parse_table, read_table
from gongzhi.commons.tables.writing import csv_parts, write_csv, write_rejects, write_xlsx

EVIL = [
    '=HYPERLINK("http://example.cn","点我")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "＝1+1",
]


@pytest.mark.parametrize("cell", EVIL)
def test_a_would_be_formula_is_text_in_a_delimited_file(cell: str) -> None:
    assert harmless(cell).startswith("'")
    assert as_it_was(harmless(cell)) == cell


@pytest.mark.parametrize("cell", ["-5", "+8613800138000", "-1.5", "漏水", "1=1", "", "'quoted"])
def test_numbers_and_plain_texts_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell
    assert as_it_was(cell) == cell


@given(st.text(max_size=20))
def test_no_text_begins_like_a_formula_afterwards(text: str) -> None:
    safe = harmless(text)
    looks = safe.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert not looks or safe.strip("+-0123456789.") == ""


def test_a_delimited_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    rows = [
        ["第一行\n第二行", 'a "quoted", b', 3, None],
        [date(2026, 1, 31), datetime(2026, 1, 31, 0, 30, tzinfo=UTC), True, Decimal("1.50")],
    ]
    size = write_csv(tmp_path / "a.csv", ["甲", "乙", "丙", "丁"], rows)
    data = (tmp_path / "a.csv").read_bytes()
    assert len(data) == size
    assert data.startswith(b"\xef\xbb\xbf")
    table = read_table(tmp_path / "a.csv")
    assert table.columns == ("甲", "乙", "丙", "丁")
    assert table.rows[0] == ("第一行\n第二行", 'a "quoted", b', "3", None)
    assert table.rows[1] == ("2026-01-31", "2026-01-31 08:30:00", "1", "1.50")


def test_a_long_file_comes_in_parts() -> None:
    parts = list(csv_parts(["甲"], (["字" * 100] for _ in range(2_000))))
    assert len(parts) >= 5
    assert max(map(len, parts)) < 300_000
    text = b"".join(parts).decode("utf-8-sig")
    assert len(list(csv.reader(text.splitlines()))) == 2_001


def formulas_in(path: Path) -> int:
    with zipfile.ZipFile(path) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        return sum(book.read(name).count(b"<f>") for name in sheets)


def test_a_workbook_holds_texts_numbers_and_times_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows: list[list[object]] = [
        *([cell, None, ""] for cell in EVIL),
        [
            110101199003071234,
            date(2026, 1, 31),
            datetime(2026, 1, 31, 0, 30, 15, tzinfo=UTC),
        ],
        [12, 1.5, Decimal("2.5")],
        [True, float("inf"), "http://example.cn"],
        ["字" * 40_000, "\ud800", "\x0b"],
    ]
    assert write_xlsx(path, ["甲", "乙", "丙"], rows) == len(rows)
    assert formulas_in(path) == 0
    table = read_table(path)
    assert [str(row[0]).strip() for row in table.rows[: len(EVIL)]] == [
        cell.strip() for cell in EVIL
    ]
    numbers = table.rows[len(EVIL)]
    assert numbers[0] == "110101199003071234"
    assert numbers[2] == datetime(2026, 1, 31, 8, 30, 15)  # noqa: DTZ001
    assert table.rows[len(EVIL) + 1] == (12, 1.5, 2.5)
    assert table.rows[len(EVIL) + 2] == (True, "inf", "http://example.cn")
    assert len(str(table.rows[-1][0])) == 32_767
    assert str(table.rows[-1][0]).endswith("cut）")


def test_a_workbook_goes_on_in_another_sheet(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(writing, "_MOST_ROWS", 4)
    path = tmp_path / "a.xlsx"
    assert write_xlsx(path, ["甲"], ([number] for number in range(7)), sheet="工单") == 7
    assert read_table(path, sheet="工单").column("甲") == [0, 1, 2]
    assert read_table(path, sheet="工单 2").column("甲") == [3, 4, 5]
    assert read_table(path, sheet="工单 3").column("甲") == [6]


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_what_breaks_on_the_way_leaves_the_old_file(tmp_path: Path, write) -> None:
    path = tmp_path / "a.out"
    path.write_bytes(b"old")

    def rows():
        yield [1]
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        write(path, ["甲"], rows())
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.out"]


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_a_folder_that_isnt_there_is_said_as_of_any_file(tmp_path: Path, write) -> None:
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "nowhere" / "out", ["a"], [[1]])


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_rejects_are_written_with_row_column_and_reason_and_can_come_again(
    tmp_path: Path, suffix: str
) -> None:
    fields = [
        Field("text", "内容", required=True),
        Field("homes", "户数", FieldKind.WHOLE),
    ]
    mapping = {"text": "内容", "homes": "户数"}
    read = parse_table("内容,户数\n=漏水,3\n=漏电,三\n,四\n".encode(), name="a.csv")
    _, rejects = check_table(read, fields=fields, mapping=mapping)
    path = tmp_path / f"退回{suffix}"
    assert write_rejects(path, read, rejects, language="zh-hans") == 2
    again = read_table(path)
    assert again.columns == ("行号", "列", "原因", "内容", "户数")
    first, second = again.rows
    assert str(first[0]) == "3"
    assert first[1:3] == ("户数", "“三”不是数字")
    assert second[1:3] == ("内容；户数", "不能为空；“四”不是数字")
    _, rejected = check_table(again, fields=fields[:1], mapping={"text": "内容"})
    good, _ = check_table(again, fields=fields[:1], mapping={"text": "内容"})
    assert good[0].values == {"text": "=漏电"}
    assert len(rejected) == 1
    assert write_rejects(path, read, rejects[:1], language="en") == 1
    assert read_table(path).columns[:3] == ("row", "column", "reason")
