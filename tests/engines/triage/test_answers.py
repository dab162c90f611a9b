"""A reply is checked for its matter, a result, a date and a contact; it is never marked."""

import pytest

from gongzhi.engines.triage.answers import check_answer
from gongzhi.engines.triage.texts import Message

REQUEST = Message(subject="投诉望江苑三号楼电梯经常停运", body="电梯停了，老人下不了楼。")


def found(reply: str, request: Message = REQUEST) -> dict[str, str | None]:
    return {c.item: c.span.text if c.span else None for c in check_answer(request, reply)}


def test_a_complete_reply_shows_where_each_thing_stands() -> None:
    reply = (
        "您好！关于望江苑三号楼电梯的问题，经核查，已完成维修，6月3日恢复运行。咨询电话：65432100。"
    )
    checks = check_answer(REQUEST, reply)
    assert [check.item for check in checks] == ["matter", "result", "date", "contact"]
    assert all(check.found for check in checks)
    assert found(reply)["matter"] == "望江苑三号楼电梯"
    assert found(reply)["date"] == "6月3日"
    assert found(reply)["contact"] == "咨询电话：65432100。"
    for check in checks:
        assert check.span is not None
        assert reply[check.span.start : check.span.end] == check.span.text


def test_an_empty_phrase_answers_nothing() -> None:
    assert set(found("您好，您的留言已收悉，感谢您的关心与支持！").values()) == {None}
    assert set(found("").values()) == {None}


@pytest.mark.parametrize(
    ("reply", "item"),
    [
        ("将于年底前完成改造", "date"),
        ("5个工作日内给您答复", "date"),
        ("２０２４年５月９日", "date"),
        ("请拨打12345", "contact"),
        ("联系人：街道办事处王主任", "contact"),
        ("写信到 office@example.org", "contact"),
        ("根据《物业管理条例》规定，不予支持", "result"),
        ("预计明年启动电梯更换工作，将尽快安排", "result"),
        ("The lift was repaired", "result"),
        ("今天上午清运完毕，以后每天两次", "result"),
        ("昨晚电梯修好了", "result"),
        ("已通知水司，下午恢复供水", "result"),
        ("今天上午清运完毕", "date"),
        ("师傅周三上门", "date"),
        ("有问题找网格员潘师傅", "contact"),
        ("请到社区一楼窗口办理", "contact"),
    ],
)
def test_usual_forms_are_seen(reply: str, item: str) -> None:
    assert found(reply)[item] is not None


@pytest.mark.parametrize(
    ("reply", "item"),
    [
        ("我们已联系物业，正在沟通", "contact"),
        ("社区很重视您反映的问题", "contact"),
        ("请您耐心等待", "date"),
        ("垃圾清运问题由物业负责", "result"),
    ],
)
def test_words_that_only_sound_like_it_are_not_taken_for_it(reply: str, item: str) -> None:
    assert found(reply)[item] is None


def test_a_reply_on_another_matter_is_noticed() -> None:
    assert found("您反映的公积金提取，请携带身份证到窗口办理。")["matter"] is None
    lone = Message(subject="", body="尊敬的领导：您好！路灯坏了")
    assert found("路灯已修复", lone)["matter"] is not None
