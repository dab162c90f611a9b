"""Assessment schemes: which indicators count how much, what is left out, from when until when.

A scheme is data with dates. A changed scheme is a new version; the old one stays, so that what was
assessed under it can be assessed again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from math import sqrt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from ibis.expr import types as ir

from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record
from gongzhi.commons.permissions.actors import SYSTEM, Actor
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.insights.indicators.cells import Cell
from gongzhi.insights.indicators.definitions import BY_CODE
from gongzhi.insights.indicators.shapes import Better, Statistic

INSTALLED = declare(
    "scheme.installed",
    "assessment schemes were put in force; versions as code/version, and the file's SHA-256",
    "added",
    "removed",
    "changed",
    "file",
)
_LONGEST_CODE = 100  # the ledger names versions by it
_ALL_SCHEMES = Subject("scheme", 1)  # an installation has one list of them
STANDARD = Path(__file__).with_name("standard_schemes.json")


class CannotReadScheme(ValueError):
    """A list of schemes that makes no sense, and where."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One version of a scheme; `weights` add up to 1."""

    code: str
    version: int
    name: str
    begins: date
    ends: date | None
    weights: Mapping[str, float]
    excluded_matters: tuple[str, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether this version is in force on a day."""
        return self.begins <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Assessed:
    """A weighted mean of shares with its limits, and the weight that had no record.

    It has no value where a weighted indicator has none: filling the gap would invent it.
    """

    group: int | None
    value: float | None
    lower: float | None
    upper: float | None
    missing: tuple[str, ...]


def schemes_file() -> Path:
    """Where this installation keeps its own schemes; without it the standard ones hold."""
    return Path(settings.DATA_FOLDER) / "assessment-schemes.json"


def known_schemes() -> tuple[Scheme, ...]:
    """The schemes of this installation, or the standard ones."""
    own = schemes_file()
    return read_schemes(own if own.is_file() else STANDARD)


def install_schemes(file: Path, *, by: Actor, at: datetime) -> tuple[Scheme, ...]:
    """Let the schemes of a file hold here from now on; only who runs the installation may.

    Refuses what would change the past: a version that has begun stays as it is, except that a day
    from today on may be set on which it ends. The event tells which versions came, went or were
    changed, and the digest of the file; the file is replaced last, so that without the event
    nothing is changed.
    """
    if by != SYSTEM:
        raise NotPermitted("schemes.install")
    text = file.read_text("utf-8")
    schemes, before = read_schemes(file), known_schemes()
    _keep_the_past(before, schemes, today=localdate(at))
    draft = schemes_file().with_suffix(".part")
    try:
        draft.write_text(text, "utf-8")
        with transaction.atomic():
            data: dict[str, Plain] = {
                **_differences(before, schemes),
                "file": sha256(text.encode()).hexdigest(),
            }
            record(NewEvent(_ALL_SCHEMES, INSTALLED, at, data=data))
            draft.replace(schemes_file())
    finally:
        draft.unlink(missing_ok=True)
    return schemes


def _differences(before: Sequence[Scheme], after: Sequence[Scheme]) -> dict[str, list[str]]:
    """Which versions came, went or say something else now."""
    old = {f"{each.code}/{each.version}": each for each in before}
    new = {f"{each.code}/{each.version}": each for each in after}
    return {
        "added": sorted(set(new) - set(old)),
        "removed": sorted(set(old) - set(new)),
        "changed": sorted(name for name in set(old) & set(new) if old[name] != new[name]),
    }


def _keep_the_past(before: Sequence[Scheme], after: Sequence[Scheme], *, today: date) -> None:
    new = {(each.code, each.version): each for each in after}
    for old in before:
        if old.begins > today:
            continue
        kept = new.get((old.code, old.version))
        if kept is None or replace(kept, ends=old.ends) != old:
            raise CannotReadScheme(
                _("%(name)s第 %(version)s 版已经生效，不能改也不能删；请另加一版")
                % {"name": old.name, "version": old.version}
            )
        if kept.ends != old.ends and (kept.ends is None or kept.ends < today):
            raise CannotReadScheme(
                _("%(name)s第 %(version)s 版的截止日期只能改成今天或以后")
                % {"name": old.name, "version": old.version}
            )


def read_schemes(file: Path = STANDARD) -> tuple[Scheme, ...]:
    """The schemes of a JSON list; raises `CannotReadScheme` naming the entry."""
    schemes: list[Scheme] = []
    try:
        rows = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        words = _("%(file)s 不是 JSON：%(error)s") % {"file": file.name, "error": error}
        raise CannotReadScheme(words) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CannotReadScheme(_("%(file)s 应是一个列表，每项一个方案") % {"file": file.name})
    for number, row in enumerate(rows, start=1):
        try:
            scheme = Scheme(
                code=row["code"],
                version=row["version"],
                name=row["name"],
                begins=date.fromisoformat(row["begins"]),
                ends=date.fromisoformat(row["ends"]) if row.get("ends") else None,
                weights={str(code): float(part) for code, part in row["weights"].items()},
                excluded_matters=_codes(row.get("excluded_matters", [])),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CannotReadScheme(_in(number, _unread(error))) from error
        if reason := _wrong(scheme, schemes):
            raise CannotReadScheme(_in(number, reason))
        schemes.append(scheme)
    return tuple(schemes)


def _codes(listed: Any) -> tuple[str, ...]:
    if not isinstance(listed, list) or not all(isinstance(code, str) for code in listed):
        raise TypeError(_("excluded_matters 须是事项编码的列表"))
    return tuple(listed)


def _in(number: int, reason: str) -> str:
    return _("第 %(number)d 个方案：%(reason)s") % {"number": number, "reason": reason}


def _unread(error: Exception) -> str:
    if isinstance(error, KeyError):
        return _("没有写 %(name)s") % {"name": error.args[0]}
    return _("读不懂（%(error)s）") % {"error": error}


def _wrong(scheme: Scheme, before: Sequence[Scheme]) -> str:
    """What makes no sense in a scheme, in words; nothing where all is well."""
    if not isinstance(scheme.code, str) or not 0 < len(scheme.code) <= _LONGEST_CODE:
        return _("code 须是 1 到 %(most)d 个字") % {"most": _LONGEST_CODE}
    if type(scheme.version) is not int or not 0 < scheme.version < 1_000_000:
        return _("version 须是 1 到 999999 的整数")
    return _wrong_weights(scheme) or _overlapping(scheme, before)


def _wrong_weights(scheme: Scheme) -> str:
    if not scheme.weights:
        return _("没有权重")
    if unknown := set(scheme.weights) - set(BY_CODE):
        return _("没有指标 %(names)s") % {"names": "、".join(sorted(unknown))}
    weighed = [BY_CODE[code] for code in scheme.weights]
    if odd := [each.code for each in weighed if each.statistic is not Statistic.SHARE]:
        return _("只能给比率加权，%(names)s不是") % {"names": "、".join(odd)}
    parts = scheme.weights.values()
    if not all(part > 0 for part in parts) or not abs(sum(parts) - 1) <= 1e-9:  # NaN is neither
        return _("权重须为正数，合计为 1")
    return ""


def _overlapping(scheme: Scheme, before: Sequence[Scheme]) -> str:
    for other in before:
        if other.code == scheme.code and (
            other.holds_on(scheme.begins) or scheme.holds_on(other.begins)
        ):
            named = {"code": other.code, "version": other.version}
            return _("与 %(code)s 第 %(version)s 版的时间重叠") % named
    return ""


def scheme_on(code: str, day: date, schemes: Sequence[Scheme]) -> Scheme | None:
    """The version of a scheme that holds on a day; None where none does."""
    return next((each for each in schemes if each.code == code and each.holds_on(day)), None)


def in_scheme(records: ir.Table, scheme: Scheme | None) -> ir.Table:
    """The records without the matters that the scheme leaves out."""
    if scheme is None:
        return records
    matter = records.category.fill_null("")
    for code in scheme.excluded_matters:
        records = records.filter((matter != code) & ~matter.startswith(f"{code}."))
    return records


def assess(scheme: Scheme, cells: Mapping[str, Cell], *, group: int | None) -> Assessed:
    """The weighted mean of one group's shares, each turned so that more is better.

    Limits: half-widths combined as if the indicators were independent (square root of the sum of
    squares), which is somewhat too narrow where they move together.
    """
    missing = tuple(
        code for code in scheme.weights if code not in cells or not cells[code].is_measured
    )
    if missing:
        return Assessed(group, None, None, None, missing)
    value = below = above = 0.0
    for code, weight in scheme.weights.items():
        cell = cells[code]
        assert cell.value is not None
        assert cell.lower is not None
        assert cell.upper is not None
        down, up = cell.value - cell.lower, cell.upper - cell.value
        good = cell.value
        if BY_CODE[code].better is Better.LOWER:
            good, down, up = 1 - cell.value, up, down
        value += weight * good
        below += (weight * down) ** 2
        above += (weight * up) ** 2
    return Assessed(group, value, max(0.0, value - sqrt(below)), min(1.0, value + sqrt(above)), ())
