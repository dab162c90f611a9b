"""Spreadsheet files (XLSX, XLS, ODS), read by calamine and guarded against broken ones."""

import io
import zipfile
from collections.abc import Iterator, Sequence

import python_calamine

from gongzhi.commons.tables.problems import CannotRead

_ZIP = b"PK"
_OLE = b"\xd0\xcf\x11\xe0"
# A sheet of a million rows unpacks to a few hundred megabytes; more is a mistake or an attack.
_MOST_UNPACKED_BYTES = 2_000_000_000


def looks_like_workbook(data: bytes) -> bool:
    """Tell by its first bytes, not by its name, whether a file is a workbook."""
    return data.startswith((_ZIP, _OLE))


def sheet_names(data: bytes, *, name: str) -> list[str]:
    """Return the names of the sheets of a workbook, in its order."""
    _refuse_zip_bombs(data, name=name)
    return list(_open(data, name=name).sheet_names)


def workbook_rows(data: bytes, *, sheet: str | int | None, name: str) -> Iterator[Sequence[object]]:
    """Yield the rows of one sheet from its first row and column on (default: the first sheet)."""
    _refuse_zip_bombs(data, name=name)
    workbook = _open(data, name=name)
    try:
        found = _find_sheet(workbook, sheet=sheet, name=name)
        rows = found.to_python(skip_empty_area=False) if found.height else []
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        if isinstance(error, CannotRead):
            raise
        raise _broken(name) from error
    yield from rows


def _open(data: bytes, *, name: str) -> python_calamine.CalamineWorkbook:
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError as error:
        raise CannotRead(
            "password",
            chinese=f"{name}：文件有密码保护。请去掉密码后重新保存。",
            english=f"{name}: protected by a password. Save it without one.",
        ) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise _broken(name) from error


def _find_sheet(
    workbook: python_calamine.CalamineWorkbook, *, sheet: str | int | None, name: str
) -> python_calamine.CalamineSheet:
    names = workbook.sheet_names
    if isinstance(sheet, str) and sheet in names:
        return workbook.get_sheet_by_name(sheet)
    if not isinstance(sheet, str) and 0 <= (sheet or 0) < len(names):
        return workbook.get_sheet_by_index(sheet or 0)
    listed = "、".join(names)
    raise CannotRead(
        "no_sheet",
        chinese=f"{name}：没有工作表“{sheet}”。现有工作表：{listed}。",
        english=f"{name}: no sheet {sheet!r}. The sheets there are: {', '.join(names)}.",
    )


def _refuse_zip_bombs(data: bytes, *, name: str) -> None:
    if not data.startswith(_ZIP):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise _broken(name) from error
    if unpacked > _MOST_UNPACKED_BYTES:
        raise CannotRead(
            "too_large",
            chinese=f"{name}：解压后超过 {_MOST_UNPACKED_BYTES // 10**6} MB。请拆分文件。",
            english=f"{name}: unpacks to more than {_MOST_UNPACKED_BYTES // 10**6} MB. "
            "Split the file.",
        )


def _broken(name: str) -> CannotRead:
    return CannotRead(
        "broken_workbook",
        chinese=f"{name}：表格文件损坏或不完整。请重新下载，或用表格软件打开后另存为 XLSX。",
        english=f"{name}: the workbook is broken or incomplete. "
        "Download it again, or open and save it as XLSX.",
    )
