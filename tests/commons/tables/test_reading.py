"""A table is read from any usual file, and a bad file gets a sentence that helps."""

import io
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from gongzhi.commons.tables.cells import column_letter
from gongzhi.commons.tables.reading import CannotRead, parse_table, read_table

HEADER = "编号,内容,时间\n"


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for at, value in enumerate(row):
                    if isinstance(value, datetime):
                        sheet.write_datetime(number, at, value, day)
                    elif value is not None:
                        sheet.write(number, at, value)
    return buffer.getvalue()


def refusal(data: bytes, **options: object) -> CannotRead:
    with pytest.raises(CannotRead) as caught:
        parse_table(data, name="f", **options)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_text_is_read_in_every_usual_encoding(encoding: str) -> None:
    table = parse_table((HEADER + "1,路灯不亮𠮷,2024/1/2\n").encode(encoding), name="f")
    assert table.columns == ("编号", "内容", "时间")
    assert table.rows == [("1", "路灯不亮𠮷", "2024/1/2")]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_by_what_cuts_rows_evenly(delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in [("a", "b"), ("1,5", "x"), ("2,5", "y")])
    if delimiter == ",":
        text = 'a,b\n"1,5",x\n"2,5",y'
    assert parse_table(text.encode(), name="f").rows == [("1,5", "x"), ("2,5", "y")]


def test_quoted_newlines_stay_in_their_cell_and_blank_rows_keep_the_row_numbers() -> None:
    table = parse_table(b'a,b\n"one\n\n,two",2\n\n3,4\n\n\n', name="f")
    assert table.rows == [("one\n\n,two", "2"), (None, None), ("3", "4")]
    assert [table.row_number(i) for i in range(3)] == [2, 3, 4]


def test_a_workbook_is_known_by_its_content_not_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "really_a_workbook.csv"
    moment = datetime(2024, 5, 6, 7, 8)  # noqa: DTZ001 a spreadsheet has no time zone
    path.write_bytes(workbook(("s", [["编号", "时间", "量"], [7, moment, 1.5], [8.0, None, True]])))
    table = read_table(path)
    assert table.rows == [(7, moment, 1.5), (8, None, True)]
    assert type(table.rows[0][0]) is int


def test_a_sheet_is_chosen_by_name_or_position_and_a_wrong_one_lists_them() -> None:
    data = workbook(("甲", [["a"], [1]]), ("乙", [["b"], [2]]))
    assert parse_table(data, name="f").columns == ("a",)
    assert parse_table(data, name="f", sheet="乙").columns == ("b",)
    assert parse_table(data, name="f", sheet=1).columns == ("b",)
    error = refusal(data, sheet="丙")
    assert error.code == "no_sheet"
    assert "甲" in error.english
    assert "乙" in error.chinese


def test_rows_before_the_header_are_counted_when_the_sheet_begins_lower() -> None:
    table = parse_table(workbook(("s", [[], [], ["a", "b"], [1, 2]])), name="f")
    assert (table.columns, table.first_row_number) == (("a", "b"), 4)


def test_a_column_without_a_name_goes_by_its_letter() -> None:
    assert parse_table(b",x\n0,1\n", name="f").columns == ("A", "x")
    assert [column_letter(i) for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_columns_are_picked_by_name_and_a_missing_one_lists_those_there_are() -> None:
    table = parse_table(b"a,b,c\n1,,3\n", name="f")
    assert table.pick(["c", "a"]).rows == [("3", "1")]
    assert table.texts(["b", "c"]) == [("", "3")]
    assert table.column("b") == [None]
    with pytest.raises(CannotRead, match=r"no column 'd'.*a, b, c"):
        table.column("d")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n\r\n", "empty"),
        (b",,\n,,\n", "empty"),
        (b"PK\x03\x04 cut off", "broken_workbook"),
        (b"a,a\n1,2\n", "duplicate_columns"),
        (b"a,b\n1,2,3\n", "too_many_cells"),
        (b'a,b\n1,"never closed\n2,3\n', "quotes"),
        (b"a,b\n1,\x00\n", "not_a_table"),
        (b"a,b\n1,\xff\xff\n", "encoding"),
        (b"\xd0\xcf\x11\xe0 not a workbook", "broken_workbook"),
    ],
)
def test_a_bad_file_is_refused_with_its_reason(data: bytes, code: str) -> None:
    error = refusal(data)
    assert error.code == code
    assert error.message("zh-hans") == error.chinese != error.english == error.message("en")


def test_a_cut_workbook_is_refused() -> None:
    data = workbook(("s", [["a"], [1]]))
    assert refusal(data[: len(data) // 2]).code == "broken_workbook"


def test_a_workbook_with_only_numbers_in_its_first_row_has_no_header() -> None:
    assert refusal(workbook(("s", [[1, 2], [3, 4]]))).code == "no_header"
    assert refusal(workbook(("s", []))).code == "empty"


def test_utf8_with_broken_bytes_is_not_taken_for_another_encoding() -> None:
    data = (HEADER + "1,路灯不亮已有一个多月无人修理,今天\n").encode() + b"2,\xe8\xb7,x\n"
    error = refusal(data)
    assert error.code == "encoding"
    assert "line 3" in error.english


def test_a_row_error_says_the_row_and_the_column() -> None:
    error = refusal(b"a,b\n1,2\n1,2,,x\n")
    assert "row 3" in error.english
    assert "column D" in error.english


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(CannotRead, match="can't open"):
            read_table(path)


def test_a_very_long_cell_is_read() -> None:
    assert parse_table(b"a,b\n" + b"x" * 300_000 + b",1\n", name="f").rows[0][1] == "1"


def test_a_hundred_thousand_rows_are_read_whole() -> None:
    text = "编号,内容\n" + "".join(f"{i},第{i}条\n" for i in range(100_000))
    table = parse_table(text.encode(), name="f")
    assert len(table) == 100_000
    assert table.rows[-1] == ("99999", "第99999条")
