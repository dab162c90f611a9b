"""A round of the community fund in real browsers: a proposal, a vote on a phone, the result."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Page

from gongzhi.affairs.budgets.models import Ballot, Proposal, RosterEntry, Round
from gongzhi.affairs.budgets.rounds import Calendar, begin_checking, draft_round, open_collecting
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.budgets.small_rounds import SmallRound
from tests.affairs.small_district import build
from tests.browsing import DESK, PHONE, Visit, chromium, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PASSWORD = "a-long-enough-password"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def round_(db: None) -> SmallRound:
    cache.clear()
    return SmallRound(build())


@pytest.fixture
def windows(browser: Browser, live_server: Any) -> Iterator[Any]:
    opened: list[Visit] = []

    def enter(size: dict[str, int], person_id: int | None = None, **options: Any) -> Visit:
        window = visit(browser, live_server.url, size=size, **options)
        opened.append(window)
        if person_id is not None:
            person = get_user_model().objects.get(pk=person_id)
            person.set_password(PASSWORD)
            person.save()
            page = window.go("/account/login/")
            page.fill("input[name=login]", person.login)
            page.fill("input[name=password]", PASSWORD)
            page.click("main form .button")
            page.wait_for_url(lambda url: "login" not in url)
        return window

    yield enter
    for window in opened:
        window.context.close()
        assert window.outside == []
        assert window.complaints == []


def press(page: Page, words: str) -> None:
    page.locator("main").get_by_role("button", name=words, exact=True).first.click()
    page.wait_for_load_state()


def opened_today(round_: SmallRound) -> int:
    """A round whose call ended yesterday and whose vote is today."""
    now = timezone.now()
    today = timezone.localdate(now)
    before, last = now - timedelta(days=3), today - timedelta(days=1)
    new = round_.new(calendar=Calendar(last, today, today, today + timedelta(days=5)))
    made = draft_round(new=new, by=round_.runs, at=before)
    open_collecting(round_id=made, by=round_.runs, at=before)
    return made


def test_from_a_proposal_to_a_vote_on_a_phone_and_the_published_result(
    round_: SmallRound, windows: Any
) -> None:
    made = opened_today(round_)
    Round.objects.filter(pk=made).update(proposals_until=timezone.localdate())

    # A resident proposes on the phone, without an account, and keeps a private link.
    resident = windows(PHONE)
    page = resident.go(f"/budgets/{made}")
    page.get_by_role("link", name="我要提案").click()
    page.get_by_label("想做什么", exact=True).fill("门口装两盏路灯")
    page.get_by_label("为什么要做、怎样做").fill("晚上看不见台阶")
    page.get_by_label("大约要多少钱（元）").fill("20000")
    page.get_by_label("这个数是怎么估的").fill("问过两家")
    press(page, "送出提案")
    link = page.url
    assert "待核查" in page.content()

    # Staff check it, and open the vote; the proposer reads the outcome.
    staff = windows(DESK, round_.runs.person_id)
    page = staff.go(f"/budgets/{made}/proposals/1/check")
    page.get_by_text("可行", exact=True).click()
    page.get_by_label("属于清单的哪一条").select_option("便民设施")
    press(page, "登记核查结果")
    resident.page.goto(link)
    assert "可行，进入投票" in resident.page.content()
    Round.objects.filter(pk=made).update(proposals_until=timezone.localdate() - timedelta(days=1))
    begin_checking(round_id=made, by=round_.runs, at=timezone.now())
    press(staff.go(f"/budgets/{made}"), "固定规则，开始投票")

    # Codes are given out and printed.
    page = staff.go(f"/budgets/{made}/roster")
    page.get_by_label("发几个投票码").fill("2")
    press(page, "发投票码")
    press(page, "打印下一批")
    codes = page.locator(".slip__code").all_text_contents()
    assert len(codes) == 2
    assert page.locator("svg.slip__qr").count() == 2

    # One votes by typing the code on a phone, with the running total.
    page = resident.go("/vote")
    page.get_by_label("投票码").fill(codes[0].replace("-", " ").lower())
    press(page, "打开选票")
    page.get_by_text("门口装两盏路灯").click()
    assert "已选 1 项，合计 20,000 元" in page.locator("[data-total]").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    press(page, "下一步：再看一眼")
    assert not Ballot.objects.exists()
    press(page, "投出")
    assert "您的票已经投入票箱" in page.content()
    assert "门口装两盏路灯" not in page.locator("main").inner_text()

    # The other has no script at all, and it works.
    plain = windows(PHONE, None, java_script_enabled=False)
    page = plain.go(f"/v/{codes[1]}")
    page.get_by_role("checkbox").check()
    press(page, "算一算合计")
    assert "合计 20,000 元" in page.content()
    press(page, "下一步：再看一眼")
    press(page, "投出")
    assert RosterEntry.objects.exclude(used="").count() == Ballot.objects.count() == 2

    # All codes are used: the count may begin, and everyone reads the result.
    page = staff.go(f"/budgets/{made}/papers")
    press(page, "计票并公布结果")
    follow_all(at=timezone.now())
    page = resident.go(f"/budgets/{made}")
    assert "2 人投票，共用 20,000 元" in page.content()
    assert Proposal.objects.get().state == "funded"
    page = resident.go(f"/budgets/{made}/proposals/1")
    assert "实施入选项目：门口装两盏路灯" in page.content()
