"""What the options of `gongzhi triage` refuse before any work is done."""

from pathlib import Path
from typing import Any

import click

_WORKBOOKS = frozenset({".xlsx", ".xls", ".ods"})


class NewFile(click.Path):
    """A file to be written: what would fail after minutes of work is refused before it."""

    def __init__(self, *, kind: str = "") -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)
        self._kind = kind

    def convert(self, value: Any, param: Any, ctx: Any) -> Path:
        path = Path(str(super().convert(value, param, ctx)))
        suffix = path.suffix.lower()
        if self._kind == "xlsx" and suffix != ".xlsx":
            self.fail(f"须以 .xlsx 结尾 must end in .xlsx: {path}", param, ctx)
        if self._kind == "csv" and suffix in _WORKBOOKS:
            self.fail(f"写出的是 CSV，请以 .csv 结尾 a CSV file is written: {path}", param, ctx)
        if not path.absolute().parent.is_dir():
            self.fail(f"没有这个文件夹 no such folder: {path.parent}", param, ctx)
        return path


def some_column(_ctx: click.Context, _param: click.Parameter, listed: str) -> str:
    """Refuse a list of columns that names none."""
    if not listed.strip(" ,，"):
        raise click.BadParameter("没有列名 it names no column")
    return listed
