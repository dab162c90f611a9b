"""What is wrong with an instrument: sheet, row, column, reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

_LISTED = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend, or with `stops=False` to know; row as a spreadsheet counts."""

    sheet: str
    row: int
    column: str
    reason: str
    stops: bool = True

    def __str__(self) -> str:
        where = _("工作表 %(sheet)s") % {"sheet": self.sheet}
        if self.row:
            where += " " + _("第 %(row)d 行") % {"row": self.row}
        if self.column:
            where += " " + _("%(column)s 列") % {"column": self.column}
        return f"{where}：{self.reason}"


class CannotImport(ValueError):
    """A form that can't be taken; `findings` says everything that has to be mended."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        shown = [str(each) for each in findings[:_LISTED]]
        if len(findings) > _LISTED:
            shown.append(_("还有 %(more)d 处") % {"more": len(findings) - _LISTED})
        super().__init__("\n".join(shown))
