"""What an expression says of the answers so far, as ODK's clients would have it.

A question not answered is the empty text; as a number it is no number, and every comparison with
it fails. Dates are texts (2026-03-02) and, where a number is asked for, days since 1970.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import cast

from gongzhi.insights.surveys.instruments.expressions import Tree

Value = str | float | bool | list[str]  # a list: the answers of all copies of a repeated question
_EPOCH = date(1970, 1, 1)
_LONGEST_MATCHED = 500


@dataclass(frozen=True, slots=True)
class Around:
    """What an expression can see."""

    answer_of: Callable[[str], Value]
    today: date
    own: Value = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    position: int = 1
    label_of: Callable[[str, str], str] = lambda question, choice: choice  # noqa: ARG005


def evaluate(tree: Tree, around: Around) -> Value:
    """The value of an expression."""
    return _NODES.get(tree[0], _operated)(tree, around)


def holds(tree: Tree, around: Around) -> bool:
    """Whether an expression is true."""
    return as_truth(evaluate(tree, around))


def as_text(value: Value) -> str:
    """A value as text: whole numbers without a point, truths as words, no number as nothing."""
    if isinstance(value, list):
        return value[0] if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(value)


def as_number(value: Value) -> float:
    """A value as a number; NaN where it is none."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, float | int):
        return float(value)
    text = as_text(value).strip()
    if re.fullmatch(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?", text):
        return float(text)
    day = as_day(text)
    return math.nan if day is None else float((day - _EPOCH).days)


def as_truth(value: Value) -> bool:
    """A value as a truth: the empty text, zero and no number are false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float | int):
        return value != 0 and not math.isnan(value)
    return bool(value)


def as_day(text: str) -> date | None:
    """The day a text names, or None."""
    if not re.match(r"\d{4}-\d\d-\d\d(T|$)", text):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _operated(tree: Tree, around: Around) -> Value:
    operator, left, right = tree[0], evaluate(tree[1], around), evaluate(tree[2], around)
    if operator in {"=", "!="}:
        return _equal(left, right) == (operator == "=")
    return _OPERATORS[operator](as_number(left), as_number(right))


def _either(tree: Tree, around: Around) -> bool:
    return holds(tree[1], around) or holds(tree[2], around)


def _both(tree: Tree, around: Around) -> bool:
    return holds(tree[1], around) and holds(tree[2], around)


def _remainder(a: float, b: float) -> float:
    return math.fmod(a, b) if b and math.isfinite(a) else math.nan


def _equal(left: Value, right: Value) -> bool:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, list):
            return any(_equal(each, other) for each in one)
    if isinstance(left, bool) or isinstance(right, bool):
        return as_truth(left) == as_truth(right)
    if isinstance(left, float | int) or isinstance(right, float | int):
        return as_number(left) == as_number(right)
    return left == right


def _called(tree: Tree, around: Around) -> Value:
    name, arguments = tree[1], tree[2]
    if name in _SPECIAL:
        return _SPECIAL[name](arguments, around)
    return _FUNCTIONS[name]([evaluate(each, around) for each in arguments])


def _chosen(arguments: Sequence[Tree], around: Around) -> Value:
    return evaluate(arguments[1 if holds(arguments[0], around) else 2], around)


def _once(arguments: Sequence[Tree], around: Around) -> Value:
    return as_text(around.own) or evaluate(arguments[0], around)


def _length(arguments: Sequence[Tree], around: Around) -> Value:
    return float(len(as_text(evaluate(arguments[0], around) if arguments else around.own)))


def _choice_name(arguments: Sequence[Tree], around: Around) -> Value:
    choice, question = (as_text(evaluate(each, around)) for each in arguments)
    return around.label_of(question.strip("${} "), choice)


def _listed(values: Sequence[Value]) -> list[str]:
    """All texts of some values, those of repeated questions one by one."""
    found: list[str] = []
    for value in values:
        found += value if isinstance(value, list) else [as_text(value)]
    return found


def _numbers(values: Sequence[Value]) -> list[float]:
    return [as_number(text) for text in _listed(values) if text != ""]


def _round(values: Sequence[Value]) -> float:
    number = as_number(values[0])
    digits = as_number(values[1]) if len(values) > 1 else 0.0
    if not (math.isfinite(number) and math.isfinite(digits)):
        return math.nan
    power = 10.0 ** max(-12, min(12, int(digits)))
    return math.floor(number * power + 0.5) / power


def _whole(number: float, how: Callable[[float], int]) -> float:
    return float(how(number)) if math.isfinite(number) else math.nan


def _power(values: Sequence[Value]) -> float:
    try:
        found = as_number(values[0]) ** as_number(values[1])
    except (OverflowError, ZeroDivisionError):
        return math.nan
    return found if isinstance(found, float) else math.nan


def _substring(values: Sequence[Value]) -> str:
    text, begin = as_text(values[0]), as_number(values[1])
    end = as_number(values[2]) if len(values) > 2 else float(len(text))
    if not (math.isfinite(begin) and math.isfinite(end)):
        return ""
    return text[int(begin) : int(end)]


def _selected_at(values: Sequence[Value]) -> str:
    parts, at = as_text(values[0]).split(), as_number(values[1])
    return parts[int(at)] if math.isfinite(at) and 0 <= at < len(parts) else ""


def _translate(values: Sequence[Value]) -> str:
    text, before, after = (as_text(value) for value in values)
    table: dict[str, str] = {}
    for at, sign in enumerate(before):
        table.setdefault(sign, after[at] if at < len(after) else "")
    return "".join(table.get(sign, sign) for sign in text)


def _matches(values: Sequence[Value]) -> bool:
    text = as_text(values[0])
    return len(text) <= _LONGEST_MATCHED and bool(re.fullmatch(as_text(values[1]), text))


def _day_text(values: Sequence[Value]) -> str:
    number = as_number(values[0])
    if not math.isfinite(number) or abs(number) > 1_000_000:
        return ""
    return (_EPOCH + timedelta(days=int(number))).isoformat()


def _format_date(values: Sequence[Value]) -> str:
    text = as_text(values[0])
    day = as_day(text) or as_day(_day_text(values))
    if day is None:
        return ""
    moment = datetime.combine(day, datetime.min.time())
    signs = {"%Y": f"{day:%Y}", "%y": f"{day:%y}", "%m": f"{day:%m}", "%n": str(day.month)}
    signs |= {"%b": f"{day:%b}", "%d": f"{day:%d}", "%e": str(day.day), "%a": f"{day:%a}"}
    signs |= {"%H": f"{moment:%H}", "%h": "0", "%M": "00", "%S": "00", "%3": "000"}
    return re.sub(r"%[A-Za-z3]", lambda sign: signs.get(sign[0], ""), as_text(values[1]))


def _extreme(values: Sequence[Value], choose: Callable[[list[float]], float]) -> float:
    numbers = _numbers(values)
    return choose(numbers) if numbers else math.nan


_FUNCTIONS: dict[str, Callable[[Sequence[Value]], Value]] = {
    "selected": lambda v: as_text(v[1]).strip() in as_text(v[0]).split(),
    "count-selected": lambda v: float(len(as_text(v[0]).split())),
    "selected-at": _selected_at,
    "coalesce": lambda v: next((each for each in v if as_text(each) != ""), ""),
    "not": lambda v: not as_truth(v[0]),
    "true": lambda v: True,  # noqa: ARG005
    "false": lambda v: False,  # noqa: ARG005
    "boolean": lambda v: as_truth(v[0]),
    "boolean-from-string": lambda v: as_text(v[0]).lower() in {"true", "1"},
    "number": lambda v: as_number(v[0]),
    "string": lambda v: as_text(v[0]),
    "int": lambda v: _whole(as_number(v[0]), math.trunc),
    "round": _round,
    "floor": lambda v: _whole(as_number(v[0]), math.floor),
    "ceiling": lambda v: _whole(as_number(v[0]), math.ceil),
    "abs": lambda v: abs(as_number(v[0])),
    "pow": _power,
    "sqrt": lambda v: math.sqrt(n) if (n := as_number(v[0])) >= 0 else math.nan,
    "min": lambda v: _extreme(v, min),
    "max": lambda v: _extreme(v, max),
    "sum": lambda v: float(sum(_numbers(v))),
    "count": lambda v: float(len(v[0]) if isinstance(v[0], list) else 1),
    "count-non-empty": lambda v: float(len([text for text in _listed(v) if text])),
    "concat": lambda v: "".join(_listed(v)),
    "join": lambda v: as_text(v[0]).join(_listed(v[1:])),
    "contains": lambda v: as_text(v[1]) in as_text(v[0]),
    "starts-with": lambda v: as_text(v[0]).startswith(as_text(v[1])),
    "ends-with": lambda v: as_text(v[0]).endswith(as_text(v[1])),
    "substr": _substring,
    "substring-before": lambda v: (
        as_text(v[0]).partition(as_text(v[1]))[0] if as_text(v[1]) in as_text(v[0]) else ""
    ),
    "substring-after": lambda v: as_text(v[0]).partition(as_text(v[1]))[2],
    "translate": _translate,
    "normalize-space": lambda v: " ".join(as_text(v[0]).split()),
    "regex": _matches,
    "date": lambda v: text if as_day(text := as_text(v[0])) else _day_text(v),
    "format-date": _format_date,
}
_OPERATORS: dict[str, Callable[[float, float], Value]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "div": lambda a, b: a / b if b else math.nan,
    "mod": _remainder,
}
_SPECIAL: dict[str, Callable[[Sequence[Tree], Around], Value]] = {
    "if": _chosen,
    "once": _once,
    "string-length": _length,
    "jr:choice-name": _choice_name,
    "position": lambda arguments, around: float(around.position),  # noqa: ARG005
    "today": lambda arguments, around: around.today.isoformat(),  # noqa: ARG005
    "now": lambda arguments, around: f"{around.today.isoformat()}T00:00",  # noqa: ARG005
}
_NODES: dict[str, Callable[[Tree, Around], Value]] = {
    "number": lambda tree, around: cast(Value, tree[1]),  # noqa: ARG005
    "text": lambda tree, around: cast(Value, tree[1]),  # noqa: ARG005
    "of": lambda tree, around: around.answer_of(tree[1]),
    "self": lambda tree, around: around.own,  # noqa: ARG005
    "column": lambda tree, around: around.columns.get(tree[1], ""),
    "minus": lambda tree, around: -as_number(evaluate(tree[1], around)),
    "call": _called,
    "and": _both,
    "or": _either,
}
