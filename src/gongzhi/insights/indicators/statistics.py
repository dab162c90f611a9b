"""How grouped records become numbers with limits: one function for each kind of statistic."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
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
from gongzhi.insights.indicators.shapes import Statistic

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


def _columns(table: ir.Table) -> dict[str, np.ndarray]:
    found = table.order_by(["group", "month"]).to_pyarrow()
    return {name: found[name].to_numpy(zero_copy_only=False) for name in found.column_names}


def _sums(records: ir.Table) -> dict[str, np.ndarray]:
    return _columns(
        records.group_by("group", "month").aggregate(
            n=records.count(),
            numerator=records.numerator.sum(),
            denominator=records.denominator.sum(),
        )
    )


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


def shares(records: ir.Table) -> Grouped:
    """Successes of trials, with Wilson or mid-p limits."""
    sums = _sums(records)
    return _with(sums, proportion_intervals(sums["numerator"], sums["denominator"]))


def rates(records: ir.Table) -> Grouped:
    """Events per unit of exposure; a group with events and no exposure can't be told."""
    sums = _sums(records)
    exposed = sums["denominator"] > 0
    events = np.where(exposed, np.round(sums["numerator"]), 0)
    return _with(sums, rate_intervals(events, np.where(exposed, sums["denominator"], 0.0)))


def means(records: ir.Table) -> Grouped:
    """The mean of a stock, or a part of an amount; all was counted, so chance has no part in it."""
    sums = _sums(records)
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


def hours(records: ir.Table) -> Grouped:
    """Median with limits, and the 90th percentile."""
    # One whole number a cell: a million rows are told apart by it ten times as fast as by two.
    cell = records["group"] * _MONTHS + records["month"]
    found = records.select(cell=cell, numerator="numerator").to_pyarrow()
    values = found["numerator"].to_numpy()
    cells, index = np.unique(found["cell"].to_numpy(), return_inverse=True)
    count = len(cells)
    n = np.bincount(index, minlength=count)
    median = quantile_intervals(values, groups=index, n_groups=count, probability=0.5)
    ninetieth = quantile_intervals(values, groups=index, n_groups=count, probability=0.9)
    few = n < _FEWEST_HOURS
    return Grouped(
        group=cells // _MONTHS,
        month=cells % _MONTHS,
        n=n,
        denominator=np.ma.asarray(n),
        value=np.ma.masked_where(few, median.estimate),
        lower=median.lower,
        upper=median.upper,
        ninetieth=np.ma.masked_where(few, ninetieth.estimate),
    )


def _tallies(records: ir.Table, *by: str) -> tuple[Whole, Whole, np.ndarray]:
    """Groups, months, and (cells, keys, …) counts of the values of `by`."""
    counted = records.group_by("group", "month", *by).aggregate(n=records.count())
    columns = _columns(counted)
    pairs = np.stack([columns["group"], columns["month"]])
    cells, row = np.unique(pairs, axis=1, return_inverse=True)
    shape = [cells.shape[1]]
    index = [row.reshape(-1)]
    for name in by:
        values, column = np.unique(columns[name].astype(str), return_inverse=True)
        if name == "side":
            values, column = np.array(["need", "offer"]), (columns[name] == "offer").astype(int)
        shape.append(len(values))
        index.append(column)
    # A kind that nothing was of changes no share, and lets one kind alone be told from no kinds.
    tallies = np.zeros((shape[0], shape[1] + 1, *shape[2:]))
    np.add.at(tallies, tuple(index), columns["n"])
    return cells[0], cells[1], tallies


def concentrations(records: ir.Table) -> Grouped:
    """Σ share² over the keys."""
    group, month, tallies = _tallies(records, "key")
    if not len(group):
        return Grouped(group, month, group)
    many = len(group) > _MOST_RESAMPLED
    found = concentration_delta(tallies) if many else concentration_intervals(tallies)
    total = tallies.sum(axis=1)
    sums = {"group": group, "month": month, "n": total.astype(int)}
    return Grouped(**sums, value=found.estimate, lower=found.lower, upper=found.upper)


def gaps(records: ir.Table) -> Grouped:
    """½ Σ |share of needs − share of offers| over the keys."""
    records = records.mutate(side=ibis.ifelse(records.numerator > 0, "need", "offer"))
    group, month, tallies = _tallies(records, "key", "side")
    if not len(group):
        return Grouped(group, month, group)
    needs, offers = tallies[:, :, 0], tallies[:, :, 1]
    found = gap_intervals(needs, offers)
    n = tallies.sum(axis=(1, 2)).astype(int)
    return Grouped(
        group=group,
        month=month,
        n=n,
        numerator=np.ma.asarray(needs.sum(axis=1)),
        denominator=np.ma.asarray(offers.sum(axis=1)),
        value=found.estimate,
        lower=found.lower,
        upper=found.upper,
    )


def densities(records: ir.Table) -> Grouped:
    """Pairs of units with a joint item out of all pairs of units at work; all were counted."""
    took_part = records.select("group", "month", "key", "unit_id").distinct()
    units = took_part.group_by("group", "month").aggregate(units=took_part.unit_id.nunique())
    other = took_part.select("group", "month", "key", other="unit_id")
    pairs = took_part.inner_join(other, ["group", "month", "key"])
    pairs = pairs.filter(pairs.unit_id < pairs.other)
    linked = pairs.select("group", "month", "unit_id", "other").distinct()
    ties = linked.group_by("group", "month").aggregate(ties=linked.count())
    found = units.left_join(ties, ["group", "month"])
    columns = _columns(found.select("group", "month", "units", ties=found.ties.fill_null(0)))
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


STATISTICS: dict[Statistic, Callable[[ir.Table], Grouped]] = {
    Statistic.SHARE: shares,
    Statistic.RATE: rates,
    Statistic.MEAN: means,
    Statistic.PORTION: means,
    Statistic.HOURS: hours,
    Statistic.CONCENTRATION: concentrations,
    Statistic.DENSITY: densities,
    Statistic.GAP: gaps,
}
