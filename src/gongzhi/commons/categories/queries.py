"""The tree of matters, and the rules by which words point to them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language

from gongzhi.commons.calendar.days import today
from gongzhi.commons.categories.models import Category
from gongzhi.commons.revisions import Kept, Revision
from gongzhi.engines.triage.rules import CategoryRule, RuleBook

revision = Revision("categories.CategoriesRevision")


@dataclass(frozen=True)
class CategoryView:
    """One matter, as every room sees it."""

    code: str
    parent_code: str | None
    name_zh: str
    name_en: str
    path_names: tuple[str, ...]  # Chinese names from the top down to itself
    path_names_en: tuple[str, ...]
    description_zh: str
    description_en: str
    keywords: dict[str, float]
    attributes: tuple[dict[str, Any], ...]  # Open311 attribute definitions
    residents_may_choose: bool
    may_be_public: bool
    is_leaf: bool
    valid_from: date
    valid_to: date | None

    @property
    def parent_name(self) -> str:
        """The name of the matter above, for whoever is looking; empty at the top."""
        names = self.path_names_en if _in_english() else self.path_names
        return names[-2] if len(names) > 1 else ""

    @property
    def name(self) -> str:
        """The name in the language of whoever is looking."""
        return self.name_en if _in_english() else self.name_zh

    @property
    def description(self) -> str:
        """What it covers, in the language of whoever is looking where there is such a text."""
        return (self.description_en if _in_english() else "") or self.description_zh

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def _in_english() -> bool:
    return (get_language() or "").startswith("en")


def category(code: str) -> CategoryView | None:
    """One matter, one that no longer holds too; None where there is none."""
    return _book.value().by_code.get(code)


def categories(*, on: date | None = None) -> list[CategoryView]:
    """The matters of a day (today), each before those below it, in the order of their codes."""
    day = on or today()
    return [view for view in _book.value().by_code.values() if view.holds_on(day)]


def category_named(name: str) -> CategoryView | None:
    """The matter with this code, name, or path of names ("大类/小类"); of several, the deepest."""
    wanted = name.strip()
    found = [
        view
        for view in _book.value().by_code.values()
        if wanted in (view.code, view.name_zh, view.name_en, "/".join(view.path_names))
    ]
    return max(found, key=lambda view: len(view.path_names), default=None)


def ancestors(code: str) -> tuple[CategoryView, ...]:
    """From the top matter down to the matter itself; empty for an unknown code."""
    by_code = _book.value().by_code
    chain: list[CategoryView] = []
    view = by_code.get(code)
    while view is not None:
        chain.append(view)
        view = by_code.get(view.parent_code or "")
    return tuple(reversed(chain))


def rule_book(*, on: date | None = None) -> RuleBook:
    """The keyword rules of the matters that hold on a day (today), for triage by rule."""
    day = on or today()
    books = _book.value().rule_books
    if day not in books:
        books.clear()  # one day at a time is enough
        books[day] = RuleBook(
            tuple(
                CategoryRule(category=view.code, keywords=tuple(view.keywords.items()))
                for view in categories(on=day)
                if view.keywords
            )
        )
    return books[day]


@dataclass(frozen=True, slots=True)
class _Book:
    by_code: dict[str, CategoryView]
    rule_books: dict[date, RuleBook]


def _load() -> _Book:
    rows = {row.code: row for row in Category.objects.select_related("parent").order_by("code")}
    parents = {row.parent.code for row in rows.values() if row.parent}
    by_code: dict[str, CategoryView] = {}
    for code in sorted(rows, key=lambda code: code.split(".")):
        row = rows[code]
        above = by_code.get(row.parent.code) if row.parent else None
        by_code[code] = CategoryView(
            code=code,
            parent_code=above.code if above else None,
            name_zh=row.name_zh,
            name_en=row.name_en,
            path_names=(*(above.path_names if above else ()), row.name_zh),
            path_names_en=(*(above.path_names_en if above else ()), row.name_en),
            description_zh=row.description_zh,
            description_en=row.description_en,
            keywords=dict(row.keywords),
            attributes=tuple(row.attributes),
            residents_may_choose=row.residents_may_choose,
            may_be_public=row.may_be_public,
            is_leaf=code not in parents,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
    return _Book(by_code, {})


_book = Kept(revision, _load)
