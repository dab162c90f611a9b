"""Turning a cell into a value of the kind that a field wants, or saying why it can't be."""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.timezone import get_current_timezone

from gongzhi.commons.privacy.phones import is_phone, normal_phone
from gongzhi.commons.tables.cells import Cell, cell_text
from gongzhi.commons.tables.fields import Field, FieldKind
from gongzhi.commons.tables.formulas import as_it_was

Value = str | int | float | bool | date | datetime | None

_YES = frozenset({"是", "有", "对", "y", "yes", "true", "1", "√", "✓"})
_NO = frozenset({"否", "无", "不", "n", "no", "false", "0", "×", "✗"})
_MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:时](\d{1,2})分?(?::?(\d{1,2})秒?)?)?"
)


class BadValue(ValueError):
    """A cell that can't mean what its field wants, said in both languages."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} {english}")
        self.chinese = chinese
        self.english = english


def value_of(cell: Cell, field: Field) -> Value:
    """The value of a cell; None (or "" for a text) where it is blank. Raises BadValue.

    A day or moment without a time zone is one of the installation's zone; moments come back in
    UTC. Full-width digits and letters are read as plain ones, except in texts.
    """
    text = as_it_was(cell_text(cell).replace("\x00", "").strip())
    if not text:
        if field.required:
            raise BadValue("不能为空", "may not be blank")
        return "" if field.kind is FieldKind.TEXT else None
    return _READERS[field.kind](cell, text, field)


def _text(_cell: Cell, text: str, field: Field) -> Value:
    if field.least is not None and len(text) < field.least:
        raise BadValue(f"至少 {field.least:g} 个字", f"needs at least {field.least:g} characters")
    if field.most is not None and len(text) > field.most:
        raise BadValue(
            f"最多 {field.most:g} 个字，现有 {len(text)} 个",
            f"holds {len(text)} characters, {field.most:g} at most",
        )
    return text


def _number(cell: Cell, text: str, field: Field) -> Value:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    try:
        value = float(cell) if isinstance(cell, int | float) else float(plain)
    except (ValueError, OverflowError):
        value = math.nan
    if not math.isfinite(value):
        raise BadValue(f"“{_short(text)}”不是数字", f"{_short(text)!r} is not a number")
    if field.least is not None and value < field.least:
        raise BadValue(f"不能小于 {field.least:g}", f"may not be less than {field.least:g}")
    if field.most is not None and value > field.most:
        raise BadValue(f"不能大于 {field.most:g}", f"may not be more than {field.most:g}")
    return value


def _whole(cell: Cell, text: str, field: Field) -> Value:
    value = _number(cell, text, field)
    if not isinstance(value, float) or not value.is_integer():
        raise BadValue(f"“{_short(text)}”不是整数", f"{_short(text)!r} is not a whole number")
    return int(value)


def _yes_no(_cell: Cell, text: str, _field: Field) -> Value:
    plain = unicodedata.normalize("NFKC", text).casefold()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise BadValue(f"“{_short(text)}”应为“是”或“否”", f"{_short(text)!r} should be yes or no")


def _day(cell: Cell, text: str, _field: Field) -> Value:
    return _moment_in(cell, text).date()


def _moment(cell: Cell, text: str, _field: Field) -> Value:
    found = _moment_in(cell, text)
    aware = found if found.tzinfo else found.replace(tzinfo=get_current_timezone())
    return aware.astimezone(UTC)


def _moment_in(cell: Cell, text: str) -> datetime:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    plain = unicodedata.normalize("NFKC", text)
    found = _MOMENT.fullmatch(plain)
    try:
        if found:
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime.combine(date(year, month, day), time(hour, minute, second))
        return datetime.fromisoformat(plain)
    except ValueError:
        raise BadValue(
            f"看不懂日期“{_short(text)}”，请写成 2026-01-31 或 2026-01-31 08:30",
            f"{_short(text)!r} is no date; write 2026-01-31 or 2026-01-31 08:30",
        ) from None


def _choice(_cell: Cell, text: str, field: Field) -> Value:
    folded = {said.casefold(): meant for said, meant in field.choices.items()}
    meant = folded.get(text.casefold())
    if meant is None:
        listed = "、".join(field.choices)
        raise BadValue(
            f"没有“{_short(text)}”这个选项；可用：{listed}",
            f"{_short(text)!r} is none of: {', '.join(field.choices)}",
        )
    return meant


def _phone(_cell: Cell, text: str, _field: Field) -> Value:
    if not is_phone(text):
        raise BadValue("不像电话号码", "does not look like a telephone number")
    return normal_phone(text)


def _email(_cell: Cell, text: str, _field: Field) -> Value:
    try:
        validate_email(text)
    except ValidationError:
        raise BadValue("不像电子邮件地址", "does not look like an e-mail address") from None
    return text


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:30]}…"


_READERS: dict[FieldKind, Callable[[Cell, str, Field], Value]] = {
    FieldKind.TEXT: _text,
    FieldKind.WHOLE: _whole,
    FieldKind.NUMBER: _number,
    FieldKind.YES_NO: _yes_no,
    FieldKind.DAY: _day,
    FieldKind.MOMENT: _moment,
    FieldKind.CHOICE: _choice,
    FieldKind.PHONE: _phone,
    FieldKind.EMAIL: _email,
}
