"""A study: which time, which text people wrote, and where numbers go in it. A file people edit.

The program reads the file and never writes into it, so no text is lost when figures are refreshed.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.insights.indicators.definitions import BY_CODE
from gongzhi.insights.indicators.periods import CannotTellPeriod, Period, period_named

INCLUDES = ("situation", "difficulties", "suggestions")
# {response_rate} is the district's number, {response_rate@柳岸社区} a community's or street's.
PLACEHOLDER = re.compile(r"\{([a-z_]+)(?:@([^{}@]+))?\}")


class CannotReadStudy(ValueError):
    """A study file that makes no sense: where, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A second-level heading with its paragraphs."""

    heading: str
    text: str
    reviewed: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A first-level heading: human text, parts, and what the program adds from the record."""

    heading: str
    text: str
    reviewed: bool
    includes: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """Everything a report is made of besides the numbers."""

    title: str
    subtitle: str
    author: str
    dated: date | None
    period: Period
    sections: tuple[Section, ...]


def read_study(file: Path) -> Study:
    """Read a study; raises `CannotReadStudy` naming the place."""
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CannotReadStudy(f"{file.name}: {error}") from error
    title = _text(found, "title", _("研究文件"))
    if not title:
        raise CannotReadStudy(_("研究文件：缺少标题 title"))
    try:
        period = period_named(_text(found, "period", _("研究文件")))
    except CannotTellPeriod as error:
        raise CannotReadStudy(f"period: {error}") from error
    rows = found.get("section", [])
    if not isinstance(rows, list) or not rows:
        raise CannotReadStudy(_("研究文件：没有章节 [[section]]"))
    dated = found.get("dated")
    if dated is not None and not isinstance(dated, date):
        raise CannotReadStudy(_("研究文件：dated 要写成日期，如 2026-10-08"))
    return Study(
        title=title,
        subtitle=_text(found, "subtitle", _("研究文件")),
        author=_text(found, "author", _("研究文件")),
        dated=dated,
        period=period,
        sections=tuple(_section(row, number) for number, row in enumerate(rows, start=1)),
    )


def _section(row: Mapping[str, Any], number: int) -> Section:
    where = _("第 %(number)d 章") % {"number": number}
    includes = tuple(row.get("include", ()))
    if unknown := [name for name in includes if name not in INCLUDES]:
        raise CannotReadStudy(
            _("%(where)s：include 里没有 %(unknown)s，可用：%(known)s")
            % {"where": where, "unknown": "、".join(unknown), "known": "、".join(INCLUDES)}
        )
    return Section(
        heading=_text(row, "heading", where),
        text=_checked(_text(row, "text", where), where),
        reviewed=row.get("reviewed") is True,
        includes=includes,
        parts=tuple(
            Part(
                heading=_text(part, "heading", where),
                text=_checked(_text(part, "text", where), where),
                reviewed=part.get("reviewed") is True,
            )
            for part in row.get("part", ())
        ),
    )


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name, "")
    if not isinstance(value, str):
        raise CannotReadStudy(_("%(where)s：%(name)s 要写成文字") % {"where": where, "name": name})
    return value.strip()


def _checked(text: str, where: str) -> str:
    for code, _place in PLACEHOLDER.findall(text):
        if code not in BY_CODE:
            raise CannotReadStudy(
                _("%(where)s：没有指标 %(code)s") % {"where": where, "code": code}
            )
    return text


TEMPLATE = """# 调研报告的研究文件。文字由人来写，程序只读不改。
# 文字里写 {{response_rate}} 就填入全区的数，写 {{response_rate@柳岸社区}} 就填入该社区的数。
# reviewed = true 表示这一段已经有人审过；没有审过的在报告里标明“草稿”。
title = "{title}"
subtitle = ""
author = ""
period = "{period}"

[[section]]
heading = "背景与内在逻辑"
text = ""
reviewed = false

[[section]]
heading = "基本情况"
text = ""
reviewed = false
include = ["situation"]

[[section]]
heading = "做法与经验"
text = ""
reviewed = false

[[section]]
heading = "存在的难题"
text = ""
reviewed = false
include = ["difficulties"]

[[section]]
heading = "对策建议"
text = ""
reviewed = false
include = ["suggestions"]
"""


def new_study(file: Path, *, title: str, period: Period) -> None:
    """Write the outline of a study; refuses to write over a file that exists."""
    if file.exists():
        raise CannotReadStudy(_("%(file)s 已经存在，不会覆盖") % {"file": file})
    safe = title.replace("\\", "").replace('"', "”")
    file.write_text(TEMPLATE.format(title=safe, period=period), "utf-8")
