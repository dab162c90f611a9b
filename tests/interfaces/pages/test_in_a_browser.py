"""Pages in a real browser: sizes, keyboard, colours, paper, map, and no scripts at all."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page

from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.remarks.queries import remarks
from tests.browsing import DESK, PHONE, Visit, chromium, visit
from tests.interfaces.pages.conftest import PASSWORD, People

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PATHS = ["/", "/privacy", "/remark", "/account/login/", "/styleguide", "/no/such/page"]
PATHS += ["/report", "/track", "/needs", "/offers", "/rooms"]

# Everything that can be pressed, and is neither hidden nor a link within a sentence.
_SMALL_TARGETS = """(least) => [...document.querySelectorAll(
    'button, summary, select, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), '
    + '.button, label.choice, .choices label, nav a, .footer a, .dial a')]
  .filter(e => e.checkVisibility() && !e.closest('.unseen, .skip, p:not(.button-row) '))
  .map(e => [e.getBoundingClientRect(), e])
  .filter(([r]) => r.height > 0 && (r.height < least - 0.5))
  .map(([r, e]) => `${e.tagName} ${e.textContent.trim().slice(0, 20)} ${r.height.toFixed(1)}`)"""

_TEXT_SIZES = """() => [...new Set([
  ...document.querySelectorAll('main :is(p, li, dd, td, label, .field__hint)')]
  .filter(e => e.checkVisibility() && e.textContent.trim())
  .map(e => parseFloat(getComputedStyle(e).fontSize)))]"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def phone(browser: Browser, live_server: Any, people: People) -> Iterator[Visit]:
    people.add(RoleKind.COMMUNITY_WORKER, is_demo=True)
    window = visit(browser, live_server.url, size=PHONE)
    yield window
    window.context.close()
    assert window.outside == []
    assert window.complaints == []


@pytest.fixture
def desk(browser: Browser, live_server: Any, people: People) -> Iterator[Visit]:
    people.add(RoleKind.COMMUNITY_WORKER, is_demo=True)
    window = visit(browser, live_server.url, size=DESK, color_scheme="dark")
    yield window
    window.context.close()
    assert window.outside == []
    assert window.complaints == []


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("view", "least"), [("standard", 44), ("senior", 60)])
def test_pages_fit_a_phone_with_targets_for_a_thumb(
    phone: Visit, view: str, least: int, language: str
) -> None:
    phone.choose(gz_view=view, django_language=language)
    for path in PATHS:
        page = phone.go(path)
        assert overflow(page) <= 0, path
        assert page.evaluate(_SMALL_TARGETS, least) == [], path


def test_the_senior_view_reads_at_18_points_and_more(phone: Visit) -> None:
    phone.choose(gz_view="senior")
    for path in PATHS:
        page = phone.go(path)
        assert min(page.evaluate(_TEXT_SIZES)) >= 24, path  # 18 pt are 24 px
        heading = page.evaluate(
            "parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)"
        )
        assert heading >= 40, path  # 30 pt


def test_the_keyboard_reaches_everything_and_shows_where_it_is(desk: Visit) -> None:
    page = desk.go("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    page = desk.go("/account/login/")
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        style = page.evaluate(
            """() => { const s = getComputedStyle(document.activeElement);
            return [document.activeElement.tagName, s.outlineStyle, parseFloat(s.outlineWidth)] }"""
        )
        if style[0] == "BODY":
            break
        reached.append(style[0])
        assert style[1] != "none"
        assert style[2] >= 2
    assert reached.count("INPUT") == 2
    assert reached.count("BUTTON") >= 4


def test_dark_follows_the_device_until_somebody_chooses(desk: Visit) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    assert desk.go("/").evaluate(ground) == "rgb(21, 24, 23)"
    desk.page.get_by_role("button", name="浅色").click()
    desk.page.wait_for_load_state()
    assert desk.page.evaluate(ground) == "rgb(246, 242, 234)"
    assert desk.page.get_by_role("button", name="浅色").get_attribute("aria-pressed") == "true"


def test_paper_gets_the_matter_without_the_controls(desk: Visit) -> None:
    page = desk.go("/privacy")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for hidden in (".ways", ".footer", ".masthead__tools"):
        assert not page.locator(hidden).is_visible()
    assert page.locator("h1").is_visible()


def test_a_pin_is_put_on_the_map_by_hand_and_by_keyboard(phone: Visit) -> None:
    page = phone.go("/styleguide")
    page.locator("[data-map] summary").click()
    page.wait_for_selector(".map path.map__place")
    box = page.locator(".map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.55)
    said = page.locator("[data-map-said]")
    assert said.inner_text().startswith("图钉在：柳荫社区")
    first = page.locator("#sample_longitude").input_value()
    assert 117.0 < float(first) < 117.04
    page.locator(".map").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    assert page.locator("#sample_longitude").input_value() != first
    assert said.get_attribute("role") == "status"


def test_a_part_of_a_page_is_exchanged_under_the_strict_policy(phone: Visit) -> None:
    page = phone.go("/styleguide")
    page.evaluate("document.body.dataset.kept = 'yes'")
    page.get_by_role("link", name="下一页").click()
    page.get_by_text("第 2 页，共 3 页").wait_for()
    assert page.evaluate("document.body.dataset.kept") == "yes"
    assert page.url.endswith("?page=2")


def test_a_resident_reports_on_a_phone_in_three_screens(phone: Visit) -> None:
    page = phone.go("/")
    page.get_by_role("link", name="我要反映").last.click()
    page.get_by_label("什么事").fill("明珠小区 3 号楼的楼道灯坏了")
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("地址").fill("明珠小区3号楼")
    page.get_by_role("button", name="下一步").click()
    assert page.get_by_text("明珠小区3号楼").first.is_visible()
    page.get_by_label("电话").fill("13800138000")
    page.get_by_role("button", name="送出").click()
    page.get_by_text("已经收到").wait_for()
    assert page.get_by_text("138****8000").is_visible()
    assert "/t/" in page.url
    assert overflow(page) <= 0
    assert page.evaluate(_SMALL_TARGETS, 44) == []


def test_without_scripts_a_remark_is_left_and_the_display_changed(
    browser: Browser, live_server: Any, people: People
) -> None:
    window = visit(browser, live_server.url, size=PHONE, java_script_enabled=False)
    page = window.go("/")
    page.get_by_role("button", name="关怀版").click()
    assert page.locator("html").get_attribute("data-view") == "senior"
    page.get_by_role("link", name="对本页提意见").click()
    page.get_by_label("哪里不好用").fill("按钮再大一点")
    page.get_by_role("button", name="送出意见").click()
    assert page.get_by_role("heading", name="意见收到了").is_visible()
    found, _ = remarks(by=SYSTEM)
    assert [(each.page, each.text) for each in found] == [("/", "按钮再大一点")]
    window.context.close()
    assert window.outside == []


def test_staff_sign_in_and_open_their_menu(desk: Visit) -> None:
    page = desk.go("/account/login/")
    page.get_by_label("登录名").fill("community_worker")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.locator(".menu summary").click()
    assert page.get_by_role("button", name="退出").is_visible()
    assert page.get_by_role("link", name="两步验证").is_visible()
    assert get_user_model().objects.get(login="community_worker").last_login is not None
