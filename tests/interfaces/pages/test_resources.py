"""The pool's pages: each audience sees and does its part; feeds are valid."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from gongzhi.affairs.resources.claims import agree_claim, claim_need
from gongzhi.affairs.resources.models import Claim, Need, Offer, Plan
from gongzhi.affairs.resources.needs import NewNeed, publish_need
from gongzhi.affairs.resources.offers import NewOffer, open_offer
from gongzhi.affairs.resources.results import report_done, served_link
from gongzhi.commons.permissions.actors import Actor
from tests.affairs.resources.pools import SmallPool, build_pool
from tests.affairs.small_district import build
from tests.interfaces.pages.reading import Page

pytestmark = pytest.mark.database


@pytest.fixture
def pool(db: None) -> SmallPool:
    return build_pool(build())


def as_(actor: Actor) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=actor.person_id))
    return client


def need(pool: SmallPool, title: str = "周末陪老人聊天", quantity: int = 4) -> int:
    today = timezone.localdate()
    new = NewNeed(
        title=title, category="people.elderly", quantity=quantity, begins=today,
        place_id=pool.district.places["willow"].pk, ends=today + timedelta(days=20),
    )  # fmt: skip
    return publish_need(new=new, by=pool.community, at=timezone.now())


def offer(pool: SmallPool, **more: object) -> int:
    today = timezone.localdate()
    new = NewOffer(
        title="青年员工志愿队", unit_id=pool.unit("bank"), categories=("people.elderly",),
        place_id=pool.district.places["willow"].pk, total=30, per_day=30, begins=today,
        area_id=pool.district.places["district"].pk, ends=today + timedelta(days=60), **more,
    )  # fmt: skip
    return open_offer(new=new, by=pool.bank, at=timezone.now())


def sound(client: Client, path: str) -> str:
    for language in ("en", "zh-hans"):
        client.cookies["django_language"] = language
        html = client.get(path).content.decode()
        assert Page(html).faults == [], path
    return html


@pytest.mark.parametrize(("days", "offered"), [(3, False), (0, True)])
def test_that_nobody_came_is_offered_from_the_day_on(
    pool: SmallPool, days: int, offered: bool
) -> None:
    day = timezone.localdate() + timedelta(days=days)
    wanted = need(pool)
    claim = claim_need(
        need_id=wanted, unit_id=pool.unit("bank"), quantity=4, day=day, offer_id=None,
        by=pool.bank, at=timezone.now(),
    )  # fmt: skip
    agree_claim(claim_id=claim, by=pool.community, at=timezone.now())
    html = sound(as_(pool.community), f"/needs/{wanted}")
    assert (f"/claims/{claim}/no-show" in html) is offered


def test_everyone_reads_open_needs_and_nobody_sees_who_claimed(pool: SmallPool) -> None:
    made = need(pool)
    assert "周末陪老人聊天" in sound(Client(), "/needs")
    html = sound(Client(), f"/needs/{made}")
    assert "我们来认领" not in html
    assert Client().get(f"/needs/{made}/claim").status_code == 302
    assert Client().get("/needs/999999").status_code == 404


def test_a_community_publishes_from_the_page_and_errors_stand_at_their_field(
    pool: SmallPool,
) -> None:
    client, today = as_(pool.community), timezone.localdate()
    form = {
        "title": "楼道要刷墙", "category": "people.cleaning", "quantity": "3", "urgency": "2",
        "place": str(pool.district.places["willow"].pk), "begins": today.isoformat(),
        "ends": (today - timedelta(days=1)).isoformat(), "text": "",
    }  # fmt: skip
    sound(client, "/needs/new")
    html = client.post("/needs/new", form).content.decode()
    assert "结束日期早于开始日期" in html
    assert not Need.objects.exists()
    form["ends"] = (today + timedelta(days=9)).isoformat()
    assert client.post("/needs/new", form).status_code == 302
    assert Need.objects.get().title == "楼道要刷墙"


def test_a_partner_claims_and_the_community_agrees_and_confirms(pool: SmallPool) -> None:
    made, given = need(pool), offer(pool)
    partner, community = as_(pool.bank), as_(pool.community)
    sound(partner, f"/needs/{made}/claim")
    partner.post(
        f"/needs/{made}/claim",
        {
            "unit": pool.unit("bank"), "offer": given, "quantity": 4,
            "day": timezone.localdate().isoformat(),
        },
    )  # fmt: skip
    claim = Claim.objects.get()
    assert "同意" in sound(community, f"/needs/{made}")
    community.post(f"/claims/{claim.pk}/agree")
    partner.post(f"/claims/{claim.pk}/done", {"report": "去了四位"})
    community.post(f"/claims/{claim.pk}/confirm")
    assert Need.objects.get().state == "confirmed"
    sound(community, f"/claims/{claim.pk}/rate")
    community.post(f"/claims/{claim.pk}/rate", {"satisfied": "yes", "remark": "准时"})
    sound(partner, "/claims?all=1")
    sound(partner, f"/offers/{given}")


def test_who_was_served_answers_by_link(pool: SmallPool) -> None:
    at = timezone.now()
    claim = claim_need(
        need_id=need(pool), unit_id=pool.unit("bank"), quantity=4, offer_id=None,
        day=timezone.localdate(), by=pool.bank, at=at,
    )  # fmt: skip
    agree_claim(claim_id=claim, by=pool.community, at=at)
    link = f"/served/{served_link(claim)}"
    assert "还在办" in sound(Client(), link)
    report_done(claim_id=claim, report="去了", by=pool.bank, at=at)
    sound(Client(), link)
    answer = {"solved": "no", "satisfied": "no", "remark": ""}
    assert Client().post(link, answer).status_code == 302
    assert Claim.objects.get().state == "agreed"
    assert Client().get("/served/nonsense").status_code == 404


def test_the_district_plans_reads_why_and_adopts(pool: SmallPool) -> None:
    need(pool, quantity=50)
    offer(pool)
    client = as_(pool.district.officer)
    assert as_(pool.community).get("/plans").status_code == 403
    sound(client, "/plans")
    client.post("/plans", {"aims": "fair-first"})
    plan = Plan.objects.get()
    html = sound(client, f"/plans/{plan.pk}")
    assert "已证明没有更好的方案" in html
    assert "合适的资源已用于" in html
    need(pool, title="后来的需求")
    assert "后来的需求</a>：新需求" in sound(client, f"/plans/{plan.pk}")
    client.post(f"/plans/{plan.pk}/apply")
    assert not Claim.objects.exists()
    client.post("/plans", {"aims": "fair-first"})
    client.post(f"/plans/{Plan.objects.latest('id').pk}/apply")
    assert Claim.objects.count() >= 1


def test_the_gap_page_is_for_staff(pool: SmallPool) -> None:
    need(pool)
    offer(pool)
    assert "1/1" in sound(as_(pool.district.officer), "/gap")
    assert Client().get("/gap").status_code == 302


def test_a_room_is_booked_from_its_page_and_is_in_the_calendar(pool: SmallPool) -> None:
    room = offer(pool, seats=30)
    client = as_(pool.community)
    sound(client, f"/rooms/{room}")
    begins = (timezone.localtime() + timedelta(days=1)).replace(hour=10, minute=0)
    booked = client.post(
        f"/rooms/{room}",
        {
            "host": pool.unit("party"), "purpose": "议事会", "headcount": 20,
            "begins": f"{begins:%Y-%m-%dT%H:%M}",
            "ends": f"{begins + timedelta(hours=2):%Y-%m-%dT%H:%M}",
        },
    )  # fmt: skip
    assert booked.status_code == 302
    calendar = Client().get(f"/rooms/{room}.ics").content.decode()
    assert "BEGIN:VEVENT\r\n" in calendar
    assert "议事会" not in calendar
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))
    sound(Client(), f"/rooms/{room}")


def test_the_feed_of_open_needs_is_atom(pool: SmallPool) -> None:
    need(pool, title="修轮椅 <急> & 换垫子")
    feed = Client().get("/needs.atom")
    assert feed.headers["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(feed.content)
    space = {"a": "http://www.w3.org/2005/Atom"}
    titles = [each.text for each in root.findall("a:entry/a:title", space)]
    assert titles == ["修轮椅 <急> & 换垫子"]
    assert root.find("a:updated", space) is not None


def test_an_offer_is_entered_paused_and_taken_back_from_its_page(pool: SmallPool) -> None:
    client, today = as_(pool.bank), timezone.localdate()
    sound(client, "/offers/new")
    client.post(
        "/offers/new",
        {
            "title": "周末会议室", "unit": pool.unit("bank"), "categories": ["space.meeting"],
            "total": 40, "per_day": 8, "begins": today.isoformat(),
            "ends": (today + timedelta(days=60)).isoformat(), "weekdays": ["5", "6"],
            "opens": "09:00", "closes": "17:00", "seats": 20,
            "area": pool.district.places["north"].pk,
        },
    )  # fmt: skip
    made = Offer.objects.get()
    assert made.slots.count() == 2
    for step, state in (("pause", "paused"), ("resume", "open"), ("end", "ended")):
        client.post(f"/offers/{made.pk}/{step}")
        assert Offer.objects.get().state == state


@pytest.mark.parametrize("path", ["/needs/new", "/needs/wish"])
def test_a_partner_publishes_no_needs(pool: SmallPool, path: str) -> None:
    assert as_(pool.bank).get(path).status_code == 403


def test_a_cell_of_the_gap_opens_exactly_the_needs_and_offers_it_counts(pool: SmallPool) -> None:
    need(pool, "周末陪老人聊天")
    need(pool, "陪老人看病")
    offer(pool)
    spent = offer(pool)
    Offer.objects.filter(pk=spent).update(used=30, title="已经用完的队")
    other = need(pool, "别处的需求")
    away = pool.district.places["pine"]
    Need.objects.filter(pk=other).update(place=away, place_path=away.path, community_id=away.pk)
    reader = as_(pool.district.officer)
    page = sound(reader, "/gap")
    (cell,) = re.findall(r'href="(\?place=\d+&amp;category=\d+#cell)">2/1<', page)
    behind = sound(reader, "/gap" + cell.replace("&amp;", "&").removesuffix("#cell"))
    section = behind.split('aria-labelledby="cell"')[1].split("</section>")[0]
    for words in ("周末陪老人聊天", "陪老人看病", "青年员工志愿队"):
        assert words in section
    for words in ("别处的需求", "已经用完的队"):
        assert words not in section
    assert reader.get("/gap?place=1&category=" + "9" * 40).status_code == 200
