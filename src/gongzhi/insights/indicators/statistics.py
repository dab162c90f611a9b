"""How grouped records become numbers with limits: one function for each kind of statistic."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr import types as ir

from gongzhi.engines.measurement.concentration import (
    concentration_delta,
    concentration_intervals,
    gap_intervals,
)
from gongzhi.engines.measurement.intervals import Intervals
from gongzhi.engines.measurement.proportions import proportion_intervals
from gongzhi.engines.measurement.quantiles import quantile_intervals
from gongzhi.engines.measurement.rates import rate_intervals
from gongzhi.insights.indicators.shapes import Level, Statistic

_TYPES = {"key": pa.string(), "numerator": pa.float64(), "denominator": pa.float64()}
_KEYED = {Statistic.CONCENTRATION, Statistic.GAP}
Whole = np.ndarray[Any, np.dtype[np.int64]]
# Beyond so many cells the resampled limits of concentrations take too long; see docs/indicators.md.
_MOST_RESAMPLED = 60
_FEWEST_HOURS = 5
_MONTHS = 1_000_000  # more than any label of a month


@dataclass(frozen=True, slots=True)
class Grouped:
    """One row a group and month; a masked value is one that can't be told."""

    group: Whole
    month: Whole
    n: Whole
    numerator: np.ma.MaskedArray | None = None
    denominator: np.ma.MaskedArray | None = None
    value: np.ma.MaskedArray | None = None
    lower: np.ma.MaskedArray | None = None
    upper: np.ma.MaskedArray | None = None
    ninetieth: np.ma.MaskedArray | None = None

    def number(self, name: str, row: int) -> float | None:
        """One value of a column; None where there is none."""
        column = getattr(self, name)
        if column is None or np.ma.getmaskarray(column)[row]:
            return None
        return float(np.ma.getdata(column)[row])


@dataclass(frozen=True, slots=True)
class Gathered:
    """The records of one indicator, added up by the engine once for every level.

    One row a community, street, unit, month and key (hours: one a record); 0 is no group.
    """

    community: Whole
    street: Whole
    unit: Whole
    month: Whole
    n: Whole
    numerator: np.ndarray
    denominator: np.ndarray
    key: np.ndarray

    def at(self, level: Level) -> "Leveled":
        """The rows of a level, told apart by cell; strays belong to the district alone."""
        columns = {
            Level.STREET: self.street,
            Level.COMMUNITY: self.community,
            Level.UNIT: self.unit,
        }
        group = columns.get(level, np.zeros_like(self.month))
        keep = np.flatnonzero(group > 0) if level in columns else np.arange(len(group))
        cells, cell = np.unique(group[keep] * _MONTHS + self.month[keep], return_inverse=True)
        return Leveled(self, keep, cells // _MONTHS, cells % _MONTHS, cell)


@dataclass(frozen=True, slots=True)
class Leveled:
    """The gathered rows of one level: which they are, the cells, and the cell of each row."""

    rows: Gathered
    keep: Whole
    group: Whole
    month: Whole
    cell: Whole

    def add(self, column: np.ndarray) -> np.ndarray:
        """The sum of a column over each cell."""
        return np.bincount(self.cell, weights=column[self.keep], minlength=len(self.group))

    @property
    def n(self) -> Whole:
        """How many records each cell has."""
        return self.add(self.rows.n).astype(np.int64)


_BY = ("community_id", "street_id", "month")


def added_up(records: ir.Table, statistic: Statistic, *, units: bool) -> ir.Table:
    """One question to the engine; `units` where the indicator is told of units too."""
    unit = records.unit_id.fill_null(0) if units else ibis.literal(0, type="int64")
    found = records.select(
        "month",
        "numerator",
        "denominator",
        community_id=records.community_id.fill_null(0),
        street_id=records.street_id.fill_null(0),
        unit=unit,
        key=records.key.fill_null("") if statistic in _KEYED else ibis.literal(""),
    )
    if statistic is Statistic.HOURS:
        found = found.mutate(n=ibis.literal(1, type="int64"))
    else:
        by = [*_BY, "unit", "key"]
        if statistic is Statistic.GAP:
            by.append("numerator")
        sums = {name: found[name].sum() for name in ("numerator", "denominator") if name not in by}
        found = found.group_by(by).aggregate(n=found.count(), **sums)
    return found


def gather(table: pa.Table) -> Gathered:
    """What the engine answered to `added_up`."""
    column = _columns(table)
    return Gathered(
        community=column["community_id"],
        street=column["street_id"],
        unit=column["unit"],
        month=column["month"],
        n=column["n"],
        numerator=column["numerator"],
        denominator=column["denominator"],
        key=column["key"],
    )


def _columns(table: pa.Table) -> dict[str, np.ndarray]:
    """The columns as arrays of one type each, whatever width the engine chose for its answer."""
    types = [(name, _TYPES.get(name, pa.int64())) for name in table.column_names]
    wide = table.cast(pa.schema(types))
    return {name: wide[name].to_numpy(zero_copy_only=False) for name in wide.column_names}


def _sums(found: Leveled) -> dict[str, np.ndarray]:
    return {
        "group": found.group,
        "month": found.month,
        "n": found.n,
        "numerator": found.add(found.rows.numerator),
        "denominator": found.add(found.rows.denominator),
    }


def _with(sums: dict[str, np.ndarray], found: Intervals) -> Grouped:
    return Grouped(
        group=sums["group"],
        month=sums["month"],
        n=sums["n"],
        numerator=np.ma.asarray(sums["numerator"]),
        denominator=np.ma.asarray(sums["denominator"]),
        value=found.estimate,
        lower=found.lower,
        upper=found.upper,
    )


def shares(found: Leveled) -> Grouped:
    """Successes of trials, with Wilson or mid-p limits."""
    sums = _sums(found)
    return _with(sums, proportion_intervals(sums["numerator"], sums["denominator"]))


def rates(found: Leveled) -> Grouped:
    """Events per unit of exposure; a group with events and no exposure can't be told."""
    sums = _sums(found)
    exposed = sums["denominator"] > 0
    events = np.where(exposed, np.round(sums["numerator"]), 0)
    return _with(sums, rate_intervals(events, np.where(exposed, sums["denominator"], 0.0)))


def means(found: Leveled) -> Grouped:
    """The mean of a stock, or a part of an amount; all was counted, so chance has no part in it."""
    sums = _sums(found)
    nothing = sums["denominator"] <= 0
    return Grouped(
        group=sums["group"],
        month=sums["month"],
        n=sums["n"],
        numerator=np.ma.asarray(sums["numerator"]),
        denominator=np.ma.asarray(sums["denominator"]),
        value=np.ma.masked_where(
            nothing, sums["numerator"] / np.where(nothing, 1.0, sums["denominator"])
        ),
    )


def hours(found: Leveled) -> Grouped:
    """Median with limits, and the 90th percentile."""
    values = found.rows.numerator[found.keep]
    index, count, n = found.cell, len(found.group), found.n
    median = quantile_intervals(values, groups=index, n_groups=count, probability=0.5)
    ninetieth = quantile_intervals(values, groups=index, n_groups=count, probability=0.9)
    few = n < _FEWEST_HOURS
    return Grouped(
        group=found.group,
        month=found.month,
        n=n,
        denominator=np.ma.asarray(n),
        value=np.ma.masked_where(few, median.estimate),
        lower=median.lower,
        upper=median.upper,
        ninetieth=np.ma.masked_where(few, ninetieth.estimate),
    )


def _tallies(found: Leveled, rows: np.ndarray | None = None) -> np.ndarray:
    """(cells, keys) counts, of all rows or of some."""
    keys, column = np.unique(found.rows.key[found.keep].astype(str), return_inverse=True)
    # A key that nothing was of changes no share, and lets one key alone be told from no keys.
    tallies = np.zeros((len(found.group), len(keys) + 1))
    counted = found.rows.n[found.keep] * (1 if rows is None else rows)
    np.add.at(tallies, (found.cell, column), counted)
    return tallies


def concentrations(found: Leveled) -> Grouped:
    """Σ share² over the keys."""
    if not len(found.group):
        return Grouped(found.group, found.month, found.group)
    tallies = _tallies(found)
    many = len(found.group) > _MOST_RESAMPLED
    seen = concentration_delta(tallies) if many else concentration_intervals(tallies)
    return Grouped(
        group=found.group,
        month=found.month,
        n=found.n,
        value=seen.estimate,
        lower=seen.lower,
        upper=seen.upper,
    )


def gaps(found: Leveled) -> Grouped:
    """½ Σ |share of needs − share of offers| over the keys."""
    if not len(found.group):
        return Grouped(found.group, found.month, found.group)
    is_need = found.rows.numerator[found.keep] > 0
    needs, offers = _tallies(found, is_need), _tallies(found, ~is_need)
    seen = gap_intervals(needs, offers)
    return Grouped(
        group=found.group,
        month=found.month,
        n=found.n,
        numerator=np.ma.asarray(needs.sum(axis=1)),
        denominator=np.ma.asarray(offers.sum(axis=1)),
        value=seen.estimate,
        lower=seen.lower,
        upper=seen.upper,
    )


def ties_between(records: ir.Table) -> ir.Table:
    """One question to the engine: units at work in each group and month, and pairs of them tied."""
    took_part = records.select("group", "month", "key", "unit_id").distinct()
    units = took_part.group_by("group", "month").aggregate(units=took_part.unit_id.nunique())
    other = took_part.select("group", "month", "key", other="unit_id")
    pairs = took_part.inner_join(other, ["group", "month", "key"])
    pairs = pairs.filter(pairs.unit_id < pairs.other)
    linked = pairs.select("group", "month", "unit_id", "other").distinct()
    ties = linked.group_by("group", "month").aggregate(ties=linked.count())
    found = units.left_join(ties, ["group", "month"])
    found = found.select("group", "month", "units", ties=found.ties.fill_null(0))
    return found.order_by(["group", "month"])


def densities(table: pa.Table) -> Grouped:
    """Pairs of units with a joint item out of all pairs of units at work; all were counted."""
    columns = _columns(table)
    size = columns["units"]
    possible = size * (size - 1) / 2
    return Grouped(
        group=columns["group"],
        month=columns["month"],
        n=size,
        numerator=np.ma.asarray(columns["ties"]),
        denominator=np.ma.asarray(possible),
        value=np.ma.masked_where(possible == 0, columns["ties"] / np.maximum(possible, 1)),
    )


STATISTICS: dict[Statistic, Callable[[Leveled], Grouped]] = {
    Statistic.SHARE: shares,
    Statistic.RATE: rates,
    Statistic.MEAN: means,
    Statistic.PORTION: means,
    Statistic.HOURS: hours,
    Statistic.CONCENTRATION: concentrations,
    Statistic.GAP: gaps,
}
