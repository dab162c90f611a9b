"""The parts of an instrument; frozen, and the same as a JSON document."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

Texts = Mapping[str, str]  # language as the form names it → text; "" where it names none


class Kind(StrEnum):
    """What an item asks for, or how it holds others together."""

    GROUP = "group"
    REPEAT = "repeat"
    NOTE = "note"
    CALCULATE = "calculate"
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    RANGE = "range"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    ACKNOWLEDGE = "acknowledge"


HOLDERS = frozenset({Kind.GROUP, Kind.REPEAT})
SELECTS = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE})
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.RANGE})
ASKED = frozenset(Kind) - HOLDERS - {Kind.NOTE, Kind.CALCULATE}


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a list; `columns` are the list's further columns, for choice filters."""

    name: str
    label: Texts = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_missing(self) -> bool:
        """Whether it stands for no answer ("don't know"), as a column `missing` says."""
        return self.columns.get("missing", "").strip().lower() in {"yes", "true", "1", "true()"}


@dataclass(frozen=True, slots=True)
class Item:
    """A question, a note, a calculation, or a group or repeat with what lies in it."""

    kind: Kind
    name: str
    label: Texts = field(default_factory=dict)
    hint: Texts = field(default_factory=dict)
    required: str = ""
    required_message: Texts = field(default_factory=dict)
    relevant: str = ""
    constraint: str = ""
    constraint_message: Texts = field(default_factory=dict)
    calculation: str = ""
    choices: str = ""
    choice_filter: str = ""
    appearance: str = ""
    default: str = ""
    parameters: str = ""
    repeat_count: str = ""
    children: tuple["Item", ...] = ()
    row: int = 0  # of the survey sheet it was read from

    @property
    def is_battery(self) -> bool:
        """A group whose questions share one list and are shown as a table."""
        return self.kind is Kind.GROUP and "table-list" in self.appearance.split()


@dataclass(frozen=True, slots=True)
class Form:
    """An instrument: its items in order and its lists of choices."""

    code: str
    title: str
    version: str = ""
    default_language: str = ""
    items: tuple[Item, ...] = ()
    lists: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that labels come in, in order of appearance."""
        found: dict[str, None] = {}
        for item in walk(self.items):
            found |= dict.fromkeys(item.label)
        for choices in self.lists.values():
            for choice in choices:
                found |= dict.fromkeys(choice.label)
        return tuple(found)


def walk(items: tuple[Item, ...]) -> Iterator[Item]:
    """Every item, those in groups after their group."""
    for item in items:
        yield item
        yield from walk(item.children)


_ENGLISH, _CHINESE = ("english", "(en)", "en"), ("chinese", "(zh", "中文", "汉", "zh")


def language_for(form: Form, reader: str) -> str:
    """The form's language that suits a reader ("zh-hans", "en"), else its default or its first."""
    wanted = _CHINESE if reader.startswith("zh") else _ENGLISH
    for language in form.languages:
        low = language.lower()
        if any(low == sign or (len(sign) > 2 and sign in low) for sign in wanted):
            return language
    if form.default_language in form.languages:
        return form.default_language
    return form.languages[0] if form.languages else ""


def words(texts: Texts, language: str) -> str:
    """The text in a language, else in any."""
    return texts.get(language) or next((text for text in texts.values() if text), "")


def as_document(form: Form) -> dict[str, Any]:
    """The form as plain JSON values, without what is empty."""
    return {
        "code": form.code,
        "title": form.title,
        "version": form.version,
        "default_language": form.default_language,
        "items": [_item_document(item) for item in form.items],
        "lists": {
            name: [_filled(asdict(choice)) for choice in choices]
            for name, choices in form.lists.items()
        },
    }


def form_of(document: Mapping[str, Any]) -> Form:
    """The form that `as_document` wrote."""
    return Form(
        code=document["code"],
        title=document["title"],
        version=document["version"],
        default_language=document["default_language"],
        items=tuple(_item(each) for each in document["items"]),
        lists={
            name: tuple(Choice(**choice) for choice in choices)
            for name, choices in document["lists"].items()
        },
    )


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", {}, (), 0)}


def _item_document(item: Item) -> dict[str, Any]:
    plain = {name: getattr(item, name) for name in Item.__slots__ if name != "children"}
    written = _filled(plain) | {"kind": item.kind.value, "name": item.name}
    if item.children:
        written["children"] = [_item_document(child) for child in item.children]
    return written


def _item(document: Mapping[str, Any]) -> Item:
    parts = dict(document)
    children = tuple(_item(child) for child in parts.pop("children", ()))
    return Item(**(parts | {"kind": Kind(parts["kind"])}), children=children)
