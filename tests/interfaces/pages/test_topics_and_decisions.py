"""The pages of topics and decisions: each audience sees and does its part, and no more."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.affairs.assemblies.choices import Capacity, StatementState, TopicState
from gongzhi.affairs.assemblies.decisions import take_decision
from gongzhi.affairs.assemblies.drawing import draw_opinions
from gongzhi.affairs.assemblies.models import Decision, RosterEntry, Statement, Topic, Vote
from gongzhi.affairs.assemblies.rosters import invite_seats, join_topic
from gongzhi.affairs.assemblies.topics import open_topic
from gongzhi.commons.notices.models import PublicNotice, PublicObjection
from gongzhi.commons.organisations.models import CoordinatingUnit
from gongzhi.commons.permissions.actors import RESIDENT, Actor
from gongzhi.commons.revisions import forget_all
from gongzhi.commons.tasks.models import Task
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.assemblies.talks import Talk, propose
from tests.affairs.small_district import BEGINS, MONDAY, build
from tests.interfaces.pages.reading import Page

pytestmark = pytest.mark.database


@pytest.fixture
def talk(db: None) -> Talk:
    district = build()
    CoordinatingUnit.objects.create(
        unit=district.units["party"], place=district.places["willow"], begins=BEGINS
    )
    forget_all()
    return propose(district)


def opened(talk: Talk) -> Talk:
    open_topic(
        topic_id=talk.topic_id, closes_at=timezone.now() + timedelta(days=7),
        capacities=[Capacity.OWNER, Capacity.TENANT], by_invitation=False,
        by=talk.district.worker, at=timezone.now(),
    )  # fmt: skip
    return talk


def camps(talk: Talk, each: int = 6) -> None:
    slips = invite_seats(
        topic_id=talk.topic_id, capacity=Capacity.OWNER, count=2 * each, by=talk.district.worker,
        at=timezone.now(),
    )  # fmt: skip
    talk.tokens += [slip.token for slip in slips]
    for seat in range(2 * each):
        side = 1 if seat < each else -1
        talk.vote(seat, [side, -side, side, 1], at=timezone.now())


def as_(actor: Actor) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=actor.person_id))
    return client


def sound(client: Client, path: str) -> str:
    for language in ("en", "zh-hans"):
        client.cookies["django_language"] = language
        response = client.get(path)
        assert response.status_code == 200, (path, response.status_code)
        html = response.content.decode()
        assert Page(html).faults == [], path
    return html


def told(client: Client, path: str, **said: object) -> str:
    return client.post(path, said, follow=True).content.decode()


def test_a_resident_proposes_and_follows_it_by_a_private_link(talk: Talk) -> None:
    client = Client()
    sound(client, "/topics/propose")
    place = talk.district.places["willow"].pk
    answer = client.post(
        "/topics/propose", {"title": "修凉亭", "question": "修不修？", "place": place}
    )
    assert answer.headers["Location"].startswith("/topics/proposal/")
    assert "修凉亭" in sound(client, answer.headers["Location"])
    made = Topic.objects.get(title="修凉亭")
    assert client.get(f"/topics/{made.pk}").status_code == 404
    assert "修凉亭" not in client.get("/topics").content.decode()
    assert "修凉亭" in sound(as_(talk.district.worker), "/topics")


def test_a_contact_is_asked_for_only_where_it_can_be_used(talk: Talk, settings: Any) -> None:
    settings.EMAIL_HOST = settings.SMS_WEBHOOK = ""
    assert 'name="contact"' not in sound(Client(), "/topics/propose")
    settings.EMAIL_HOST = "127.0.0.1"
    html = sound(Client(), "/topics/propose")
    assert "只用来告诉您结果" in html
    said = {"title": "修凉亭", "question": "修不修？", "place": talk.district.places["willow"].pk}
    refused = told(Client(), "/topics/propose", **said, contact="13800138000")
    assert "这里只能填：邮箱" in refused
    assert "13800138000" in refused  # what was written comes back to be mended
    answer = Client().post("/topics/propose", said | {"contact": "resident@example.org"})
    link = answer.headers["Location"]
    assert "r***@example.org" in sound(Client(), link)
    assert "resident@" not in sound(as_(talk.district.worker), "/topics")
    assert "联系方式已删除" in told(Client(), link, forget="1")
    assert "r***@example.org" not in sound(Client(), link)
    assert Topic.objects.get(title="修凉亭").contact_sealed == ""


def test_a_proposal_without_a_place_says_what_is_missing(talk: Talk) -> None:
    answer = Client().post("/topics/propose", {"title": "题", "question": "问", "place": "9999"})
    assert answer.status_code == 200
    assert Topic.objects.count() == 1


def test_from_the_topic_to_the_last_answer_without_an_account(talk: Talk) -> None:
    opened(talk)
    client = Client()
    assert "三号楼加装电梯" in sound(client, "/topics")
    sound(client, f"/topics/{talk.topic_id}")
    sound(client, f"/topics/{talk.topic_id}/join")
    joined = client.post(f"/topics/{talk.topic_id}/join", {"capacity": "owner", "says": "三号楼"})
    seat = joined.headers["Location"]
    for done in range(4):
        html = sound(client, seat)
        assert f"已表态 {done} / 4" in html
        statement = client.get(seat).context["turn"].statement
        assert client.post(seat, {"statement": statement.id, "vote": "-1"}).status_code == 302
    assert "都看完了" in sound(client, seat)
    assert list(Vote.objects.values_list("value", flat=True)) == [-1] * 4
    assert "继续表态" in client.get(f"/topics/{talk.topic_id}").content.decode()
    assert "不赞成" in sound(client, f"{seat}/mine")
    assert "再来看看" not in client.get(f"{seat}?again=2").content.decode()


def test_what_one_says_is_read_by_staff_and_comes_back_with_the_reason(talk: Talk) -> None:
    opened(talk)
    client = Client()
    seat = client.post(f"/topics/{talk.topic_id}/join", {"capacity": "tenant"}).headers["Location"]
    sound(client, f"{seat}/say")
    assert "请不要写电话" in told(client, f"{seat}/say", text="打我电话 13900001234 说")
    assert "收到了" in told(client, f"{seat}/say", text="租户也愿意分摊一点电费")
    statement = Statement.objects.get(text="租户也愿意分摊一点电费")
    worker = as_(talk.district.worker)
    assert "租户也愿意" in sound(worker, f"/topics/{talk.topic_id}/review")
    step = f"/topics/{talk.topic_id}/review/{statement.pk}"
    told(worker, f"{step}/reject", reason="repeated", remark="同第四条")
    assert "同第四条" in sound(client, f"{seat}/mine")
    told(worker, f"{step}/accept", text="租户也愿意分摊电费")
    assert Statement.objects.get(pk=statement.pk).state == StatementState.ACCEPTED
    sound(worker, f"/topics/{talk.topic_id}/review?state=accepted")


@pytest.mark.parametrize(
    "said",
    [{}, {"vote": "1"}, {"vote": "2", "statement": "1"}, {"vote": "1", "statement": "x"},
     {"vote": "1", "statement": "9" * 40}, {"vote": "1", "statement": "99999"}],
)  # fmt: skip
def test_a_vote_that_makes_no_sense_is_answered_in_words(talk: Talk, said: dict[str, str]) -> None:
    opened(talk)
    camps(talk, 1)
    before = Vote.objects.count()
    answer = Client().post(f"/seat/{talk.tokens[0]}", said, follow=True)
    assert answer.status_code == 200
    assert any(words in answer.content.decode() for words in ("没有看懂", "已经撤下"))
    assert Vote.objects.count() == before


@pytest.mark.parametrize("end", ["", "/mine", "/say", "/rate/1"])
def test_a_link_that_is_not_ours_is_a_404(talk: Talk, end: str) -> None:
    assert Client().get(f"/seat/{'x' * 24}{end}").status_code == 404


def test_who_leaves_is_told_and_gone(talk: Talk) -> None:
    opened(talk)
    camps(talk, 1)
    assert "已经全部删除" in told(Client(), f"/seat/{talk.tokens[0]}/leave")
    assert RosterEntry.objects.count() == 1


def test_the_map_says_in_words_what_the_picture_shows(talk: Talk) -> None:
    opened(talk)
    client, page = Client(), f"/topics/{talk.topic_id}/map"
    assert "还不够多" in sound(client, page)
    assert client.get(f"{page}.svg").status_code == 404
    camps(talk)
    draw_opinions(at=timezone.now())
    html = sound(client, page)
    assert "A 组 · 6 人" in html
    assert "运行电费应当按楼层分摊" in html
    assert "约 100%" in html
    picture = client.get(f"{page}.svg?words=en")
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert "Group A" in picture.content.decode()


def test_no_page_for_everyone_names_a_seat(talk: Talk) -> None:
    opened(talk)
    camps(talk)
    draw_opinions(at=timezone.now())
    client = Client()
    for path in ("/topics", f"/topics/{talk.topic_id}", f"/topics/{talk.topic_id}/map"):
        html = client.get(path).content.decode()
        assert not any(token in html for token in talk.tokens)


def test_exports_are_for_who_answers_for_the_place(talk: Talk) -> None:
    opened(talk)
    camps(talk)
    path = f"/topics/{talk.topic_id}/votes.csv"
    assert Client().get(path).status_code == 302
    assert as_(talk.district.worker).get(path).status_code == 403
    answer = as_(talk.district.coordinator).get(path)
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "timestamp,datetime,comment-id,voter-id,vote"
    assert len(lines) == 1 + 48


def test_too_few_voters_are_told_about_and_not_exported(talk: Talk) -> None:
    opened(talk)
    camps(talk, 2)
    answer = as_(talk.district.coordinator).get(f"/topics/{talk.topic_id}/votes.csv", follow=True)
    assert "暂不能导出" in answer.content.decode()


class TestStaff:
    """What runs a topic, as forms."""

    def test_each_step_has_a_sound_form(self, talk: Talk) -> None:
        client = as_(talk.district.coordinator)
        for name in ("open", "correct", "refuse", "seed", "material"):
            sound(client, f"/topics/{talk.topic_id}/run/{name}")
        assert client.get(f"/topics/{talk.topic_id}/run/nonsense").status_code == 404

    def test_residents_are_led_to_the_door_and_others_refused(self, talk: Talk) -> None:
        path = f"/topics/{talk.topic_id}/run/open"
        assert Client().get(path).status_code == 302
        assert as_(talk.district.sanitation).get(path).status_code in {403, 404}

    def test_the_roster_confirms_invites_and_prints(self, talk: Talk) -> None:
        opened(talk)
        join_topic(
            topic_id=talk.topic_id, capacity=Capacity.OWNER, says="三号楼五零二", by=RESIDENT,
            at=timezone.now(),
        )  # fmt: skip
        client, one = as_(talk.district.worker), f"/topics/{talk.topic_id}"
        assert "三号楼五零二" in sound(client, f"{one}/roster")
        told(client, f"{one}/roster/confirm", seat="1", answer="yes")
        assert RosterEntry.objects.get(number=1).state == "confirmed"
        told(client, f"{one}/roster", capacity="owner", count="2")
        assert "/seat/" in sound(client, f"{one}/slips")
        told(client, f"{one}/roster", capacity="tenant", count="2", paper="on")
        assert "4" in sound(client, f"{one}/sheets")
        sound(client, f"{one}/roster")
        assert "已录入" in told(client, f"{one}/paper", number="4", vote_1="1", vote_3="-1")
        assert Vote.objects.filter(seat__number=4).count() == 2
        sound(client, f"{one}/paper")
        assert "没有这个纸质席位" in told(client, f"{one}/paper", number="2", vote_1="1")
        assert "/seat/" in told(client, f"{one}/roster/renew", number="2")

    def test_from_the_notice_to_the_result_that_is_rated(self, talk: Talk) -> None:
        opened(talk)
        camps(talk)
        client, one = as_(talk.district.coordinator), f"/topics/{talk.topic_id}"
        today = timezone.localdate()
        until = today + timedelta(days=2)
        told(client, f"{one}/run/notice", text="拟报批", until=until)
        sound(Client(), one)
        sound(Client(), f"{one}/object")
        assert "已收到您的异议" in told(Client(), f"{one}/object", text="挡了采光")
        objection = PublicObjection.objects.get()
        assert "挡了采光" not in Client().get(one).content.decode()
        assert "挡了采光" in sound(client, one)
        told(client, f"{one}/objections/{objection.pk}", answer="已调整位置")
        assert "已调整位置" in sound(Client(), one)
        due = today + timedelta(days=30)
        decision = {
            "text": "同意", "rule": "公示", "task_1": "报批", "due_1": due,
            "unit_1": talk.district.units["committee"].pk,
        }  # fmt: skip
        assert "公示期还没有结束" in told(client, f"{one}/run/decide", **decision)
        PublicNotice.objects.update(objections_until=timezone.now() - timedelta(minutes=1))
        half = {key: value for key, value in decision.items() if key != "due_1"}
        assert "要一起填" in told(client, f"{one}/run/decide", **half)
        assert "任务已交办" in told(client, f"{one}/run/decide", **decision)
        made, task = Decision.objects.get(), Task.objects.get()
        assert "报批" in sound(Client(), f"/decisions/{made.pk}")
        sound(client, f"/decisions/{made.pk}")
        for name in ("task", "need", "ticket", "revoke"):
            sound(client, f"/decisions/{made.pk}/{name}")
        sound(client, f"/tasks/{task.pk}")
        worker = as_(talk.district.worker)
        told(worker, f"/tasks/{task.pk}", proof="已报")
        follow_all(at=timezone.now())
        assert Topic.objects.get().state == TopicState.CARRIED_OUT
        told(client, f"/decisions/{made.pk}/result", result="已经批下来了")
        assert "已经批下来了" in sound(Client(), f"/decisions/{made.pk}")
        assert ">逾期<" not in sound(Client(), "/decisions")
        rate = f"/seat/{talk.tokens[0]}/rate/{made.pk}"
        sound(Client(), rate)
        assert "谢谢您" in told(Client(), rate, solved="yes", satisfied="yes")
        assert "已经评价过" in told(Client(), rate, solved="no", satisfied="no")
        assert "满五份" in Client().get(f"/decisions/{made.pk}").content.decode()
        for token in talk.tokens[1:6]:
            told(Client(), f"/seat/{token}/rate/{made.pk}", solved="yes", satisfied="yes")
        assert "约 10 个满意" in Client().get(f"/decisions/{made.pk}").content.decode()


@pytest.mark.parametrize("path", ["/topics", "/topics?over=1", "/decisions"])
def test_the_lists_ask_a_fixed_number_of_questions(talk: Talk, path: str) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert Client().get(path).status_code == 200
        return len(asked)

    def fill(count: int) -> None:
        for _ in range(count):
            made = opened(propose(talk.district))
            take_decision(
                subject_kind="topic", subject_id=made.topic_id, text="同意", rule="协商",
                place_id=talk.district.places["willow"].pk, figures={}, public=True,
                tasks=[made.task()], by=talk.district.coordinator, at=MONDAY,
            )  # fmt: skip
            if "over" in path:
                Topic.objects.filter(pk=made.topic_id).update(state="decided")

    fill(1)
    questions()
    few = questions()
    fill(4)
    assert questions() == few
