"""The expressions of XLSForm: what they give, and what is refused."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.insights.surveys.instruments.evaluating import Around, Value, evaluate
from gongzhi.insights.surveys.instruments.expressions import CannotRead, read_expression

TODAY = date(2026, 3, 2)
ANSWERS: dict[str, Value] = {
    "age": "34", "blank": "", "colours": "red blue", "name": "柳岸", "born": "1992-02-29",
    "ages": ["3", "8", ""], "half": "2.5",
}  # fmt: skip


def value(text: str, own: Value = "") -> Value:
    around = Around(
        answer_of=lambda name: ANSWERS[name], today=TODAY, own=own, columns={"region": "north"},
        position=2, label_of=lambda question, choice: f"{question}:{choice}",
    )  # fmt: skip
    return evaluate(read_expression(text), around)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${age} > 18", True),
        ("${blank} > 18", False),
        ("${blank} <= 18", False),
        ("${blank} = ''", True),
        ("${age} = '34'", True),
        ("${age} = 34.0", True),
        ("${age} != 34", False),
        ("'a' = \"a\"", True),
        ("‘a’ = “a”", True),
        ("1 + 2 * 3 - 4 div 2", 5.0),
        ("(1 + 2) * 3", 9.0),
        ("7 mod 3", 1.0),
        ("-7 mod 3", -1.0),
        ("- ${age} + 1", -33.0),
        ("1 = 1 or ${blank} > 2 and 1 = 2", True),
        ("not(1 = 1) or 2 > 1", True),
        ("selected(${colours}, 'red')", True),
        ("selected(${colours}, 're')", False),
        ("count-selected(${colours})", 2.0),
        ("count-selected(${blank})", 0.0),
        ("selected-at(${colours}, 1)", "blue"),
        ("selected-at(${colours}, 7)", ""),
        ("coalesce(${blank}, ${name})", "柳岸"),
        ("if(${age} > 30, 'older', 'younger')", "older"),
        ("string-length(${name})", 2.0),
        ("concat(${name}, '-', 3)", "柳岸-3"),
        ("substr('abcdef', 1, 3)", "bc"),
        ("substring-before('a-b', '-')", "a"),
        ("substring-after('a-b', '-')", "b"),
        ("translate('abca', 'ab', 'x')", "xcx"),
        ("normalize-space('  a   b ')", "a b"),
        ("contains('abc', 'b') and starts-with('abc', 'a') and ends-with('abc', 'c')", True),
        ("regex('123456', '[0-9]{6}')", True),
        ("regex('x123456', '[0-9]{6}')", False),
        ("today() > '2026-03-01'", True),
        ("today() = date('2026-03-02')", True),
        ("today() - 1 < today()", True),
        ("int((today() - ${born}) div 365.25)", 34.0),
        ("format-date(today(), '%d/%m/%Y')", "02/03/2026"),
        ("round(2.5)", 3.0),
        ("round(2.345, 2)", 2.35),
        ("floor(2.7) + ceiling(2.1) + int(-2.7) + abs(-1)", 4.0),
        ("pow(2, 10)", 1024.0),
        ("sqrt(16)", 4.0),
        ("sum(${ages})", 11.0),
        ("min(${ages})", 3.0),
        ("max(${ages}, 20)", 20.0),
        ("count(${ages})", 3.0),
        ("count-non-empty(${ages})", 2.0),
        ("join(' / ', ${ages})", "3 / 8 / "),
        ("number('x') = 1", False),
        ("boolean('') = false()", True),
        ("boolean-from-string('TRUE')", True),
        ("region = 'north'", True),
        ("position(..)", 2.0),
        ("jr:choice-name(${name}, 'name')", "name:柳岸"),
        ("once('kept')", "kept"),
        ("true() and not(false())", True),
        (".5 + 1", 1.5),
    ],
)
def test_an_expression_gives_what_odk_would(text: str, expected: Value) -> None:
    assert value(text) == expected


@pytest.mark.parametrize("text", ["1 div 0", "sqrt(-1)", "pow(0, -1)", "number('x')", "5 mod 0"])
def test_what_has_no_value_is_no_number_and_never_true(text: str) -> None:
    found = value(text)
    assert isinstance(found, float)
    assert math.isnan(found)
    assert value(f"if({text}, 'yes', 'no')") == "no"
    assert value(f"string({text})") == ""


def test_the_answer_itself_is_a_dot() -> None:
    assert value(". >= 0 and . <= 120", own="34") is True
    assert value(". >= 0 and . <= 120", own="340") is False
    assert value("string-length() < 3", own="ab") is True


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("${age} >", "没有写完"),
        ("${age} > > 1", ">"),
        ("(1 + 2", "没有写完"),
        ("1 + 2)", "第 6 个字符"),
        ("pulldata('a', 'b')", "没有函数 pulldata"),
        ("selected(${a})", "参数个数"),
        ("/data/age > 1", "不支持路径"),
        ("instance('x')", "没有函数 instance"),
        ("regex(., '[')", "正则表达式有误"),
        ("regex(., '(a+)+$')", "永远算不完"),
        ("regex(., ${age})", "引号里"),
        ("'never closed", "第 1 个字符"),
        ("(" * 80 + "1" + ")" * 80, "嵌套太深"),
        ("1" + " + 1" * 2_000, "字符"),
        ("1" + "+1" * 900, "太长"),
        ("", "没有写完"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(CannotRead, match=reason.replace("(", r"\(")):
        read_expression(text)


@given(st.text(alphabet="${}ab1 .+-*=<>!()',\"/orand", max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        tree = read_expression(text)
    except CannotRead:
        return
    names = dict.fromkeys(ANSWERS, "")
    around = Around(answer_of=lambda name: names.get(name, ""), today=TODAY)
    assert isinstance(evaluate(tree, around), str | float | bool | list)
