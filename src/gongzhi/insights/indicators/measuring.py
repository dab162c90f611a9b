"""From events to indicators: records are grouped by the engine, numbers get their doubt here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _
from ibis.expr import types as ir

from gongzhi.insights.indicators.cells import Cell, Standing
from gongzhi.insights.indicators.definitions import BY_CODE
from gongzhi.insights.indicators.periods import (
    CannotTellPeriod,
    Period,
    first_of_month,
    offset_seconds,
)
from gongzhi.insights.indicators.reading import End, Reading
from gongzhi.insights.indicators.schemes import Scheme, in_scheme
from gongzhi.insights.indicators.shapes import Indicator, Level, Statistic
from gongzhi.insights.indicators.sources import Source
from gongzhi.insights.indicators.statistics import (
    STATISTICS,
    Gathered,
    Grouped,
    added_up,
    densities,
    gather,
    ties_between,
)

_GROUPS = {Level.STREET: "street_id", Level.COMMUNITY: "community_id", Level.UNIT: "unit_id"}


@dataclass(slots=True)
class Measuring:
    """One period of one source, measured as often as asked; shared tables are made once."""

    source: Source
    period: Period
    by_month: bool = False
    scheme: Scheme | None = None
    _reading: Reading = field(init=False)
    _gathered: dict[str, Gathered] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        # What is due after the record was read can't be judged yet, nor a stock be counted.
        known = self.source.as_of or self.period.until
        if self.period.since >= known:
            # Stocks counted now would stand there as those of a time that nobody knows.
            raise CannotTellPeriod(
                _("%(first)s 还没有到，记录里什么都没有") % {"first": self.period.first}
            )
        ends = self.period.ends(by_month=self.by_month)
        self._reading = Reading(
            source=self.source,
            since=self.period.since,
            until=min(self.period.until, known),
            ends=tuple(replace(end, at=min(end.at, known)) for end in _begun(ends, known)),
            ahead=offset_seconds(self.period.since),
        )

    def records(self, indicator: Indicator) -> ir.Table:
        """The records behind an indicator, each with its community, street and month."""
        found = in_scheme(indicator.records(self._reading), self.scheme)
        places = self.source.places.select("place_id", "community_id", "street_id")
        located = found.left_join(places, "place_id")
        month: Any = ibis.literal(0, type="int64")
        if self.by_month:
            ahead = ibis.interval(seconds=offset_seconds(self.period.since))
            local = located["at"] + ahead
            month = local.year().cast("int64") * 12 + local.month().cast("int64") - 1
        return located.mutate(month=ibis.coalesce(located.label, month))

    def grouped(self, indicator: Indicator, level: Level) -> ir.Table:
        """The records with `group`: the id at this level, 0 for the district; strays left out."""
        found = self.records(indicator)
        if level is Level.DISTRICT:
            return found.mutate(group=ibis.literal(0, type="int64"))
        column = found[_GROUPS[level]]
        return found.mutate(group=column).filter(column.notnull())

    def measure(self, indicator: Indicator, level: Level) -> list[Cell]:
        """The cells of one indicator at one level, by group and month; nothing hidden yet."""
        if not indicator.is_recorded or level not in indicator.levels:
            return []
        if indicator.statistic is Statistic.DENSITY:
            grouped = densities(
                self._answer(
                    indicator, level.value, lambda: ties_between(self.grouped(indicator, level))
                )
            )
        else:
            grouped = STATISTICS[indicator.statistic](self._gather(indicator).at(level))
        return [self._cell(indicator, level, grouped, row) for row in range(len(grouped.n))]

    def _gather(self, indicator: Indicator) -> Gathered:
        """The records added up, asked of the engine once for all levels."""
        if indicator.code not in self._gathered:
            units = Level.UNIT in indicator.levels
            table = self._answer(
                indicator,
                "every level",
                lambda: added_up(self.records(indicator), indicator.statistic, units=units),
            )
            self._gathered[indicator.code] = gather(table)
        return self._gathered[indicator.code]

    def _answer(self, indicator: Indicator, of: str, make: Callable[[], ir.Table]) -> pa.Table:
        """The engine's answer; a definition that isn't ours is turned into SQL every time."""
        if BY_CODE.get(indicator.code) is not indicator:
            return make().to_pyarrow()
        left_out = self.scheme.excluded_matters if self.scheme else ()
        return self._reading.answer((indicator.code, of, self.by_month, left_out), make)

    def _cell(self, indicator: Indicator, level: Level, grouped: Grouped, row: int) -> Cell:
        group, month = int(grouped.group[row]), int(grouped.month[row])
        value = grouped.number("value", row)
        return Cell(
            indicator=indicator.code,
            level=level,
            group=group or None,
            month=month if self.by_month else None,
            standing=Standing.TOO_FEW if value is None else Standing.MEASURED,
            n=int(grouped.n[row]),
            numerator=grouped.number("numerator", row),
            denominator=grouped.number("denominator", row),
            value=value,
            lower=grouped.number("lower", row),
            upper=grouped.number("upper", row),
            ninetieth=grouped.number("ninetieth", row),
        )


def _begun(ends: Sequence[End], known: datetime) -> list[End]:
    """The ends whose month had begun when the record was read, or the only one."""
    begun = [
        end
        for end in ends
        if end.label == 0 or first_of_month(end.label) <= known.date() + timedelta(days=1)
    ]
    return begun or list(ends[:1])


def measure(
    measuring: Measuring, indicators: Iterable[Indicator], level: Level
) -> dict[str, list[Cell]]:
    """The cells of many indicators at one level; an indicator without a record has no cell."""
    return {each.code: measuring.measure(each, level) for each in indicators}


def complete(
    cells: Sequence[Cell],
    *,
    indicator: Indicator,
    level: Level,
    groups: Sequence[int | None],
    months: Sequence[int | None] = (None,),
) -> list[Cell]:
    """One cell for each group and month in the order given: where nothing is known, it says so."""
    found = {(cell.group, cell.month): cell for cell in cells}
    return [
        found.get((group, month)) or Cell(indicator.code, level, group, month, Standing.NO_RECORD)
        for group in groups
        for month in months
    ]


def is_share(indicator: Indicator) -> bool:
    """Whether its value is a part of a whole, to be shown as a percentage."""
    return indicator.statistic in {Statistic.SHARE, Statistic.PORTION, Statistic.DENSITY}


def as_counts(cells: Iterable[Cell]) -> np.ndarray:
    """The denominators of these cells, 0 where there is none."""
    return np.array([cell.denominator or 0 for cell in cells])
