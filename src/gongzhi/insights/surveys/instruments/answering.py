"""Whether answers are good, and what of them is kept."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.insights.surveys.instruments.evaluating import as_day, as_number
from gongzhi.insights.surveys.instruments.filling import Filling, Prepared, Spot
from gongzhi.insights.surveys.instruments.shapes import ASKED, Item, Kind, words

LONGEST_TEXT = 2_000
_LARGEST = 10**12
Plain = str | int | float | list[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """One answer that can't be taken."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers as they are kept: coded ones, words apart, and what is wrong."""

    answers: dict[str, Plain]
    texts: dict[str, str]
    faults: tuple[Fault, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.answers or self.texts)


class CannotTake(ValueError):
    """An answer that can't be taken, and why."""


def check_answers(
    prepared: Prepared, given: Mapping[str, Any], *, today: date, language: str = ""
) -> Checked:
    """Judge a whole set of answers; what is not asked of this respondent is left out.

    `given` is by question, with a list of such for a repeat. Answers are kept by path
    ("members.0.age").
    """
    filling = Filling(prepared, given, today=today, language=language)
    answers: dict[str, Plain] = {}
    texts: dict[str, str] = {}
    faults = []
    for spot in filling.spots():
        item, said = spot.item, filling.values.get(spot.path, "")
        if spot.begins_copy or not filling.seen[spot.path]:
            continue
        if item.kind is Kind.CALCULATE and said:
            _keep(prepared, spot, _calculation(said), answers, texts)
        if item.kind not in ASKED:
            continue
        try:
            value = judge(filling, spot)
        except CannotTake as refused:
            faults.append(Fault(spot.path, str(refused)))
        else:
            if value is not None:
                _keep(prepared, spot, value, answers, texts)
    return Checked(answers, texts, tuple(faults))


def judge(filling: Filling, spot: Spot) -> Plain | None:
    """One answer as it is kept, None if there is none; raises CannotTake."""
    item, said = spot.item, filling.values.get(spot.path, "")
    if said == "":
        if filling.is_true(spot, "required", otherwise=False):
            raise CannotTake(words(item.required_message, filling.language) or _("请回答这一题"))
        return None
    here = _READERS_HERE.get(item.kind)
    value = here(filling, spot, said) if here else _READERS[item.kind](said)
    if not filling.is_true(spot, "constraint", otherwise=True):
        raise CannotTake(
            words(item.constraint_message, filling.language) or _("这个回答不在允许的范围里")
        )
    return value


def _keep(
    prepared: Prepared, spot: Spot, value: Plain, answers: dict[str, Plain], texts: dict[str, str]
) -> None:
    if spot.item.name in prepared.worded:
        texts[spot.path] = str(value)[:LONGEST_TEXT]
    else:
        answers[spot.path] = value


def _calculation(said: str) -> Plain:
    number = as_number(said)
    if re.fullmatch(r"-?\d+(\.\d+)?", said) and math.isfinite(number):
        return int(number) if number == int(number) else number
    return said[:LONGEST_TEXT]


def _text(said: str) -> Plain:
    if len(said) > LONGEST_TEXT:
        raise CannotTake(_("最多 %(most)d 个字，现在 %(now)d 个") % _counts(said))
    if "\0" in said or any("\ud800" <= sign <= "\udfff" for sign in said):
        raise CannotTake(_("有不能保存的字符"))
    return said


def _counts(said: str) -> dict[str, int]:
    return {"most": LONGEST_TEXT, "now": len(said)}


def _whole(said: str) -> Plain:
    plain = said.translate(_HALF_WIDTH)
    if not re.fullmatch(r"[-+]?\d{1,15}(\.0*)?", plain):
        raise CannotTake(_("请填整数，例如 3"))
    return _in_reach(int(float(plain)))


def _decimal(said: str) -> Plain:
    plain = said.translate(_HALF_WIDTH)
    if not re.fullmatch(r"[-+]?(\d{1,15}(\.\d{0,12})?|\.\d{1,12})", plain):
        raise CannotTake(_("请填数字，例如 2.5"))
    number = float(plain)
    return _in_reach(int(number) if number == int(number) else number)


def _in_reach(number: float) -> Plain:
    if abs(number) > _LARGEST:
        raise CannotTake(_("数字太大"))
    return number


def range_of(item: Item) -> tuple[float, float, float]:
    """Start, end and step of a range question: 1, 10 and 1 where it does not say."""
    found = dict(re.findall(r"(start|end|step)\s*=\s*(-?\d+(?:\.\d+)?)", item.parameters))
    start, end = float(found.get("start", 1)), float(found.get("end", 10))
    step = abs(float(found.get("step", 1))) or 1.0
    return min(start, end), max(start, end), step


def _range(filling: Filling, spot: Spot, said: str) -> Plain:  # noqa: ARG001
    value = _decimal(said)
    low, high, _step = range_of(spot.item)
    if not low <= float(str(value)) <= high:
        reason = _("请填 %(low)g 到 %(high)g 之间的数") % {"low": low, "high": high}
        raise CannotTake(reason)
    return value


def _day(said: str) -> Plain:
    day = as_day(said) if len(said) == 10 else None
    if day is None or not 1900 <= day.year <= 2100:
        raise CannotTake(_("请填日期，例如 2026-03-02"))
    return said


def _clock(said: str) -> Plain:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", said):
        raise CannotTake(_("请填时间，例如 14:30"))
    return said[:5]


def _moment(said: str) -> Plain:
    day, between, clock = said.partition("T")
    if not between:
        raise CannotTake(_("请填日期和时间"))
    return f"{_day(day)}T{_clock(clock)}"


def _one(filling: Filling, spot: Spot, said: str) -> Plain:
    if said not in {choice.name for choice in filling.choices(spot)}:
        raise CannotTake(_("“%(said)s”不在选项里") % {"said": said[:40]})
    return said


def _several(filling: Filling, spot: Spot, said: str) -> Plain:
    chosen = list(dict.fromkeys(said.split()))
    unknown = set(chosen) - {choice.name for choice in filling.choices(spot)}
    if unknown:
        raise CannotTake(_("“%(said)s”不在选项里") % {"said": min(unknown)[:40]})
    return chosen


def _yes(said: str) -> Plain:
    if said.lower() not in {"ok", "true", "on", "1", "yes"}:
        raise CannotTake(_("请打勾，或留空"))
    return "OK"


_HALF_WIDTH = str.maketrans("０１２３４５６７８９．－＋", "0123456789.-+")
_READERS: dict[Kind, Callable[[str], Plain]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _whole,
    Kind.DECIMAL: _decimal,
    Kind.DATE: _day,
    Kind.TIME: _clock,
    Kind.DATETIME: _moment,
    Kind.ACKNOWLEDGE: _yes,
}
_READERS_HERE: dict[Kind, Callable[[Filling, Spot, str], Plain]] = {
    Kind.RANGE: _range,
    Kind.SELECT_ONE: _one,
    Kind.SELECT_MULTIPLE: _several,
}
