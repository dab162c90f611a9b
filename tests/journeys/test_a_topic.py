"""A topic in real browsers: from a resident's proposal on a phone to a deed that is rated."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Page

from gongzhi.affairs.assemblies.choices import Capacity, VoteValue
from gongzhi.affairs.assemblies.drawing import draw_opinions
from gongzhi.affairs.assemblies.models import Decision, RosterEntry, Statement, Topic
from gongzhi.affairs.assemblies.rosters import invite_seats
from gongzhi.affairs.assemblies.votes import cast_vote
from gongzhi.commons.notices.models import PublicNotice
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.coordination.follow_ups import follow_all
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


@pytest.fixture
def windows(browser: Browser, live_server: Any) -> Iterator[Any]:
    opened: list[Visit] = []

    def enter(size: dict[str, int], person_id: int | None = None) -> Visit:
        window = visit(browser, live_server.url, size=size)
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
    page.locator("main").get_by_role("button", name=words).first.click()
    page.wait_for_load_state()


def fits(page: Page) -> bool:
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


def others_vote(district: SmallDistrict, topic_id: int) -> None:
    """Two camps of eight besides the resident in the browser."""
    slips = invite_seats(
        topic_id=topic_id, capacity=Capacity.OWNER, count=16, by=district.worker, at=timezone.now()
    )
    statements = list(Statement.objects.filter(topic_id=topic_id).order_by("number"))
    for position, slip in enumerate(slips):
        for number, statement in enumerate(statements):
            agrees = number == 3 or (number + (position < 8)) % 2 == 0 or position % 5 == number
            cast_vote(
                token=slip.token, statement_id=statement.pk,
                value=VoteValue.AGREE if agrees else VoteValue.DISAGREE,
                by=RESIDENT, at=timezone.now(),
            )  # fmt: skip


def test_from_a_proposal_on_a_phone_to_a_deed_that_is_rated(
    district: SmallDistrict, windows: Any
) -> None:
    # A resident proposes without an account, and keeps a link.
    resident = windows(PHONE)
    page = resident.go("/topics/propose")
    page.get_by_label("想商量什么事").fill("三号楼门口的台阶")
    page.get_by_label("要大家决定什么").fill("台阶改成坡道，还是坡道和台阶各一半？")
    page.get_by_label("哪个社区").select_option(label="北桥街道柳岸社区")
    press(page, "送出")
    proposal = page.url
    assert Topic.objects.exists(), page.inner_text("main")
    assert fits(page)

    # Staff take it up: some statements to begin with, and it is open.
    staff = windows(DESK, district.coordinator.person_id)
    topic_id = Topic.objects.get().pk
    for words in ("坡道要装扶手", "台阶应当留一半", "施工不能超过三天", "晚上要有灯照着"):
        page = staff.go(f"/topics/{topic_id}/run/seed")
        page.get_by_label("说法").fill(words)
        press(page, "加一条说法")
    page = staff.go(f"/topics/{topic_id}/run/open")
    press(page, "开始征集意见")
    assert "看这个议题" in resident.go(proposal.removeprefix(resident.base)).content()

    # The resident takes part: one statement at a time, by thumb and by keyboard, and says more.
    page = resident.go(f"/topics/{topic_id}/join")
    page.get_by_text("业主", exact=True).click()
    press(page, "开始")
    seat = page.url
    assert fits(page)
    for _ in range(3):
        press(page, "赞成")
    page.keyboard.press("d")
    page.get_by_text("都看完了，谢谢您").wait_for()
    page.get_by_role("link", name="说说我的看法").click()
    page.get_by_label("您的看法").fill("坡道的坡度要按轮椅的标准来")
    press(page, "送出")
    page = staff.go(f"/topics/{topic_id}/review")
    press(page, "采用")
    page = staff.go(f"/topics/{topic_id}/roster")
    page.locator("input[name=seat]").first.check()
    press(page, "确认选中的")
    assert RosterEntry.objects.get(topic_id=topic_id).state == "confirmed"

    # Others vote; the map speaks of groups and of nobody.
    others_vote(district, topic_id)
    draw_opinions(at=timezone.now())
    page = resident.go(f"/topics/{topic_id}/map")
    assert "看法分成" in page.content() or "大家都认可的" in page.content()
    assert page.locator("main img").first.get_attribute("alt")
    assert fits(page)

    # What is meant is posted; a resident objects, is answered, and the time runs out.
    page = staff.go(f"/topics/{topic_id}/run/notice")
    page.get_by_label("公示内容").fill("拟做坡道并留一半台阶，装扶手和灯。")
    press(page, "结束征集并公示")
    page = resident.go(f"/topics/{topic_id}/object")
    page.get_by_label("您的异议").fill("坡道不要占了自行车的位置")
    press(page, "送出")
    page = staff.go(f"/topics/{topic_id}")
    page.get_by_label("答复").fill("自行车位往南移两米。")
    press(page, "答复")
    PublicNotice.objects.update(objections_until=timezone.now() - timedelta(minutes=1))

    # It is decided, with a task for a unit; the unit does it.
    page = staff.go(f"/topics/{topic_id}/run/decide")
    page.get_by_label("决议内容").fill("做坡道并留一半台阶。")
    page.fill("[name=task_1]", "做坡道和扶手")
    unit = district.units["committee"]
    page.select_option("[name=unit_1]", str(unit.pk))
    page.fill("[name=due_1]", (timezone.localdate() + timedelta(days=20)).isoformat())
    press(page, "形成决议")
    decision = Decision.objects.get()
    worker = windows(DESK, district.worker.person_id)
    page = worker.go("/tasks")
    page.get_by_role("link", name="做坡道和扶手").first.click()
    page.locator("main form textarea").first.fill("坡道和扶手已做好，验收过了。")
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    follow_all(at=timezone.now())
    decision.refresh_from_db()
    assert decision.state == "done"
    assert Topic.objects.get(pk=topic_id).state == "carried_out"

    # The result is published, and who took part says how it is.
    page = staff.go(f"/decisions/{decision.pk}/result")
    page.get_by_label("办理结果").fill("坡道一米五宽，灯装了两盏。")
    press(page, "公布结果")
    page = resident.go(f"{seat.removeprefix(resident.base)}/rate/{decision.pk}")
    page.get_by_text("已解决", exact=True).click()
    page.get_by_text("满意", exact=True).first.click()
    press(page, "")
    assert "坡道一米五宽" in resident.go(f"/decisions/{decision.pk}").content()
    assert fits(resident.page)
