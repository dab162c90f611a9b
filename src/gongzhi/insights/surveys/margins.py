"""Known margins of the population: how many there are of each kind, and from where it is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isfinite

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.tables.cells import Cell, cell_text
from gongzhi.commons.tables.reading import CannotRead, Table, parse_table
from gongzhi.insights.surveys import events
from gongzhi.insights.surveys.fieldwork import CannotRun, survey_for, tell
from gongzhi.insights.surveys.instruments.findings import CannotImport, Finding
from gongzhi.insights.surveys.instruments.shapes import Choice, Form, Item, Kind, walk, words
from gongzhi.insights.surveys.models import Survey
from gongzhi.insights.surveys.registering import prepared_version
from gongzhi.insights.surveys.taking import Unmet, take_responses

COLUMNS = ("variable", "category", "count", "share")
_NAMES = {
    "variable": ("variable", "question", "题目", "变量"),
    "category": ("category", "answer", "选项", "类别"),
    "count": ("count", "人数", "户数"),
    "share": ("share", "percent", "比例", "百分比"),
}
_LEAST = 5
_SLACK = 0.002  # what rounding to one decimal of a per cent may leave


class Amount(StrEnum):
    """In what a margin is given."""

    PERCENT = "percent"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class KnownShare:
    """One answer with the share of the population it stands for, None where it isn't known."""

    name: str
    label: str
    share: float | None


@dataclass(frozen=True, slots=True)
class MarginQuestion:
    """A question whose shares in the population may be known."""

    name: str
    label: str
    choices: tuple[KnownShare, ...]

    @property
    def is_set(self) -> bool:
        return any(choice.share is not None for choice in self.choices)


def margin_questions(*, survey_id: int, by: Actor, language: str = "") -> list[MarginQuestion]:
    """The questions of a survey that can be held against known shares, with what is known."""
    survey = survey_for(by, "surveys.design", survey_id)
    form = prepared_version(survey.version_id).form
    return [
        MarginQuestion(
            item.name, words(item.label, language) or item.name,
            tuple(
                KnownShare(
                    choice.name, words(choice.label, language) or choice.name,
                    survey.margins.get(item.name, {}).get(choice.name),
                )
                for choice in _answers(form, item)
            ),
        )
        for item in _questions(form).values()
    ]  # fmt: skip


def _questions(form: Form) -> dict[str, Item]:
    """Questions of one answer, asked once of each respondent."""
    repeated = {
        inside.name
        for item in walk(form.items)
        if item.kind is Kind.REPEAT
        for inside in walk(item.children)
    }
    return {
        item.name: item
        for item in walk(form.items)
        if item.kind is Kind.SELECT_ONE and item.name not in repeated
    }


def _answers(form: Form, item: Item) -> list[Choice]:
    return [choice for choice in form.lists[item.choices] if not choice.is_missing]


@transaction.atomic
def set_margins(
    *,
    survey_id: int,
    margins: Mapping[str, Mapping[str, float]],
    by: Actor,
    at: datetime,
    keep_others: bool = False,
) -> None:
    """Set known shares of the population (question → answer → share) for raking.

    Questions that aren't named lose theirs, unless others are kept.
    """
    survey_for(by, "surveys.design", survey_id)
    survey = Survey.objects.select_for_update().get(pk=survey_id)
    form = prepared_version(survey.version_id).form
    questions = _questions(form)
    for question, shares in margins.items():
        item = questions.get(question)
        if item is None:
            raise CannotRun(
                _("%(name)s 不是选择题，或者可以多选，或者每户不止答一次") % {"name": question[:40]}
            )
        if set(shares) - {choice.name for choice in _answers(form, item)}:
            raise CannotRun(_("%(name)s 没有这些选项") % {"name": question[:40]})
        if not shares or any(not 0 < share < 1 for share in shares.values()):
            raise CannotRun(_("每个比例在 0 和 1 之间"))
        if abs(sum(shares.values()) - 1) > 1e-3:
            raise CannotRun(_("%(name)s 的比例加起来不是 1") % {"name": question[:40]})
    there = {name: shares for name, shares in survey.margins.items() if name in questions}
    given = {name: dict(shares) for name, shares in margins.items()}
    Survey.objects.filter(pk=survey.pk).update(
        margins=there | given if keep_others else given, touched_at=at
    )
    tell(survey, events.MARGINS_SET, by=by, at=at, questions=sorted(margins))


def how_margins_fit(*, survey_id: int, by: Actor) -> tuple[Unmet, ...] | None:
    """What keeps the answers from the known margins; None while too few have answered."""
    taken = take_responses(survey_for(by, "surveys.read", survey_id))
    return taken.unmet if taken is not None and taken.respondents >= _LEAST else None


def shares_of(amounts: Mapping[str, float | None], given_in: Amount) -> dict[str, float]:
    """Shares of one question from counts or per cents; an answer that nobody can give is 0.

    Raises CannotRun where one is missing, below 0, no whole count, or the per cents aren't 100,
    and where they are too large or too far apart to be told from none and from all.
    """
    if any(amount is None for amount in amounts.values()):
        raise CannotRun(_("每个选项都要填，没有的填 0"))
    known = {name: float(amount) for name, amount in amounts.items() if amount is not None}
    if any(not isfinite(amount) or amount < 0 for amount in known.values()):
        raise CannotRun(_("不能小于 0"))
    total = sum(known.values())
    if given_in is Amount.COUNT and any(amount != int(amount) for amount in known.values()):
        raise CannotRun(_("人数或户数是整数"))
    if given_in is Amount.PERCENT and abs(total - 100) > 100 * _SLACK:
        raise CannotRun(_("百分比加起来是 %(total)s，不是 100") % {"total": f"{total:g}"})
    if sum(amount > 0 for amount in known.values()) < 2:
        raise CannotRun(_("至少两个选项大于 0"))
    shares = {name: amount / total for name, amount in known.items() if amount > 0}
    if any(not 0 < share < 1 for share in shares.values()):  # beside the others it is nothing
        raise CannotRun(_("数字太大或相差太远，算不出比例"))
    return shares


# From a table


def margins_from_table(
    data: bytes, *, name: str, questions: Sequence[MarginQuestion]
) -> dict[str, dict[str, float]]:
    """The margins in a table of variable, category, and count or share.

    Raises CannotImport with every row that has to be mended; a category may be named by its label.
    """
    try:
        table = parse_table(data, name=name)
    except CannotRead as refused:
        text = refused.message(get_language() or "zh-hans")
        raise CannotImport([Finding(name, 0, "", text)]) from refused
    places = _places(table, name)
    findings: list[Finding] = []
    read: dict[str, dict[str, float | None]] = {}
    given_in: dict[str, Amount] = {}
    known = {question.name: question for question in questions}
    for index, row in enumerate(table.rows):
        if all(cell is None for cell in row):
            continue
        found = _Line.read(row, places, known)
        if isinstance(found, Finding):
            findings.append(_at(found, name, table.row_number(index)))
        elif found.answer in read.get(found.question, {}):
            findings.append(Finding(name, table.row_number(index), "category", _("重复的一行")))
        elif found.amount is not None:
            read.setdefault(found.question, {})[found.answer] = found.amount
            if given_in.setdefault(found.question, found.given_in) is not found.given_in:
                words_ = _("同一题不能既写人数又写比例")
                findings.append(Finding(name, table.row_number(index), "share", words_))
    margins = _whole(read, given_in, known, name, findings) if not findings else {}
    if not findings and not margins:
        findings.append(Finding(name, 0, "", _("表里没有填任何人数或比例")))
    if findings:
        raise CannotImport(findings)
    return margins


def _whole(
    read: Mapping[str, Mapping[str, float | None]],
    given_in: Mapping[str, Amount],
    known: Mapping[str, MarginQuestion],
    name: str,
    findings: list[Finding],
) -> dict[str, dict[str, float]]:
    margins = {}
    for question, amounts in read.items():
        every = {choice.name: amounts.get(choice.name) for choice in known[question].choices}
        try:
            margins[question] = shares_of(
                _in_percent(every, given_in[question]), given_in[question]
            )
        except CannotRun as refused:
            findings.append(Finding(name, 0, "", f"{known[question].label}：{refused}"))
    return margins


def _in_percent(
    amounts: Mapping[str, float | None], given_in: Amount
) -> Mapping[str, float | None]:
    """A share may be written as 0.25 or 25 per cent; which one, the sum tells."""
    total = sum(amount or 0 for amount in amounts.values())
    if given_in is Amount.COUNT or abs(total - 1) > _SLACK:
        return amounts
    return {name: None if each is None else each * 100 for name, each in amounts.items()}


def _places(table: Table, name: str) -> dict[str, int]:
    columns = {column.strip().lower(): at for at, column in enumerate(table.columns)}
    places = {
        column: columns[written]
        for column, names in _NAMES.items()
        for written in names
        if written in columns
    }
    missing = [column for column in ("variable", "category") if column not in places]
    if missing or not {"count", "share"} & set(places):
        needs = _("要有 variable（题目）、category（选项），和 count（人数）或 share（比例）列")
        raise CannotImport([Finding(name, 1, "", needs)])
    return places


def _at(finding: Finding, sheet: str, row: int) -> Finding:
    return Finding(sheet, row, finding.column, finding.reason)


@dataclass(frozen=True, slots=True)
class _Line:
    question: str
    answer: str
    amount: float | None
    given_in: Amount

    @classmethod
    def read(
        cls, row: Sequence[Cell], places: Mapping[str, int], known: Mapping[str, MarginQuestion]
    ) -> "_Line | Finding":
        said = {column: cell_text(row[at]).strip() for column, at in places.items()}
        asked = known.get(said["variable"]) or next(
            (each for each in known.values() if each.label == said["variable"]), None
        )
        if asked is None:
            return Finding("", 0, "variable", _("问卷里没有这道单选题：%(name)s") % {
                "name": said["variable"][:40] or "—"})  # fmt: skip
        answer = next(
            (c.name for c in asked.choices if said["category"] in {c.name, c.label}), None
        )
        if answer is None:
            return Finding("", 0, "category", _("这道题没有这个选项：%(name)s") % {
                "name": said["category"][:40] or "—"})  # fmt: skip
        count, share = said.get("count", ""), said.get("share", "")
        if count and share:
            return Finding("", 0, "share", _("同一行只写人数或比例中的一个"))
        column, given_in = ("count", Amount.COUNT) if count else ("share", Amount.PERCENT)
        amount = _number(count or share)
        if (count or share) and amount is None:
            words_ = _("不是数字：%(text)s") % {"text": (count or share)[:40]}
            return Finding("", 0, column, words_)
        return cls(asked.name, answer, amount, given_in)


def _number(text: str) -> float | None:
    try:
        found = float(text.replace(",", "").replace("，", "").removesuffix("%").removesuffix("％"))
    except ValueError:
        return None
    return found if isfinite(found) else None


def margin_rows(questions: Sequence[MarginQuestion]) -> list[list[object]]:
    """Rows of the table to fill in, with the shares that are known."""
    return [
        [question.name, choice.name, "", "" if choice.share is None else round(choice.share, 6)]
        for question in questions
        for choice in question.choices
    ]
