"""Public forms slow floods down and ask a question when in doubt; people get through."""

from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any, ClassVar

import pytest
from django import forms
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test import Client, RequestFactory, override_settings
from django.utils import translation

from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.remarks import queries
from gongzhi.interfaces.pages.guarding import challenge, questions
from gongzhi.interfaces.pages.guarding.addresses import client_address, neighbourhood
from gongzhi.interfaces.pages.guarding.answers import in_chinese, in_english, number
from gongzhi.interfaces.pages.guarding.forms import ANSWER, TOKEN, Guard, GuardedForm
from gongzhi.interfaces.pages.guarding.limits import Limit, TooMany

NOW = 1_800_000_000.0


class Letter(GuardedForm):
    guard: ClassVar[Guard] = Guard("letter", free=1, most=3)
    text = forms.CharField()


def sent(address: str = "192.0.2.1", **data: str) -> Letter:
    body = QueryDict(mutable=True)
    body.update(data)
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    return Letter(body, request=request)


def shown(address: str = "192.0.2.1") -> Letter:
    return Letter(request=RequestFactory().get("/", REMOTE_ADDR=address))


def right_answer(question: questions.Question) -> str:
    return str(question.value) if question.value is not None else next(iter(question.words))


def answered(form: Letter) -> dict[str, str]:
    """The hidden token of a form as shown, with the right answer to its question."""
    token = form[TOKEN].value()
    nonce = challenge._nonce("q", "letter", token)
    assert nonce
    return {TOKEN: token, ANSWER: right_answer(challenge._question(nonce))}


# How often


def test_an_address_has_so_many_turns_in_a_span_and_new_ones_in_the_next() -> None:
    limit = Limit("tests", 3, 60)
    assert [limit.take("a", now=NOW) for _ in range(4)] == [True, True, True, False]
    assert limit.take("b", now=NOW)
    assert limit.take("a", now=NOW + 60)


def test_who_has_no_turn_left_is_told_when_to_come_back() -> None:
    limit = Limit("tests", 0, 3600)
    with pytest.raises(TooMany) as refused:
        limit.take_or_refuse("a", now=NOW + 600)
    assert refused.value.seconds == 3600 - (int(NOW) + 600) % 3600


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_get_more_turns_than_there_are() -> None:
    limit = Limit("race", 5, 3600)

    def take(_: int) -> bool:
        try:
            return limit.take("a", now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(24)))
    assert taken.count(True) == 5


def test_the_table_of_counters_holds_no_addresses() -> None:
    Limit("tests", 3, 60).take("192.0.2.77", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM django_cache")
        assert "192.0.2.77" not in str(cursor.fetchall())


# From where


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 192.0.2.200", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "not an address", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(
    proxies: int, forwarded: str, expected: str
) -> None:
    request = RequestFactory().get(
        "/", REMOTE_ADDR="192.0.2.1", headers={"x-forwarded-for": forwarded}
    )
    with override_settings(TRUSTED_PROXIES=proxies):
        assert client_address(request) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", "unknown"),
    ],
)
def test_a_household_counts_as_one_caller(address: str, expected: str) -> None:
    assert neighbourhood(address) == expected


# The question


@pytest.mark.parametrize("value", range(21))
def test_numbers_are_read_as_they_are_written(value: int) -> None:
    for written in [str(value), in_chinese(value), in_english(value), f"{value}个", f" {value}。"]:
        assert number(written) == value
    assert number("".join(chr(ord(digit) + 0xFEE0) for digit in str(value))) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("两", 2),
        ("是八", 8),
        ("答案是：12", 12),
        ("It is Twelve.", 12),
        ("三十五", 35),
        ("twenty-one", 21),
        ("twenty zero", None),
        ("很多", None),
        ("", None),
        ("123", None),
        ("十", 10),
        ("九十九", 99),
        ("零", 0),
    ],
)
def test_answers_are_read_with_their_small_words(text: str, value: int | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize("seed", range(300))
def test_every_question_is_asked_in_both_languages_and_knows_its_answer(seed: int) -> None:
    question = questions.question_from(seed.to_bytes(4, "big"))
    assert question.chinese.endswith("？")
    assert question.english.endswith("?")
    assert question.accepts(right_answer(question))
    assert question.accepts(f" {right_answer(question)}。 ".upper())
    for wrong in ["", "?", "不知道", "yes", "99", "我是机器人"]:
        assert not question.accepts(wrong)


def test_there_are_many_forms_of_question() -> None:
    asked = {questions.question_from(seed.to_bytes(4, "big")).chinese for seed in range(2000)}
    assert len(asked) > 400


@pytest.mark.parametrize(
    ("make", "chinese", "answers"),
    [
        (
            questions._weekday,
            "今天星期六，明天星期几？",
            ["日", "天", "星期天", "周日", "Sunday", "sun"],
        ),
        (
            questions._month,
            "十二月的下一个月是几月？",
            ["1", "一月", "一", "January", "1月份", "元月"],
        ),
        (questions._month, "一月的上一个月是几月？", ["12", "十二月", "december"]),
        (questions._opposite, "“大”的反义词是什么？", ["小", "small", "Little"]),
        (questions._nth, "“春、夏、秋、冬”里，第三个字是什么？", ["秋", "autumn", "fall"]),
    ],
)
def test_a_question_takes_every_usual_answer(make: Any, chinese: str, answers: list[str]) -> None:
    found = (make(Random(seed)) for seed in range(5000))
    question = next(each for each in found if each.chinese == chinese)
    for answer in answers:
        assert question.accepts(answer)


def test_a_right_answer_counts_once() -> None:
    asked = challenge.ask("letter")
    answer = right_answer(asked.question)
    assert challenge.take_answer("letter", asked.token, answer)
    assert not challenge.take_answer("letter", asked.token, answer)


def test_a_wrong_answer_uses_the_question_up() -> None:
    asked = challenge.ask("letter")
    assert not challenge.take_answer("letter", asked.token, "不知道")
    assert not challenge.take_answer("letter", asked.token, right_answer(asked.question))


def test_a_question_belongs_to_its_form_and_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = challenge.ask("letter")
    answer = right_answer(asked.question)
    assert not challenge.take_answer("another", asked.token, answer)
    assert not challenge.take_answer("letter", asked.token + "x", answer)
    assert not challenge.take_pass("letter", asked.token)
    monkeypatch.setattr(challenge, "LIFE", -1)
    assert not challenge.take_answer("letter", asked.token, answer)


def test_the_token_does_not_tell_the_answer() -> None:
    asked = challenge.ask("letter")
    kind, form, nonce = signing.loads(asked.token, salt="gongzhi.guarding")
    assert (kind, form) == ("q", "letter")
    with override_settings(SECRET_KEY="another key"):
        others = {challenge._question(f"{nonce}{n}").chinese for n in range(20)}
        assert challenge._question(nonce).chinese != asked.question.chinese or len(others) > 1


# The form


def test_the_first_sendings_of_an_address_go_through_unasked() -> None:
    assert not shown().is_asking
    assert sent(text="一").is_valid()


def test_then_a_question_is_asked_and_a_right_answer_lets_the_form_through() -> None:
    assert sent(text="一").is_valid()
    form = shown()
    assert form.is_asking
    assert sent(text="二", **answered(form)).is_valid()


def test_another_address_is_not_asked() -> None:
    assert sent(text="一").is_valid()
    assert not shown("198.51.100.7").is_asking


def test_the_question_is_a_plain_labelled_field_in_the_language_of_the_page() -> None:
    assert sent(text="一").is_valid()
    with translation.override("en"):
        html = shown().as_div()
    assert "?" in html
    assert f'<label for="id_{ANSWER}">' in html
    assert f'id="id_{ANSWER}_helptext"' in html


def test_a_wrong_answer_is_refused_and_a_new_question_asked() -> None:
    assert sent(text="一").is_valid()
    form = shown()
    again = sent(text="二", **{TOKEN: form[TOKEN].value(), ANSWER: "不知道"})
    assert not again.is_valid()
    assert list(again.errors) == [ANSWER]
    assert again[TOKEN].value() != form[TOKEN].value()
    assert again["text"].value() == "二"
    assert sent(text="二", **answered(again)).is_valid()


def test_who_was_not_asked_when_the_page_was_shown_is_asked_now() -> None:
    page = shown()
    assert sent(text="一").is_valid()
    late = sent(text="二")
    assert not page.is_asking
    assert not late.is_valid()
    assert "请再答这一题" in str(late.errors[ANSWER])
    assert sent(text="二", **answered(late)).is_valid()


def test_who_answered_rightly_mends_the_rest_without_answering_again() -> None:
    assert sent(text="一").is_valid()
    form = sent(text="", **answered(shown()))
    assert not form.is_valid()
    assert list(form.errors) == ["text"]
    assert not form.is_asking
    token = form[TOKEN].value()
    assert sent(text="二", **{TOKEN: token}).is_valid()
    twice = sent(text="三", **{TOKEN: token})
    assert not twice.is_valid()
    assert ANSWER in twice.errors


def test_after_the_last_turn_the_address_is_refused() -> None:
    assert sent(text="一").is_valid()
    for text in ("二", "三"):
        assert sent(text=text, **answered(shown())).is_valid()
    with pytest.raises(TooMany):
        sent(text="四", **answered(shown())).is_valid()


def test_guessing_without_end_is_refused_too() -> None:
    for _ in range(Letter.guard.most * 5):
        assert not sent(text="").is_valid()
    with pytest.raises(TooMany):
        sent(text="").is_valid()


# The remark form, through the web


def test_a_remark_is_kept_with_its_page_but_not_with_its_private_link(client: Client) -> None:
    page = "/follow/eyJhbGciOiJIUzI1NiIsInR5cCI6/answer?key=secret"
    answer = client.post("/remark", {"text": "字太小了", "page": page})
    assert answer.headers["Location"] == "/remark/left"
    found, total = queries.remarks(by=SYSTEM)
    assert total == 1
    assert (found[0].text, found[0].page) == ("字太小了", "/follow/…/answer")


def test_a_remark_without_words_is_shown_again_with_what_is_wrong(client: Client) -> None:
    page = client.post("/remark", {"text": "  "}).content.decode()
    assert "还差一点" in page
    assert 'href="#id_text"' in page
    assert 'aria-invalid="true"' in page


def test_the_fourth_remark_within_an_hour_is_asked_a_question(client: Client) -> None:
    for _ in range(3):
        assert client.post("/remark", {"text": "好"}).status_code == 302
    page = client.get("/remark").content.decode()
    assert f'name="{ANSWER}"' in page
    assert client.post("/remark", {"text": "好"}).status_code == 200


def test_a_flood_gets_429_and_the_form_recovers(client: Client) -> None:
    answers = [client.post("/remark", {"text": ""}).status_code for _ in range(101)]
    assert set(answers[:100]) == {200}
    assert answers[100] == 429
    cache.clear()
    assert client.post("/remark", {"text": "好"}).status_code == 302
