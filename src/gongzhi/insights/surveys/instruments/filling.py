"""An instrument being filled in: which questions are seen, and what calculations give."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from gongzhi.insights.surveys.instruments.evaluating import (
    Around,
    Value,
    as_number,
    as_text,
    evaluate,
    holds,
)
from gongzhi.insights.surveys.instruments.expressions import Tree, names_in, read_expression
from gongzhi.insights.surveys.instruments.shapes import (
    ASKED,
    SELECTS,
    Choice,
    Form,
    Item,
    Kind,
    walk,
    words,
)

MOST_COPIES = 20
_ROUNDS = 12  # a chain of conditions longer than this settles no further
_EXPRESSIONS = (
    "required", "relevant", "constraint", "calculation", "choice_filter", "repeat_count",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prepared:
    """A form with its expressions read; made once for a version."""

    form: Form
    trees: Mapping[tuple[str, str], Tree]
    items: Mapping[str, Item]
    repeat_of: Mapping[str, str]  # question → the repeat it lies in
    worded: frozenset[str]  # calculations that hold words of the respondent


def prepare(form: Form) -> Prepared:
    """Read every expression of a form that `check_form` found sound."""
    trees = {
        (item.name, column): read_expression(text)
        for item in walk(form.items)
        for column in _EXPRESSIONS
        if (text := getattr(item, column))
    }
    groups = {item.name: item for item in walk(form.items)}
    asked = {item.name: item for item in walk(form.items) if item.kind is not Kind.GROUP}
    repeat_of = {
        inner.name: item.name
        for item in walk(form.items)
        if item.kind is Kind.REPEAT
        for inner in walk(item.children)
    }
    return Prepared(form, trees, groups | asked, repeat_of, _worded(form, trees))


def _worded(form: Form, trees: Mapping[tuple[str, str], Tree]) -> frozenset[str]:
    found = {item.name for item in walk(form.items) if item.kind is Kind.TEXT}
    for _ in range(_ROUNDS):
        more = {
            name
            for (name, column), tree in trees.items()
            if column == "calculation" and names_in(tree) & found
        }
        if more <= found:
            break
        found |= more
    return frozenset(found)


class Spot(NamedTuple):
    """One place of the form: an item, in a repeat the copy's number, and whether it is a copy."""

    item: Item
    path: str
    copy: int  # -1 outside repeats
    begins_copy: bool = False


class Filling:
    """Answers as they were given, and what the form makes of them."""

    def __init__(
        self, prepared: Prepared, given: Mapping[str, Any], *, today: date, language: str = ""
    ) -> None:
        self.prepared, self.form = prepared, prepared.form
        self.today, self.language = today, language
        self.given = _flat(prepared, given)
        self.copies = {
            item.name: _copies(given.get(item.name))
            for item in walk(self.form.items)
            if item.kind is Kind.REPEAT
        }
        self.seen: dict[str, bool] = {}
        self.values: dict[str, str] = {}
        self._settle()

    def spots(self) -> Iterator[Spot]:
        """Every place of the form in order, each copy of a repeat one after the other."""
        yield from self._spots(self.form.items, "", -1)

    def _spots(self, items: tuple[Item, ...], before: str, copy: int) -> Iterator[Spot]:
        for item in items:
            path = before + item.name
            if item.kind is not Kind.REPEAT:
                yield Spot(item, path, copy)
                yield from self._spots(item.children, before, copy)
                continue
            yield Spot(item, path, -1)
            for number in range(self.copies[item.name]):
                inside = f"{item.name}.{number}"
                yield Spot(item, inside, number, begins_copy=True)
                yield from self._spots(item.children, inside + ".", number)

    def choices(self, spot: Spot) -> list[Choice]:
        """The answers that can be chosen here, as the choice filter has it."""
        listed = self.form.lists.get(spot.item.choices, ())
        tree = self.prepared.trees.get((spot.item.name, "choice_filter"))
        if tree is None:
            return list(listed)
        return [
            choice
            for choice in listed
            if holds(tree, self.around(spot, columns={**choice.columns, "name": choice.name}))
        ]

    def around(self, spot: Spot, *, columns: Mapping[str, str] | None = None) -> Around:
        """What an expression of this place can see."""
        return Around(
            answer_of=lambda name: self._answer_of(name, spot),
            today=self.today,
            own=self.values.get(spot.path, ""),
            columns=columns or {},
            position=spot.copy + 1,
            label_of=self.label_of,
        )

    def is_true(self, spot: Spot, column: str, *, otherwise: bool) -> bool:
        """Whether an expression of the item holds here; `otherwise` where it has none."""
        tree = self.prepared.trees.get((spot.item.name, column))
        return otherwise if tree is None else holds(tree, self.around(spot))

    def label_of(self, question: str, choice: str) -> str:
        """What a choice of a question is called."""
        item = self.prepared.items.get(question)
        listed = self.form.lists.get(item.choices, ()) if item else ()
        found = next((each for each in listed if each.name == choice), None)
        return words(found.label, self.language) if found else choice

    def words_of(self, text: str, spot: Spot) -> str:
        """A label with the answers that it quotes put in."""
        if "${" not in text:
            return text
        parts = text.split("${")
        said = [parts[0]]
        for part in parts[1:]:
            name, closed, rest = part.partition("}")
            if not closed:
                said.append("${" + part)
                continue
            answer = as_text(self._answer_of(name.strip(), spot))
            said.append((self.label_of(name.strip(), answer) or "…") + rest)
        return "".join(said)

    def _answer_of(self, name: str, spot: Spot) -> Value:
        home = self.prepared.repeat_of.get(name)
        if name in self.copies:
            return ["1"] * self.copies[name]
        if home is None:
            return self.values.get(name, "")
        if spot.copy >= 0 and self.prepared.repeat_of.get(spot.item.name) == home:
            return self.values.get(f"{home}.{spot.copy}.{name}", "")
        return [self.values.get(f"{home}.{n}.{name}", "") for n in range(self.copies[home])]

    def _settle(self) -> None:
        """Conditions and calculations depend on each other: go round until nothing changes."""
        for _ in range(_ROUNDS):
            before = (dict(self.seen), dict(self.values), dict(self.copies))
            self._round()
            if before == (self.seen, self.values, self.copies):
                return

    def _round(self) -> None:
        self._visit(self.form.items, "", -1, within=True)

    def _visit(self, items: tuple[Item, ...], before: str, copy: int, *, within: bool) -> None:
        for item in items:
            spot = Spot(item, before + item.name, copy)
            shown = within and self.is_true(spot, "relevant", otherwise=True)
            self.seen[spot.path] = shown
            if item.kind is Kind.REPEAT:
                self._count(spot, shown=shown)
                for number in range(self.copies[item.name]):
                    inside = f"{item.name}.{number}"
                    self.seen[inside] = shown
                    self._visit(item.children, inside + ".", number, within=shown)
            elif item.children:
                self._visit(item.children, before, copy, within=shown)
            elif item.kind is Kind.CALCULATE or (item.kind in ASKED and item.calculation):
                self.values[spot.path] = self._calculated(spot) if shown else ""
            elif item.kind in ASKED:
                self.values[spot.path] = self.given.get(spot.path, "") if shown else ""

    def _count(self, spot: Spot, *, shown: bool) -> None:
        tree = self.prepared.trees.get((spot.item.name, "repeat_count"))
        if tree is None:
            return
        number = as_number(evaluate(tree, self.around(spot))) if shown else 0.0
        self.copies[spot.item.name] = int(min(max(number, 0), MOST_COPIES)) if number > 0 else 0

    def _calculated(self, spot: Spot) -> str:
        tree = self.prepared.trees.get((spot.item.name, "calculation"))
        return spot.item.default if tree is None else as_text(evaluate(tree, self.around(spot)))


def _copies(given: Any) -> int:
    return min(max(len(given), 1), MOST_COPIES) if isinstance(given, list) else 1


def _flat(prepared: Prepared, given: Mapping[str, Any]) -> dict[str, str]:
    """Answers by path, each as text; several choices as names with spaces between."""
    found: dict[str, str] = {}
    for name, value in given.items():
        item = prepared.items.get(name)
        if item is None or prepared.repeat_of.get(name):
            continue
        if item.kind is Kind.REPEAT and isinstance(value, list):
            for number, copy in enumerate(value[:MOST_COPIES]):
                for inner, answer in copy.items() if isinstance(copy, Mapping) else ():
                    if prepared.repeat_of.get(inner) == name:
                        found[f"{name}.{number}.{inner}"] = _said(answer, prepared.items[inner])
        else:
            found[name] = _said(value, item)
    return found


def _said(value: Any, item: Item) -> str:
    if isinstance(value, list | tuple):
        return " ".join(str(each).strip() for each in value if str(each).strip())
    if value is None or isinstance(value, Mapping):
        return ""
    text = as_text(value) if isinstance(value, bool | int | float) else str(value).strip()
    return " ".join(text.split()) if item.kind in SELECTS else text
