"""Tables of indicators as an actor may see them: small cells hidden, gaps named, totals beside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import ibis

from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted, Reach, reach
from gongzhi.commons.territory.queries import find_place, subtree_ids
from gongzhi.insights.indicators.cells import Cell, Standing
from gongzhi.insights.indicators.hiding import Tree, hide_small, hide_tree
from gongzhi.insights.indicators.measuring import Measuring, complete
from gongzhi.insights.indicators.shapes import Indicator, Level


@dataclass(frozen=True, slots=True)
class IndicatorTable:
    """One indicator at one level: a row of cells for each group, and the district's totals."""

    indicator: Indicator
    level: Level
    groups: tuple[int | None, ...]
    months: tuple[int | None, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...]

    def row_of(self, group: int | None) -> tuple[Cell, ...] | None:
        """The cells of one group; None where it has none here."""
        return self.rows[self.groups.index(group)] if group in self.groups else None


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record behind a number."""

    subject_kind: str
    subject_id: int
    at: datetime  # UTC, without a zone
    category: str
    numerator: float
    place_id: int | None
    unit_id: int | None


def readable(by: Actor) -> Reach:
    """How far an actor may read indicators; raises `NotPermitted` where nowhere."""
    granted = reach(by, "indicators.read")
    if granted.nowhere:
        raise NotPermitted("indicators.read")
    return granted


def tabulate(
    measuring: Measuring, indicator: Indicator, level: Level, *, by: Actor
) -> IndicatorTable:
    """The table of an indicator at a level, as far as `by` may see it."""
    readable(by)
    return seen_by(whole_table(measuring, indicator, level), by)


def seen_by(table: IndicatorTable, by: Actor) -> IndicatorTable:
    """The part of a whole table that `by` may see, with the district's totals.

    Hiding was decided over the whole district before anything is left out, so that two people who
    see different parts can't put together what neither may know.
    """
    granted = readable(by)
    seen = [
        (group, row)
        for group, row in zip(table.groups, table.rows, strict=True)
        if _may_see(granted, table.level, group)
    ]
    return replace(
        table,
        groups=tuple(group for group, _row in seen),
        rows=tuple(row for _group, row in seen),
    )


def whole_table(measuring: Measuring, indicator: Indicator, level: Level) -> IndicatorTable:
    """The table of an indicator at a level over the whole district, small cells hidden."""
    months: tuple[int | None, ...] = (None,)
    if measuring.by_month:
        months = tuple(measuring.period.months)
    if level is Level.UNIT:
        cells = measuring.measure(indicator, level)
        groups: tuple[int | None, ...] = tuple(sorted({c.group for c in cells if c.group}))
        rows = _rows(measuring, indicator, level, groups, months)
        totals = _rows(measuring, indicator, Level.DISTRICT, (None,), months)[0]
        if indicator.about_requests:
            rows, totals = hide_small(rows, totals)
    else:
        groups = tuple(_groups(level, measuring))
        tree = _tree(measuring, indicator, months)
        if indicator.about_requests:
            tree = hide_tree(tree)
        totals = list(tree.total)
        of_level = {Level.STREET: tree.streets, Level.COMMUNITY: tree.communities}
        rows = [list(row) for row in of_level.get(level, [tree.total])]
    return IndicatorTable(
        indicator=indicator,
        level=level,
        groups=groups,
        months=months,
        rows=tuple(tuple(row) for row in rows),
        totals=tuple(totals),
    )


def _rows(
    measuring: Measuring,
    indicator: Indicator,
    level: Level,
    groups: Sequence[int | None],
    months: Sequence[int | None],
) -> list[list[Cell]]:
    """A row of cells for each group; where nothing is known, the cells say so."""
    cells = measuring.measure(indicator, level)
    flat = complete(cells, indicator=indicator, level=level, groups=groups, months=months)
    return [flat[i : i + len(months)] for i in range(0, len(flat), len(months))]


def _tree(measuring: Measuring, indicator: Indicator, months: Sequence[int | None]) -> Tree:
    """The cells at every level of places that the indicator is told of."""
    found: dict[Level, tuple[Sequence[int | None], list[list[Cell]]]] = {}
    for level in (Level.DISTRICT, Level.STREET, Level.COMMUNITY):
        groups = _groups(level, measuring) if level in indicator.levels else []
        found[level] = (groups, _rows(measuring, indicator, level, groups, months))
    streets, communities = found[Level.STREET][0], found[Level.COMMUNITY][0]
    known = measuring.source.register.known
    at = {street: position for position, street in enumerate(streets)}
    return Tree(
        total=found[Level.DISTRICT][1][0],
        streets=found[Level.STREET][1],
        communities=found[Level.COMMUNITY][1],
        street_of=[at.get(known[group].street) for group in communities if group],
    )


def tabulate_all(
    measuring: Measuring, indicators: Iterable[Indicator], level: Level, *, by: Actor
) -> dict[str, IndicatorTable]:
    """The tables of those indicators that are told of this level, by code."""
    return {
        each.code: tabulate(measuring, each, level, by=by)
        for each in indicators
        if level in each.levels
    }


def records_behind(
    measuring: Measuring,
    indicator: Indicator,
    level: Level,
    group: int | None,
    *,
    by: Actor,
    most: int = 100,
) -> tuple[list[RecordView], int]:
    """The newest records behind one cell, and how many there are; none of a hidden cell.

    Records name subjects, not people; who may open them is asked again when they are opened.
    """
    table = tabulate(measuring, indicator, level, by=by)
    row = table.totals if level is Level.DISTRICT else table.row_of(group)
    if row is None or any(cell.standing is Standing.HIDDEN for cell in row):
        return [], 0
    if not indicator.is_recorded:
        return [], 0
    found = measuring.grouped(indicator, level)
    mine = found.filter(found.group == ibis.literal(group or 0))
    count = int(mine.count().to_pyarrow().as_py())
    rows = mine.order_by(ibis.desc("at"), "subject_id").limit(most).to_pyarrow().to_pylist()
    return [
        RecordView(
            subject_kind=row["subject_kind"] or "",
            subject_id=row["subject_id"] or 0,
            at=row["at"],
            category=row["category"] or "",
            numerator=row["numerator"],
            place_id=row["place_id"],
            unit_id=row["unit_id"],
        )
        for row in rows
    ], count


def _groups(level: Level, measuring: Measuring) -> Sequence[int | None]:
    if level is Level.DISTRICT:
        return [None]
    if level is Level.UNIT:
        return []
    kind = "community" if level is Level.COMMUNITY else "subdistrict"
    register = measuring.source.register
    return [place.id for place in register.of_kind(kind, on=measuring.period.last)]


def _may_see(granted: Reach, level: Level, group: int | None) -> bool:
    if granted.everywhere or level is Level.DISTRICT:
        return True
    if group is None:
        return False
    if level is Level.UNIT:
        unit = find_unit(group)
        inside = unit is not None and _inside(unit.place_id, granted)
        return group in granted.unit_ids or inside
    return _inside(group, granted)


def _inside(place_id: int, granted: Reach) -> bool:
    place = find_place(place_id)
    return place is not None and any(place_id in subtree_ids(held) for held in granted.place_ids)
