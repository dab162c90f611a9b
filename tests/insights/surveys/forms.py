"""Small invented instruments for tests, as workbooks and as read."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from gongzhi.commons.tables.writing import write_workbook
from gongzhi.insights.surveys.instruments.filling import Prepared, prepare
from gongzhi.insights.surveys.instruments.shapes import Form
from gongzhi.insights.surveys.instruments.xlsform_reading import read_xlsform

Rows = Sequence[Sequence[object]]
SCALE = [["scale", str(n), f"{n} 分", ""] for n in range(1, 6)] + [["scale", "9", "不清楚", "yes"]]
YES_NO = [["yn", "yes", "有", ""], ["yn", "no", "没有", ""]]
CHOICES: Rows = [["list_name", "name", "label", "missing"], *SCALE, *YES_NO]

HOME: Rows = [
    ["type", "name", "label", "required", "relevant", "constraint", "constraint_message",
     "calculation", "appearance"],
    ["note", "hello", "请按实际情况回答", "", "", "", "", "", ""],
    ["select_one yn", "elder", "家里有六十岁以上的老人吗", "yes", "", "", "", "", ""],
    ["integer", "elders", "有几位", "yes", "${elder} = 'yes'", ". > 0 and . <= 12",
     "请填 1 到 12", "", ""],
    ["calculate", "many", "", "", "", "", "", "if(${elders} > 1, 1, 0)", ""],
    ["begin_group", "services", "您满意吗", "", "", "", "", "", "table-list"],
    ["select_one scale", "waste", "垃圾清运", "yes", "", "", "", "", ""],
    ["select_one scale", "water", "供水", "", "", "", "", "", ""],
    ["end_group", "", "", "", "", "", "", "", ""],
    ["text", "wish", "还想说的", "", "", "", "", "", ""],
]  # fmt: skip


def workbook(survey: Rows, choices: Rows | None = None, settings: Rows | None = None) -> bytes:
    """The bytes of an XLSForm with these sheets, each with its headings first."""
    sheets = [("survey", survey)]
    if choices is not None:
        sheets.append(("choices", choices))
    if settings is not None:
        sheets.append(("settings", settings))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_workbook(
            path, [(name, [str(cell) for cell in rows[0]], rows[1:]) for name, rows in sheets]
        )
        return path.read_bytes()


def form_from(survey: Rows, choices: Rows | None = None, **more: Rows) -> Form:
    """A form read from these sheets."""
    return read_xlsform(workbook(survey, choices, more.get("settings")), name="form.xlsx").form


def home() -> Prepared:
    """The small instrument about a household, ready to be filled in."""
    return prepare(form_from(HOME, CHOICES))
