"""Communities (or streets) under an assessment scheme: the weighted number with its limits."""

from dataclasses import dataclass, replace

from gongzhi.commons.permissions.actors import Actor
from gongzhi.insights.indicators.definitions import BY_CODE
from gongzhi.insights.indicators.measuring import Measuring
from gongzhi.insights.indicators.periods import Period
from gongzhi.insights.indicators.schemes import Assessed, Scheme, assess
from gongzhi.insights.indicators.shapes import Level
from gongzhi.insights.indicators.snapshots import Snapshot
from gongzhi.insights.indicators.tables import IndicatorTable, seen_by, whole_table


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everyone under one scheme, in the order of the register, and the whole district."""

    scheme: Scheme
    level: Level
    rows: tuple[Assessed, ...]
    whole: Assessed


def level_of(scheme: Scheme) -> Level:
    """The nearest level at which every indicator of a scheme is told."""
    for level in (Level.COMMUNITY, Level.STREET):
        if all(level in BY_CODE[code].levels for code in scheme.weights):
            return level
    return Level.DISTRICT


def assess_all(snap: Snapshot, period: Period, scheme: Scheme, *, by: Actor) -> Assessment:
    """The assessment of a period as far as `by` may see it; hidden numbers leave it empty."""
    key = ("assessed", period, scheme.code, scheme.version)
    level = level_of(scheme)
    if key not in snap.answers:
        measuring = Measuring(snap.source, period, scheme=scheme)
        snap.answers[key] = {
            code: whole_table(measuring, BY_CODE[code], level) for code in scheme.weights
        }
    tables: dict[str, IndicatorTable] = {
        code: seen_by(table, by) for code, table in snap.answers[key].items()
    }
    first = next(iter(tables.values()))
    rows = []
    for position, group in enumerate(first.groups):
        cells = {code: table.rows[position][0] for code, table in tables.items()}
        rows.append(assess(scheme, cells, group=group))
    totals = {code: table.totals[0] for code, table in tables.items()}
    whole = assess(scheme, totals, group=None)
    return Assessment(scheme, level, tuple(rows), replace(whole, group=None))
