"""All indicators of a period at once, with who stands out: what the dashboard and reports read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate

from gongzhi.commons.ledger.columns import Version
from gongzhi.commons.permissions.actors import Actor
from gongzhi.insights.indicators.comparing import (
    ChartPicture,
    Scan,
    chart_of,
    compare,
)
from gongzhi.insights.indicators.definitions import INDICATORS
from gongzhi.insights.indicators.keeping import Kept, usual_period, write_kept
from gongzhi.insights.indicators.networks import CoWork, co_work_of
from gongzhi.insights.indicators.peers import (
    Comparison,
    Together,
    compare_with_similar,
    go_together,
    profiles_of,
)
from gongzhi.insights.indicators.periods import Period
from gongzhi.insights.indicators.shapes import Difficulty, Indicator, Level
from gongzhi.insights.indicators.snapshots import (
    Snapshot,
    database_name,
    mirror_folder,
    read_anew,
)
from gongzhi.insights.indicators.tables import IndicatorTable, readable, seen_by, whole_table


@dataclass(frozen=True, slots=True)
class Overview:
    """Every indicator's table at the level at which it is compared, and the scan over them."""

    period: Period
    version: Version
    at: datetime
    tables: dict[str, IndicatorTable]
    scan: Scan


def compared_at(indicator: Indicator) -> Level:
    """The level at which an indicator is compared: communities, else streets, else nobody."""
    for level in (Level.COMMUNITY, Level.STREET):
        if level in indicator.levels:
            return level
    return Level.DISTRICT


def overview(snap: Snapshot, period: Period, *, by: Actor) -> Overview:
    """The overview as far as `by` may see it; who stands out is decided over all communities."""
    readable(by)
    key = ("overview", period)
    if key not in snap.answers:
        snap.answers[key] = _whole(snap, period)
    whole: Overview = snap.answers[key]
    tables = {code: seen_by(table, by) for code, table in whole.tables.items()}
    mine = {(t.level, group) for t in tables.values() for group in t.groups}
    seen = tuple(out for out in whole.scan.standing_out if (out.level, out.group) in mine)
    scan = Scan(seen, whole.scan.tests, whole.scan.indicators)
    return Overview(whole.period, whole.version, whole.at, tables, scan)


def _whole(snap: Snapshot, period: Period) -> Overview:
    if snap.kept and snap.kept.period == period:
        kept = snap.kept
        return Overview(period, kept.version, kept.at, dict(kept.tables), kept.scan)
    measuring = snap.measuring(period)
    tables = {each.code: whole_table(measuring, each, compared_at(each)) for each in INDICATORS}
    scans = [
        compare([table for table in tables.values() if table.level is level])
        for level in (Level.COMMUNITY, Level.STREET)
    ]
    return Overview(
        period=period,
        version=snap.version,
        at=snap.at,
        tables=tables,
        scan=Scan(
            standing_out=tuple(out for scan in scans for out in scan.standing_out),
            tests=sum(scan.tests for scan in scans),
            indicators=tuple(each for scan in scans for each in scan.indicators),
        ),
    )


def network_of(snap: Snapshot, period: Period, *, community: int | None = None) -> CoWork:
    """Who worked with whom in a period, in one community or in the whole district."""
    if community is None and snap.kept and snap.kept.period == period:
        return snap.kept.network
    key = ("network", period, community)
    if key not in snap.answers:
        snap.answers[key] = co_work_of(snap.measuring(period), community=community)
    found: CoWork = snap.answers[key]
    return found


def beside_similar(
    snap: Snapshot, period: Period, difficulty: Difficulty, community: int
) -> Comparison:
    """A community beside similar ones; what is hidden on its own takes no part."""
    key = ("profiles", period)
    if key not in snap.answers:
        snap.answers[key] = profiles_of(snap.measuring(period))
    tables = _tables_of(snap, period)
    return compare_with_similar(community, difficulty, tables, snap.answers[key])


def together_of(snap: Snapshot, period: Period, difficulty: Difficulty) -> tuple[Together, ...]:
    """What goes together with a difficulty over the communities of the whole district."""
    return go_together(_tables_of(snap, period), difficulty)


def keep_overview(*, at: datetime) -> int:
    """Work out ahead what the pages show unasked; returns how many numbers there are."""
    snap = read_anew(at)
    period = usual_period(localdate(at))
    whole = _whole(snap, period)
    kept = Kept(
        period=period,
        version=snap.version,
        at=at,
        first_day=snap.first_day,
        tables=whole.tables,
        scan=whole.scan,
        network=network_of(snap, period),
    )
    write_kept(kept, mirror_folder(), database=database_name())
    return sum(len(table.groups) + 1 for table in whole.tables.values())


def whole_of(snap: Snapshot, period: Period, code: str) -> IndicatorTable:
    """The whole table behind an overview, for pictures in which groups have no names."""
    return _tables_of(snap, period)[code]


def _tables_of(snap: Snapshot, period: Period) -> dict[str, IndicatorTable]:
    key = ("overview", period)
    if key not in snap.answers:
        snap.answers[key] = _whole(snap, period)
    whole: Overview = snap.answers[key]
    return whole.tables


def months_of(
    snap: Snapshot, period: Period, indicator: Indicator, *, group: int | None = None
) -> ChartPicture | None:
    """The control chart of an indicator over the months of a period, of one group or of all."""
    key = ("months", period, indicator.code, compared_at(indicator) if group else None)
    if key not in snap.answers:
        level = compared_at(indicator) if group else Level.DISTRICT
        measuring = snap.measuring(period, by_month=True)
        snap.answers[key] = whole_table(measuring, indicator, level)
    table: IndicatorTable = snap.answers[key]
    cells = table.row_of(group) if group else table.totals
    return chart_of(cells) if cells else None


def recorded(indicators: Iterable[Indicator]) -> list[Indicator]:
    """Those whose events some room writes."""
    return [each for each in indicators if each.is_recorded]
