"""Is every number of a Word report what the record says? Reckoned again, from the file alone."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import docx
from django.utils.translation import gettext as _
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from gongzhi.commons.ledger.columns import Version, version_at
from gongzhi.commons.permissions.actors import Actor
from gongzhi.insights.indicators.definitions import BY_CODE
from gongzhi.insights.indicators.overview import overview
from gongzhi.insights.indicators.periods import Period, period_named
from gongzhi.insights.indicators.shapes import Level
from gongzhi.insights.indicators.snapshots import Snapshot
from gongzhi.insights.reports.facts import CannotAssemble, Query, words_of
from gongzhi.insights.reports.word import TAG

_SOURCE = re.compile(
    r"(\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d)\D.*?(\d+):([0-9a-f]{64})\D.*?"
    r"(\d{4}-\d\d-\d\dT[\d:.]+(?:[+-]\d\d:\d\d|Z)?)"
)
_QUERY = re.compile(r"([a-z_]+)/(district|street|community|unit)/(\d*)")


class CannotVerify(ValueError):
    """A file that is no report, or whose record isn't here."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A number that isn't what the record says; empty words where there is none."""

    number: int
    query: str
    found: str
    reckoned: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked, and what was found."""

    numbers: int
    findings: tuple[Finding, ...]
    period: Period
    version: Version


def verify_report(
    file: Path, *, by: Actor, snapshot_of: Callable[[Version, datetime], Snapshot]
) -> Verified:
    """Reckon every number of a report anew, from the version of the data that it names.

    Raises `CannotVerify` for a file that names no source, and where the record has another event
    at that place: it is then another ledger, or one that was rewritten.
    """
    document = _open(file)
    period, version, as_of = _source(document)
    if version.last_id and version_at(version.last_id) != version:
        raise CannotVerify(
            _("本机的记录与报告的数据版本 %(version)s 不符：不是同一份台账，或台账被改过")
            % {"version": version}
        )
    shown = _shown(document)
    queries = _queries(document)
    seen = overview(snapshot_of(version, as_of), period, by=by)
    findings = []
    for number, query in sorted(queries.items()):
        found = shown.get(number, "")
        try:
            reckoned = words_of(seen, query)
        except CannotAssemble:
            reckoned = ""
        if found != reckoned:
            findings.append(Finding(number, str(query), found, reckoned))
    findings += [
        Finding(number, "", words, "") for number, words in shown.items() if number not in queries
    ]
    return Verified(len(queries), tuple(findings), period, version)


def _open(file: Path) -> Document:
    try:
        return docx.Document(str(file))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise CannotVerify(_("%(file)s 不是 Word 文件") % {"file": file.name}) from error


def _source(document: Document) -> tuple[Period, Version, datetime]:
    for paragraph in document.paragraphs:
        match = _SOURCE.search(paragraph.text)
        if match:
            moment = datetime.fromisoformat(match[4])
            return period_named(match[1]), Version(int(match[2]), match[3]), moment
    raise CannotVerify(_("文件里没有写数据出处，不是本系统的报告"))


def _shown(document: Document) -> dict[int, str]:
    """The words of every number in a content control of ours, by its number."""
    found: dict[int, str] = {}
    for control in document.element.body.iter(qn("w:sdt")):
        tag = control.find(f"{qn('w:sdtPr')}/{qn('w:tag')}")
        name = tag.get(qn("w:val")) if tag is not None else ""
        if name and name.startswith(TAG) and name[len(TAG) :].isdecimal():
            words = "".join(text.text or "" for text in control.iter(qn("w:t")))
            found[int(name[len(TAG) :])] = words
    return found


def _queries(document: Document) -> dict[int, Query]:
    """The queries of the annex, by number."""
    found: dict[int, Query] = {}
    for table in document.tables:
        for row in table.rows:
            cells = [cell.text for cell in row.cells]
            match = _QUERY.fullmatch(cells[1].strip()) if len(cells) > 1 else None
            if match and cells[0].isdecimal() and match[1] in BY_CODE:
                group = int(match[3]) if match[3] else None
                found[int(cells[0])] = Query(match[1], Level(match[2]), group)
    return found
