"""Known margins: what is taken from people and tables, and what estimates make of it."""

import pytest

from gongzhi.insights.surveys.estimating import results_of
from gongzhi.insights.surveys.fieldwork import CannotRun
from gongzhi.insights.surveys.instruments.findings import CannotImport
from gongzhi.insights.surveys.margins import (
    Amount,
    KnownShare,
    MarginQuestion,
    margin_questions,
    margins_from_table,
    set_margins,
    shares_of,
)
from gongzhi.insights.surveys.taking import Unmet
from tests.affairs.small_district import MONDAY
from tests.insights.surveys.conftest import Field
from tests.insights.surveys.test_estimating import say, taken_in

ELDER = MarginQuestion(
    "elder", "家里有老人吗", (KnownShare("yes", "有", None), KnownShare("no", "没有", None))
)
EVEN = dict.fromkeys("12345", 0.2)
HEADER = "variable,category,count,share\n"


@pytest.mark.parametrize(
    ("amounts", "given_in", "shares"),
    [
        ({"a": 25, "b": 75}, Amount.PERCENT, {"a": 0.25, "b": 0.75}),
        ({"a": 300, "b": 900}, Amount.COUNT, {"a": 0.25, "b": 0.75}),
        ({"a": 33.3, "b": 33.3, "c": 33.3}, Amount.PERCENT, {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}),
        ({"a": 40, "b": 60, "c": 0}, Amount.COUNT, {"a": 0.4, "b": 0.6}),
    ],
)
def test_counts_and_per_cents_become_shares(
    amounts: dict[str, float], given_in: Amount, shares: dict[str, float]
) -> None:
    assert shares_of(amounts, given_in) == pytest.approx(shares)


@pytest.mark.parametrize(
    ("amounts", "given_in", "reason"),
    [
        ({"a": 25, "b": None}, Amount.PERCENT, "每个选项都要填"),
        ({"a": -1, "b": 101}, Amount.PERCENT, "不能小于 0"),
        ({"a": float("nan"), "b": 1}, Amount.COUNT, "不能小于 0"),
        ({"a": 25.5, "b": 3}, Amount.COUNT, "整数"),
        ({"a": 25, "b": 70}, Amount.PERCENT, "加起来是 95，不是 100"),
        ({"a": 100, "b": 0}, Amount.PERCENT, "至少两个"),
        ({"a": 0, "b": 0}, Amount.COUNT, "至少两个"),
    ],
)
def test_what_makes_no_shares_is_refused_in_words(
    amounts: dict[str, float | None], given_in: Amount, reason: str
) -> None:
    with pytest.raises(CannotRun, match=reason):
        shares_of(amounts, given_in)


@pytest.mark.parametrize(
    "rows",
    [
        "elder,yes,,0.25\nelder,no,,0.75\n",
        "elder,yes,,25%\nelder,no,,75%\n",
        "elder,有,250,\nelder,没有,750,\n",
        '家里有老人吗,有,"1,000",\n,,,\n家里有老人吗,没有,"3,000",\n',
    ],
)
def test_a_table_says_the_same_in_several_ways(rows: str) -> None:
    read = margins_from_table((HEADER + rows).encode(), name="m.csv", questions=[ELDER])
    assert read == {"elder": pytest.approx({"yes": 0.25, "no": 0.75})}


@pytest.mark.parametrize(
    ("text", "row", "column", "reason"),
    [
        (HEADER + "older,yes,1,\n", 2, "variable", "没有这道单选题"),
        (HEADER + "elder,maybe,1,\n", 2, "category", "没有这个选项"),
        (HEADER + "elder,yes,many,\nelder,no,5,\n", 2, "count", "不是数字：many"),
        (HEADER + "elder,yes,nan,\nelder,no,5,\n", 2, "count", "不是数字"),
        (HEADER + "elder,yes,5,0.5\n", 2, "share", "同一行"),
        (HEADER + "elder,yes,5,\nelder,no,,0.5\n", 3, "share", "不能既写"),
        (HEADER + "elder,yes,5,\nelder,yes,6,\n", 3, "category", "重复"),
        (HEADER + "elder,yes,5,\n", 0, "", "每个选项都要填"),
        (HEADER + "elder,yes,,\n", 0, "", "没有填任何"),
        ("variable,share\nelder,1\n", 1, "", "要有 variable"),
        ("", 0, "", "文件是空的"),
    ],
)
def test_a_table_that_is_wrong_says_where(text: str, row: int, column: str, reason: str) -> None:
    with pytest.raises(CannotImport) as refused:
        margins_from_table(text.encode(), name="m.csv", questions=[ELDER])
    (finding,) = refused.value.findings
    assert (finding.row, finding.column) == (row, column)
    assert reason in finding.reason


@pytest.mark.database
def test_only_questions_of_one_answer_can_be_held_to_shares(field: Field) -> None:
    survey = field.drafted()
    questions = margin_questions(survey_id=survey, by=field.researcher)
    assert [each.name for each in questions] == ["elder", "waste", "water"]
    assert [choice.name for choice in questions[1].choices] == ["1", "2", "3", "4", "5"]
    with pytest.raises(CannotRun, match="没有这些选项"):
        set_margins(
            survey_id=survey, margins={"waste": {"9": 0.5, "1": 0.5}}, by=field.researcher,
            at=MONDAY,
        )  # fmt: skip


@pytest.mark.database
def test_who_says_do_not_know_keeps_their_weight_and_the_others_meet_the_shares(
    field: Field,
) -> None:
    survey = taken_in(field, [say(4)] * 30 + [say(2)] * 10 + [say(9)] * 20)
    shares = {"waste": {"2": 0.5, "4": 0.5}}
    set_margins(survey_id=survey, margins=shares, by=field.researcher, at=MONDAY)
    found = results_of(survey_id=survey, by=field.researcher)
    assert found is not None
    assert found.notes == ("raked",)
    waste = next(item for item in found.items if item.name == "waste")
    said = {line.name: line.found and round(line.found.estimate, 9) for line in waste.lines}
    assert (said["2"], said["4"]) == (0.5, 0.5)


@pytest.mark.database
@pytest.mark.parametrize(
    ("shares", "unmet"),
    [
        ({"elder": {"yes": 0.5, "no": 0.5}}, Unmet("elder", "nobody", ("yes",))),
        ({"waste": {"4": 0.5, "5": 0.5}}, Unmet("waste", "unlisted", ("2",))),
        ({"water": {"1": 0.5, "2": 0.5}}, Unmet("water", "nobody", ("1", "2"))),
    ],
)
def test_a_margin_that_the_answers_cannot_meet_is_named_and_nothing_is_weighted(
    field: Field, shares: dict[str, dict[str, float]], unmet: Unmet
) -> None:
    survey = taken_in(field, [say(4)] * 30 + [say(2)] * 10)
    set_margins(survey_id=survey, margins=shares, by=field.researcher, at=MONDAY)
    found = results_of(survey_id=survey, by=field.researcher)
    assert found is not None
    assert (found.notes, found.unmet) == (("not_raked",), (unmet,))
    waste = next(item for item in found.items if item.name == "waste")
    assert waste.lines[3].found is not None
    assert waste.lines[3].found.estimate == pytest.approx(0.75)


@pytest.mark.database
def test_what_a_table_does_not_name_stays_as_it_is_at_that_moment(field: Field) -> None:
    """Two people who each upload a table of another question at once both have their way."""
    survey, by = field.drafted(), field.researcher

    def set_one(question: str, *, keep_others: bool) -> list[str]:
        margins = {question: {"yes": 0.5, "no": 0.5} if question == "elder" else EVEN}
        set_margins(survey_id=survey, margins=margins, by=by, at=MONDAY, keep_others=keep_others)
        known = margin_questions(survey_id=survey, by=by)
        return [each.name for each in known if each.is_set]

    assert set_one("elder", keep_others=True) == ["elder"]
    assert set_one("waste", keep_others=True) == ["elder", "waste"]
    assert set_one("waste", keep_others=False) == ["waste"]
