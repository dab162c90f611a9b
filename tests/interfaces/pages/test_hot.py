"""The page of what is boiling up: all that heat is made from, and only what one may read."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.affairs.tickets.hot_issues import gather_hot_issues
from gongzhi.affairs.tickets.models import HotIssue
from gongzhi.affairs.tickets.seasons import MARK as SEASONS_MARK
from gongzhi.commons.ledger.marks import keep
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.roles import RoleKind
from tests.affairs.tickets.test_hot_issues import MIXING, OTHERS, PARKING
from tests.interfaces.pages.offices import Offices
from tests.interfaces.pages.reading import Page

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def hot(offices: Offices) -> Offices:
    """Four requests on one matter, and some on nothing in common."""
    now = timezone.now()
    for number, text in enumerate([*MIXING, *OTHERS]):
        offices.ticket(text, at=now - timedelta(hours=number + 1))
    gather_hot_issues(at=now)
    return offices


def read(client: Client, offices: Offices, by: Actor, path: str, language: str = "zh-hans") -> str:
    offices.sign_in(client, by)
    client.cookies["django_language"] = language
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    text = response.content.decode()
    assert Page(text).faults == []
    return text


def test_the_page_shows_heat_with_all_its_parts_and_the_rate_of_false_alarms(
    client: Client, hot: Offices
) -> None:
    issue = HotIssue.objects.get()
    said = read(client, hot, hot.district.officer, "/desk/hot")
    assert f"<strong>{issue.heat:.1f}</strong> = {issue.messages} 件不同的诉求" in said
    assert f"意外度 {issue.surprise:.1f}" in said
    assert "不超过 5%" in said
    assert "<mark>银杏路</mark>" in said or "银杏路搅拌站</mark>" in said
    assert "全部 4 张工单，4 张没办完" in said
    assert "的 9 张工单里归出" in said
    english = read(client, hot, hot.district.officer, "/desk/hot", "en")
    assert "4 different requests + surprise" in english
    assert "at most 5%" in english


def test_a_rising_matter_is_marked(client: Client, hot: Offices) -> None:
    assert "正在升温</span>" not in read(client, hot, hot.district.officer, "/desk/hot")
    HotIssue.objects.update(rising=True, supporters=9)
    said = read(client, hot, hot.district.officer, "/desk/hot")
    assert "正在升温</span>" in said
    assert "支持 3.0（√9）" in said


def test_the_tickets_behind_it_are_one_step_away(client: Client, hot: Offices) -> None:
    issue = HotIssue.objects.get()
    said = read(client, hot, hot.district.officer, f"/desk/hot/{issue.pk}")
    for member in issue.members.all():
        assert f'href="/tickets/{member.ticket_id}"' in said
    read(client, hot, hot.district.officer, f"/desk/hot/{issue.pk}", "en")


def test_out_of_reach_is_not_there_and_without_reading_it_is_refused(
    client: Client, hot: Offices
) -> None:
    issue = HotIssue.objects.get()
    pine = hot.district.actor(RoleKind.COORDINATOR, "street_south", "pine")
    said = read(client, hot, pine, "/desk/hot")
    assert "没有热点" in said
    assert "搅拌站" not in said
    assert client.get(f"/desk/hot/{issue.pk}").status_code == 404
    assert client.get("/desk/hot/999999").status_code == 404
    hot.sign_in(client, hot.district.actor(RoleKind.RESEARCHER, "hotline", "district"))
    assert client.get("/desk/hot").status_code == 403
    client.logout()
    assert client.get("/desk/hot").status_code == 302


def test_what_usually_rises_stands_beside_it(client: Client, hot: Offices) -> None:
    assert "看不出今后四周" in read(client, hot, hot.district.officer, "/desk/hot")
    warning = {
        "category": "utilities.water",
        "ratio": 2.34,
        "low": 1.5,
        "in_season": 40,
        "years": 2,
        "expected": 21.4,
    }
    ended = warning | {"category": "gone.away"}
    keep(SEASONS_MARK, at=timezone.now(), value={"warnings": [warning, ended]})
    said = read(client, hot, hot.district.officer, "/desk/hot")
    assert "<strong>供水</strong>" in said
    assert "平时的 2.3 倍（至少 1.5 倍）" in said
    assert "过去 2 年同期 40 件；这次预计 21 件左右" in said
    assert "有把握（95%）" in said
    assert "surely (95%)" in read(client, hot, hot.district.officer, "/desk/hot", "en")


def test_before_the_first_gathering_it_says_so(client: Client, offices: Offices) -> None:
    assert "后台每天归一次" in read(client, offices, offices.district.officer, "/desk/hot")


def test_more_matters_ask_no_more_of_the_database(client: Client, hot: Offices) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as questions:
            client.get("/desk/hot")
        return len(questions)

    hot.sign_in(client, hot.district.officer)
    client.get("/desk/hot")
    one = asked()
    for text in PARKING:
        hot.ticket(text)
    gather_hot_issues(at=timezone.now())
    assert HotIssue.objects.count() == 2
    assert asked() == one
    assert one <= 12


def test_the_desk_leads_there(client: Client, hot: Offices) -> None:
    assert 'href="/desk/hot"' in read(client, hot, hot.district.worker, "/desk")
