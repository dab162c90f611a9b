"""Is every number of a report what the record says? Reckoned again, from the file alone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from gongzhi.commons.ledger.columns import Version, version_at
from gongzhi.commons.permissions.actors import Actor
from gongzhi.insights.indicators.overview import Overview, overview
from gongzhi.insights.indicators.periods import CannotTellPeriod, Period
from gongzhi.insights.indicators.snapshots import Snapshot
from gongzhi.insights.reports.assembly import CannotAssemble, words_of
from gongzhi.insights.reports.contents import Query
from gongzhi.insights.reports.reading_back import CannotVerify, ReadBack, read_back

__all__ = ["CannotVerify", "Finding", "Verified", "verify_report"]


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
    """Reckon every number of a Word file or page anew, from the version of the data it names.

    Raises `CannotVerify` for a file that names no source, and where the record has another event
    at that place: it is then another ledger, or one that was rewritten.
    """
    read = read_back(file)
    if read.version.last_id and version_at(read.version.last_id) != read.version:
        raise CannotVerify(
            _("本机的记录与报告的数据版本 %(version)s 不符：不是同一份台账，或台账被改过")
            % {"version": read.version}
        )
    with translation.override(read.language):
        try:
            seen = overview(snapshot_of(read.version, read.as_of), read.period, by=by)
        except CannotTellPeriod as error:  # of a time after its own reading: no report of ours
            raise CannotVerify(str(error)) from error
        findings = _findings(read, seen)
    return Verified(len(read.sources), tuple(findings), read.period, read.version)


def _findings(read: ReadBack, seen: Overview) -> list[Finding]:
    """Every place where a number stands is held against the record, and against its source."""
    findings = []
    for claim in read.claims:
        source = read.sources.get(claim.number)
        if source is None:
            findings.append(Finding(claim.number, "", claim.words, ""))
            continue
        reckoned = _reckoned(seen, source)
        if claim.words != reckoned or claim.query != str(source):
            findings.append(Finding(claim.number, str(source), claim.words, reckoned))
    shown = {claim.number for claim in read.claims}
    findings += [
        Finding(number, str(query), "", _reckoned(seen, query))
        for number, query in read.sources.items()
        if number not in shown
    ]
    return sorted(findings, key=lambda finding: finding.number)


def _reckoned(seen: Overview, query: Query) -> str:
    try:
        return words_of(seen, query)
    except CannotAssemble:
        return ""
