"""What the respondent sees: pages of questions, each with its answer so far and what is wrong."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gongzhi.insights.surveys.instruments.answering import CannotTake, Fault, judge, range_of
from gongzhi.insights.surveys.instruments.filling import MOST_COPIES, Filling, Spot
from gongzhi.insights.surveys.instruments.shapes import (
    ASKED,
    HOLDERS,
    Form,
    Item,
    Kind,
    walk,
    words,
)

FIELD = "q-"  # before the path, in the names of form fields


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen."""

    name: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One thing on a page: a question, a note, or a heading."""

    kind: Kind
    path: str
    label: str
    hint: str
    required: bool
    options: tuple[Option, ...]
    value: str
    fault: str
    in_battery: bool
    low: float
    high: float
    step: float
    rule: str  # when it is shown, as JSON for the fill-in page
    raw_label: str
    copy: int

    @property
    def field(self) -> str:
        return FIELD + self.path

    @property
    def is_asked(self) -> bool:
        return self.kind in ASKED

    @property
    def is_long(self) -> bool:
        return self.kind is Kind.TEXT


@dataclass(frozen=True, slots=True)
class Page:
    """Some questions together: one group, or those between two groups."""

    number: int
    title: str
    blocks: tuple[Block, ...]
    grows: str  # the repeat whose copies the respondent may add to


def sections(form: Form) -> list[tuple[Item, ...]]:
    """The items of each page: a group or repeat alone, the loose ones between them together."""
    found: list[list[Item]] = []
    loose = False
    for item in form.items:
        if item.kind is Kind.CALCULATE:
            continue
        if item.kind in HOLDERS:
            found.append([item])
            loose = False
        elif loose:
            found[-1].append(item)
        else:
            found.append([item])
            loose = True
    return [tuple(items) for items in found]


def pages(
    filling: Filling, faults: Iterable[Fault] = (), *, whole: bool = False
) -> tuple[Page, ...]:
    """The pages of a form. `whole` keeps hidden questions too, with the rules that show them."""
    wrong = {fault.path: fault.reason for fault in faults}
    spots = list(filling.spots())
    found = []
    for number, items in enumerate(sections(filling.form)):
        inside = {item.name for item in walk(items)}
        blocks = tuple(
            _block(filling, spot, wrong, whole=whole)
            for spot in spots
            if spot.item.name in inside
            and _is_shown(spot, whole_page=items[0])
            and (whole or filling.seen[spot.path])
        )
        first = items[0]
        title = words(first.label, filling.language) if first.kind in HOLDERS else ""
        grows = first.name if first.kind is Kind.REPEAT and not first.repeat_count else ""
        full = grows and filling.copies[grows] >= MOST_COPIES
        found.append(Page(number, title, blocks, "" if full else grows))
    return tuple(found)


def _is_shown(spot: Spot, *, whole_page: Item) -> bool:
    if spot.item.kind is Kind.CALCULATE:
        return False
    if spot.item.kind is Kind.REPEAT:
        return spot.begins_copy
    return spot.item is not whole_page or spot.item.kind is not Kind.GROUP


def _block(filling: Filling, spot: Spot, wrong: Mapping[str, str], *, whole: bool) -> Block:
    item, value = spot.item, filling.given.get(spot.path, "")
    picked = set(value.split()) if item.kind is Kind.SELECT_MULTIPLE else {value}
    if not value and item.default and not filling.given:
        value, picked = item.default, set(item.default.split())
    low, high, step = range_of(item) if item.kind is Kind.RANGE else (0.0, 0.0, 1.0)
    label = words(item.label, filling.language)
    hint = words(item.hint, filling.language)
    return Block(
        kind=item.kind,
        path=spot.path,
        label=filling.words_of(label, spot),
        hint=filling.words_of(hint, spot),
        required=filling.is_true(spot, "required", otherwise=False),
        options=tuple(
            Option(choice.name, words(choice.label, filling.language), choice.name in picked)
            for choice in filling.choices(spot)
        ),
        value=value,
        fault=wrong.get(spot.path, ""),
        in_battery=_in_battery(filling.form, item),
        low=low,
        high=high,
        step=step,
        rule=rule_of(filling, item) if whole else "",
        raw_label=label if "${" in label else "",
        copy=spot.copy + 1,
    )


def _in_battery(form: Form, item: Item) -> bool:
    return item.kind is Kind.SELECT_ONE and any(
        group.is_battery and item in group.children for group in walk(form.items)
    )


def rule_of(filling: Filling, item: Item) -> str:
    """The conditions of an item and of the groups around it, as one tree in JSON."""
    trees = [
        tree
        for each in [*_around(filling.form.items, item.name), item]
        if (tree := filling.prepared.trees.get((each.name, "relevant")))
    ]
    if not trees:
        return ""
    whole = trees[0]
    for tree in trees[1:]:
        whole = ["and", whole, tree]
    return json.dumps(whole, ensure_ascii=False)


def _around(items: Sequence[Item], name: str) -> list[Item]:
    for item in items:
        if any(inner.name == name for inner in walk(item.children)):
            return [item, *_around(item.children, name)]
    return []


def calculations(filling: Filling) -> str:
    """Name and tree of every calculation outside repeats, as JSON for the fill-in page."""
    found = [
        [item.name, filling.prepared.trees.get((item.name, "calculation"))]
        for item in walk(filling.form.items)
        if item.kind is Kind.CALCULATE and item.name not in filling.prepared.repeat_of
    ]
    return json.dumps([each for each in found if each[1]], ensure_ascii=False)


def faults_on(filling: Filling, page: Page) -> list[Fault]:
    """What is wrong with the answers of one page."""
    asked = {block.path for block in page.blocks}
    found = []
    for spot in filling.spots():
        if spot.path in asked and spot.item.kind in ASKED and filling.seen[spot.path]:
            try:
                judge(filling, spot)
            except CannotTake as refused:
                found.append(Fault(spot.path, str(refused)))
    return found


def given_from(form: Form, fields: Mapping[str, Sequence[object]]) -> dict[str, Any]:
    """Answers by question out of form fields named by path; copies of repeats as lists."""
    items = {item.name: item for item in walk(form.items)}
    repeats = {item.name for item in walk(form.items) if item.kind is Kind.REPEAT}
    given: dict[str, Any] = {}
    for name, said in fields.items():
        parts = name.removeprefix(FIELD).split(".")
        item = items.get(parts[-1])
        if not name.startswith(FIELD) or item is None or item.kind not in ASKED:
            continue
        answer = list(said) if item.kind is Kind.SELECT_MULTIPLE else (said[-1] if said else "")
        if len(parts) == 1:
            given[parts[0]] = answer
        elif len(parts) == 3 and parts[0] in repeats and _is_copy(parts[1]):
            copies = given.setdefault(parts[0], [])
            copies.extend({} for _copy in range(int(parts[1]) + 1 - len(copies)))
            copies[int(parts[1])][parts[2]] = answer
    return given


def _is_copy(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4 and int(text) < MOST_COPIES
