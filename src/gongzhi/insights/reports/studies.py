"""A study: which time and places, which text people wrote, and where numbers go in it.

It comes from a file that people edit (the program reads it and never writes into it) or from the
pages; either way no text is lost when figures are refreshed.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.insights.indicators.definitions import BY_CODE
from gongzhi.insights.indicators.periods import CannotTellPeriod, Period, period_named
from gongzhi.insights.indicators.shapes import Difficulty

INCLUDES = ("method", "situation", "practice", "voices", "difficulties", "suggestions")
LANGUAGES = ("zh-hans", "en")
# {response_rate} is the district's number, {response_rate@柳岸社区} a community's or street's.
PLACEHOLDER = re.compile(r"\{([a-z_]+)(?:@([^{}@]+))?\}")


class CannotReadStudy(ValueError):
    """A study that makes no sense: where, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A second-level heading with its paragraphs; the cause of a difficulty, or the answer to it,
    where it names one.
    """

    heading: str
    text: str
    reviewed: bool
    difficulty: Difficulty | None = None


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
    language: str = "zh-hans"
    places: tuple[str, ...] = ()  # names of communities or streets; none: the whole district
    indicators: tuple[str, ...] = ()  # told of each place in an annex
    method: str = ""
    questionnaire: str = ""
    surveys: tuple[str, ...] = ()  # titles: their questions, answers and voices belong to it
    known: Mapping[str, str] = field(default_factory=dict)  # numbers as a person last saw them


def read_study(file: Path) -> Study:
    """Read a study; raises `CannotReadStudy` naming the place."""
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CannotReadStudy(f"{file.name}: {error}") from error
    here = _("研究文件")
    title = _text(found, "title", here)
    if not title:
        raise CannotReadStudy(_("研究文件：缺少标题 title"))
    try:
        period = period_named(_text(found, "period", here))
    except CannotTellPeriod as error:
        raise CannotReadStudy(f"period: {error}") from error
    rows = _tables(found, "section", here)
    if not rows:
        raise CannotReadStudy(_("研究文件：没有章节 [[section]]"))
    dated = found.get("dated")
    if dated is not None and type(dated) is not date:
        raise CannotReadStudy(_("研究文件：dated 要写成日期，如 2026-10-08"))
    return Study(
        title=title,
        subtitle=_text(found, "subtitle", here),
        author=_text(found, "author", here),
        dated=dated,
        period=period,
        sections=tuple(_section(row, number) for number, row in enumerate(rows, start=1)),
        language=checked_language(_text(found, "language", here) or "zh-hans"),
        places=_names(found, "places", here),
        indicators=checked_indicators(_names(found, "indicators", here)),
        method=checked_text(_text(found, "method", here), here),
        questionnaire=_text(found, "questionnaire", here),
        surveys=_names(found, "surveys", here),
    )


def _section(row: Mapping[str, Any], number: int) -> Section:
    where = _("第 %(number)d 章") % {"number": number}
    return Section(
        heading=_text(row, "heading", where),
        text=checked_text(_text(row, "text", where), where),
        reviewed=row.get("reviewed") is True,
        includes=checked_includes(_names(row, "include", where), where),
        parts=tuple(
            Part(
                heading=_text(part, "heading", where),
                text=checked_text(_text(part, "text", where), where),
                reviewed=part.get("reviewed") is True,
                difficulty=checked_difficulty(_text(part, "difficulty", where), where),
            )
            for part in _tables(row, "part", where)
        ),
    )


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name, "")
    if not isinstance(value, str):
        raise CannotReadStudy(_("%(where)s：%(name)s 要写成文字") % {"where": where, "name": name})
    return value.strip()


def _names(row: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = row.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise CannotReadStudy(
            _('%(where)s：%(name)s 要写成列表，如 ["…"]') % {"where": where, "name": name}
        )
    return tuple(each.strip() for each in value)


def _tables(row: Mapping[str, Any], name: str, where: str) -> list[Mapping[str, Any]]:
    value = row.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise CannotReadStudy(
            _("%(where)s：%(name)s 要写成 [[%(name)s]] 这样的表") % {"where": where, "name": name}
        )
    return value


def checked_text(text: str, where: str) -> str:
    """Human text whose placeholders all name an indicator."""
    for code, _place in PLACEHOLDER.findall(text):
        if code not in BY_CODE:
            raise CannotReadStudy(
                _("%(where)s：没有指标 %(code)s") % {"where": where, "code": code}
            )
    return text


def checked_includes(includes: tuple[str, ...], where: str) -> tuple[str, ...]:
    """What the program is to add, each by its name."""
    if unknown := [name for name in includes if name not in INCLUDES]:
        raise CannotReadStudy(
            _("%(where)s：include 里没有 %(unknown)s，可用：%(known)s")
            % {"where": where, "unknown": "、".join(unknown), "known": "、".join(INCLUDES)}
        )
    return includes


def checked_difficulty(name: str, where: str) -> Difficulty | None:
    """The difficulty that a part speaks of; None where it names none."""
    if not name:
        return None
    if name not in Difficulty.values:
        raise CannotReadStudy(
            _("%(where)s：没有难题 %(name)s，可用：%(known)s")
            % {"where": where, "name": name, "known": "、".join(Difficulty.values)}
        )
    return Difficulty(name)


def checked_language(name: str) -> str:
    """zh-hans or en."""
    if name not in LANGUAGES:
        raise CannotReadStudy(
            _("language 只能是 %(known)s，不是 %(name)s")
            % {"known": "、".join(LANGUAGES), "name": name}
        )
    return name


def checked_indicators(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Codes of indicators, at most six: a page is not wider."""
    if unknown := [code for code in codes if code not in BY_CODE]:
        raise CannotReadStudy(_("没有指标 %(code)s") % {"code": "、".join(unknown)})
    if len(codes) > _MOST_INDICATORS:
        raise CannotReadStudy(
            _("分地方列出的指标最多 %(most)d 个，再多一页放不下") % {"most": _MOST_INDICATORS}
        )
    return codes


_MOST_INDICATORS = 6

TEMPLATE = """# 调研报告的研究文件。文字由人来写，程序只读不改。
# 文字里写 {{response_rate}} 就填入全区的数，写 {{response_rate@柳岸社区}} 就填入该社区的数。
# reviewed = true 表示这一段已经有人审过；没有审过的在报告里标明“草稿”。
title = {title}
subtitle = ""
author = ""
period = "{period}"
language = "zh-hans"          # 或 "en"
places = []                   # 社区、街道的名称；空着就是全区
indicators = []               # 附件里分地方列出的指标，最多 6 个
method = ""                   # 调查的对象、方法、时间、成员，如何抽样
questionnaire = ""            # 问卷的题目，一行一题
surveys = []                  # 系统里调查的名称：题目进附件，访谈的原话可用 "voices" 引用

[[section]]
heading = "背景与内在逻辑"
text = ""
reviewed = false
include = ["method"]

[[section]]
heading = "基本情况"
text = ""
reviewed = false
include = ["situation"]

[[section]]
heading = "做法与经验"
text = ""
reviewed = false
include = ["practice", "voices"]

[[section]]
heading = "存在的难题"
text = ""
reviewed = false
include = ["difficulties"]
# 每个难题的原因写成一节：
# [[section.part]]
# difficulty = "failure"      # {difficulties}
# heading = "失灵：同一件事反复办"
# text = "…"

[[section]]
heading = "对策建议"
text = ""
reviewed = false
include = ["suggestions"]     # 每条建议也可用 difficulty 指明回应哪个难题
"""


def new_study(file: Path, *, title: str, period: Period) -> None:
    """Write the outline of a study; refuses to write over a file that exists."""
    if file.exists():
        raise CannotReadStudy(_("%(file)s 已经存在，不会覆盖") % {"file": file})
    written = TEMPLATE.format(
        # A JSON string is a basic string of TOML.
        title=json.dumps(title.strip(), ensure_ascii=False).replace("\x7f", ""),
        period=period,
        difficulties="、".join(Difficulty.values),
    )
    file.write_text(written, "utf-8")
