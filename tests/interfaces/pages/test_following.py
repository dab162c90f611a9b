"""A resident follows the matter by a private link: replies, rates, corrects, erases, finds it."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from gongzhi.affairs.tickets.callback import expire_callbacks
from gongzhi.affairs.tickets.dispatch import object_to_dispatch, review_objection
from gongzhi.affairs.tickets.handling import answer_ticket, ask_requester, contact_requester
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.queries.stories import story_for_requester
from gongzhi.commons.notices.models import Notice
from gongzhi.commons.permissions.actors import resident_with_key
from gongzhi.commons.privacy.links import sign_link
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.interfaces.pages.residents.telling import moments_of
from tests.affairs.small_district import MONDAY, SmallDistrict, build
from tests.affairs.tickets.journeys import closed, dispatched, receive
from tests.interfaces.pages.reading import Page
from tests.interfaces.pages.residents import NOW, WORDS, link_to, photo

pytestmark = pytest.mark.database


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


# The private link


@pytest.mark.parametrize(
    "path", ["", "/data", "/data/file", "/correct", "/withdraw", "/pictures/1"]
)
def test_a_wrong_link_opens_nothing(district: SmallDistrict, client: Client, path: str) -> None:
    link = link_to(dispatched(district))
    changed = link[:-1] + ("A" if link[-1] != "A" else "B")
    assert client.get(changed + path).status_code == 404
    assert client.get("/t/" + sign_link("ticket", 999_999, 1) + path).status_code == 404


def test_a_link_opens_its_own_pictures_only(district: SmallDistrict, client: Client) -> None:
    mine, other = link_to(dispatched(district)), link_to(dispatched(district))
    client.post(f"{mine}/pictures", {"pictures": photo()})
    found = re.search(r"/pictures/(\d+)", client.get(mine).content.decode())
    assert found
    assert client.get(f"{other}/pictures/{found[1]}").status_code == 403


def test_the_page_of_a_link_stays_out_of_caches_and_search(
    district: SmallDistrict, client: Client
) -> None:
    answer = client.get(link_to(dispatched(district)))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_the_remark_link_of_a_private_page_does_not_tell_its_address(
    district: SmallDistrict, client: Client
) -> None:
    link = link_to(dispatched(district))
    remark = [a["href"] for a in Page(client.get(link).content.decode()).all("a")]
    assert not any(link in each for each in remark if each.startswith("/remark"))


def test_the_story_says_who_has_it_and_until_when(district: SmallDistrict, client: Client) -> None:
    ticket_id = dispatched(district)
    page = client.get(link_to(ticket_id)).content.decode()
    assert "派给明湖区环卫中心" in page
    assert "办结时限" in page
    assert "请您评价" in page


def test_a_refused_objection_is_no_news_for_the_requester(
    district: SmallDistrict, client: Client
) -> None:
    ticket = dispatched(district)
    unit, street = district.sanitation, district.street
    object_to_dispatch(
        ticket_id=ticket, reason="不属于职责", proposed_unit_id=None, by=unit, at=MONDAY
    )
    review_objection(
        ticket_id=ticket, upheld=False, unit_id=None, reason="是贵单位职责", by=street, at=MONDAY
    )
    page = client.get(link_to(ticket)).content.decode()
    assert page.count("派给明湖区环卫中心") == 1


def test_what_was_answered_is_not_announced_as_received(
    district: SmallDistrict, client: Client
) -> None:
    receipt = receive(district, at=timezone.now())
    ticket, link = receipt.ticket_id, f"/t/{receipt.link_token}"
    assert "已经收到" in client.get(link).content.decode()
    follow_all(at=timezone.now())
    answer_ticket(ticket_id=ticket, text="已清运", by=district.sanitation, at=timezone.now())
    assert "已经收到" not in client.get(link).content.decode()


def test_a_late_request_says_so(district: SmallDistrict, client: Client) -> None:
    ticket_id = dispatched(district)
    Ticket.objects.filter(pk=ticket_id).update(due_at=NOW() - timedelta(hours=1))
    assert "已超过，上级已知道" in client.get(link_to(ticket_id)).content.decode()


def test_a_question_stands_on_top_until_it_is_answered(
    district: SmallDistrict, client: Client
) -> None:
    ticket_id = dispatched(district)
    ask_requester(ticket_id=ticket_id, question="是哪个门？", by=district.sanitation, at=NOW())
    link = link_to(ticket_id)
    page = Page(client.get(link).content.decode())
    assert "承办单位想问您" in page.html
    assert page.faults == []
    answer = client.post(f"{link}/reply", {"text": "北门"}, follow=True).content.decode()
    assert "补充的内容已经送到" in answer
    assert "承办单位想问您" not in answer
    assert "北门" in answer


def test_an_empty_reply_is_shown_again(district: SmallDistrict, client: Client) -> None:
    link = link_to(dispatched(district))
    page = client.post(f"{link}/reply", {"text": ""}).content.decode()
    assert "还差一点" in page
    assert Page(page).faults == []


def test_internal_words_stay_inside(district: SmallDistrict, client: Client) -> None:
    ticket_id = dispatched(district)
    contact_requester(ticket_id=ticket_id, note="内部情况记录", by=district.sanitation, at=NOW())
    page = client.get(link_to(ticket_id)).content.decode()
    assert "与您联系" in page
    assert "内部情况记录" not in page


def test_a_closed_request_is_rated(district: SmallDistrict, client: Client) -> None:
    ticket_id = closed(district)
    link = link_to(ticket_id)
    page = Page(client.get(link).content.decode())
    assert "事情解决了吗" in page.html
    assert page.faults == []
    sent = {"solved": "yes", "satisfied": "basically", "remark": "谢谢"}
    answer = client.post(f"{link}/rating", sent, follow=True).content.decode()
    assert "谢谢您的评价" in answer
    assert "事情解决了吗" not in answer
    again = client.post(f"{link}/rating", sent, follow=True).content.decode()
    assert "您已经评价过了" in again


def test_not_solved_takes_the_matter_up_again(district: SmallDistrict, client: Client) -> None:
    ticket_id = closed(district)
    sent = {"solved": "no", "satisfied": "no", "remark": "还是臭"}
    page = client.post(f"{link_to(ticket_id)}/rating", sent, follow=True).content.decode()
    assert "马上重新办理" in page
    assert Ticket.objects.get(pk=ticket_id).state == "reopened"
    assert "重新办理" in page


def test_a_rating_without_an_answer_is_shown_again(district: SmallDistrict, client: Client) -> None:
    link = link_to(closed(district))
    page = client.post(f"{link}/rating", {"solved": "maybe"}).content.decode()
    assert "还差一点" in page
    assert Page(page).faults == []


def test_who_answers_late_may_still_answer(district: SmallDistrict, client: Client) -> None:
    ticket_id = closed(district)
    expire_callbacks(at=NOW() + timedelta(days=400))
    assert "事情解决了吗" in client.get(link_to(ticket_id)).content.decode()


def test_the_words_are_put_right_while_nobody_has_answered(
    district: SmallDistrict, client: Client
) -> None:
    ticket_id = dispatched(district)
    link = link_to(ticket_id)
    assert f'href="{link}/correct"' in client.get(link).content.decode()
    page = client.get(f"{link}/correct").content.decode()
    assert Page(page).faults == []
    assert WORDS in page
    blank = client.post(f"{link}/correct", {"text": " "})
    assert "error-summary" in blank.content.decode()
    answer = client.post(f"{link}/correct", {"text": "和风花园停水两天"}, follow=True)
    assert "和风花园停水两天" in answer.content.decode()
    follow_all(at=NOW())
    assert Ticket.objects.get(pk=ticket_id).category_code == "utilities.water"
    answer_ticket(ticket_id=ticket_id, text="修好了", by=district.sanitation, at=NOW())
    assert f"{link}/correct" not in client.get(link).content.decode()
    late = client.post(f"{link}/correct", {"text": "又改了"}, follow=True).content.decode()
    assert "又改了" not in late


def test_a_request_is_withdrawn_after_being_asked_once_more(
    district: SmallDistrict, client: Client
) -> None:
    ticket_id = dispatched(district)
    link = link_to(ticket_id)
    page = Page(client.get(f"{link}/withdraw").content.decode())
    assert page.faults == []
    assert Ticket.objects.get(pk=ticket_id).state == "dispatched"
    answer = client.post(f"{link}/withdraw", {"reason": "自己清了"}, follow=True)
    assert "诉求已撤回" in answer.content.decode()
    assert Ticket.objects.get(pk=ticket_id).state == "withdrawn"
    again = client.post(f"{link}/withdraw", {}, follow=True).content.decode()
    assert "不能撤回" in again


def test_every_event_of_a_long_story_has_words_or_stays_inside(district: SmallDistrict) -> None:
    ticket_id = closed(district)
    story = story_for_requester(by=resident_with_key(ticket_id), ticket_id=ticket_id)
    told = [str(moment.title) for moment in moments_of(story)]
    assert told == ["收到您的诉求", "派给明湖区环卫中心", "与您联系", "答复", "办结", "请您评价"]


# My data


def test_a_requester_sees_takes_along_and_corrects_what_is_held(
    district: SmallDistrict, client: Client
) -> None:
    link = link_to(dispatched(district))
    page = Page(client.get(f"{link}/data").content.decode())
    assert "13800138000" in page.html
    assert page.faults == []
    file = client.get(f"{link}/data/file")
    assert "13800138000" in json.dumps(json.loads(file.content))
    assert "attachment" in file.headers["Content-Disposition"]
    client.post(f"{link}/data/correct", {"name": "李女士", "phone": "13900139000", "email": ""})
    assert "13900139000" in client.get(f"{link}/data").content.decode()
    wrong = client.post(f"{link}/data/correct", {"name": "李女士", "phone": "12", "email": ""})
    assert "电话号码不完整" in wrong.content.decode()
    assert Page(wrong.content.decode()).faults == []


def test_erasing_ends_the_link_and_keeps_the_matter(
    district: SmallDistrict, client: Client
) -> None:
    ticket_id = dispatched(district)
    link = link_to(ticket_id)
    assert client.get(f"{link}/data/erase").status_code == 405
    assert "您的信息已删除" in client.post(f"{link}/data/erase").content.decode()
    assert client.get(link).status_code == 404
    assert WORDS not in Ticket.objects.get(pk=ticket_id).text


# Finding it again


def test_a_copied_link_opens_the_request_and_a_damaged_one_says_so(
    district: SmallDistrict, client: Client
) -> None:
    link = link_to(dispatched(district))
    for copied in (link, f" https://gongzhi.example{link} ", link.removeprefix("/t/")):
        answer = client.post("/track", {"by": "link", "link": copied})
        assert answer.headers["Location"] == link
    for wrong in ("", "202611250000001", link[:-2], "https://elsewhere.example/x"):
        answer = client.post("/track", {"by": "link", "link": wrong})
        assert "还差一点" in answer.content.decode()


@override_settings(EMAIL_HOST="mail.example")
def test_a_lost_link_is_sent_to_the_contact_and_the_asker_learns_nothing(
    district: SmallDistrict, client: Client
) -> None:
    ticket_id = dispatched(district)
    Notice.objects.all().delete()
    known = client.post("/track", {"by": "phone", "phone": "138 0013 8000"}, follow=True)
    unknown = client.post("/track", {"by": "phone", "phone": "13800138001"}, follow=True)
    strip = lambda answer: re.sub(r'value="[^"]{40,}"', "", answer.content.decode())  # noqa: E731
    assert strip(known) == strip(unknown)
    sent = Notice.objects.get()
    assert (sent.template, sent.recipient_id) == ("requester.link", ticket_id)
    client.post("/track", {"by": "phone", "phone": "13800138000"})
    assert Notice.objects.count() == 1, "once an hour"


def test_where_nothing_can_be_sent_the_page_names_another_way(client: Client) -> None:
    page = client.get("/track").content.decode()
    assert "工作人员替您查" in page
    assert 'name="phone"' not in page


# The map


def test_the_map_gets_names_and_outlines_of_communities_only(
    district: SmallDistrict, client: Client
) -> None:
    square = {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]]}
    willow = district.places["willow"]
    willow.boundary = square
    willow.save(update_fields=["boundary"])
    answer = client.get("/map/communities.geojson")
    assert answer.headers["Content-Type"] == "application/geo+json"
    assert "max-age" in answer.headers["Cache-Control"]
    assert answer.json()["features"] == [
        {"type": "Feature", "properties": {"name": "柳岸社区"}, "geometry": square}
    ]
