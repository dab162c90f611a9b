"""Numbers in words: a value with its limits and counts, or why there is none."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.territory.queries import find_place
from gongzhi.insights.indicators.cells import Cell
from gongzhi.insights.indicators.keeping import usual_period
from gongzhi.insights.indicators.periods import (
    CannotTellPeriod,
    Period,
    first_of_month,
    month_label,
    period_named,
)
from gongzhi.insights.indicators.shapes import Indicator, Level, Statistic
from gongzhi.insights.indicators.tables import RecordView
from gongzhi.insights.indicators.wording import gap_words, value_words


@dataclass(frozen=True, slots=True)
class Told:
    """One number as a page shows it; `value` is empty where there is none, and `note` says why."""

    value: str
    limits: str
    counts: str
    note: str


def tell(cell: Cell, indicator: Indicator) -> Told:
    """A cell in words."""
    if not cell.is_measured:
        return Told("", "", "", gap_words(cell, indicator))
    limits = ""
    if cell.lower is not None and cell.upper is not None:
        lower, upper = value_words(cell.lower, indicator), value_words(cell.upper, indicator)
        limits = _("%(lower)s 至 %(upper)s") % {"lower": lower, "upper": upper}
    return Told(value_words(cell.value or 0, indicator), limits, _counts(cell, indicator), "")


def _counts(cell: Cell, indicator: Indicator) -> str:
    if indicator.statistic is Statistic.HOURS:
        ninetieth = value_words(cell.ninetieth or 0, indicator)
        return _("九成位 %(ninetieth)s，共 %(n)s 件") % {"ninetieth": ninetieth, "n": f"{cell.n:,}"}
    counted = indicator.statistic in {Statistic.SHARE, Statistic.PORTION}
    if counted and cell.denominator is not None:
        return f"{cell.numerator or 0:,.0f} / {cell.denominator:,.0f}"
    if indicator.statistic is Statistic.DENSITY and cell.denominator is not None:
        pairs = f"{cell.numerator or 0:,.0f} / {cell.denominator:,.0f}"
        return _("%(pairs)s 对") % {"pairs": pairs}
    return _("共 %(n)s 件") % {"n": f"{cell.n:,}"}


def name_of(level: Level, group: int | None) -> str:
    """The name of a place or unit; the district's own for none."""
    if group is None:
        return _("全区")
    if level is Level.UNIT:
        unit = find_unit(group)
        return unit.name if unit else _("单位 %(id)s") % {"id": group}
    place = find_place(group)
    return place.name if place else _("地点 %(id)s") % {"id": group}


_SUBJECTS = {
    "ticket": gettext_lazy("工单 %(id)s"),
    "whistle": gettext_lazy("吹哨 %(id)s"),
    "task": gettext_lazy("任务 %(id)s"),
    "need": gettext_lazy("需求 %(id)s"),
    "offer": gettext_lazy("资源 %(id)s"),
    "claim": gettext_lazy("认领 %(id)s"),
    "booking": gettext_lazy("预约 %(id)s"),
    "decision": gettext_lazy("决议 %(id)s"),
    "form": gettext_lazy("报表 %(id)s"),
}
# Subjects with a page of their own, which asks again whether the reader may open it.
_WITH_PAGE = {"ticket", "whistle", "task", "need", "offer", "form"}


@dataclass(frozen=True, slots=True)
class ToldRecord:
    """One record behind a number: what it is, where it opens, and whether it counts."""

    name: str
    href: str
    at: datetime
    category: str
    counts: bool


def tell_record(record: RecordView) -> ToldRecord:
    """A record in words; places and units by their names."""
    kind, number = record.subject_kind, record.subject_id
    if kind == "unit":
        name = name_of(Level.UNIT, number)
    elif kind == "place":
        name = name_of(Level.COMMUNITY, number)
    else:
        name = str(_SUBJECTS.get(kind, kind + " %(id)s")) % {"id": number}
    href = reverse(kind, args=[number]) if kind in _WITH_PAGE else ""
    return ToldRecord(name, href, record.at, record.category, bool(record.numerator))


def period_choices(today: date) -> list[tuple[str, str]]:
    """The last twelve months, this year and the last, and the last four quarters that are over."""
    choices = [
        (str(usual_period(today)), _("近 12 个月")),
        (f"{today.year}", _("%(year)s 年") % {"year": today.year}),
        (f"{today.year - 1}", _("%(year)s 年") % {"year": today.year - 1}),
    ]
    quarter = today.year * 4 + (today.month - 1) // 3
    for label in range(quarter - 1, quarter - 5, -1):
        year, number_of = label // 4, label % 4 + 1
        words = _("%(year)s 年第 %(quarter)s 季度") % {"year": year, "quarter": number_of}
        choices.append((f"{year}Q{number_of}", words))
    return choices


def period_asked(words: str, today: date) -> Period:
    """The period that an address names, or the last twelve months; never past today."""
    try:
        asked = period_named(words) if words else None
    except CannotTellPeriod:
        asked = None
    if asked is None or asked.first > today:
        asked = period_named(period_choices(today)[0][0])
    return Period(asked.first, min(asked.last, today))


def period_words(period: Period) -> str:
    """A period as people say it."""
    return _("%(first)s 至 %(last)s") % {
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
    }


def months_before(today: date) -> Period:
    """The twenty-four months that control charts look back over."""
    return Period(first_of_month(month_label(today - timedelta(days=1)) - 23), today)
