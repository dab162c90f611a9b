"""Keyword rules name a category, show their words, and say when they don't know."""

import random
import time

import pytest

from gongzhi.engines.triage.rules import (
    CannotUseRules,
    CategoryRule,
    RuleBook,
    compile_words,
    find_words,
    rules_from_names,
)
from gongzhi.engines.triage.texts import MOST_CHARACTERS, Message, fold

BOOK = RuleBook(
    rules=(
        CategoryRule("lamp", (("路灯", 2.0), ("不亮", 1.0), ("路灯不亮", 4.0))),
        CategoryRule("parking", (("停车", 2.0), ("停车位", 3.0), ("占道", 1.0))),
        CategoryRule("noise", (("噪音", 2.0), ("扰民", 2.0), ("KTV", 2.0))),
    )
)


def suggest(body: str, subject: str = ""):
    return BOOK.suggest([Message(subject=subject, body=body)])[0]


def test_the_category_comes_with_the_words_that_spoke_for_it_where_they_stand() -> None:
    body = "楼下每晚噪音很大，严重扰民，影响停车。"
    found = suggest(body)
    assert found.category == "noise"
    assert [rank.category for rank in found.ranks] == ["noise", "parking"]
    assert found.ranks[0].probability == pytest.approx(4 / 7)
    assert {span.text for span in found.evidence} == {"噪音", "扰民"}
    assert all(body[span.start : span.end] == span.text for span in found.evidence)


def test_the_longest_keyword_at_a_place_counts_and_those_inside_it_do_not() -> None:
    found = suggest("门口路灯不亮")
    assert [(span.text, span.weight) for span in found.evidence] == [("路灯不亮", 4.0)]
    assert found.ranks[0].probability == pytest.approx(4 / 5)


def test_a_keyword_in_the_subject_counts_twice_and_repeats_count_once() -> None:
    assert suggest("噪音噪音噪音").probability == pytest.approx(2 / 3)
    assert suggest("", subject="噪音").probability == pytest.approx(4 / 5)


@pytest.mark.parametrize("body", ["", "   \n", "你好", "🙂🙂"])
def test_a_text_without_keywords_gets_no_category(body: str) -> None:
    found = suggest(body)
    assert (found.category, found.ranks, found.sure) == (None, (), False)


def test_a_tie_and_a_weak_hint_are_shown_but_not_filled_in() -> None:
    tied = suggest("噪音，停车")
    assert tied.category is None
    assert [rank.category for rank in tied.ranks] == ["parking", "noise"]
    assert suggest("占道经营，路灯很暗").category == "lamp"
    assert suggest("占道，路灯，扰民").category is None


def test_traditional_full_width_and_capital_forms_are_the_same_words() -> None:
    assert suggest("ＫＴＶ噪音擾民").category == "noise"
    assert suggest("ktv").ranks[0].category == "noise"


def test_folding_keeps_every_position() -> None:
    text = "Ａ小區【停車】\t樓道\u3000亮🙂ＡＢ"
    assert fold(text) == "a小区【停车】 楼道 亮🙂ab"
    assert len(fold(text)) == len(text)
    assert len(fold("长" * 100_000)) == MOST_CHARACTERS


def test_finding_words_agrees_with_looking_at_every_position() -> None:
    draw = random.Random(3)
    words = {"".join(draw.choices("甲乙丙", k=draw.randint(1, 4))) for _ in range(12)}
    pattern = compile_words(words)
    for _ in range(300):
        text = "".join(draw.choices("甲乙丙丁", k=30))
        expected, covered = [], 0
        for start in range(len(text)):
            fitting = [word for word in words if text.startswith(word, start)]
            end = start + max(map(len, fitting), default=0)
            if fitting and end > covered:
                covered = end
                expected.append((start, end))
        assert list(find_words(pattern, text)) == expected


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ((CategoryRule("a", ((" ", 1.0),)),), "keyword ' '"),
        ((CategoryRule("a", (("词", 0.0),)),), "weight 0.0"),
        ((CategoryRule("a", ()), CategoryRule("a", ())), "two rules"),
    ],
)
def test_a_contradictory_rule_book_is_refused(rules: tuple, message: str) -> None:
    with pytest.raises(CannotUseRules, match=message):
        RuleBook(rules=rules)


def test_rules_are_made_from_the_names_of_categories() -> None:
    rules = rules_from_names([("05", ["供水、供电"]), ("06", ["路灯"]), ("07", ["水"])])
    assert rules == [
        CategoryRule("05", (("供水", 0.6), ("供电", 0.6), ("供水、供电", 1.0))),
        CategoryRule("06", (("路灯", 1.0),)),
    ]
    assert RuleBook(rules=tuple(rules)).suggest([Message("供电所")])[0].ranks[0].category == "05"


def test_an_empty_rule_book_abstains() -> None:
    assert not RuleBook(rules=()).suggest([Message("路灯")])[0].sure


@pytest.mark.slow
def test_many_keywords_stay_fast() -> None:
    draw = random.Random(5)
    letters = [chr(0x4E00 + i) for i in range(2_000)]
    words = ["".join(draw.choices(letters, k=3)) for _ in range(600)]
    book = RuleBook(
        rules=tuple(
            CategoryRule(str(i), tuple((word, 1.0) for word in words[i * 12 : i * 12 + 12]))
            for i in range(50)
        )
    )
    messages = [
        Message("".join(draw.choices(letters, k=60)) + draw.choice(words)) for _ in range(4_000)
    ]
    book.suggest(messages[:10])
    start = time.process_time()
    found = book.suggest(messages)
    assert time.process_time() - start < 2.0
    assert all(suggestion.ranks for suggestion in found)
