"""Reading a written report again: which numbers it shows, and where it says they come from."""

import re
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import docx
from django.utils.translation import gettext as _
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from gongzhi.commons.ledger.columns import Version
from gongzhi.insights.indicators.definitions import BY_CODE
from gongzhi.insights.indicators.periods import CannotTellPeriod, Period, period_named
from gongzhi.insights.indicators.shapes import Level
from gongzhi.insights.reports.contents import Query
from gongzhi.insights.reports.word import TAG

_SOURCE = re.compile(
    r"(\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d)\D.*?(\d+):([0-9a-f]{64})\D.*?"
    r"(\d{4}-\d\d-\d\dT[\d:.]+(?:[+-]\d\d:\d\d|Z)?)"
)
_LANGUAGE = re.compile(r"\b(zh-hans|en)\b")
_QUERY = re.compile(r"([a-z_]+)/(district|street|community|unit)/(\d{0,18})")
_MOST_BYTES = 50_000_000


class CannotVerify(ValueError):
    """A file that is no report, or whose record isn't here."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A number as the file shows it: its words, and the query that stands beside them."""

    number: int
    words: str
    query: str


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What a report says of its numbers."""

    period: Period
    version: Version
    as_of: datetime
    language: str
    claims: tuple[Claim, ...]  # in the text and tables; a number may stand more than once
    sources: dict[int, Query]  # of the last annex


def read_back(file: Path) -> ReadBack:
    """Read a Word file or a page of ours; raises `CannotVerify` for anything else."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise CannotVerify(_("%(file)s 太大，不是本系统的报告") % {"file": file.name})
        with file.open("rb") as opened:
            is_word = opened.read(2) == b"PK"
        if is_word:
            return _of_word(docx.Document(str(file)))
        return _of_page(file.read_text("utf-8"))
    except (
        OSError,
        PackageNotFoundError,
        zipfile.BadZipFile,
        SyntaxError,  # broken XML inside
        UnicodeDecodeError,
        KeyError,
        CannotTellPeriod,
    ) as error:
        raise CannotVerify(
            _("%(file)s 不是本系统的 Word 或 HTML 报告") % {"file": file.name}
        ) from error


def _of_word(document: Document) -> ReadBack:
    claims = []
    for control in document.element.body.iter(qn("w:sdt")):
        named = {
            part.tag: part.get(qn("w:val")) or ""
            for part in control.iterfind(f"{qn('w:sdtPr')}/*")
            if part.tag in {qn("w:tag"), qn("w:alias")}
        }
        tag = named.get(qn("w:tag"), "")
        if tag.startswith(TAG) and tag[len(TAG) :].isdecimal():
            words = "".join(text.text or "" for text in control.iter(qn("w:t")))
            claims.append(Claim(int(tag[len(TAG) :]), words, named.get(qn("w:alias"), "")))
    rows = [
        ["".join(text.text or "" for text in cell.iter(qn("w:t"))) for cell in row.tc_lst]
        for row in document.element.body.iter(qn("w:tr"))
    ]
    return _read(_lines_of(document), claims, rows)


def _lines_of(document: Document) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def _of_page(text: str) -> ReadBack:
    page = _Page()
    page.feed(text)
    page.close()
    return _read(page.lines, page.claims, page.rows)


def _read(lines: list[str], claims: list[Claim], rows: list[list[str]]) -> ReadBack:
    # The newest of several: a quotation of another report may stand in the text.
    found = [match for line in lines if (match := _SOURCE.search(line))]
    if not found:
        raise CannotVerify(_("文件里没有写数据出处，不是本系统的报告"))
    match = found[-1]
    language = _LANGUAGE.search(match.string, match.end())
    try:
        as_of = datetime.fromisoformat(match[4])
        if as_of.tzinfo is None:
            raise ValueError("a moment of no zone")
    except ValueError as error:
        raise CannotVerify(_("文件里写的时间读不懂：%(moment)s") % {"moment": match[4]}) from error
    sources: dict[int, Query] = {}
    for row in rows:
        query = query_named(row[1].strip()) if len(row) > 1 else None
        if query is not None and row[0].strip().isdecimal():
            sources[int(row[0])] = query
    return ReadBack(
        period=period_named(match[1]),
        version=Version(int(match[2]), match[3]),
        as_of=as_of,
        language=language[1] if language else "zh-hans",
        claims=tuple(claims),
        sources=sources,
    )


def query_named(words: str) -> Query | None:
    """The query that "code/level/group" names; None for what is none."""
    match = _QUERY.fullmatch(words)
    if match is None or match[1] not in BY_CODE:
        return None
    return Query(match[1], Level(match[2]), int(match[3]) if match[3] else None)


@dataclass
class _Page(HTMLParser):
    """The numbers, paragraphs and rows of a page, gathered in one pass."""

    claims: list[Claim] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    _number: tuple[int, str] | None = None
    _words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._line: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        number = found.get("id", "").removeprefix("gz-")
        if tag == "span" and found.get("class") == "gz" and number.isdecimal():
            self._number, self._words = (int(number), found.get("data-query", "")), []
        elif tag == "tr":
            self.rows.append([])
        if tag in {"p", "td"}:
            self._line = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self._number is not None:
            number, query = self._number
            self.claims.append(Claim(number, "".join(self._words), query))
            self._number = None
        elif tag == "p":
            self.lines.append("".join(self._line))
        elif tag == "td" and self.rows:
            self.rows[-1].append("".join(self._line))

    def handle_data(self, data: str) -> None:
        self._line.append(data)
        if self._number is not None:
            self._words.append(data)
