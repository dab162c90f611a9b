"""Indicators, as far as the unit behind the key may read them."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.territory.queries import find_place
from gongzhi.insights.indicators.cells import Cell
from gongzhi.insights.indicators.definitions import INDICATORS, indicator
from gongzhi.insights.indicators.periods import period_named
from gongzhi.insights.indicators.shapes import Level
from gongzhi.insights.indicators.snapshots import snapshot
from gongzhi.insights.indicators.tables import readable, seen_by, whole_table
from gongzhi.interfaces.api.rest.keys import Keys, caller

router = Router(tags=["indicators"], auth=Keys())


class Definition(Schema):
    """What an indicator says."""

    code: str
    number: int
    name: str
    levels: list[Level]


class Measured(Schema):
    """One number with its interval; `standing` says why there is none."""

    group_id: int | None
    group: str
    standing: str
    n: int | None
    numerator: float | None
    denominator: float | None
    value: float | None
    lower: float | None
    upper: float | None


class Numbers(Schema):
    """One indicator in one period, and the version of the data behind it."""

    indicator: str
    period: str
    level: Level
    data_version: str
    numbers: list[Measured]


@router.get("", response=list[Definition])
def definitions(request: HttpRequest) -> list[Definition]:
    """All indicators."""
    readable(caller(request))
    return [
        Definition(
            code=each.code, number=each.number, name=str(each.name), levels=list(each.levels)
        )
        for each in INDICATORS
    ]


@router.get("/{code}", response=Numbers)
def numbers(
    request: HttpRequest,
    code: str,
    period: Annotated[str, Query(max_length=20, description="2026, 2026Q3, 2026-07")],
    level: Level = Level.DISTRICT,
) -> Numbers:
    """An indicator at a level, small cells hidden; the last entry is the whole district."""
    by, asked = caller(request), period_named(period)
    with snapshot(at=timezone.now()) as snap:
        table = whole_table(snap.measuring(asked), indicator(code), level)
        seen = seen_by(table, by)
        version = str(snap.source.version)
    rows = [] if level is Level.DISTRICT else [cell for row in seen.rows for cell in row]
    return Numbers(
        indicator=code,
        period=str(asked),
        level=level,
        data_version=version,
        numbers=[_measured(cell) for cell in [*rows, *seen.totals]],
    )


def _measured(cell: Cell) -> Measured:
    return Measured(
        group_id=cell.group,
        group=_name(cell),
        standing=str(cell.standing),
        n=cell.n,
        numerator=cell.numerator,
        denominator=cell.denominator,
        value=cell.value,
        lower=cell.lower,
        upper=cell.upper,
    )


def _name(cell: Cell) -> str:
    named = find_unit(cell.group) if cell.level is Level.UNIT else find_place(cell.group)
    return named.name if named else ""
