"""Whether an instrument holds together: names, lists, expressions, and nothing in a circle."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from gongzhi.insights.surveys.instruments.expressions import (
    CannotRead,
    Tree,
    columns_in,
    names_in,
    read_expression,
)
from gongzhi.insights.surveys.instruments.findings import Finding
from gongzhi.insights.surveys.instruments.shapes import (
    ASKED,
    HOLDERS,
    SELECTS,
    Form,
    Item,
    Kind,
    walk,
)

_EXPRESSIONS = (
    "required", "relevant", "constraint", "calculation", "choice_filter", "repeat_count",
)  # fmt: skip
_WORDED = ("label", "hint", "constraint_message", "required_message")
_SHEET = "survey"
QUOTED = re.compile(r"\$\{\s*([^}\s]*)\s*\}")


def check_form(form: Form) -> list[Finding]:
    """Everything that is wrong between the parts of a form, by row of its survey sheet."""
    items = list(walk(form.items))
    if not any(item.kind in ASKED for item in items):
        return [Finding(_SHEET, 0, "", _("没有一道题"))]
    known = {item.name for item in items}
    findings = list(_names(items))
    needs: dict[str, set[str]] = {}
    for item in items:
        findings += _lists(form, item)
        findings += _quotes(item, known)
        for column in _EXPRESSIONS:
            text = getattr(item, column)
            if not text:
                continue
            try:
                tree = read_expression(text)
            except CannotRead as error:
                findings.append(Finding(_SHEET, item.row, column, str(error)))
                continue
            findings += _references(form, item, column, tree, known)
            if column in {"calculation", "relevant"}:
                needs.setdefault(item.name, set()).update(names_in(tree) & known)
    findings += _circles(items, needs)
    return findings


def _names(items: list[Item]) -> Iterator[Finding]:
    first: dict[str, Item] = {}
    for item in items:
        if item.kind is not Kind.GROUP and item.name in first:
            reason = _("题名 %(name)s 与第 %(row)d 行重复") % {
                "name": item.name,
                "row": first[item.name].row,
            }
            yield Finding(_SHEET, item.row, "name", reason)
        if item.kind is not Kind.GROUP:
            first.setdefault(item.name, item)
        if item.kind is Kind.CALCULATE and not (item.calculation or item.default):
            yield Finding(_SHEET, item.row, "calculation", _("没有写怎样计算"))
        if item.kind in HOLDERS and not item.children:
            yield Finding(_SHEET, item.row, "type", _("组里没有题目"), stops=False)
        for child in item.children:
            if item.kind is Kind.REPEAT and any(
                inner.kind is Kind.REPEAT for inner in walk((child,))
            ):
                yield Finding(_SHEET, child.row, "type", _("重复组里不能再有重复组"))


def _quotes(item: Item, known: set[str]) -> Iterator[Finding]:
    for column in _WORDED:
        for language, text in getattr(item, column).items():
            for name in QUOTED.findall(text):
                if name not in known:
                    where = f"{column}::{language}" if language else column
                    reason = _("没有题目 ${%(name)s}") % {"name": name}
                    yield Finding(_SHEET, item.row, where, reason)


def _lists(form: Form, item: Item) -> Iterator[Finding]:
    if item.kind not in SELECTS or not item.choices:
        return
    if item.choices not in form.lists:
        reason = _("choices 表里没有选项表“%(name)s”") % {"name": item.choices[:60]}
        yield Finding(_SHEET, item.row, "type", reason)
        return
    names = [choice.name for choice in form.lists[item.choices]]
    if len(set(names)) < len(names) and not item.choice_filter:
        twice = next(name for name in names if names.count(name) > 1)
        reason = _("选项表 %(list)s 里 %(name)s 出现两次，又没有 choice_filter 区分")
        about = reason % {"list": item.choices, "name": twice}
        yield Finding(_SHEET, item.row, "type", about)


def _references(
    form: Form, item: Item, column: str, tree: Tree, known: set[str]
) -> Iterator[Finding]:
    for name in sorted(names_in(tree) - known):
        reason = _("没有题目 ${%(name)s}") % {"name": name}
        yield Finding(_SHEET, item.row, column, reason)
    listed = form.lists.get(item.choices, ()) if column == "choice_filter" else ()
    columns = {name for choice in listed for name in choice.columns} | {"name", "label"}
    for name in sorted(columns_in(tree) - (columns if listed else set())):
        reason = _("“%(name)s”不是题目也不是选项的列；题目要写成 ${%(name)s}，文字要加引号")
        yield Finding(_SHEET, item.row, column, reason % {"name": name})


def _circles(items: list[Item], needs: dict[str, set[str]]) -> Iterator[Finding]:
    """Calculations and conditions that depend on themselves, each circle told once."""
    rows = {item.name: item.row for item in items}
    done: set[str] = set()
    for start, wanted in needs.items():
        way, stack = [start], [iter(sorted(wanted))]
        while stack:
            following = next(stack[-1], None)
            if following is None:
                done.add(way.pop())
                stack.pop()
            elif following in way:
                circle = way[way.index(following) :]
                if not done & set(circle):
                    said = " → ".join([*circle, following])
                    reason = _("绕了一圈：%(way)s") % {"way": said[:200]}
                    yield Finding(_SHEET, rows[following], "relevant", reason)
                done |= set(circle)
            elif following not in done and following in needs:
                way.append(following)
                stack.append(iter(sorted(needs[following])))
