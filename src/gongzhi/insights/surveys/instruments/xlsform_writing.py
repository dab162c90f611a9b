"""An instrument as the three sheets of an XLSForm, which any program for them can open."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from gongzhi.commons.tables.writing import write_workbook
from gongzhi.insights.surveys.instruments.shapes import (
    HOLDERS,
    SELECTS,
    Form,
    Item,
    walk,
)

_PLAIN = (
    "required", "relevant", "constraint", "calculation", "choice_filter", "appearance", "default",
    "parameters", "repeat_count",
)  # fmt: skip
_WORDED = ("label", "hint", "constraint_message", "required_message")
Sheet = tuple[str, Sequence[str], list[list[str]]]


def write_xlsform(path: Path, form: Form) -> None:
    """Write a form as a workbook, whole or not at all."""
    write_workbook(path, sheets_of(form))


def sheets_of(form: Form) -> list[Sheet]:
    """The sheets survey, choices and settings with their columns and rows."""
    return [_survey(form), _choices(form), _settings(form)]


def _survey(form: Form) -> Sheet:
    worded = [
        (field, language)
        for field in _WORDED
        for language in dict.fromkeys(
            language for item in walk(form.items) for language in getattr(item, field)
        )
    ]
    if ("label", "") not in worded and not any(field == "label" for field, _ in worded):
        worded.insert(0, ("label", ""))
    used = [name for name in _PLAIN if any(getattr(item, name) for item in walk(form.items))]
    columns = ["type", "name", *(_heading(*each) for each in worded), *used]
    rows = []
    for item, ends in _opened(form.items):
        if ends:
            rows.append([f"end_{item.kind.value}", *[""] * (len(columns) - 1)])
            continue
        texts = [getattr(item, field).get(language, "") for field, language in worded]
        rows.append([_type(item), item.name, *texts, *(getattr(item, name) for name in used)])
    return "survey", columns, rows


def _choices(form: Form) -> Sheet:
    every = [choice for choices in form.lists.values() for choice in choices]
    languages = list(dict.fromkeys(language for each in every for language in each.label)) or [""]
    extra = list(dict.fromkeys(column for each in every for column in each.columns))
    columns = ["list_name", "name", *(_heading("label", each) for each in languages), *extra]
    rows = [
        [
            name,
            choice.name,
            *(choice.label.get(language, "") for language in languages),
            *(choice.columns.get(column, "") for column in extra),
        ]
        for name, choices in form.lists.items()
        for choice in choices
    ]
    return "choices", columns, rows


def _settings(form: Form) -> Sheet:
    twice = any(
        len({choice.name for choice in choices}) < len(choices) for choices in form.lists.values()
    )
    values = {
        "form_title": form.title,
        "form_id": form.code,
        "version": form.version,
        "default_language": form.default_language,
        "allow_choice_duplicates": "yes" if twice else "",
    }
    filled = {name: value for name, value in values.items() if value}
    return "settings", list(filled), [list(filled.values())]


def _opened(items: tuple[Item, ...]) -> Iterator[tuple[Item, bool]]:
    for item in items:
        yield item, False
        yield from _opened(item.children)
        if item.kind in HOLDERS:
            yield item, True


def _type(item: Item) -> str:
    if item.kind in HOLDERS:
        return f"begin_{item.kind.value}"
    return f"{item.kind.value} {item.choices}" if item.kind in SELECTS else item.kind.value


def _heading(field: str, language: str) -> str:
    return f"{field}::{language}" if language else field
