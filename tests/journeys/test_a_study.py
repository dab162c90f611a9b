"""A researcher goes from the record to the report: down to one request, and up to a Word file."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import docx
import pytest
from django.db import transaction
from django.utils import timezone
from docx.oxml.ns import qn
from playwright.sync_api import Browser, expect

from gongzhi.affairs.tickets.models import Ticket
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.organisations.people import NewPerson, NewRole, add_person, give_role
from gongzhi.commons.permissions.actors import Actor, Voice
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.insights.indicators.shapes import Difficulty
from gongzhi.insights.indicators.snapshots import forget_snapshot
from gongzhi.insights.reports.models import Edition, StoredStudy
from tests.affairs.small_district import SmallDistrict
from tests.affairs.tickets.journeys import closed
from tests.browsing import DESK, PHONE, Visit, chromium, visit
from tests.insights.district import build
from tests.interfaces.pages.test_in_a_browser import overflow
from tests.interfaces.pages.test_staff_in_a_browser import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def district(transactional_db: None) -> Iterator[SmallDistrict]:
    """A district with six closed tickets of ten days ago."""
    forget_snapshot()
    now = timezone.now()
    with transaction.atomic():
        made = build(at=now - timedelta(days=60))
    for _ in range(6):
        closed(made, at=now - timedelta(days=10))
    yield made
    forget_snapshot()


def window_of(
    browser: Browser, base: str, district: SmallDistrict, kind: RoleKind, size: dict[str, int]
) -> Visit:
    at = timezone.now() - timedelta(days=5)
    person = add_person(new=NewPerson(kind.value, kind.value), by=SYSTEM, at=at)
    hotline, root = district.units["hotline"].pk, district.places["district"].pk
    give_role(new=NewRole(person, hotline, kind.value, root), by=SYSTEM, at=at)
    return signed_in(browser, base, Actor(Voice.STAFF, person_id=person), size=size)


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_from_a_difficulty_down_to_the_request_behind_a_number(
    browser: Browser, live_server: Any, district: SmallDistrict, size: dict[str, int]
) -> None:
    window = window_of(browser, live_server.url, district, RoleKind.DISTRICT_OFFICER, size)
    page = window.go("/insights")
    page.get_by_role("link", name="失灵").first.click()
    expect(page.get_by_role("heading", name="失灵", level=1)).to_be_visible()
    assert overflow(page) <= 0
    page.get_by_role("link", name="重新办理率").first.click()
    expect(page.get_by_text("0 / 6").first).to_be_visible()
    page.locator("#table ~ div tbody a").first.click()
    page.wait_for_url("**group=**")
    expect(page.get_by_role("heading", name="数字背后的记录")).to_be_visible()
    expect(page.get_by_text("共 6 条，最新的在前。")).to_be_visible()
    assert overflow(page) <= 0
    page.locator("#records + p + ul a").first.click()
    page.wait_for_url(re.compile(r"/tickets/\d+$"))
    number = int(page.url.rsplit("/", 1)[1])
    assert Ticket.objects.filter(pk=number).exists()
    assert (window.outside, window.complaints) == ([], [])


def test_a_study_goes_from_nothing_to_a_word_file_and_into_the_library(
    browser: Browser, live_server: Any, district: SmallDistrict, tmp_path: Path
) -> None:
    window = window_of(browser, live_server.url, district, RoleKind.DISTRICT_OFFICER, DESK)
    page = window.go("/studies")
    page.get_by_role("link", name="新建研究").click()
    page.get_by_label("标题", exact=True).fill("明湖区社区治理调研报告")
    page.get_by_label("时间").fill(str((timezone.localdate() - timedelta(days=10)).year))
    page.get_by_role("button").filter(has_text="新建").click()
    page.wait_for_url(re.compile(r"/studies/\d+$"))
    expect(page.get_by_role("definition").filter(has_text="草稿")).to_be_visible()
    passages = page.locator("form:has(textarea)")
    for at in range(passages.count()):
        passages.nth(at).locator("textarea").fill("全区期内响应率为 {response_rate}。")
        with page.expect_navigation():
            passages.nth(at).get_by_role("button", name="保存").click()
    chapter = page.get_by_role("region", name="存在的难题")
    for difficulty in Difficulty:
        with page.expect_navigation():
            chapter.get_by_role("link", name="加一节").click()
        page.get_by_label("小标题").fill(f"{difficulty.label}在哪里")
        page.get_by_label("写的是哪个难题").select_option(difficulty.value)
        page.get_by_label("正文").fill("原因是会后没有人销号。")
        with page.expect_navigation():
            page.locator("main form button").last.click()
    while (waiting := page.get_by_role("button", name="标为已审")).count():
        with page.expect_navigation():
            waiting.first.click()
    expect(page.get_by_text("可以发布", exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 Word").click()
    word = tmp_path / "report.docx"
    download.value.save_as(word)
    said = "".join(run.text or "" for run in docx.Document(str(word)).element.iter(qn("w:t")))
    assert "明湖区社区治理调研报告" in said
    assert "全区期内响应率为 100.0%" in said
    assert "【草稿】" not in said
    page.get_by_role("link", name="发布", exact=True).click()
    page.get_by_label("内容提要").fill("以办事记录为依据。")
    page.get_by_role("button", name="发布报告").click()
    page.wait_for_url(re.compile(r"/library/\d+$"))
    assert Edition.objects.get().study_id == StoredStudy.objects.get().pk

    reader = visit(browser, live_server.url, size=PHONE)
    page = reader.go("/library")
    page.get_by_role("link", name="明湖区社区治理调研报告").click()
    with page.expect_download() as download:
        page.locator("a[href$='docx']").first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    assert window.outside == reader.outside == []
