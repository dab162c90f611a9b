"""Which column holds which field: guessed from headings, checked, saved under a name."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import NewEvent, Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.tables.fields import Field
from gongzhi.commons.tables.models import ColumnMapping

SAVED = declare("mapping.saved", "which column means what was remembered", "purpose", "fields")
FORGOTTEN = declare("mapping.forgotten", "a saved mapping was removed", "purpose")


class CannotMap(ValueError):
    """A mapping that doesn't fit the fields or the file, said in both languages."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} {english}")
        self.chinese = chinese
        self.english = english


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """A mapping kept under a name: column by field."""

    purpose: str
    name: str
    columns: dict[str, str]
    saved_at: datetime


def suggest_mapping(fields: Sequence[Field], columns: Sequence[str]) -> dict[str, str]:
    """Column by field, where a heading is one of the field's; no column is given out twice."""
    free = {_folded(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for field in fields:
        for heading in (field.title, field.name, *field.headings):
            column = free.pop(_folded(heading), None)
            if column is not None:
                found[field.name] = column
                break
    return found


def check_mapping(
    mapping: Mapping[str, str], fields: Sequence[Field], columns: Sequence[str]
) -> dict[str, str]:
    """The mapping, once it names known fields and columns and no required field is missing."""
    known = {field.name: field for field in fields}
    for name, column in mapping.items():
        if name not in known:
            raise CannotMap(
                f"没有“{name}”这个字段；可用：{'、'.join(known)}",
                f"there is no field {name!r}; there are: {', '.join(known)}",
            )
        if column not in columns:
            raise CannotMap(
                f"文件里没有“{column}”这一列；现有：{'、'.join(columns)}",
                f"the file has no column {column!r}; it has: {', '.join(columns)}",
            )
    for field in fields:
        if field.required and field.name not in mapping:
            raise CannotMap(
                f"请指定“{field.title}”在哪一列；现有：{'、'.join(columns)}",
                f"name the column of {field.name!r}; the file has: {', '.join(columns)}",
            )
    return dict(mapping)


@transaction.atomic
def save_mapping(
    *, purpose: str, name: str, columns: Mapping[str, str], by: Actor, at: datetime
) -> SavedMapping:
    """Keep a mapping under a name; one of the same name is replaced."""
    require(by, "tables.save_mapping")
    called = name.strip()
    if not 0 < len(called) <= 80:
        raise CannotMap("请用 1 到 80 个字命名", "give it a name of 1 to 80 characters")
    row, _ = ColumnMapping.objects.update_or_create(
        purpose=purpose,
        name=called,
        defaults={"columns": dict(columns), "saved_at": at},
    )
    _tell(row, SAVED, by=by, at=at, fields=len(columns))
    return _view(row)


@transaction.atomic
def forget_mapping(*, purpose: str, name: str, by: Actor, at: datetime) -> None:
    """Remove a saved mapping; raises CannotMap if there is none of this name."""
    require(by, "tables.save_mapping")
    row = ColumnMapping.objects.filter(purpose=purpose, name=name).first()
    if row is None:
        raise CannotMap(f"没有名为“{name}”的列对应", f"there is no mapping called {name!r}")
    _tell(row, FORGOTTEN, by=by, at=at)
    row.delete()


def saved_mapping(purpose: str, name: str) -> SavedMapping:
    """The mapping of a name; raises CannotMap that lists those there are."""
    row = ColumnMapping.objects.filter(purpose=purpose, name=name).first()
    if row is None:
        names = [one.name for one in saved_mappings(purpose)]
        raise CannotMap(
            f"没有名为“{name}”的列对应；已有：{'、'.join(names) or '无'}",
            f"there is no mapping called {name!r}; there are: {', '.join(names) or 'none'}",
        )
    return _view(row)


def saved_mappings(purpose: str) -> list[SavedMapping]:
    """All mappings saved for a purpose, by name."""
    return [_view(row) for row in ColumnMapping.objects.filter(purpose=purpose).order_by("name")]


def _tell(row: ColumnMapping, kind: str, *, by: Actor, at: datetime, **more: int) -> None:
    record(
        NewEvent(
            Subject("mapping", row.pk),
            kind,
            at,
            unit_id=by.unit_id,
            person_id=by.person_id,
            data={"purpose": row.purpose, **more},
        )
    )


def _view(row: ColumnMapping) -> SavedMapping:
    return SavedMapping(row.purpose, row.name, dict(row.columns), row.saved_at)


def _folded(heading: str) -> str:
    """A heading without case, spaces and brackets: "联系 电话（必填）" is 联系电话."""
    plain = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(plain.partition("(")[0].split()).strip("*:：")
