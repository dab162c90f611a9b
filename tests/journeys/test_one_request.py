"""The whole story of one request through the pages, on screens as small as a phone.

A resident reports, the worker dispatches, units are called together, the lead answers and closes,
the resident says that it isn't solved, it is taken up again, closed again, and rated.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect

from gongzhi.affairs.tickets.models import Ticket, Whistle
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.organisations.models import Person
from gongzhi.commons.permissions.actors import Actor
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.small_district import SmallDistrict, build
from tests.affairs.tickets.journeys import events
from tests.browsing import PHONE, Visit, chromium, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-enough-password"
WORDS = "和风花园3号楼门口的垃圾桶三天没人清运，污水流到路上，很臭"


@dataclass
class Stage:
    """Everybody's window, and the worker that does what follows."""

    browser: Browser
    base: str
    district: SmallDistrict
    windows: dict[str, Visit] = field(default_factory=dict)

    def resident(self) -> Page:
        if "resident" not in self.windows:
            self.windows["resident"] = visit(self.browser, self.base, size=PHONE)
        return self.windows["resident"].page

    def staff(self, name: str) -> Page:
        """The window of the coordinator, the street or the sanitation centre, signed in."""
        if name not in self.windows:
            actor: Actor = getattr(self.district, name)
            person = Person.objects.get(pk=actor.person_id)
            person.set_password(PASSWORD)
            person.save()
            window = visit(self.browser, self.base, size=PHONE)
            page = window.go("/account/login/")
            page.get_by_label("登录名").fill(person.login)
            page.get_by_label("密码").fill(PASSWORD)
            page.get_by_role("button", name="登录", exact=True).click()
            page.wait_for_url(lambda url: "/account/" not in url)
            self.windows[name] = window
        return self.windows[name].page

    def follow(self) -> None:
        """What the worker does behind the scenes."""
        follow_all(at=timezone.now())

    def end(self) -> None:
        for window in self.windows.values():
            window.context.close()
        assert [window.outside for window in self.windows.values() if window.outside] == []
        assert [window.complaints for window in self.windows.values() if window.complaints] == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def stage(browser: Browser, live_server: Any) -> Iterator[Stage]:
    shown = Stage(browser, live_server.url, build())
    yield shown
    shown.end()


def fits(page: Page) -> None:
    """Nothing sticks out of the phone's screen."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url


def says(page: Page, *texts: str) -> None:
    """The page shows each of these, and fits the screen."""
    for text in texts:
        expect(page.get_by_text(text).first).to_be_visible()
    fits(page)


def story(page: Page) -> Locator:
    return page.locator(".timeline").first


def take_step(page: Page, name: str, **fields: str) -> None:
    """One step of a ticket or a whistle: its button, its fields by label, its button again."""
    page.get_by_role("link", name=name, exact=True).first.click()
    for label, text in fields.items():
        page.get_by_label(label, exact=True).fill(text)
    fits(page)
    page.get_by_role("button", name=name, exact=True).click()


def test_one_request_from_the_phone_to_the_second_rating(stage: Stage) -> None:
    link = reported(stage)
    ticket = Ticket.objects.get()
    dispatched(stage, ticket.pk)
    called_together(stage, ticket.pk)
    closed(stage, ticket.pk, answer="今天下午清运，并冲洗路面。", evidence="已清运，路面已冲洗。")
    not_solved(stage, ticket.pk, link)
    closed(stage, ticket.pk, answer="换了大桶，以后每天清运两次。", evidence="新桶已到位。")
    solved(stage, ticket.pk, link)
    assert not verify().findings


def reported(stage: Stage) -> str:
    """The resident reports in three screens, and gets a number and a link."""
    page = stage.resident()
    page.goto(stage.base + "/")
    page.get_by_role("link", name="我要反映").last.click()
    page.get_by_label("什么事").fill(WORDS)
    fits(page)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("地址").fill("和风花园3号楼")
    fits(page)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("怎么称呼您").fill("王女士")
    page.get_by_label("电话").fill("13800138000")
    fits(page)
    page.get_by_role("button", name="送出").click()
    says(page, "已经收到", "138****8000")
    assert "/t/" in page.url
    return page.url


def dispatched(stage: Stage, ticket: int) -> None:
    """The worker finds whose job it is; the lead's list shows it with its next step."""
    stage.follow()
    page = stage.resident()
    page.reload()
    says(page, "派给明湖区环卫中心")
    lead = stage.staff("sanitation")
    lead.goto(stage.base + "/desk")
    says(lead, "垃圾清运", "前联系")
    assert lead.get_by_role("link", name="联系诉求人").get_attribute("href") == (
        f"/tickets/{ticket}/contact"
    )
    lead.goto(stage.base + "/desk/notices")
    says(lead, "新工单")


def called_together(stage: Stage, ticket: int) -> None:
    """One unit can't do it alone: drafted, authorised, signed, come, minuted, settled."""
    page = stage.staff("coordinator")
    page.goto(f"{stage.base}/tickets/{ticket}")
    says(page, "王女士", "13800138000")
    page.get_by_text("更多可以做的").click()
    page.get_by_role("link", name="吹哨", exact=True).last.click()
    page.get_by_label("请各单位来做什么").fill("环卫清运，水务查污水从哪里来。")
    page.locator("summary", has_text="明湖区").click()
    page.get_by_label("明湖水务公司").check()
    fits(page)
    page.get_by_role("button", name="送批").click()
    says(page, "待批准", "明湖水务公司", "明湖区环卫中心（主办）")
    whistle = Whistle.objects.get()
    stage.follow()
    street = stage.staff("street")
    street.goto(stage.base + "/desk/notices")
    street.get_by_role("link", name="有吹哨等待批准").click()
    street.get_by_role("button", name="批准吹哨").click()
    says(street, "已吹哨")
    stage.follow()
    lead = stage.staff("sanitation")
    lead.goto(stage.base + "/desk/notices")
    lead.get_by_role("link", name="吹哨：").first.click()
    for mark in ("签收", "已联系", "已到场"):
        lead.get_by_role("button", name=mark).click()
        says(lead, "已登记")
    take_step(lead, "报告办理情况", 办理情况="两辆车已到，正在清运。")
    says(lead, "两辆车已到，正在清运。")
    page.goto(f"{stage.base}/whistles/{whistle.pk}")
    says(page, "两辆车已到，正在清运。")
    page.get_by_role("link", name="写纪要和任务").click()
    page.get_by_label("会商纪要").fill("环卫当天清运，水务三天内查清污水来源。")
    page.get_by_label("任务 1").fill("查清污水来源")
    page.get_by_label("由谁办").first.select_option(label="明湖水务公司")
    page.get_by_label("何时完成").first.fill(f"{timezone.localdate():%Y}-12-31")
    fits(page)
    page.get_by_role("button", name="写纪要和任务").click()
    says(page, "查清污水来源", "环卫当天清运，水务三天内查清污水来源。")
    page.get_by_role("button", name="销哨").click()
    says(page, "已销哨")
    page.get_by_role("link", name="评价", exact=True).click()
    page.get_by_label("评价哪个单位").select_option(label="明湖区环卫中心")
    page.get_by_label("很好").check()
    page.get_by_role("button", name="评价", exact=True).click()
    says(page, "5/5")
    stage.follow()
    assert events(whistle.pk, "whistle") == [
        "whistle.drafted",
        "whistle.blown",
        "whistle.signed",
        "whistle.contacted",
        "whistle.arrived",
        "whistle.reported",
        "whistle.minuted",
        "whistle.closed",
        "whistle.rated",
    ]


def closed(stage: Stage, ticket: int, *, answer: str, evidence: str) -> None:
    """From the list in one tap each: contact, answer, close."""
    page = stage.staff("sanitation")
    for name, label, text in (
        ("联系诉求人", "联系情况", "电话联系，王女士在家。"),
        ("答复", "答复诉求人", answer),
        ("办结", "办结依据", evidence),
    ):
        page.goto(stage.base + "/desk")
        page.locator(f'.row__step[href^="/tickets/{ticket}/"]').click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        page.get_by_label(label).fill(text)
        fits(page)
        page.get_by_role("button", name=name, exact=True).click()
        says(page, f"已完成：{name}")
    expect(story(page)).to_contain_text(evidence)
    says(page, "已办结")
    page.goto(stage.base + "/desk")
    says(page, "现在没有要办的事")
    stage.follow()


def not_solved(stage: Stage, ticket: int, link: str) -> None:
    """The resident, asked by the link, says no; it reaches the unit that closed it."""
    page = stage.resident()
    page.goto(link)
    says(page, "请您评价", "今天下午清运，并冲洗路面。")
    assert page.get_by_text("已清运，路面已冲洗。").count() == 0  # evidence stays in the house
    rate(page, solved="未解决", satisfied="不满意", remark="桶又满了")
    says(page, "知道了，马上重新办理")
    stage.follow()
    lead = stage.staff("sanitation")
    lead.goto(stage.base + "/desk/notices")
    says(lead, "需要重新办理")
    lead.goto(stage.base + "/desk")
    says(lead, "重新办理", "前联系")
    coordinator = stage.staff("coordinator")
    coordinator.goto(stage.base + "/desk/stuck")
    says(coordinator, "诉求人说没有解决。")
    coordinator.goto(f"{stage.base}/tickets/{ticket}")
    expect(story(coordinator)).to_contain_text("回访：未解决，不满意")


def solved(stage: Stage, ticket: int, link: str) -> None:
    """Closed again, the resident says that it is solved; that is where the story ends."""
    page = stage.resident()
    page.goto(link)
    says(page, "换了大桶，以后每天清运两次。")
    rate(page, solved="已解决", satisfied="满意", remark="")
    says(page, "谢谢您的评价")
    assert page.get_by_role("button", name="送出评价").count() == 0
    stage.follow()
    assert Ticket.objects.get().state == "closed"
    told = events(ticket)
    assert [kind for kind in told if kind in _TURNS] == [
        "ticket.received",
        "ticket.dispatched",
        "ticket.closed",
        "ticket.called_back",
        "ticket.reopened",
        "ticket.closed",
        "ticket.called_back",
    ]


_TURNS = {
    "ticket.received",
    "ticket.dispatched",
    "ticket.closed",
    "ticket.called_back",
    "ticket.reopened",
}


def rate(page: Page, *, solved: str, satisfied: str, remark: str) -> None:
    form = page.locator("#rating")
    form.get_by_label(solved, exact=True).check()
    form.get_by_label(satisfied, exact=True).check()
    form.get_by_label("还想说的").fill(remark)
    fits(page)
    page.get_by_role("button", name="送出评价").click()
