"""What is known of a community already: each source with its name, its age, and its value."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongzhi.commons.organisations.queries import units_in
from gongzhi.commons.permissions.actors import SYSTEM
from gongzhi.commons.territory.queries import codes_of, find_place, places_of_kind
from gongzhi.insights.forms.models import Answer
from gongzhi.insights.indicators.definitions import INDICATORS
from gongzhi.insights.indicators.overview import Overview, overview
from gongzhi.insights.indicators.periods import CannotTellPeriod, Period
from gongzhi.insights.indicators.shapes import Words
from gongzhi.insights.indicators.snapshots import snapshot
from gongzhi.insights.indicators.wording import value_words

EARLIER = "answer"  # the newest answer of the same unit to a field of the same name
_INDICATOR, _COUNT = "indicator.", "records."
_SPACES = re.compile(r"[\s（）()：:、，,]+")


@dataclass(frozen=True, slots=True)
class Known:
    """A value that somebody holds already: from where, and as of which day."""

    value: str
    source: str  # its name, for people
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Source:
    """Something that is known of every community, and what columns of it are called."""

    code: str
    name: Words
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field that asks its source: for which unit and place."""

    field_id: int
    title: str
    source: str


_REGISTER: dict[str, tuple[Source, Callable[[int, date], str | None]]] = {}


def _register(
    code: str, name: Words, headings: tuple[str, ...], value: Callable[[int, date], str | None]
) -> None:
    _REGISTER[code] = (Source(code, name, headings), value)


def _households(place_id: int, _day: date) -> str | None:
    place = find_place(place_id)
    return str(place.households) if place and place.households is not None else None


def _name(place_id: int, _day: date) -> str | None:
    place = find_place(place_id)
    return place.name if place else None


def _code(place_id: int, day: date) -> str | None:
    return codes_of(place_id, on=day).get("stat12")


def _places(kind: str) -> Callable[[int, date], str | None]:
    return lambda place_id, day: str(len(places_of_kind(kind, within=place_id, on=day)))


def _units(kind: str) -> Callable[[int, date], str | None]:
    return lambda place_id, day: str(len(units_in(place_id, [kind], on=day)))


_t = gettext_lazy
_register("place.name", _t("社区名称"), ("社区", "社区名", "单位名称"), _name)
_register("place.households", _t("户数"), ("总户数", "居民户数"), _households)
_register("place.code", _t("统计用区划代码"), ("区划代码", "行政区划代码"), _code)
_register("place.grids", _t("网格数"), ("网格个数", "网格数量"), _places("grid"))
_register("place.buildings", _t("楼栋数"), ("楼栋数量", "楼房栋数"), _places("building"))
_register("units.partners", _t("共建单位数"), ("共建单位数量",), _units("partner_unit"))
_register("units.property", _t("物业服务企业数"), ("物业公司数",), _units("property_manager"))
_register("units.owners", _t("业主委员会数"), ("业委会数",), _units("owners_committee"))
_register("units.groups", _t("社区社会组织数"), ("社会组织数",), _units("community_group"))


def sources() -> list[Source]:
    """Everything that a field can be bound to: registers, indicators, earlier answers."""
    found = [source for source, _value in _REGISTER.values()]
    for each in INDICATORS:
        if each.is_recorded:
            found.append(Source(_INDICATOR + each.code, each.name, ()))
            counted = _("%(name)s：期内记录数") % {"name": each.name}
            found.append(Source(_COUNT + each.code, counted, ()))
    found.append(Source(EARLIER, _("本单位以前填过的同名项"), ()))
    return found


def folded(title: str) -> str:
    """A field's title as it is compared: without spaces and brackets."""
    return _SPACES.sub("", title).casefold()


def source_for(title: str) -> str:
    """The source that a column of this name means; an earlier answer where none does."""
    wanted = folded(title)
    for source in sources():
        if wanted in {folded(str(source.name)), *map(folded, source.headings)}:
            return source.code
    return EARLIER


def known_values(
    fields: Iterable[Wanted], *, unit_id: int, place_id: int, period: Period, at: datetime
) -> dict[int, Known]:
    """What the sources of these fields hold for a unit, by field; fields without are left out."""
    day, found = localdate(at), {}
    listed = list(fields)
    names = {source.code: str(source.name) for source in sources()}
    seen = _overview(listed, period, at)
    earlier = _earlier(unit_id) if any(f.source == EARLIER for f in listed) else {}
    for field in listed:
        known: Known | None = None
        if field.source in _REGISTER:
            value = _REGISTER[field.source][1](place_id, day)
            known = Known(value, names[field.source], day) if value is not None else None
        elif field.source == EARLIER:
            known = earlier.get(folded(field.title))
        elif seen is not None and field.source in names:
            known = _from_record(seen, field.source, place_id, names[field.source])
        if known is not None:
            found[field.field_id] = known
    return found


def _overview(fields: list[Wanted], period: Period, at: datetime) -> Overview | None:
    if not any(field.source.startswith((_INDICATOR, _COUNT)) for field in fields):
        return None
    with snapshot(at=at) as snap:
        try:
            # A community's own numbers, which it may see: what is hidden stays hidden all the same.
            return overview(snap, period, by=SYSTEM)
        except CannotTellPeriod:  # asked ahead of a time of which nobody knows anything yet
            return None


def _from_record(seen: Overview, source: str, place_id: int, name: str) -> Known | None:
    table = seen.tables.get(source.partition(".")[2])
    row = table.row_of(place_id) if table is not None else None
    if table is None or row is None or not row[0].is_measured or row[0].value is None:
        return None
    counted = source.startswith(_COUNT)
    value = str(row[0].n) if counted else value_words(row[0].value, table.indicator)
    return Known(value, name, localdate(seen.at))


def _earlier(unit_id: int) -> Mapping[str, Known]:
    """The newest answer of a unit to each field, by its folded title."""
    rows = (
        Answer.objects.filter(asked__unit_id=unit_id, asked__filled_at__isnull=False)
        .order_by("asked__filled_at")
        .values_list("field__title", "value", "asked__form__title", "asked__filled_at")[:2000]
    )
    return {folded(title): Known(value, form, localdate(at)) for title, value, form, at in rows}
