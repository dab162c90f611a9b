"""Comma-, tab- and semicolon-separated text: its encoding, its delimiter, its records."""

import csv
import io
from collections.abc import Iterator

from gongzhi.commons.tables.problems import CannotRead

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_CHARACTERS = 64_000
_SAMPLE_RECORDS = 30
_LONGEST_FIELD = 16_000_000
# So many whole multi-byte characters in a row don't happen by chance in another encoding.
_SURELY_UTF8 = 12


def decode(data: bytes, *, name: str) -> str:
    """Return the text of a file: UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        text = _decode_other(data, error=error, name=name)
    if "\x00" in text:
        raise CannotRead(
            "not_a_table",
            chinese=f"{name}：不是表格文件（含有二进制内容）。请另存为 XLSX 或 CSV。",
            english=f"{name}: not a table (it holds binary data). Save it as XLSX or CSV.",
        )
    return text


def _decode_other(data: bytes, *, error: UnicodeDecodeError, name: str) -> str:
    before = data[: error.start].decode("utf-8", errors="ignore")
    multibyte = sum(1 for character in before if ord(character) > 127)
    if error.encoding.startswith("utf-8") and multibyte < _SURELY_UTF8:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError as other:
            error = other
    line = data.count(b"\n", 0, error.start) + 1
    raise CannotRead(
        "encoding",
        chinese=f"{name} 第 {line} 行：文字编码损坏或无法识别。请用 UTF-8 或 GB18030 重新保存。",
        english=f"{name}, line {line}: broken or unknown text encoding. "
        "Save it again as UTF-8 or GB18030.",
    )


def sniff_delimiter(text: str) -> str:
    """Return the delimiter that cuts the first records into most columns of one width.

    Ties go to the earlier of comma, tab, semicolon, bar; a single column is read with the comma.
    """
    sample = text[:_SAMPLE_CHARACTERS]
    best, best_score = ",", 1.0
    for delimiter in _DELIMITERS:
        widths = _widths(sample, delimiter=delimiter, whole=len(sample) == len(text))
        if not widths or widths[0] < 2:
            continue
        fitting = sum(1 for width in widths if width == widths[0]) / len(widths)
        score = fitting * widths[0]
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _widths(sample: str, *, delimiter: str, whole: bool) -> list[int]:
    widths: list[int] = []
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if record:
                widths.append(len(record))
            if len(widths) == _SAMPLE_RECORDS:
                return widths
    except csv.Error:
        pass
    return widths if whole or len(widths) < 2 else widths[:-1]  # the last one may be cut


def records(text: str, *, name: str) -> Iterator[list[str]]:
    """Yield the records of a delimited text; quoted cells may hold delimiters and newlines."""
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sniff_delimiter(text), strict=True)
    row = 0
    while True:
        row += 1
        line = reader.line_num + 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise CannotRead(
                "quotes",
                chinese=f"{name} 第 {row} 行（文件第 {line} 行起）：引号不成对或单元格过长。"
                "请检查双引号，或另存为 XLSX。",
                english=f"{name}, row {row} (from line {line} of the file): unbalanced quotes or "
                f"too long a cell ({error}). Check the double quotes, or save it as XLSX.",
            ) from error
        if record is None:
            return
        yield record
