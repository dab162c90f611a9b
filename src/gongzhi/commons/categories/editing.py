"""The action that changes the tree of matters."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.commons.categories.models import Category
from gongzhi.commons.categories.queries import revision
from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import Plain, Subject, record_many
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.rows import CannotImport, Fault

ADDED = declare("category.added", "A matter began", "code")
CHANGED = declare("category.changed", "Facts of a matter were changed", "code", "fields")

_CODE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
_DATATYPES = frozenset(
    {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}
)
_LISTS = frozenset({"singlevaluelist", "multivaluelist"})


@dataclass(frozen=True)
class NewCategory:
    """A matter as it shall be; its code says where it lies in the tree."""

    code: str
    name_zh: str
    name_en: str
    valid_from: date
    valid_to: date | None = None
    description_zh: str = ""
    description_en: str = ""
    keywords: Mapping[str, float] = field(default_factory=dict)
    attributes: Sequence[Mapping[str, Any]] = ()
    residents_may_choose: bool = True
    may_be_public: bool = False


@dataclass(frozen=True, slots=True)
class CategoryImport:
    """What an import of matters did, or would do."""

    added: int
    changed: int
    unchanged: int


def import_categories(
    *, rows: Sequence[NewCategory], by: Actor, at: datetime, dry_run: bool = False
) -> CategoryImport:
    """Add matters, or change those there are: all rows or none.

    A matter is never deleted, since tickets point at it; give it a last day instead. Raises
    `CannotImport` with every faulty row.
    """
    require(by, "categories.edit")
    with revision.changing():
        there = {each.code: each for each in Category.objects.all()}
        if faults := list(_faults(rows, there)):
            raise CannotImport(faults)
        fresh = [row for row in rows if row.code not in there]
        changed = {
            row.code: names
            for row in rows
            if row.code in there and (names := _differences(row, there[row.code]))
        }
        if not dry_run:
            _write(rows, there, changed=changed, by=by, at=at)
    return CategoryImport(len(fresh), len(changed), len(rows) - len(fresh) - len(changed))


_FACTS = (
    "name_zh", "name_en", "description_zh", "description_en", "keywords", "attributes",
    "residents_may_choose", "may_be_public", "valid_from", "valid_to",
)  # fmt: skip


def _facts(row: NewCategory) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in _FACTS}
    facts["keywords"] = {word: float(weight) for word, weight in row.keywords.items()}
    facts["attributes"] = [dict(attribute) for attribute in row.attributes]
    return facts


def _differences(row: NewCategory, there: Category) -> list[str]:
    return [name for name, value in _facts(row).items() if getattr(there, name) != value]


def _write(
    rows: Sequence[NewCategory],
    there: dict[str, Category],
    *,
    changed: dict[str, list[str]],
    by: Actor,
    at: datetime,
) -> None:
    events = []
    known = dict(there)
    for row in sorted(rows, key=lambda row: row.code.count(".")):
        if row.code in changed:
            category = known[row.code]
            Category.objects.filter(pk=category.pk).update(**_facts(row))
            kind = CHANGED
            facts: dict[str, Plain] = {"code": row.code, "fields": [*changed[row.code]]}
        elif row.code not in there:
            parent = known.get(row.code.rpartition(".")[0])
            category = Category.objects.create(code=row.code, parent=parent, **_facts(row))
            known[row.code] = category
            kind, facts = ADDED, {"code": row.code}
        else:
            continue
        events.append(
            done_by(
                by, kind, Subject("category", category.pk), at=at, data=facts, opens=kind == ADDED
            )
        )
    record_many(events)


def _faults(rows: Sequence[NewCategory], there: Mapping[str, Category]) -> Iterable[Fault]:
    codes = {row.code for row in rows} | set(there)
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        if not _CODE.fullmatch(row.code) or len(row.code) > 80:
            yield Fault(
                number,
                "code",
                _("编码由小写字母、数字、下划线和点组成：%(code)s") % {"code": repr(row.code)},
            )
        parent = row.code.rpartition(".")[0]
        if parent and parent not in codes:
            yield Fault(number, "code", _("没有上级事项：%(parent)s") % {"parent": parent})
        if row.code in seen:
            yield Fault(number, "code", _("编码重复：%(code)s") % {"code": row.code})
        seen.add(row.code)
        for column, longest in (("name_zh", 60), ("name_en", 80)):
            if not 0 < len(getattr(row, column).strip()) <= longest:
                yield Fault(
                    number, column, _("名称须为 1 至 %(longest)s 个字符") % {"longest": longest}
                )
        for column in ("description_zh", "description_en"):
            if len(getattr(row, column)) > 300:
                yield Fault(number, column, _("说明最多 300 字"))
        if row.valid_to is not None and row.valid_to < row.valid_from:
            yield Fault(
                number,
                "valid_to",
                _("终止日期 %(valid_to)s 早于生效日期") % {"valid_to": row.valid_to},
            )
        for word, weight in row.keywords.items():
            if not word.strip() or not weight > 0:
                yield Fault(
                    number,
                    "keywords",
                    _("关键词须有文字和大于 0 的权重：%(word)s") % {"word": repr(word)},
                )
        yield from _faulty_attributes(number, row)


def _faulty_attributes(number: int, row: NewCategory) -> Iterable[Fault]:
    """The definitions that Open311 GeoReport v2 would not know how to show."""
    seen: set[object] = set()
    for attribute in row.attributes:
        code = attribute.get("code")
        if not isinstance(code, str) or not code or code in seen:
            yield Fault(
                number, "attributes", _("属性编码为空或重复：%(code)s") % {"code": repr(code)}
            )
        seen.add(code)
        if attribute.get("datatype") not in _DATATYPES:
            yield Fault(
                number,
                "attributes",
                _("属性 %(code)s 的类型不对：%(datatype)s")
                % {"code": code, "datatype": attribute.get("datatype")},
            )
        if not attribute.get("description"):
            yield Fault(number, "attributes", _("属性 %(code)s 没有说明") % {"code": code})
        values = attribute.get("values", [])
        named = all(value.get("key") and value.get("name") for value in values)
        if attribute.get("datatype") in _LISTS and not (values and named):
            yield Fault(
                number, "attributes", _("属性 %(code)s 的选项要有 key 和 name") % {"code": code}
            )
