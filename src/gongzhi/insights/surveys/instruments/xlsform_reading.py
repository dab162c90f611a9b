"""An instrument from the sheets of an XLSForm, or everything that stands in its way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongzhi.commons.tables.cells import Cell, cell_text
from gongzhi.commons.tables.problems import CannotRead
from gongzhi.commons.tables.reading import Table, parse_table
from gongzhi.commons.tables.workbooks import looks_like_workbook, sheet_names
from gongzhi.insights.surveys.instruments.checking import QUOTED, check_form
from gongzhi.insights.surveys.instruments.findings import CannotImport, Finding
from gongzhi.insights.surveys.instruments.shapes import HOLDERS, SELECTS, Choice, Form, Item, Kind
from gongzhi.insights.surveys.instruments.xlsform_columns import (
    SET_ASIDE,
    SURVEY_COLUMNS,
    TRANSLATED,
    Heading,
    heading_of,
    type_of,
)

_MOST_BYTES = 10_000_000
_MOST_ITEMS = 1_000
_SHEETS = ("survey", "choices", "settings")
_NAME = re.compile(r"[^\W\d][\w.-]{0,63}")
_CODE = re.compile(r"[^\w.-]+")
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Imported:
    """An instrument, and what was left out or changed on the way."""

    form: Form
    remarks: tuple[Finding, ...]


@dataclass
class _Open:
    """A group or repeat whose end has not come yet."""

    item: Item
    children: list[Item] = field(default_factory=list)


def read_xlsform(data: bytes, *, name: str, leave_out: bool = False) -> Imported:
    """Read the bytes of an XLSForm; `leave_out` drops questions that can't be asked here.

    Raises CannotImport with every finding, and never takes a part of a broken form.
    """
    return _Reading(data, name, leave_out=leave_out).read()


class _Reading:
    def __init__(self, data: bytes, name: str, *, leave_out: bool) -> None:
        self.data, self.name, self.leave_out = data, name, leave_out
        self.findings: list[Finding] = []
        self.language = ""
        self.dropped: set[str] = set()  # names of what was left out

    def read(self) -> Imported:
        sheets = self._sheets()
        lists = self._choices(sheets.get("choices"))
        items = self._survey(sheets["survey"], lists) if "survey" in sheets else ()
        items = tuple(self._without_dropped(item) for item in items)
        form = self._settings(sheets.get("settings"), items, lists)
        if "survey" in sheets:
            self.findings += check_form(form)
        wrong = [each for each in self.findings if each.stops]
        if wrong:
            raise CannotImport(sorted(wrong, key=lambda f: (_sheet_order(f.sheet), f.row)))
        return Imported(form, tuple(self.findings))

    def find(self, sheet: str, row: int, column: str, reason: str, *, stops: bool = True) -> None:
        self.findings.append(Finding(sheet, row, column, reason, stops))

    # sheets

    def _sheets(self) -> dict[str, Table]:
        if len(self.data) > _MOST_BYTES:
            raise CannotImport([Finding(self.name, 0, "", _("文件超过 10 MB"))])
        if not looks_like_workbook(self.data):
            reason = _("不是表格文件；请用 XLSX、XLS 或 ODS")
            raise CannotImport([Finding(self.name, 0, "", reason)])
        found: dict[str, Table] = {}
        try:
            for title in sheet_names(self.data, name=self.name):
                known = title.strip().lower()
                if known in _SHEETS and known not in found:
                    self._take(found, known, title)
        except CannotRead as error:
            raise CannotImport([_as_finding(self.name, error)]) from error
        if "survey" not in found and not self.findings:
            self.find("survey", 0, "", _("没有 survey 工作表，或它是空的"))
        return found

    def _take(self, found: dict[str, Table], known: str, title: str) -> None:
        try:
            found[known] = parse_table(self.data, name=self.name, sheet=title)
        except CannotRead as error:
            if error.code == "empty":
                return
            self.findings.append(_as_finding(title, error))

    # choices

    def _choices(self, table: Table | None) -> dict[str, tuple[Choice, ...]]:
        lists: dict[str, list[Choice]] = {}
        if table is None:
            return {}
        headings = [heading_of(column) for column in table.columns]
        if not any(each.field == "list_name" for each in headings):
            self.find("choices", table.first_row_number - 1, "list_name", _("没有 list_name 列"))
            return {}
        for index, cells in enumerate(table.rows):
            values, choice = _choice(table.columns, headings, cells)
            row = table.row_number(index)
            if not values and not choice.label:
                continue
            if "list_name" not in values:
                self.find("choices", row, "list_name", _("没有写属于哪个选项表"))
            elif "name" not in values:
                self.find("choices", row, "name", _("选项没有 name"))
            elif re.search(r"\s", choice.name):
                self.find("choices", row, "name", _("选项的 name 里不能有空格"))
            else:
                lists.setdefault(values["list_name"], []).append(choice)
                self._refuse_twice(lists[values["list_name"]], row)
        return {name: tuple(choices) for name, choices in lists.items()}

    def _refuse_twice(self, choices: list[Choice], row: int) -> None:
        """The same name twice is meant only where further columns tell the two apart."""
        last = choices[-1]
        if any(one.name == last.name and one.columns == last.columns for one in choices[:-1]):
            reason = _("选项 %(name)s 在同一个表里出现两次") % {"name": last.name}
            self.find("choices", row, "name", reason)

    # survey

    def _survey(self, table: Table, lists: dict[str, tuple[Choice, ...]]) -> tuple[Item, ...]:
        headings = [heading_of(column) for column in table.columns]
        if not any(each.field == "type" for each in headings):
            self.find("survey", table.first_row_number - 1, "type", _("没有 type 列"))
            return ()
        worded = [each.language for each in headings if each.field == "label"]
        self.language = worded[0] if worded else ""
        stack = [_Open(Item(Kind.GROUP, ""))]
        for index, cells in enumerate(table.rows):
            fields: Fields = {}
            for heading, cell in zip(headings, cells, strict=True):
                text = _text(cell)
                if not text or heading.field not in SURVEY_COLUMNS:
                    continue
                if heading.field in TRANSLATED:
                    fields.setdefault(heading.field, {})[heading.language] = text
                else:
                    fields[heading.field] = text
            if fields:
                self._row(fields, table.row_number(index), stack, lists)
        for left in stack[1:]:
            reason = _("%(kind)s 没有结束") % {"kind": f"begin_{left.item.kind.value}"}
            self.find("survey", left.item.row, "type", reason)
        if _how_many(stack) > _MOST_ITEMS:
            self.find("survey", 0, "", _("题目超过 %(most)d 个") % {"most": _MOST_ITEMS})
        return tuple(stack[0].children)

    def _row(
        self, fields: Fields, row: int, stack: list[_Open], lists: dict[str, tuple[Choice, ...]]
    ) -> None:
        said = fields.pop("type", "")
        if not said:
            self.find("survey", row, "type", _("没有写题型"))
            return
        what = type_of(said)
        if what.metadata:
            reason = _("%(type)s 记录的是设备或时间，没有导入") % {"type": said}
            self.find("survey", row, "type", reason, stops=False)
            self.dropped.add(str(fields.get("name", said)))
            return
        if what.ends is not None:
            self._end(what.ends, row, stack)
            return
        if what.refused:
            self.find("survey", row, "type", f"{said}：{what.refused}", stops=not self.leave_out)
            self.dropped.add(str(fields.get("name", said)))
            return
        if what.kind is None:
            reason = _("没有“%(type)s”这种题型") % {"type": said[:60]}
            self.find("survey", row, "type", reason)
            return
        item = self._item(fields, what.kind, what.choices, row)
        if what.begins:
            stack.append(_Open(item))
            return
        stack[-1].children.append(item)
        if what.or_other:
            stack[-1].children.append(_other_of(item, lists))

    def _end(self, kind: Kind, row: int, stack: list[_Open]) -> None:
        if len(stack) == 1 or stack[-1].item.kind is not kind:
            reason = _("end_%(kind)s 前面没有对应的 begin_%(kind)s") % {"kind": kind.value}
            self.find("survey", row, "type", reason)
            return
        done = stack.pop()
        stack[-1].children.append(replace(done.item, children=tuple(done.children)))

    def _item(self, fields: Fields, kind: Kind, choices: str, row: int) -> Item:
        name = fields.pop("name", "")
        if not name and kind is Kind.NOTE:
            name = f"note_{row}"
        if not name:
            self.find("survey", row, "name", _("没有题名"))
            name = f"row_{row}"
        elif not _NAME.fullmatch(name):
            reason = _("题名“%(name)s”不合规：以字母开头，只用字母、数字、下划线、横线和点")
            self.find("survey", row, "name", reason % {"name": name[:60]})
        if kind in SELECTS and not choices:
            self.find("survey", row, "type", _("没有写用哪个选项表"))
        if kind not in {*HOLDERS, Kind.CALCULATE} and not (
            fields.get("label") or fields.get("hint")
        ):
            self.find("survey", row, "label", _("没有题干，用题名代替"), stops=False)
            fields["label"] = {self.language: name}
        fields["required"] = _required(fields.get("required", ""))
        return Item(kind=kind, name=name, choices=choices, row=row, **fields)

    def _without_dropped(self, item: Item) -> Item:
        """The item with "…" where its words quote what was left out."""
        cleaned: Fields = {
            field: {
                language: QUOTED.sub(
                    lambda quote: "…" if quote[1] in self.dropped else quote[0], text
                )
                for language, text in getattr(item, field).items()
            }
            for field in TRANSLATED
        }
        children = tuple(self._without_dropped(child) for child in item.children)
        return replace(item, **cleaned, children=children)

    # settings

    def _settings(
        self, table: Table | None, items: tuple[Item, ...], lists: Mapping[str, tuple[Choice, ...]]
    ) -> Form:
        values: dict[str, str] = {}
        if table is not None and table.rows:
            for column, cell in zip(table.columns, table.rows[0], strict=True):
                values[re.sub(r"[\s-]+", "_", column.strip().lower())] = _text(cell)
        stem = self.name.rpartition(".")[0] or self.name
        title = values.get("form_title") or values.get("title") or stem
        code = values.get("form_id") or values.get("id_string") or stem
        return Form(
            code=_CODE.sub("_", code)[:64].strip("_") or "form",
            title=title[:120],
            version=values.get("version", "")[:40],
            default_language=values.get("default_language", ""),
            items=items,
            lists=dict(lists),
        )


def _choice(
    columns: tuple[str, ...], headings: list[Heading], cells: tuple[Cell, ...]
) -> tuple[Fields, Choice]:
    values, label, extra = {}, {}, {}
    for column, heading, cell in zip(columns, headings, cells, strict=True):
        text = _text(cell)
        if not text:
            continue
        if heading.field == "label":
            label[heading.language] = text
        elif heading.field in {"list_name", "name"}:
            values[heading.field] = text
        elif heading.field not in SET_ASIDE and not column.isupper():
            extra[column] = text
    name = values.get("name", "")
    return values, Choice(name, label or ({"": name} if name else {}), extra)


def _how_many(stack: list[_Open]) -> int:
    """How many items lie in what was read, however deep."""

    def many(items: list[Item] | tuple[Item, ...]) -> int:
        return sum(1 + many(item.children) for item in items)

    return sum(many(left.children) for left in stack)


def _other_of(item: Item, lists: dict[str, tuple[Choice, ...]]) -> Item:
    """The question "which other?" that `or_other` asks for, its answer added to the list."""
    listed = lists.get(item.choices, ())
    if listed and not any(choice.name == "other" for choice in listed):
        languages = {language: None for choice in listed for language in choice.label}
        label = {language: _other_word(language) for language in languages}
        lists[item.choices] = (*listed, Choice("other", label))
    languages = dict.fromkeys(item.label) or {"": None}
    return Item(
        kind=Kind.TEXT,
        name=f"{item.name}_other",
        label={language: _other_word(language) for language in languages},
        relevant=f"selected(${{{item.name}}}, 'other')",
        row=item.row,
    )


def _other_word(language: str) -> str:
    low = language.lower()
    chinese = "zh" in low or "中" in low or (not low and (get_language() or "zh").startswith("zh"))
    return "其他（请写明）" if chinese else "Other (please say)"


def _required(text: str) -> str:
    low = text.strip().lower()
    if low in {"yes", "true", "true()", "1"}:
        return "true()"
    return "" if low in {"no", "false", "false()", "0"} else text


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell_text(cell).strip()


def _as_finding(sheet: str, error: CannotRead) -> Finding:
    return Finding(sheet, 0, "", error.message(get_language() or "zh-hans"))


def _sheet_order(sheet: str) -> int:
    return _SHEETS.index(sheet) if sheet in _SHEETS else 0
