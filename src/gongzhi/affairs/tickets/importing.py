"""Rows of a spreadsheet become requests, under the same rules as any other."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from hashlib import sha256

from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets.choices import Channel, RequestKind
from gongzhi.affairs.tickets.intake import CannotReceive, Contact, Request
from gongzhi.commons.categories.queries import category_named
from gongzhi.commons.tables.fields import Field

Cell = str | int | float | datetime | date | time | bool | None

PURPOSE = "tickets"  # under which mappings of columns are saved


def _field(name: str, title: str, *headings: str, required: bool = False) -> Field:
    return Field(name, title, headings=headings, required=required)


# What a field is called in the files that districts have; the first heading found counts.
FIELDS = (
    _field("external_id", "工单编号", "留言编号", "编号", "受理编号", "id", "number"),
    _field("title", "标题", "留言主题", "主题", "subject"),
    _field(
        "text", "诉求内容", "留言详情", "主要内容", "内容", "详情", "description", required=True
    ),
    _field(
        "received_at", "受理时间", "留言时间", "来电时间", "时间", "received", "created", "time"
    ),
    _field("kind", "诉求类型", "工单类型", "类型"),
    _field("category", "事项分类", "问题分类", "分类"),
    _field("address", "地址", "小区点位", "地点", "location"),
    _field("community", "社区", "村/社区"),
    _field("subdistrict", "街道", "街乡镇"),
    _field("name", "诉求人", "来电人", "姓名"),
    _field("phone", "电话", "联系电话", "手机"),
    _field("email", "电子邮件", "邮箱"),
    _field("longitude", "经度", "lng", "lon", "long"),
    _field("latitude", "纬度", "lat"),
)
# Files are written in Chinese, whatever language the installation speaks.
_KINDS = {
    "咨询": "enquiry",
    "求助": "help",
    "投诉": "complaint",
    "举报": "report",
    "建议": "suggestion",
}
_KINDS |= {kind.value: kind.value for kind in RequestKind}
_NAMES = tuple(field.name for field in FIELDS)
_MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)


def request_of(
    values: Mapping[str, Cell], mapping: Mapping[str, str], *, source: str
) -> Request | tuple[str, str]:
    """The request that a row asks for, or (column, reason) where a cell can't be understood.

    `values` by field. A row with an id of its own is recognised by it when the file comes again,
    one without by all of its words.
    """
    try:
        received = _moment(values.get("received_at"))
    except ValueError as error:
        return mapping["received_at"], str(error)
    kind = _text(values.get("kind"))
    if kind and kind not in _KINDS:
        return mapping["kind"], _("没有“%(text)s”这个诉求类型") % {"text": kind}
    code = ""
    if named := _text(values.get("category")):
        found = category_named(named)
        if found is None:
            return mapping["category"], _("没有“%(text)s”这个事项分类") % {"text": named}
        code = found.code
    try:
        longitude, latitude = _degrees(values, "longitude"), _degrees(values, "latitude")
    except ValueError as error:
        return mapping.get("longitude", "longitude"), str(error)
    where = [_text(values.get(part)) for part in ("subdistrict", "community", "address")]
    external = _text(values.get("external_id"))
    words = "\x1f".join(_text(values.get(field)) for field in _NAMES)
    recognised_by = f"id:{external}" if external else f"row:{sha256(words.encode()).hexdigest()}"
    return Request(
        text=_text(values.get("text")) or _text(values.get("title")),
        title=_text(values.get("title")),
        channel=Channel.IMPORT,
        kind=RequestKind(_KINDS[kind]) if kind else RequestKind.HELP,
        category_code=code,
        longitude=longitude,
        latitude=latitude,
        address="".join(where),
        contact=Contact(
            name=_text(values.get("name")),
            phone=_text(values.get("phone")),
            email=_text(values.get("email")),
        ),
        idempotency_key=f"import:{source}:{recognised_by}",
        received_at=received,
    )


def column_of(error: CannotReceive, mapping: Mapping[str, str]) -> str:
    """The column of the file that an error of intake is about."""
    field = {"place": "address"}.get(error.field, error.field)
    return mapping.get(field, field)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\x00", "").strip()


def _moment(cell: Cell) -> datetime | None:
    """A cell's moment in Shanghai time, unless it says another zone."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, datetime):
        return _aware(cell)
    if isinstance(cell, date):
        return _aware(datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001 - made aware
    text = str(cell).strip()
    found = _MOMENT.fullmatch(text)
    if found:
        parts = [int(part) if part else 0 for part in found.groups()]
        try:
            return _aware(datetime(*parts))  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError:
            raise ValueError(_("没有“%(text)s”这个时间") % {"text": text}) from None
    try:
        return _aware(datetime.fromisoformat(text))
    except ValueError:
        raise ValueError(
            _("看不懂时间“%(text)s”，请写成 2026-01-31 08:30") % {"text": text}
        ) from None


def _aware(moment: datetime) -> datetime:
    local = moment if moment.tzinfo else moment.replace(tzinfo=get_current_timezone())
    return local.astimezone(UTC)


def _degrees(values: Mapping[str, Cell], field: str) -> float | None:
    text = _text(values.get(field))
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise ValueError(_("“%(text)s”不是经纬度") % {"text": text}) from None
    if not -180 <= value <= 180:
        raise ValueError(_("经纬度“%(text)s”超出范围") % {"text": text})
    return value
