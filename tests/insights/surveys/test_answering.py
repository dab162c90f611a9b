"""Answers: skip logic, required, constraints, choices, repeats; and what of them is kept."""

from datetime import date
from typing import Any

import pytest

from gongzhi.insights.surveys.instruments.answering import Checked, check_answers
from gongzhi.insights.surveys.instruments.filling import Filling, Prepared, prepare
from tests.insights.surveys.forms import CHOICES, form_from, home

TODAY = date(2026, 3, 2)


def checked(given: dict[str, Any], prepared: Prepared | None = None) -> Checked:
    return check_answers(prepared or home(), given, today=TODAY)


def faults(given: dict[str, Any], prepared: Prepared | None = None) -> dict[str, str]:
    return {each.path: each.reason for each in checked(given, prepared).faults}


def test_good_answers_are_kept_by_kind_and_words_apart() -> None:
    found = checked({"elder": "yes", "elders": "2", "waste": "4", "water": 9, "wish": "路灯暗"})
    assert found.faults == ()
    assert found.answers == {"elder": "yes", "elders": 2, "many": 1, "waste": "4", "water": "9"}
    assert found.texts == {"wish": "路灯暗"}


def test_what_is_skipped_is_not_kept_and_not_asked_for() -> None:
    found = checked({"elder": "no", "elders": "2", "waste": "4"})
    assert found.faults == ()
    assert found.answers == {"elder": "no", "many": 0, "waste": "4"}


def test_what_is_required_is_asked_for_only_where_it_is_seen() -> None:
    assert faults({"elder": "yes", "waste": "4"}).keys() == {"elders"}
    assert faults({}).keys() == {"elder", "waste"}


@pytest.mark.parametrize(
    ("name", "answer", "reason"),
    [
        ("elders", "0", "请填 1 到 12"),
        ("elders", "两个", "请填整数"),
        ("elders", "2.5", "请填整数"),
        ("elders", "1e5", "请填整数"),
        ("elders", "nan", "请填整数"),
        ("elders", "9" * 40, "请填整数"),
        ("waste", "7", "不在选项里"),
        ("waste", ["4", "5"], "不在选项里"),
        ("waste", "<script>", "不在选项里"),
        ("wish", "长" * 2_001, "最多 2000 个字"),
        ("wish", "a\0b", "不能保存"),
    ],
)
def test_a_bad_answer_is_refused_at_its_question(name: str, answer: Any, reason: str) -> None:
    good = {"elder": "yes", "elders": "2", "waste": "4"}
    assert reason in faults(good | {name: answer})[name]


def test_full_width_digits_are_digits() -> None:
    assert checked({"elder": "yes", "elders": "２", "waste": "4"}).answers["elders"] == 2


def test_what_nobody_asked_is_not_kept() -> None:
    found = checked({"elder": "no", "waste": "4", "phone": "13800000000", "many": "77"})
    assert found.answers == {"elder": "no", "many": 0, "waste": "4"}


def test_copies_of_a_repeat_see_each_other_and_are_counted() -> None:
    prepared = prepare(
        form_from(
            [["type", "name", "label", "repeat_count", "relevant", "calculation", "constraint"],
             ["integer", "n", "几个孩子", "", "", "", ""],
             ["begin_repeat", "child", "孩子", "${n}", "", "", ""],
             ["integer", "age", "几岁", "", "", "", ". < 18"],
             ["select_one yn", "school", "上学吗", "", "${age} >= 6", "", ""],
             ["end_repeat", "", "", "", "", "", ""],
             ["calculate", "total", "", "", "", "sum(${age})", ""]],
            CHOICES,
        )
    )  # fmt: skip
    given = {"n": "2", "child": [{"age": 4, "school": "yes"}, {"age": "8", "school": "yes"}]}
    found = checked(given, prepared)
    assert found.faults == ()
    assert found.answers == {
        "n": 2, "child.0.age": 4, "child.1.age": 8, "child.1.school": "yes", "total": 12,
    }  # fmt: skip
    assert faults({"n": "1", "child": [{"age": "20"}]}, prepared).keys() == {"child.0.age"}
    many = checked({"n": "999", "child": [{"age": 1}] * 999}, prepared)
    assert sum(path.endswith(".age") for path in many.answers) == 20


def test_choices_follow_the_answer_before() -> None:
    prepared = prepare(
        form_from(
            [["type", "name", "label", "choice_filter"],
             ["select_one street", "street", "街道", ""],
             ["select_one place", "place", "社区", "street = ${street}"]],
            [["list_name", "name", "label", "street"], ["street", "n", "北", ""],
             ["street", "s", "南", ""], ["place", "a", "甲", "n"], ["place", "b", "乙", "s"]],
        )
    )  # fmt: skip
    assert checked({"street": "n", "place": "a"}, prepared).faults == ()
    assert faults({"street": "n", "place": "b"}, prepared).keys() == {"place"}


def test_a_calculation_with_words_in_it_is_kept_with_the_words() -> None:
    prepared = prepare(
        form_from(
            [["type", "name", "label", "calculation"], ["text", "who", "称呼", ""],
             ["calculate", "greeting", "", "concat('您好，', ${who})"]]
        )
    )  # fmt: skip
    found = checked({"who": "王阿姨"}, prepared)
    assert found.answers == {}
    assert found.texts == {"who": "王阿姨", "greeting": "您好，王阿姨"}


def test_a_label_quotes_answers_by_what_they_are_called() -> None:
    prepared = home()
    filling = Filling(prepared, {"elder": "yes"}, today=TODAY)
    spot = next(iter(filling.spots()))
    assert filling.words_of("您说${elder}老人", spot) == "您说有老人"
    assert filling.words_of("${", spot) == "${"


@pytest.mark.parametrize(
    ("kind", "good", "kept", "bad"),
    [
        ("decimal", "2.50", 2.5, "2,5"),
        ("date", "2026-02-28", "2026-02-28", "2026-02-30"),
        ("time", "07:05", "07:05", "25:00"),
        ("datetime", "2026-02-28T07:05", "2026-02-28T07:05", "2026-02-28"),
        ("range", "7", 7, "11"),
        ("acknowledge", "OK", "OK", "maybe"),
    ],
)
def test_every_kind_has_its_own_check(kind: str, good: str, kept: object, bad: str) -> None:
    prepared = prepare(form_from([["type", "name", "label"], [kind, "q", "?"]]))
    assert checked({"q": good}, prepared).answers == {"q": kept}
    assert faults({"q": bad}, prepared).keys() == {"q"}


@pytest.mark.parametrize(
    "given",
    [{"elder": {"a": 1}}, {"elder": None}, {"elder": [[]]}, {"elder": True}, {"elder": 1e400}],
)
def test_answers_of_the_wrong_shape_are_refused_and_break_nothing(given: dict[str, Any]) -> None:
    assert "elder" in faults(given)
