"""Urgency has a named reason and a place in the text, or it is routine."""

import pytest

from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.urgency import Level, UrgencyTable
from gongzhi.engines.triage.urgency_rules import DEFAULT_RULES

TABLE = UrgencyTable(DEFAULT_RULES)


@pytest.mark.parametrize(
    ("text", "level", "rule", "seen"),
    [
        ("楼道里燃气泄漏，气味很大", Level.EMERGENCY, "danger_to_life", "燃气泄漏"),
        ("有人困在三号楼电梯里", Level.EMERGENCY, "danger_to_life", "困在三号楼电梯"),
        ("外墙瓷砖大面积脱落", Level.EMERGENCY, "danger_to_property", "外墙瓷砖大面积脱落"),
        ("小区已停水两天", Level.URGENT, "water", "停水"),
        ("昨晚開始停電", Level.URGENT, "power", "停電"),
        ("家里暖气一直不热", Level.URGENT, "heat", "暖气一直不热"),
        ("天然气突然停了", Level.URGENT, "gas", "天然气突然停"),
        ("门口有很多小孩玩", Level.ATTENTION, "children", "小孩"),
        ("独居在家", Level.ATTENTION, "elderly", "独居"),
        ("多次向社区反映", Level.ATTENTION, "repeated", "多次向社区反映"),
        ("There is a GAS LEAK here", Level.EMERGENCY, "danger_to_life", "GAS LEAK"),
    ],
)
def test_each_rule_names_its_level_and_the_words(
    text: str, level: Level, rule: str, seen: str
) -> None:
    urgency = TABLE.assess(Message(text))
    assert urgency.level == level
    assert urgency.reasons[0].rule == rule
    span = urgency.reasons[0].span
    assert span is not None
    assert span.text == seen == text[span.start : span.end]


@pytest.mark.parametrize(
    "text", ["", "咨询公积金提取流程", "小区没有停水，想问水费", "已经不再停电了"]
)
def test_what_has_no_reason_is_routine(text: str) -> None:
    urgency = TABLE.assess(Message(text))
    assert (urgency.level, urgency.reasons) == (Level.ROUTINE, ())


def test_a_feared_danger_needs_attention_but_is_no_emergency() -> None:
    urgency = TABLE.assess(Message("消防通道被占，一旦发生火灾后果严重"))
    assert urgency.level == Level.ATTENTION
    assert urgency.reasons[0].supposed
    happened = TABLE.assess(Message("一旦发生火灾后果严重。昨晚三楼起火"))
    assert happened.level == Level.EMERGENCY


def test_a_gap_does_not_reach_over_a_clause() -> None:
    assert TABLE.assess(Message("电梯很旧，外面有人困倦")).level == Level.ROUTINE


def test_reasons_stand_strongest_first_and_each_rule_once() -> None:
    urgency = TABLE.assess(Message("老人家里停水，停水三天，水管爆了", subject="小区停水"))
    assert [reason.rule for reason in urgency.reasons] == [
        "danger_to_property",
        "water",
        "elderly",
    ]
    assert urgency.reasons[1].span is not None
    assert urgency.reasons[1].span.field == "subject"


def test_what_the_requester_ticked_counts_without_words() -> None:
    urgency = TABLE.assess(Message("请尽快来"), ticked=["danger_to_life"])
    assert urgency.level == Level.EMERGENCY
    assert urgency.reasons[0].span is None
    with pytest.raises(ValueError, match="unknown urgency rule 'nonsense'"):
        TABLE.assess(Message("x"), ticked=["nonsense"])


def test_every_phrase_of_the_table_is_seen_by_its_own_rule() -> None:
    for rule in DEFAULT_RULES:
        for phrase in rule.phrases:
            reasons = TABLE.assess(Message(phrase.replace("…", "甲乙"))).reasons
            assert rule.code in {reason.rule for reason in reasons}, phrase


def test_no_phrase_stands_twice_in_the_table() -> None:
    phrases = [phrase for rule in DEFAULT_RULES for phrase in rule.phrases]
    assert len(phrases) == len(set(phrases))
