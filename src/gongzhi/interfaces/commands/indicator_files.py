"""How `gongzhi indicators` writes its numbers: a table to read, CSV, JSON."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from django.utils.translation import override

from gongzhi.commons.ledger.columns import Version
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.territory.queries import find_place
from gongzhi.insights.indicators.cells import Cell
from gongzhi.insights.indicators.measuring import is_share
from gongzhi.insights.indicators.periods import Period, month_name
from gongzhi.insights.indicators.shapes import Indicator, Level
from gongzhi.insights.indicators.tables import IndicatorTable

COLUMNS = (
    "indicator",
    "name",
    "level",
    "group_id",
    "group",
    "month",
    "standing",
    "n",
    "numerator",
    "denominator",
    "value",
    "lower",
    "upper",
    "ninetieth",
)
_STANDINGS = {"no_record": "尚无记录 no record", "hidden": "隐去 hidden", "too_few": "过少 too few"}


def write_tables(
    tables: Sequence[IndicatorTable],
    *,
    shape: str,
    out: Path | None,
    period: Period,
    version: Version,
) -> int:
    """Write the tables in a shape to a file or the screen; returns how many numbers."""
    rows = [row for table in tables for row in _rows(table)]
    if shape == "json":
        about = {"period": str(period), "data_version": str(version), "numbers": rows}
        text = json.dumps(about, ensure_ascii=False, indent=1) + "\n"
    elif shape == "csv":
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, [*COLUMNS, "period", "data_version"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | {"period": period, "data_version": version} for row in rows)
        text = "\ufeff" + buffer.getvalue() if out else buffer.getvalue()
    else:
        head = f"{period}  数据版本 data version {version}\n"
        text = head + "".join(f"{line}\n" for table in tables for line in _lines(table))
    if out is None:
        click.echo(text, nl=False)
    else:
        draft = out.with_name(f".{out.name}.part")
        draft.write_text(text, "utf-8")
        draft.replace(out)
    return len(rows)


def _cells(table: IndicatorTable) -> Iterator[Cell]:
    if table.level is not Level.DISTRICT:
        for row in table.rows:
            yield from row
    yield from table.totals


def _rows(table: IndicatorTable) -> Iterator[dict[str, Any]]:
    with override("zh-hans"):
        name = str(table.indicator.name)
    for cell in _cells(table):
        yield {
            "indicator": cell.indicator,
            "name": name,
            "level": str(cell.level),
            "group_id": cell.group,
            "group": group_name(cell),
            "month": month_name(cell.month) if cell.month is not None else None,
            "standing": str(cell.standing),
            "n": cell.n,
            "numerator": cell.numerator,
            "denominator": cell.denominator,
            "value": cell.value,
            "lower": cell.lower,
            "upper": cell.upper,
            "ninetieth": cell.ninetieth,
        }


def group_name(cell: Cell) -> str:
    """The name of a cell's place or unit; its number where this installation doesn't know it."""
    if cell.group is None:
        return "全区 whole district"
    if cell.level is Level.UNIT:
        unit = find_unit(cell.group)
        return unit.name if unit else f"#{cell.group}"
    place = find_place(cell.group)
    return place.name if place else f"#{cell.group}"


def _lines(table: IndicatorTable) -> Iterator[str]:
    indicator = table.indicator
    with override("zh-hans"):
        chinese = str(indicator.name)
    with override("en"):
        yield f"\n{indicator.number}. {chinese}  {indicator.name}"
    for cell in _cells(table):
        month = f" {month_name(cell.month)}" if cell.month is not None else ""
        yield f"   {group_name(cell)}{month}: {_told(cell, indicator)}"


def _told(cell: Cell, indicator: Indicator) -> str:
    if not cell.is_measured:
        return _STANDINGS[cell.standing]
    limits = ""
    if cell.lower is not None and cell.upper is not None:
        limits = f" ({_number(cell.lower, indicator)}–{_number(cell.upper, indicator)})"
    counts = f" n={cell.n}"
    if cell.numerator is not None and cell.denominator is not None:
        counts = f" {cell.numerator:g}/{cell.denominator:g}"
    return f"{_number(cell.value, indicator)}{limits}{counts}"


def _number(value: float | None, indicator: Indicator) -> str:
    if value is None:
        return "–"
    return f"{value:.1%}" if is_share(indicator) else f"{value:.2f}"
