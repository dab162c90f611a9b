"""One small wish, in real browsers, from publication to the confirmed result on both sides."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from playwright.sync_api import Browser, Page

from gongzhi.affairs.resources.models import Claim, Need
from gongzhi.commons.permissions.actors import Actor
from tests.affairs.resources.pools import SmallPool, build_pool
from tests.affairs.small_district import build
from tests.browsing import DESK, PHONE, Visit, chromium, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PASSWORD = "a-long-enough-password"
WISHER = "何奶奶"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def pool(db: None) -> SmallPool:
    cache.clear()
    return build_pool(build())


class Cast:
    """Opens a window for each of those who take part, and closes them all."""

    def __init__(self, browser: Browser, base: str) -> None:
        self._browser, self._base = browser, base
        self.visits: list[Visit] = []

    def enter(self, actor: Actor | None, size: dict[str, int]) -> Visit:
        window = visit(self._browser, self._base, size=size)
        self.visits.append(window)
        if actor is not None:
            person = get_user_model().objects.get(pk=actor.person_id)
            person.set_password(PASSWORD)
            person.save()
            page = window.go("/account/login/")
            page.fill("input[name=login]", person.login)
            page.fill("input[name=password]", PASSWORD)
            page.click("main form .button")
            page.wait_for_url(lambda url: "login" not in url)
        return window


@pytest.fixture
def cast(browser: Browser, live_server: Any) -> Iterator[Cast]:
    found = Cast(browser, live_server.url)
    yield found
    for window in found.visits:
        window.context.close()
    for window in found.visits:
        assert window.outside == []
        assert window.complaints == []


def press(page: Page, words: str) -> None:
    page.locator("main").get_by_role("button", name=words, exact=True).first.click()
    page.wait_for_load_state()


def follow(page: Page, words: str) -> None:
    page.locator("main").get_by_role("link", name=words, exact=True).first.click()
    page.wait_for_load_state()


def test_a_wish_from_publication_to_the_confirmed_result(pool: SmallPool, cast: Cast) -> None:
    worker = cast.enter(pool.district.worker, PHONE)
    coordinator = cast.enter(pool.community, DESK)
    partner = cast.enter(pool.bank, PHONE)
    anyone = cast.enter(None, PHONE)

    # The worker writes it down; nobody else sees it yet.
    page = worker.go("/needs/wish")
    page.get_by_label("心愿", exact=True).fill("一口不粘锅")
    page.get_by_label("预计花费（元）").fill("120")
    page.get_by_label("受助人怎么称呼").fill(WISHER)
    page.get_by_label("本人同意登记并公开这个心愿").check()
    press(page, "登记微心愿")
    need = Need.objects.get()
    address = f"/needs/{need.pk}"
    assert "一口不粘锅" not in anyone.go("/needs").content()
    assert "一口不粘锅" not in partner.go("/needs").content()

    # The coordinator publishes it; everyone reads the wish, nobody the name.
    page = coordinator.go("/needs")
    follow(page, "一口不粘锅")
    press(page, "同意发布")
    follow(anyone.go("/needs"), "一口不粘锅")
    assert WISHER not in anyone.page.content()

    # A partner claims it and the community agrees, then says who it is for.
    page = partner.go(address)
    follow(page, "我们来认领")
    page.get_by_label("哪一天").fill(need.begins.isoformat())
    press(page, "认领需求")
    assert WISHER not in page.content()
    page = coordinator.go(address)
    press(page, "同意")
    assert WISHER not in partner.go(address).content()
    press(coordinator.go(address), "告知受助人信息")
    assert WISHER in partner.go(address).content()

    # The partner reports, the person served answers by link, the community confirms.
    page = partner.go(address)
    follow(page, "报告办完")
    page.get_by_label("做了什么，结果如何").fill("已经送到家里，试用过了")
    press(page, "报告办完")
    page = coordinator.go(address)
    follow(page, "请受助人评价")
    link = page.locator("main a[href*='/served/']").get_attribute("href") or ""
    page = anyone.go("/served/" + link.rpartition("/")[2])
    page.get_by_text("已解决", exact=True).click()
    page.get_by_text("满意", exact=True).first.click()
    press(page, "告诉社区")
    assert "谢谢您" in page.content()
    press(coordinator.go(address), "确认结果")

    # Both sides see the whole line, and say how it was to work together.
    for window in (coordinator, partner):
        content = window.go(address).content()
        assert "全部确认，需求办到" in content
        assert "受助人作了评价" in content
        follow(window.page, "评价合作")
        window.page.get_by_text("满意", exact=True).first.click()
        press(window.page, "评价合作")
    need.refresh_from_db()
    assert (need.state, need.confirmed) == ("confirmed", 1)
    assert Claim.objects.get().state == "confirmed"
    assert WISHER not in partner.go(address).content()
