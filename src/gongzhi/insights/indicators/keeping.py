"""The usual overview, worked out ahead by the worker and kept in a file, so that no page waits.

The file says of which record, database and moment it speaks; whoever reads it asks whether that
still holds. Deleting it costs only time.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from gongzhi.commons.ledger.columns import Version, version_at
from gongzhi.insights.indicators.cells import Cell, Standing
from gongzhi.insights.indicators.comparing import Scan, StandsOut
from gongzhi.insights.indicators.definitions import BY_CODE
from gongzhi.insights.indicators.networks import CoWork, Tie
from gongzhi.insights.indicators.periods import Period, first_of_month, month_label, period_named
from gongzhi.insights.indicators.shapes import Level
from gongzhi.insights.indicators.tables import IndicatorTable

NAME = "overview.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """What the worker found: tables, scan and network of one period, and of which record."""

    period: Period
    version: Version
    at: datetime
    first_day: date | None
    tables: Mapping[str, IndicatorTable]
    scan: Scan
    network: CoWork


def usual_period(today: date) -> Period:
    """What a page shows unasked: the last twelve months, this one included."""
    return Period(first_of_month(month_label(today) - 11), today)


def write_kept(kept: Kept, folder: Path, *, database: str) -> None:
    """Put it where `read_kept` finds it; a reader sees the old file or the new one, whole."""
    said = {
        "database": database,
        "period": str(kept.period),
        "version": list(kept.version),
        "at": kept.at.isoformat(),
        "first_day": kept.first_day.isoformat() if kept.first_day else None,
        "tables": [_table_said(table) for table in kept.tables.values()],
        "scan": {
            "tests": kept.scan.tests,
            "indicators": [each.code for each in kept.scan.indicators],
            "standing_out": [
                [out.indicator.code, out.level, out.group, out.value, out.target, out.is_better]
                for out in kept.scan.standing_out
            ],
        },
        "network": astuple(kept.network),
    }
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{NAME}.{os.getpid()}.part"
    draft.write_text(json.dumps(said), "utf-8")
    draft.replace(folder / NAME)


def read_kept(folder: Path, *, at: datetime, within: timedelta, database: str) -> Kept | None:
    """What was kept, if it is young enough and of this record; None where it isn't or is broken."""
    try:
        said = json.loads((folder / NAME).read_text("utf-8"))
        kept = _kept_said(said)
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None
    if said["database"] != database or abs(at - kept.at) >= within:
        return None
    # Another ledger may have been restored into this folder, or other indicators installed.
    known = version_at(kept.version.last_id)
    if known != kept.version or set(kept.tables) != set(BY_CODE):
        return None
    return kept


def _kept_said(said: Mapping[str, Any]) -> Kept:
    tables = [_table(each) for each in said["tables"]]
    scan, network = said["scan"], said["network"]
    return Kept(
        period=period_named(said["period"]),
        version=Version(*said["version"]),
        at=datetime.fromisoformat(said["at"]),
        first_day=date.fromisoformat(said["first_day"]) if said["first_day"] else None,
        tables={table.indicator.code: table for table in tables},
        scan=Scan(
            standing_out=tuple(
                StandsOut(BY_CODE[code], Level(level), group, value, target, better)
                for code, level, group, value, target, better in scan["standing_out"]
            ),
            tests=scan["tests"],
            indicators=tuple(BY_CODE[code] for code in scan["indicators"]),
        ),
        network=CoWork(
            units=network[0],
            pairs=network[1],
            density=network[2],
            isolated=tuple(network[3]),
            bridges=tuple((unit, between) for unit, between in network[4]),
            ties=tuple(Tie(*each) for each in network[5]),
            kinds=tuple((kind, count) for kind, count in network[6]),
        ),
    )


def _table_said(table: IndicatorTable) -> dict[str, Any]:
    return {
        "code": table.indicator.code,
        "level": table.level,
        "groups": table.groups,
        "rows": [_cells_said(row) for row in table.rows],
        "totals": _cells_said(table.totals),
    }


def _table(said: Mapping[str, Any]) -> IndicatorTable:
    code, level = said["code"], Level(said["level"])
    groups = tuple(said["groups"])
    return IndicatorTable(
        indicator=BY_CODE[code],
        level=level,
        groups=groups,
        months=(None,),
        rows=tuple(
            _cells(row, code, level, group) for group, row in zip(groups, said["rows"], strict=True)
        ),
        totals=_cells(said["totals"], code, Level.DISTRICT, None),
    )


def _cells_said(cells: Sequence[Cell]) -> list[list[Any]]:
    return [list(astuple(cell)[4:]) for cell in cells]


def _cells(
    said: Sequence[Sequence[Any]], code: str, level: Level, group: int | None
) -> tuple[Cell, ...]:
    return tuple(
        Cell(code, level, group, None, Standing(standing), *rest) for standing, *rest in said
    )
