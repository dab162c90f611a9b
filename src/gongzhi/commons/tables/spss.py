"""Files of SPSS (.sav, .zsav) as tables, where the reader for them is installed."""

from datetime import time
from pathlib import Path

from gongzhi.commons.tables.cells import Cell, Row, plain_cell
from gongzhi.commons.tables.problems import CannotRead
from gongzhi.commons.tables.reading import Table

ENDINGS = frozenset({".sav", ".zsav"})


def read_spss(path: Path) -> Table:
    """Read a file of SPSS: its variables as columns, values as codes, missing ones blank.

    Row 1 is the first respondent. Raises CannotRead, also where pyreadstat is not installed.
    """
    try:
        import pyreadstat  # noqa: PLC0415  a compiled library that few installations need
    except ImportError as error:
        raise CannotRead(
            "no_reader",
            chinese=f"{path.name}：读 SPSS 文件要先安装 gongzhi[spss]，或在 SPSS 里另存为 CSV。",
            english=f"{path.name}: install gongzhi[spss] to read files of SPSS, or save as CSV.",
        ) from error
    try:
        columns, _about = pyreadstat.read_sav(str(path), output_format="dict")
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, OSError, ValueError) as error:
        raise CannotRead(
            "broken_spss",
            chinese=f"{path.name}：SPSS 文件损坏或不完整。请重新导出。",
            english=f"{path.name}: the file is broken or incomplete. Export it again.",
        ) from error
    rows: list[Row] = [
        tuple(_cell(value) for value in values) for values in zip(*columns.values(), strict=True)
    ]
    return Table(name=path.name, columns=tuple(columns), rows=rows, first_row_number=1)


def _cell(value: object) -> Cell:
    if isinstance(value, float) and value != value:  # noqa: PLR0124  not a number
        return None
    return str(value) if isinstance(value, time) else plain_cell(value)
