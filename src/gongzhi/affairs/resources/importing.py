"""Needs and offers from spreadsheets, under the same rules as any other; all of it or nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.timezone import localdate

from gongzhi.affairs.resources.choices import Condition, Urgency, Visibility
from gongzhi.affairs.resources.models import Need, Offer
from gongzhi.affairs.resources.needs import CannotPublish, NewNeed, check_need, publish_need
from gongzhi.affairs.resources.offers import (
    CannotOffer,
    NewOffer,
    Opening,
    check_offer,
    open_offer,
)
from gongzhi.commons.organisations.queries import unit_named
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted, allowed, reach
from gongzhi.commons.tables.checking import CheckedRow, Fault, Reject, check_table
from gongzhi.commons.tables.fields import Field, FieldKind
from gongzhi.commons.tables.reading import Table
from gongzhi.commons.territory.queries import find_place, place_named

_K = FieldKind
_CONDITIONS = {
    "无障碍": Condition.ACCESSIBLE,
    "持证上岗": Condition.CERTIFIED,
    "可与未成年人工作": Condition.CHILD_SAFE,
    "可上门": Condition.HOME_VISIT,
    "社区提供场地": Condition.VENUE,
    "现场有电源": Condition.POWER,
    "社区有人在场": Condition.HOST,
} | {each.value: each for each in Condition}
_URGENCIES = {"一般": "1", "较急": "2", "紧急": "4", "normal": "1", "soon": "2", "urgent": "4"}
_WEEKDAYS = {day: at for at, day in enumerate("一二三四五六日")} | {
    str(at + 1): at for at in range(7)
}

NEED_FIELDS: tuple[Field, ...] = (
    Field("title", "需要什么", required=True, headings=("需求", "标题", "need"), most=80),
    Field("category", "类别", required=True, headings=("需求类别", "kind")),
    Field("place", "社区", required=True, headings=("地点", "街道/社区", "community")),
    Field("quantity", "数量", _K.WHOLE, required=True, headings=("需求数量",)),
    Field("begins", "开始日期", _K.DAY, headings=("从", "from")),
    Field("ends", "结束日期", _K.DAY, required=True, headings=("到", "截止日期", "until", "to")),
    Field("urgency", "急不急", _K.CHOICE, headings=("紧急程度",), choices=_URGENCIES),
    Field("beneficiaries", "受益人数", _K.WHOLE, least=0),
    Field("text", "说明", headings=("备注", "description"), most=4000),
    Field("asks", "要求", headings=("条件",)),
    Field("gives", "社区能配合的", headings=("配合",)),
    Field("whole", "须一次满足", _K.YES_NO),
    Field("partners_only", "仅共建单位", _K.YES_NO),
)
OFFER_FIELDS: tuple[Field, ...] = (
    Field("title", "能提供什么", required=True, headings=("资源", "标题", "offer"), most=80),
    Field("unit", "提供单位", required=True, headings=("单位",)),
    Field("category", "类别", required=True, headings=("资源类别", "categories")),
    Field("area", "服务范围", required=True, headings=("范围",)),
    Field("total", "总数量", _K.WHOLE, required=True, headings=("数量", "quantity")),
    Field("per_day", "每天最多", _K.WHOLE, least=1),
    Field("begins", "开始日期", _K.DAY, headings=("从", "from")),
    Field("ends", "结束日期", _K.DAY, required=True, headings=("到", "截止日期", "until", "to")),
    Field("weekdays", "每周哪几天", headings=("星期",)),
    Field("hours", "几点到几点", headings=("时间",)),
    Field("reach", "最远距离", _K.WHOLE, headings=("最远距离（米）",), least=0),
    Field("seats", "可容纳人数", _K.WHOLE, least=1),
    Field("text", "说明", headings=("备注", "description"), most=4000),
    Field("asks", "需要社区配合的", headings=("要求",)),
    Field("gives", "具备的条件", headings=("条件",)),
)
FIELDS = {"needs": NEED_FIELDS, "offers": OFFER_FIELDS}
MOST_BYTES = 20_000_000  # of one file


@dataclass(frozen=True, slots=True)
class Imported:
    """How a file went: rows read, stored, there already, and those that were not taken."""

    rows: int
    stored: int
    repeated: int
    rejects: tuple[Reject, ...]


class _Bad(ValueError):
    """A cell that names nothing we know, in both languages."""

    def __init__(self, field: str, chinese: str, english: str) -> None:
        super().__init__(chinese)
        self.field, self.chinese, self.english = field, chinese, english


def import_pool(
    *,
    kind: str,
    table: Table,
    mapping: Mapping[str, str],
    source: str,
    skip_faulty: bool,
    dry_run: bool,
    by: Actor,
    at: datetime,
) -> Imported:
    """Import "needs" or "offers" in one transaction; nothing is stored while a row is faulty,
    unless faulty rows are to be skipped. A row that came before, or stands twice, is recognised and
    not repeated. Each row is for a place or unit for which `by` may publish.
    """
    if reach(by, "resources.import").nowhere:
        raise NotPermitted("resources.import")
    good, rejects = check_table(table, fields=FIELDS[kind], mapping=mapping)
    made: list[NewNeed | NewOffer] = []
    for row in good:
        faults: list[Fault] = []
        new = _made(kind, row, table, source=source, by=by, at=at, mapping=mapping, faults=faults)
        if new is None:
            rejects.append(Reject(row.row, tuple(faults)))
        else:
            made.append(new)
    rejects.sort(key=lambda reject: reject.row)
    known = _known(kind)
    distinct = {new.import_key: new for new in reversed(made)}
    fresh = [new for key, new in reversed(distinct.items()) if key not in known]
    repeated = len(made) - len(fresh)
    if not dry_run and (skip_faulty or not rejects):
        with transaction.atomic():
            for new in fresh:
                _store(new, by=by, at=at)
        return Imported(len(table), len(fresh), repeated, tuple(rejects))
    return Imported(len(table), 0 if not dry_run else len(fresh), repeated, tuple(rejects))


def _known(kind: str) -> set[str | None]:
    model: Any = Need if kind == "needs" else Offer
    return set(model.objects.exclude(import_key=None).values_list("import_key", flat=True))


def _store(new: NewNeed | NewOffer, *, by: Actor, at: datetime) -> None:
    if isinstance(new, NewNeed):
        publish_need(new=new, by=by, at=at)
    else:
        open_offer(new=new, by=by, at=at)


def _made(
    kind: str,
    row: CheckedRow,
    table: Table,
    *,
    source: str,
    by: Actor,
    at: datetime,
    mapping: Mapping[str, str],
    faults: list[Fault],
) -> NewNeed | NewOffer | None:
    """What the row asks for, once it makes sense; else its faults are noted."""
    cells = table.rows[row.row - table.first_row_number]
    key = sha256("\x1f".join([source, *map(str, cells)]).encode()).hexdigest()
    today = localdate(at)
    check: Callable[[], object]
    new: NewNeed | NewOffer
    try:
        if kind == "needs":
            need = _need(row.values, key=key, by=by, today=today)
            new, check = need, lambda: check_need(need, on=today)
        else:
            offer = _offer(row.values, key=key, by=by, today=today)
            new, check = offer, lambda: check_offer(offer, on=today)
    except _Bad as bad:
        faults.append(Fault(mapping.get(bad.field, bad.field), bad.chinese, bad.english))
        return None
    said = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            try:
                check()
            except (CannotPublish, CannotOffer) as refused:
                said[language] = (refused.field, str(refused))
    if said:
        field = {"categories": "category", "openings": "hours"}.get(said["en"][0], said["en"][0])
        faults.append(Fault(mapping.get(field, field), said["zh-hans"][1], said["en"][1]))
        return None
    return new


def _need(values: Mapping[str, Any], *, key: str, by: Actor, today: date) -> NewNeed:
    place = place_named(values["place"])
    if place is None:
        raise _Bad("place", f"没有“{values['place']}”这个地点", f"no place {values['place']!r}")
    if not allowed(by, "needs.publish", place_path=place.path):
        raise _Bad("place", "您不能为这个地点发布需求", "you may not publish for this place")
    return NewNeed(
        title=values["title"],
        category=values["category"],
        place_id=place.id,
        quantity=values["quantity"],
        begins=values["begins"] or today,
        ends=values["ends"],
        urgency=Urgency(int(values["urgency"] or 1)),
        beneficiaries=values["beneficiaries"] or 0,
        text=values["text"],
        asks=_conditions(values, "asks"),
        gives=_conditions(values, "gives"),
        whole=bool(values["whole"]),
        visibility=Visibility.PARTNERS if values["partners_only"] else Visibility.PUBLIC,
        import_key=key,
    )


def _offer(values: Mapping[str, Any], *, key: str, by: Actor, today: date) -> NewOffer:
    unit = unit_named(values["unit"])
    if unit is None:
        raise _Bad("unit", f"没有“{values['unit']}”这个单位", f"no unit {values['unit']!r}")
    home = find_place(unit.place_id)
    if not allowed(by, "offers.open", place_path=home.path if home else "", unit_ids=[unit.id]):
        raise _Bad("unit", "您不能替这个单位登记资源", "you may not offer for this unit")
    area = place_named(values["area"])
    if area is None:
        raise _Bad("area", f"没有“{values['area']}”这个地点", f"no place {values['area']!r}")
    return NewOffer(
        title=values["title"],
        unit_id=unit.id,
        categories=tuple(_parts(values["category"])),
        place_id=unit.place_id,
        area_id=area.id,
        total=values["total"],
        per_day=values["per_day"],
        begins=values["begins"] or today,
        ends=values["ends"],
        openings=_openings(values),
        reach=values["reach"],
        seats=values["seats"],
        text=values["text"],
        asks=_conditions(values, "asks"),
        gives=_conditions(values, "gives"),
        import_key=key,
    )


def _parts(text: str) -> list[str]:
    for sign in "；、,，":
        text = text.replace(sign, ";")
    return [part.strip() for part in text.split(";") if part.strip()]


def _conditions(values: Mapping[str, Any], field: str) -> tuple[str, ...]:
    found = []
    for part in _parts(values[field]):
        if part not in _CONDITIONS:
            listed = "、".join(_CONDITIONS)
            raise _Bad(
                field, f"没有“{part}”这个条件；可用：{listed}", f"{part!r} is none of: {listed}"
            )
        found.append(_CONDITIONS[part].value)
    return tuple(found)


def _openings(values: Mapping[str, Any]) -> tuple[Opening, ...]:
    days = [part.removeprefix("周").removeprefix("星期") for part in _parts(values["weekdays"])]
    if unknown := [day for day in days if day not in _WEEKDAYS]:
        raise _Bad("weekdays", f"没有“{unknown[0]}”这一天", f"no weekday {unknown[0]!r}")
    if not days:
        return ()
    try:
        opens, closes = (time.fromisoformat(part) for part in values["hours"].split("-"))
        if opens.tzinfo or closes.tzinfo:
            raise ValueError("an hour is the district's own")
    except ValueError:
        raise _Bad("hours", "请写成 09:00-17:00", "write it as 09:00-17:00") from None
    return tuple(Opening(_WEEKDAYS[day], opens, closes) for day in days)
