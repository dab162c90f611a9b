"""Who is different beyond chance: the one claim about communities, and the pictures of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gongzhi.engines.measurement.control_charts import draw_chart
from gongzhi.engines.measurement.differences import Comparison, find_differences
from gongzhi.engines.measurement.funnels import draw_funnel, funnel_limits
from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.insights.indicators.cells import Cell
from gongzhi.insights.indicators.shapes import Better, Indicator, Level, Statistic
from gongzhi.insights.indicators.tables import IndicatorTable

ERROR_RATE = 0.05
_FEWEST_GROUPS = 5
_GRID = 60


@dataclass(frozen=True, slots=True)
class StandsOut:
    """One group that is different from the district beyond chance."""

    indicator: Indicator
    level: Level
    group: int
    value: float
    target: float
    is_better: bool | None  # None: neither way is better


@dataclass(frozen=True, slots=True)
class Scan:
    """All comparisons made together, and what stood out of them."""

    standing_out: tuple[StandsOut, ...]
    tests: int
    indicators: tuple[Indicator, ...]  # those that could be compared


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """One group: how many records, its value, whether it lies beyond what chance explains."""

    group: int
    size: float
    value: float
    beyond: bool


@dataclass(frozen=True, slots=True)
class FunnelPicture:
    """Points, target, and limits over a grid of sizes (95 % and 99.8 %)."""

    points: tuple[FunnelPoint, ...]
    target: float
    sizes: tuple[float, ...]
    inner: tuple[tuple[float, float], ...]
    outer: tuple[tuple[float, float], ...]
    widened: bool


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One month: its value and limits; None where nothing was counted or it is hidden."""

    month: int
    value: float | None
    lower: float | None
    upper: float | None
    beyond: bool


@dataclass(frozen=True, slots=True)
class ChartPicture:
    """A control chart of months."""

    points: tuple[ChartPoint, ...]
    centre: float


def can_compare(indicator: Indicator) -> bool:
    """Whether its groups can be held against chance: counts out of counts."""
    return indicator.statistic is Statistic.SHARE


def _counted(table: IndicatorTable) -> list[tuple[int, Cell]]:
    return [
        (group, row[0])
        for group, row in zip(table.groups, table.rows, strict=True)
        if group is not None and row[0].is_measured and row[0].denominator
    ]


def compare(tables: Sequence[IndicatorTable]) -> Scan:
    """Hold every group of these tables (all of one level) against the district, together.

    Only what may be shown takes part: hidden cells would be given away by a verdict. Indicators
    with fewer than five groups are left out.
    """
    usable = [t for t in tables if can_compare(t.indicator) and len(_counted(t)) >= _FEWEST_GROUPS]
    if not usable:
        return Scan((), 0, ())
    groups = sorted({group for table in usable for group, _cell in _counted(table)})
    comparisons = {}
    for table in usable:
        cells = dict(_counted(table))
        observed = [cells[g].numerator or 0 if g in cells else 0 for g in groups]
        sizes = [cells[g].denominator or 0 if g in cells else 0 for g in groups]
        comparisons[table.indicator.code] = Comparison(observed, sizes)
    names = [str(group) for group in groups]
    found = find_differences(comparisons, names, error_rate=ERROR_RATE)
    by_code = {table.indicator.code: table for table in usable}
    return Scan(
        standing_out=tuple(
            StandsOut(
                indicator=by_code[verdict.indicator].indicator,
                level=by_code[verdict.indicator].level,
                group=int(verdict.community),
                value=verdict.estimate,
                target=verdict.target,
                is_better=_is_better(by_code[verdict.indicator].indicator, verdict.direction),
            )
            for verdict in found.different
        ),
        tests=found.tests,
        indicators=tuple(table.indicator for table in usable),
    )


def _is_better(indicator: Indicator, direction: str) -> bool | None:
    if indicator.better is Better.NEITHER:
        return None
    return (direction == "above") == (indicator.better is Better.HIGHER)


def funnel_of(table: IndicatorTable) -> FunnelPicture | None:
    """The funnel of a table of one column; None where too few groups can be drawn."""
    counted = _counted(table)
    if not can_compare(table.indicator) or len(counted) < _FEWEST_GROUPS:
        return None
    observed = np.array([cell.numerator or 0 for _group, cell in counted])
    sizes = np.array([cell.denominator or 0 for _group, cell in counted])
    funnel = draw_funnel(observed[:, None], sizes[:, None])
    target = float(funnel.target[0])
    widened = bool(funnel.adjusted[0])
    # Whole sizes only: a share of 40.5 tickets has no exact limits.
    grid = np.unique(np.linspace(max(1, sizes.min() * 0.8), sizes.max() * 1.05, _GRID).round())
    between = float(funnel.between[0]) if widened else 0.0
    inner, outer = (_limits(grid, target, level, between) for level in (0.95, 0.998))
    scan = compare([table])
    beyond = {out.group for out in scan.standing_out}
    points = tuple(
        FunnelPoint(
            group=group,
            size=float(cell.denominator or 0),
            value=cell.value or 0.0,
            beyond=group in beyond,
        )
        for group, cell in counted
    )
    return FunnelPicture(points, target, tuple(map(float, grid)), inner, outer, widened)


def _limits(
    grid: np.ndarray, target: float, level: float, between: float
) -> tuple[tuple[float, float], ...]:
    if not 0 < target < 1:
        return ()
    lower, upper = funnel_limits(
        grid, target=target, kind="proportion", level=level, between=between
    )
    return tuple((float(a), float(b)) for a, b in zip(lower, upper, strict=True))


def chart_of(cells: Sequence[Cell]) -> ChartPicture | None:
    """The control chart of months of one group; None with fewer than three months of record."""
    counted = [cell for cell in cells if cell.is_measured and cell.denominator]
    if len(counted) < 3:
        return None
    events = np.array([c.numerator or 0 if c.is_measured else 0 for c in cells])
    sizes = np.array([c.denominator or 0 if c.is_measured else 0 for c in cells])
    try:
        chart = draw_chart(events, sizes)
    except CannotMeasure:
        return None
    masked = np.ma.getmaskarray(chart.value)
    points = []
    for position, cell in enumerate(cells):
        if masked[position] or cell.month is None:
            points.append(ChartPoint(cell.month or 0, None, None, None, beyond=False))
            continue
        points.append(
            ChartPoint(
                month=cell.month,
                value=float(chart.value[position]),
                lower=float(chart.lower[position]),
                upper=float(chart.upper[position]),
                beyond=bool(abs(chart.z[position]) > 3),
            )
        )
    return ChartPicture(tuple(points), float(np.ravel(chart.centre)[0]))
