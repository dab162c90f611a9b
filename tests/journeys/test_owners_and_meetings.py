"""In real browsers: an owner votes on a phone and reads the result; a joint meeting ends in a task
that its unit does."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.utils.timezone import localtime, now
from playwright.sync_api import Browser, Page

from gongzhi.affairs.assemblies.models import Meeting, OwnersBallot, OwnersVote
from gongzhi.affairs.assemblies.owners_choices import Matter
from gongzhi.affairs.assemblies.owners_rolls import set_roll
from gongzhi.affairs.assemblies.owners_votes import add_item, announce_vote, draft_vote
from gongzhi.affairs.assemblies.queries.owners_rolls import slips_of
from gongzhi.commons.permissions.actors import Actor
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.assemblies.buildings import new_vote, table
from tests.affairs.assemblies.sittings import standing
from tests.affairs.small_district import SmallDistrict, build
from tests.browsing import DESK, PHONE, Visit, chromium, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PASSWORD = "a-long-enough-password"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def district(db: None) -> SmallDistrict:
    cache.clear()
    return build()


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


def clock(moment: datetime) -> str:
    return f"{localtime(moment):%Y-%m-%dT%H:%M}"


def test_an_owner_votes_on_a_phone_and_reads_the_result(
    district: SmallDistrict, cast: Cast
) -> None:
    by, at = district.worker, now()
    begun = at - timedelta(days=2)
    roll = "房号,业主,面积\n101,甲,80.5\n102,乙,90\n"
    vote = draft_vote(new=new_vote(district, total_area=None), by=by, at=begun)
    add_item(vote_id=vote, title="是否加装", text="", matter=Matter.REBUILD, by=by, at=begun)
    set_roll(vote_id=vote, table=table(roll), by=by, at=begun)
    OwnersVote.objects.update(notice_days=0)
    announce_vote(
        vote_id=vote, begins_at=begun + timedelta(hours=1), ends_at=at + timedelta(days=1), by=by,
        at=begun,
    )  # fmt: skip
    first, second = slips_of(by=by, vote_id=vote, at=at)

    # The first comes with the number and the code on the slip, the second by the link.
    owner = cast.enter(None, PHONE)
    page = owner.go("/owners-votes")
    follow(page, "3幢加装电梯")
    follow(page, "输入编号和验证码投票")
    page.get_by_label("业主编号").fill(str(first.number))
    page.get_by_label("验证码（10 位数字）").fill(first.code)
    press(page, "去投票")
    assert "101（80.50 平方米）" in page.content()
    press(page, "投票（只能投一次）")
    assert not OwnersBallot.objects.exists()  # an answer was missing
    page.get_by_text("同意", exact=True).click()
    press(page, "投票（只能投一次）")
    assert OwnersBallot.objects.get().receipt in page.content()
    page = owner.go(f"/ballot/{second.token}")
    page.get_by_text("同意", exact=True).click()
    press(page, "投票（只能投一次）")
    assert "您的票已收到" in page.content()

    # The time is over: staff count and publish, and everyone reads each figure.
    OwnersVote.objects.update(ends_at=now() - timedelta(minutes=1))
    staff = cast.enter(by, DESK)
    page = staff.go(f"/owners-votes/{vote}")
    press(page, "计票")
    press(page, "公布结果")
    page = owner.go(f"/ballot/{first.token}")
    assert "100.00%" in page.content()
    assert page.get_by_text("通过", exact=True).first.is_visible()


def test_a_joint_meeting_ends_in_a_task_that_its_unit_does(
    district: SmallDistrict, cast: Cast
) -> None:
    standing(district)
    coordinator = cast.enter(district.coordinator, DESK)
    unit = cast.enter(district.sanitation, PHONE)
    begins = now() + timedelta(hours=2)

    page = coordinator.go("/meetings")
    follow(page, "筹备会议")
    page.get_by_label("本次会议名称").fill("本月联席会议")
    page.get_by_label("开始时间").fill(clock(begins))
    page.get_by_label("结束时间").fill(clock(begins + timedelta(hours=2)))
    page.get_by_label("地点").fill("二楼议事厅")
    press(page, "筹备会议")
    follow(page, "写议程")
    page.get_by_label("议题").fill("垃圾桶清运")
    press(page, "加上")
    follow(page, "议程写好了")
    press(page, "通知各单位")
    follow_all(at=now())
    meeting = Meeting.objects.get().pk
    assert "垃圾桶清运" in unit.go(f"/meetings/{meeting}").content()

    # Two hours later it has been held.
    Meeting.objects.update(begins_at=now() - timedelta(hours=1))
    page = coordinator.go(f"/meetings/{meeting}")
    follow(page, "登记到会")
    press(page, "登记到会")
    follow(page, "登记议定事项")
    page.get_by_label("哪个议题").select_option("1")
    page.get_by_label("议定的内容").fill("环卫中心加装两个垃圾桶")
    page.get_by_label("任务 1").fill("加装两个垃圾桶")
    page.locator("[name=unit_1]").select_option(str(district.units["sanitation"].pk))
    due = localtime(now() + timedelta(days=7)).date()
    page.locator("[name=due_1]").fill(due.isoformat())
    press(page, "登记议定事项")
    follow(page, "写会议纪要")
    page.locator("[name=minutes]").fill("三家到会，一致同意。")
    press(page, "写会议纪要")
    press(page, "向成员发布纪要")

    # The unit reads the minutes, does its task, and the meeting's page knows.
    page = unit.go(f"/meetings/{meeting}")
    assert "三家到会" in page.content()
    follow(page, "加装两个垃圾桶")
    page.locator("[name=proof]").fill("已装好")
    page.locator("main form .button").last.click()
    page.wait_for_load_state()
    follow_all(at=now())
    page = coordinator.go(f"/meetings/{meeting}")
    assert page.get_by_text("已完成", exact=True).first.is_visible()
