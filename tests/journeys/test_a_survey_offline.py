"""A household answers on a telephone without a network; exactly one response arrives."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from gongzhi.insights.surveys.models import Response
from tests.browsing import PHONE, chromium, visit
from tests.insights.surveys.conftest import Field
from tests.insights.surveys.conftest import field as field  # noqa: PLC0414  a fixture
from tests.interfaces.pages.test_surveys import codes, in_field

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def test_answers_given_offline_arrive_once_when_the_network_is_back(
    browser: Browser, live_server: Any, field: Field
) -> None:
    survey = in_field(field)
    code = codes(field, survey)[0]
    window = visit(browser, live_server.url, size=PHONE)
    page, context = window.go(f"/survey/{survey}/whole"), window.context
    page.wait_for_selector("html[data-offline-ready]")

    context.set_offline(True)
    page.reload()
    page.get_by_label("纸条上的码").fill(code)
    page.get_by_role("button", name="下一页").click()
    expect(page.get_by_text("请回答这一题")).to_be_visible()
    page.get_by_label("没有", exact=True).check()
    expect(page.get_by_label("有几位")).to_be_hidden()
    page.get_by_label("有", exact=True).check()
    page.get_by_label("有几位").fill("2")

    page.reload()
    expect(page.get_by_text("接着上次没答完的继续")).to_be_visible()
    expect(page.get_by_label("有几位")).to_have_value("2")
    page.get_by_label("纸条上的码").fill(code)
    page.get_by_role("button", name="下一页").click()
    page.get_by_label("4 分").first.check()
    page.get_by_role("button", name="下一页").click()
    page.get_by_label("还想说的").fill("路灯暗")
    page.get_by_role("button", name="交卷").click()
    expect(page.get_by_text("答卷已存在这台手机里")).to_be_visible()
    assert not Response.objects.exists()

    context.set_offline(False)
    expect(page.get_by_text("存着的答卷已经送出")).to_be_visible()
    row = Response.objects.get()
    assert row.answers == {"elder": "yes", "elders": 2, "many": 1, "waste": "4"}
    assert row.texts.count() == 1
    page.reload()
    page.wait_for_selector("html[data-offline-ready]")
    assert Response.objects.count() == 1
    assert page.evaluate("localStorage.getItem('gz-survey-queue')") == "[]"
    assert window.outside == []


def test_a_refused_answer_comes_back_to_its_question(
    browser: Browser, live_server: Any, field: Field
) -> None:
    survey = in_field(field)
    window = visit(browser, live_server.url, size=PHONE)
    page = window.go(f"/survey/{survey}/whole")
    page.get_by_label("有", exact=True).check()
    page.get_by_label("有几位").fill("40")
    page.get_by_role("button", name="下一页").click()
    page.get_by_label("4 分").first.check()
    page.get_by_role("button", name="下一页").click()
    page.get_by_role("button", name="交卷").click()
    expect(page.get_by_text("请填 1 到 12")).to_be_visible()
    page.get_by_label("有几位").fill("4")
    page.get_by_role("button", name="下一页").click()
    page.get_by_role("button", name="下一页").click()
    page.get_by_role("button", name="交卷").click()
    page.wait_for_url("**/survey/thanks")
    assert Response.objects.get().answers["elders"] == 4
