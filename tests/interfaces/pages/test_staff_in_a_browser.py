"""The staff's pages in a real browser: on a phone, in the senior view, by keyboard, on paper."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from gongzhi.affairs.tickets.hot_issues import gather_hot_issues
from gongzhi.affairs.tickets.joint_handling import AgreedTask, write_minutes
from gongzhi.affairs.tickets.models import HotIssue
from gongzhi.affairs.tickets.replies import keep_reply
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.models import Person
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.tasks.queries import tasks_of
from tests.browsing import DESK, PHONE, Visit, chromium, visit
from tests.interfaces.pages.offices import PASSWORD, Offices, opened
from tests.interfaces.pages.test_in_a_browser import _SMALL_TARGETS, _TEXT_SIZES, overflow

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LONG = "和风花园3号楼2单元门口的垃圾桶三天没人清运很臭而且旁边的下水道也堵了请尽快派人来看看https://example.invalid/averyveryverylongaddresswithoutanybreak"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def offices(transactional_db: None) -> Offices:
    return opened()


def signed_in(
    browser: Browser, base: str, by: Actor, *, size: dict[str, int], **options: Any
) -> Visit:
    """A window of somebody who signed in through the page."""
    person = Person.objects.get(pk=by.person_id)
    person.set_password(PASSWORD)
    person.save()
    window = visit(browser, base, size=size, **options)
    page = window.go("/account/login/")
    page.get_by_label("登录名").fill(person.login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: "/account/" not in url)
    return window


def paths(offices: Offices) -> list[str]:
    """Every page of a coordinator, with work on it and words that are hard to break."""
    at, district = timezone.now(), offices.district
    ticket = offices.ticket(LONG)
    whistle = offices.whistle(tickets=[ticket])
    task = AgreedTask("清运", district.units["sanitation"].pk, at + timedelta(days=1))
    write_minutes(
        whistle_id=whistle, minutes="先清运", tasks=[task], by=district.coordinator, at=at
    )
    keep_reply(name="清运", text="今天下午清运。", by=district.coordinator)
    for text in [LONG, LONG[2:], "垃圾桶三天没人清运很臭，和风花园3号楼"]:
        offices.ticket(text)
    gather_hot_issues(at=timezone.now())
    found = ["/desk/hot", f"/desk/hot/{HotIssue.objects.get().pk}"]
    found += ["/desk", "/desk/stuck", "/desk/search?words=垃圾&state=dispatched", "/desk/notices"]
    found += ["/desk/register", "/desk/replies", "/whistles", "/tasks", "/rates"]
    found += [f"/tickets/{ticket}", f"/tickets/{ticket}/answer", f"/tickets/{ticket}/exclude"]
    found += [f"/whistles/{whistle}", f"/whistles/draft?ticket={ticket}"]
    found += [f"/whistles/{whistle}/minutes", f"/whistles/{whistle}/rate"]
    found += [f"/tasks/{tasks_of(Subject('whistle', whistle))[0].id}"]
    return found


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("view", "least"), [("standard", 44), ("senior", 60)])
def test_the_staffs_pages_fit_a_phone_with_targets_for_a_thumb(
    browser: Browser, live_server: Any, offices: Offices, view: str, least: int, language: str
) -> None:
    everything = paths(offices)
    by = offices.district.coordinator
    window = signed_in(browser, live_server.url, by, size=PHONE)
    window.choose(gz_view=view, django_language=language)
    for path in everything:
        page = window.go(path)
        page.evaluate("document.querySelectorAll('details.fold').forEach(d => d.open = true)")
        assert overflow(page) <= 0, path
        assert page.evaluate(_SMALL_TARGETS, least) == [], path
        if view == "senior":
            assert min(page.evaluate(_TEXT_SIZES)) >= 24, path
    window.context.close()
    assert window.outside == []
    assert window.complaints == []


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_a_step_is_taken_by_keyboard_alone(
    browser: Browser, live_server: Any, offices: Offices
) -> None:
    ticket, by = offices.ticket(), offices.district.sanitation
    window = signed_in(browser, live_server.url, by, size=DESK, color_scheme="dark")
    page = window.go("/desk")
    for _press in range(40):
        page.keyboard.press("Tab")
        if focused(page) == "联系诉求人":
            break
    width = "parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
    assert page.evaluate(width) >= 2
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{ticket}/contact")
    page.get_by_label("联系情况").focus()
    page.keyboard.type("已打电话")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{ticket}")
    assert page.get_by_text("已打电话").is_visible()
    assert page.get_by_text("已完成：联系诉求人").is_visible()
    window.context.close()
    assert window.complaints == []


def test_further_tickets_join_the_list_without_leaving_the_page(
    browser: Browser, live_server: Any, offices: Offices
) -> None:
    for number in range(53):
        offices.ticket(f"第{number}件垃圾没有清运")
    by = offices.district.sanitation
    window = signed_in(browser, live_server.url, by, size=PHONE)
    page = window.go("/desk")
    assert page.locator(".row__title").count() == 50
    page.get_by_role("link", name="再看后面的").click()
    expect(page.locator(".row__title")).to_have_count(53)
    assert page.url.endswith("/desk")
    assert page.get_by_role("link", name="再看后面的").count() == 0
    window.context.close()
    assert window.complaints == []


def test_a_ticket_on_paper_has_its_story_and_no_controls(
    browser: Browser, live_server: Any, offices: Offices
) -> None:
    ticket, by = offices.ticket(), offices.district.coordinator
    window = signed_in(browser, live_server.url, by, size=DESK)
    page = window.go(f"/tickets/{ticket}")
    page.emulate_media(media="print")
    assert not page.get_by_role("link", name="联系诉求人").is_visible()
    assert page.get_by_role("heading", name="经过（新的在前）").is_visible()
    assert page.get_by_text("派单：明湖区环卫中心").is_visible()
    window.context.close()
