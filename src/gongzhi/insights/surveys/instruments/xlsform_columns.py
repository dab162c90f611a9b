"""The headings of XLSForm sheets under all the names they have had, and its types of question."""

import re
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongzhi.insights.surveys.instruments.shapes import Kind

TRANSLATED = frozenset({"label", "hint", "constraint_message", "required_message"})
SURVEY_COLUMNS = frozenset(
    {
        "type", "name", "label", "hint", "required", "required_message", "relevant", "constraint",
        "constraint_message", "calculation", "choice_filter", "appearance", "default",
        "parameters", "repeat_count",
    }
)  # fmt: skip
# Seen and set aside without a word: what a picture, a client or an older program needs.
SET_ASIDE = frozenset(
    {
        "read_only", "image", "audio", "video", "big-image", "media", "guidance_hint", "trigger",
        "rows", "note", "autoplay", "disabled", "save_to", "intent", "sms_field",
    }
)  # fmt: skip
_ALIASES = {
    "relevance": "relevant",
    "skip_logic": "relevant",
    "caption": "label",
    "calculate": "calculation",
    "constraint_msg": "constraint_message",
    "jr:constraintmsg": "constraint_message",
    "jr:requiredmsg": "required_message",
    "requiredmsg": "required_message",
    "readonly": "read_only",
    "list_name": "list_name",
    "value": "name",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "tag": "name",
    "command": "type",
}


class Heading(NamedTuple):
    """What a column holds, and in which language."""

    field: str
    language: str


def heading_of(text: str) -> Heading:
    """The field and language of a heading: `label::English (en)`, `bind:relevant`, `list name`."""
    parts = [part.strip() for part in re.split(r"::?", text.strip()) if part.strip()]
    if len(parts) > 1 and parts[0].lower() in {"bind", "control", "body"}:
        parts = parts[1:]
        if parts[0].lower() == "jr" and len(parts) > 1:
            parts = [f"jr:{parts[1]}", *parts[2:]]
    if parts and parts[0].lower() == "media":
        return Heading("media", "")
    if not parts:
        return Heading("", "")
    name = re.sub(r"[\s-]+", "_", parts[0].lower())
    name = _ALIASES.get(name, name)
    return Heading(name, "::".join(parts[1:]) if name in TRANSLATED else "")


KINDS: dict[str, Kind] = {
    "text": Kind.TEXT,
    "string": Kind.TEXT,
    "integer": Kind.INTEGER,
    "int": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "range": Kind.RANGE,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "datetime": Kind.DATETIME,
    "note": Kind.NOTE,
    "calculate": Kind.CALCULATE,
    "hidden": Kind.CALCULATE,
    "acknowledge": Kind.ACKNOWLEDGE,
    "trigger": Kind.ACKNOWLEDGE,
}
_SELECTS = (
    (r"select[ _]one(?: from)?", Kind.SELECT_ONE),
    (r"select[ _]multiple(?: from)?", Kind.SELECT_MULTIPLE),
    (r"select all that apply(?: from)?", Kind.SELECT_MULTIPLE),
    (r"select1", Kind.SELECT_ONE),
)
_OTHER = re.compile(r"\s+or[ _](?:specify[ _])?other$")

# Written by a client about the telephone or the moment; no question, so they are left out.
METADATA = frozenset(
    {
        "start", "end", "today", "deviceid", "device id", "subscriberid", "simserial",
        "sim id", "phonenumber", "username", "email", "audit", "start-geopoint",
        "get device id", "get today", "get start time", "get end time", "get sim id",
        "get subscriber id", "get phone number", "uri:subscriberid", "uri:simserial",
        "background-audio", "background-geopoint", "entity", "imei", "uri:deviceid",
        "uri:username", "uri:phonenumber", "uri:email",
    }
)  # fmt: skip
_LOCATION = _("问的是位置；本系统不记录答题人的位置")
_PICTURE = _("要上传图片、录音或文件；调查里不收附件")
_CONTACT = _("问的是电话；调查里不收联系方式")
REFUSED: dict[str, str | Promise] = {
    "geopoint": _LOCATION,
    "location": _LOCATION,
    "gps": _LOCATION,
    "geotrace": _LOCATION,
    "geoshape": _LOCATION,
    "image": _PICTURE,
    "photo": _PICTURE,
    "picture": _PICTURE,
    "audio": _PICTURE,
    "video": _PICTURE,
    "file": _PICTURE,
    "barcode": _("要扫码；网页问卷做不到"),
    "rank": _("要排序；请改成单选或量表"),
    "phone number": _CONTACT,
    "phone_number": _CONTACT,
    "xml-external": _("要外部文件；请把选项写在 choices 表里"),
    "csv-external": _("要外部文件；请把选项写在 choices 表里"),
}


class TypeOf(NamedTuple):
    """What a cell of the type column says."""

    kind: Kind | None = None
    choices: str = ""
    or_other: bool = False
    begins: bool = False
    ends: Kind | None = None
    metadata: bool = False
    refused: str | Promise = ""


def type_of(text: str) -> TypeOf:
    """Read a cell of the type column; a type that nobody knows is an empty TypeOf."""
    plain = " ".join(text.split())
    low = plain.lower()
    if low in METADATA:
        return TypeOf(metadata=True)
    if low in REFUSED:
        return TypeOf(refused=REFUSED[low])
    return _holder(low) or _select(plain) or _unasked(low) or TypeOf(kind=KINDS.get(low))


def _holder(low: str) -> TypeOf | None:
    match = re.fullmatch(r"(begin|end)[ _](group|repeat|loop|kobomatrix|score|rank).*", low)
    if match is None:
        return None
    if match[2] not in {"group", "repeat"}:
        return TypeOf(refused=_("不支持这种成组；请用 begin_group 或 begin_repeat"))
    kind = Kind(match[2])
    return TypeOf(kind=kind, begins=True) if match[1] == "begin" else TypeOf(ends=kind)


def _select(plain: str) -> TypeOf | None:
    for pattern, kind in _SELECTS:
        match = re.fullmatch(rf"{pattern}(?: (?P<list>\S.*))?", plain, re.IGNORECASE)
        if match:
            listed = match["list"] or ""
            other = _OTHER.search(listed.lower())
            name = (listed[: other.start()] if other else listed).strip()
            return TypeOf(kind=kind, choices=name, or_other=bool(other))
    return None


def _unasked(low: str) -> TypeOf | None:
    if re.match(r"select_(one|multiple)_(from_file|external)\b", low):
        return TypeOf(refused=REFUSED["csv-external"])
    return TypeOf(refused=REFUSED["rank"]) if low.startswith("rank ") else None
