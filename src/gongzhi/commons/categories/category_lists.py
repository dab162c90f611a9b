"""Matters as a list: rows of text in.

Columns: code, name_zh, name_en, description_zh, description_en, keywords ("垃圾:2; 异味:1"),
attributes (a JSON list of Open311 definitions; what is shown may have a twin in English, such as
description_en), residents_may_choose, may_be_public, valid_from, valid_to.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.commons.categories.editing import CategoryImport, NewCategory, import_categories
from gongzhi.commons.categories.queries import CategoryView, categories
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.rows import CannotImport, RowReader, require_columns

CATEGORY_COLUMNS = (
    "code", "name_zh", "name_en", "description_zh", "description_en", "keywords", "attributes",
    "residents_may_choose", "may_be_public", "valid_from", "valid_to",
)  # fmt: skip


def import_category_list(
    *, rows: Sequence[Mapping[str, str | None]], by: Actor, at: datetime, dry_run: bool = False
) -> CategoryImport:
    """Add or change the matters of a list: all rows or none; see `import_categories`."""
    if rows:
        require_columns(rows[0], ("code", "name_zh", "name_en", "valid_from"))
    readers = [RowReader(number, row) for number, row in enumerate(rows, start=1)]
    read = [_read(reader, on=at.date()) for reader in readers]
    if faults := [fault for reader in readers for fault in reader.faults]:
        raise CannotImport(faults)
    return import_categories(rows=read, by=by, at=at, dry_run=dry_run)


def export_category_list(*, on: date) -> list[dict[str, str]]:
    """The matters of a day as the rows that `import_category_list` reads."""
    return [_row(view) for view in categories(on=on)]


def _row(view: CategoryView) -> dict[str, str]:
    return {
        "code": view.code,
        "name_zh": view.name_zh,
        "name_en": view.name_en,
        "description_zh": view.description_zh,
        "description_en": view.description_en,
        "keywords": "; ".join(f"{word}:{weight:g}" for word, weight in view.keywords.items()),
        "attributes": json.dumps(view.attributes, ensure_ascii=False) if view.attributes else "",
        "residents_may_choose": "是" if view.residents_may_choose else "否",
        "may_be_public": "是" if view.may_be_public else "否",
        "valid_from": view.valid_from.isoformat(),
        "valid_to": view.valid_to.isoformat() if view.valid_to else "",
    }


def _read(reader: RowReader, *, on: date) -> NewCategory:
    return NewCategory(
        code=reader.text("code"),
        name_zh=reader.text("name_zh"),
        name_en=reader.text("name_en"),
        description_zh=reader.text("description_zh"),
        description_en=reader.text("description_en"),
        keywords=_keywords(reader),
        attributes=reader.read("attributes", _attributes) or (),
        residents_may_choose=reader.yes("residents_may_choose", otherwise=True),
        may_be_public=reader.yes("may_be_public"),
        valid_from=reader.day("valid_from") or on,
        valid_to=reader.day("valid_to"),
    )


def _keywords(reader: RowReader) -> dict[str, float]:
    keywords: dict[str, float] = {}
    for item in reader.items("keywords"):
        word, _colon, weight = item.replace("：", ":").rpartition(":")
        try:
            keywords[word.strip()] = float(weight)
        except ValueError:
            reader.fault(
                "keywords", _("关键词须写作 垃圾:2，以分号隔开：%(item)s") % {"item": item}
            )
    return keywords


def _attributes(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ValueError(_("属性须为 JSON：%(error)s") % {"error": error}) from None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError(_("属性须为 JSON 数组"))
    return found
