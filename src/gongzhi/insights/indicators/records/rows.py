"""The one shape that the records behind every indicator have."""

from typing import Any

import ibis
from ibis.expr import types as ir

COLUMNS = (
    "subject_kind",
    "subject_id",
    "event_id",
    "at",  # decides in which month it counts
    "label",  # of the end at which a stock is counted; empty for what happened
    "place_id",
    "unit_id",
    "category",
    "key",  # what is counted apart: a kind of organisation, a joint item
    "numerator",
    "denominator",
)


def rows(
    found: ir.Table,
    *,
    at: Any,
    numerator: Any,
    denominator: Any = 1,
    subject: tuple[Any, Any] | None = None,
    event: Any = None,
    label: Any = None,
    place: Any = None,
    unit: Any = None,
    category: Any = None,
    key: Any = None,
) -> ir.Table:
    """A table in that shape; what an indicator doesn't know is empty."""
    kind, ident = subject or (found.subject_kind, found.subject_id)
    return found.select(
        subject_kind=_as(kind, "string"),
        subject_id=_as(ident, "int64"),
        event_id=_as(event, "int64"),
        at=_as(at, "timestamp(6)"),
        label=_as(label, "int64"),
        place_id=_as(place, "int64"),
        unit_id=_as(unit, "int64"),
        category=_as(category, "string"),
        key=_as(key, "string"),
        numerator=_as(numerator, "float64"),
        denominator=_as(denominator, "float64"),
    )


def _as(value: Any, kind: str) -> Any:
    if value is None:
        return ibis.null().cast(kind)
    column = value if isinstance(value, ibis.Value) else ibis.literal(value)
    return column.cast(kind)


def truth(value: Any) -> Any:
    """1 where it is so; 0 where it isn't or isn't known."""
    return value.fill_null(False).cast("int64")
