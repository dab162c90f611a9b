"""A topic: proposed, opened, posted, decided, carried out; each step refused where it can't be."""

from datetime import timedelta

import pytest

from gongzhi.affairs.assemblies.choices import Capacity, DecisionState, TopicSource, TopicState
from gongzhi.affairs.assemblies.decisions import (
    CannotDecide,
    NewTask,
    add_task,
    finish_decision,
    follow_tasks,
    publish_result,
    rate_result,
    revoke_decision,
    take_decision,
)
from gongzhi.affairs.assemblies.lifecycle import TOPIC, CannotMove, NotInAssembly, can
from gongzhi.affairs.assemblies.models import Decision, Material, Topic
from gongzhi.affairs.assemblies.topics import (
    CannotDeliberate,
    NewTopic,
    add_material,
    correct_topic,
    decide_topic,
    open_topic,
    proposal_link,
    propose_topic,
    refuse_topic,
    reopen_topic,
    topic_of_proposal,
    withdraw_topic,
)
from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.public import answer_objection, object_to_notice
from gongzhi.commons.organisations.models import CoordinatingUnit
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.ratings.rating import CannotRate, Satisfied, Solved
from gongzhi.commons.revisions import forget_all
from gongzhi.commons.tasks.finishing import finish_task
from gongzhi.commons.tasks.queries import TaskState, tasks_of
from tests.affairs.assemblies.talks import (
    AFTER,
    CLOSES,
    DECIDED,
    DUE,
    LATER,
    OBJECTIONS,
    Talk,
    propose,
)
from tests.affairs.small_district import BEGINS, MONDAY, SmallDistrict

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def talk(district: SmallDistrict) -> Talk:
    return propose(district)


def kinds(subject: Subject) -> list[str]:
    return [event.kind for event in events_of(subject)]


def test_a_topic_goes_from_the_proposal_to_the_last_task(talk: Talk) -> None:
    talk.open()
    talk.two_camps(5)
    talk.notice()
    decision = talk.decide(talk.task(), talk.task("street", "审批"))
    assert talk.topic.state == TopicState.DECIDED
    first, second = tasks_of(Subject("decision", decision))
    finish_task(task_id=first.id, proof="已报", by=talk.district.worker, at=DECIDED)
    assert not follow_tasks(decision_id=decision, at=DECIDED)
    finish_task(task_id=second.id, proof="已批", by=talk.district.street, at=DUE)
    assert follow_tasks(decision_id=decision, at=DUE + timedelta(minutes=1))
    assert talk.topic.state == TopicState.CARRIED_OUT
    done = events_of(Subject("decision", decision))[-1]
    assert (done.kind, done.data["in_time"]) == ("decision.done", True)
    assert kinds(Subject("topic", talk.topic_id)) == [
        "topic.proposed", "topic.opened", "topic.seats_invited", "topic.noticed",
        "topic.decided", "topic.carried_out",
    ]  # fmt: skip


def test_a_decision_done_late_says_so(talk: Talk) -> None:
    talk.open()
    talk.notice()
    decision = talk.decide(talk.task())
    (task,) = tasks_of(Subject("decision", decision))
    late = DUE + timedelta(days=1)
    finish_task(task_id=task.id, proof="迟了", by=talk.district.worker, at=late)
    follow_tasks(decision_id=decision, at=late)
    assert events_of(Subject("decision", decision))[-1].data["in_time"] is False


def test_the_ledger_holds_no_word_of_a_topic(talk: Talk) -> None:
    talk.open()
    talk.notice()
    decision = talk.decide(talk.task())
    told = [*events_of(Subject("topic", talk.topic_id)), *events_of(Subject("decision", decision))]
    assert not any("电梯" in str(event.data) for event in told)


def test_a_resident_proposes_without_an_account_and_reads_why_not(district: SmallDistrict) -> None:
    CoordinatingUnit.objects.create(
        unit=district.units["party"], place=district.places["willow"], begins=BEGINS
    )
    forget_all()
    topic_id = propose_topic(
        new=NewTopic(
            title="修凉亭", question="凉亭修不修？", place_id=district.places["willow"].pk
        ),
        by=RESIDENT, at=MONDAY,
    )  # fmt: skip
    topic = Topic.objects.get(pk=topic_id)
    assert (topic.source, topic.unit_id) == (TopicSource.RESIDENT, district.units["party"].pk)
    token = proposal_link(topic_id)
    refuse_topic(topic_id=topic_id, reason="已在改造计划内", by=district.worker, at=LATER)
    assert topic_of_proposal(token) == topic_id
    assert Topic.objects.get(pk=topic_id).reason == "已在改造计划内"


@pytest.mark.parametrize("token", ["", "x" * 24, "不是链接"])
def test_a_link_that_is_not_ours_opens_no_proposal(talk: Talk, token: str) -> None:
    with pytest.raises(NotInAssembly):
        topic_of_proposal(token)


@pytest.mark.parametrize(
    ("title", "question", "place", "field"),
    [(" ", "问", True, "title"), ("长" * 61, "问", True, "title"), ("题", "", True, "question"),
     ("题", "问" * 201, True, "question"), ("题", "问", False, "place")],
)  # fmt: skip
def test_a_topic_that_makes_no_sense_is_refused_by_field(
    district: SmallDistrict, title: str, question: str, place: bool, field: str
) -> None:
    place_id = district.places["willow"].pk if place else 10**9
    with pytest.raises(CannotDeliberate) as refused:
        propose_topic(
            new=NewTopic(title=title, question=question, place_id=place_id),
            by=district.worker, at=MONDAY,
        )  # fmt: skip
    assert refused.value.field == field
    assert not Topic.objects.exists()


def test_one_hot_issue_becomes_one_topic(district: SmallDistrict) -> None:
    new = NewTopic(
        title="垃圾", question="怎么办？", place_id=district.places["willow"].pk,
        source=TopicSource.HOT_ISSUE, origin=Subject("hot_issue", 3),
    )  # fmt: skip
    first = propose_topic(new=new, by=district.worker, at=MONDAY)
    with pytest.raises(CannotDeliberate):
        propose_topic(new=new, by=district.worker, at=MONDAY)
    refuse_topic(topic_id=first, reason="先办", by=district.worker, at=MONDAY)
    assert propose_topic(new=new, by=district.worker, at=LATER) != first


def test_a_topic_without_seeds_is_not_opened(district: SmallDistrict) -> None:
    talk = propose(district, seeds=["只有这一条说法"])
    with pytest.raises(CannotDeliberate):
        talk.open()
    assert talk.topic.state == TopicState.PROPOSED


def test_the_words_stand_once_people_take_part(talk: Talk) -> None:
    words = {"title": "新题", "question": "新问？", "text": ""}
    correct_topic(topic_id=talk.topic_id, **words, by=talk.district.worker, at=MONDAY)
    assert talk.topic.title == "新题"
    talk.open()
    with pytest.raises(CannotDeliberate):
        correct_topic(
            topic_id=talk.topic_id, **(words | {"title": "又改"}), by=talk.district.worker, at=LATER
        )


def test_a_new_version_of_a_material_says_what_changed(talk: Talk) -> None:
    def add(text: str, change: str = "") -> int:
        return add_material(
            topic_id=talk.topic_id, title="报价", text=text, change=change,
            by=talk.district.worker, at=MONDAY,
        )  # fmt: skip

    add("四十万")
    with pytest.raises(CannotDeliberate):
        add("四十二万")
    add("四十二万", "按新报价更正")
    assert list(Material.objects.values_list("version", "text")) == [(1, "四十万"), (2, "四十二万")]


@pytest.mark.parametrize("days", [-1, 400])
def test_voices_are_wanted_until_a_day_within_a_year(talk: Talk, days: int) -> None:
    with pytest.raises(CannotDeliberate) as refused:
        open_topic(
            topic_id=talk.topic_id, closes_at=MONDAY + timedelta(days=days),
            capacities=[Capacity.OWNER], by_invitation=False, by=talk.district.worker, at=MONDAY,
        )  # fmt: skip
    assert refused.value.field == "closes_at"


def test_nobody_from_elsewhere_runs_a_topic(talk: Talk) -> None:
    for by in (RESIDENT, talk.district.sanitation):
        with pytest.raises(NotPermitted):
            withdraw_topic(topic_id=talk.topic_id, reason="不要", by=by, at=MONDAY)


def test_a_worker_posts_but_the_coordinator_decides(talk: Talk) -> None:
    talk.open()
    talk.notice()
    with pytest.raises(NotPermitted):
        decide_topic(
            topic_id=talk.topic_id, text="同意", rule="协商", tasks=(),
            by=talk.district.worker, at=DECIDED,
        )  # fmt: skip


def test_nothing_is_decided_before_the_time_for_objections_is_over(talk: Talk) -> None:
    talk.open()
    talk.notice()
    with pytest.raises(CannotDeliberate):
        decide_topic(
            topic_id=talk.topic_id, text="同意", rule="协商", tasks=(),
            by=talk.district.coordinator, at=OBJECTIONS,
        )  # fmt: skip
    assert not Decision.objects.exists()


def test_nothing_is_decided_while_an_objection_has_no_answer(talk: Talk) -> None:
    talk.open()
    notice = talk.notice()
    objection = object_to_notice(notice_id=notice, text="挡光", by=RESIDENT, at=AFTER)
    with pytest.raises(CannotDeliberate):
        talk.decide()
    answer_objection(objection_id=objection, answer="已调整", by=talk.district.worker, at=AFTER)
    assert Decision.objects.get(pk=talk.decide()).figures["objections"] == 1


def test_an_objection_that_is_right_opens_the_topic_again(talk: Talk) -> None:
    talk.open()
    talk.notice()
    reopen_topic(topic_id=talk.topic_id, closes_at=OBJECTIONS, by=talk.district.worker, at=AFTER)
    assert talk.topic.state == TopicState.OPEN
    with pytest.raises(CannotMove):
        talk.decide()


def test_of_two_who_end_a_topic_the_second_is_told_where_it_stands(talk: Talk) -> None:
    talk.open()
    withdraw_topic(topic_id=talk.topic_id, reason="合并", by=talk.district.worker, at=LATER)
    with pytest.raises(CannotMove, match="已撤回"):
        talk.notice()


def test_every_state_but_the_last_two_leads_on() -> None:
    for state in TopicState:
        leads = any(can(TOPIC, step, state) for step in TOPIC.moves)
        assert leads == (state not in {TopicState.CARRIED_OUT, TopicState.WITHDRAWN})


def test_a_decision_without_words_leaves_nothing(talk: Talk) -> None:
    talk.open()
    talk.notice()
    with pytest.raises(CannotDecide):
        decide_topic(
            topic_id=talk.topic_id, text=" ", rule="协商", tasks=[talk.task()],
            by=talk.district.coordinator, at=DECIDED,
        )  # fmt: skip
    assert talk.topic.state == TopicState.NOTICED
    assert not tasks_of(Subject("decision", 1))


def test_the_gate_of_the_work_list_holds_for_decisions_too(talk: Talk) -> None:
    """The street can't hand a community work outside its list by way of a decision."""
    decision = take_decision(
        subject_kind="meeting", subject_id=1, place_id=talk.district.places["willow"].pk,
        text="代收费用", rule="街道会议", figures={}, tasks=[talk.task()],
        by=talk.district.street, at=DECIDED,
    )  # fmt: skip
    (task,) = tasks_of(Subject("decision", decision))
    assert task.state == TaskState.WAITING
    assert not follow_tasks(decision_id=decision, at=DECIDED)


def test_a_meeting_s_decision_stays_inside_until_it_is_published(talk: Talk) -> None:
    decision = take_decision(
        subject_kind="meeting", subject_id=1, place_id=talk.district.places["willow"].pk,
        text="清理楼道", rule="协商一致", figures={}, tasks=(), by=talk.district.coordinator,
        at=DECIDED,
    )  # fmt: skip
    assert Decision.objects.get(pk=decision).published_at is None
    assert events_of(Subject("decision", decision))[0].data["due"] is None
    with pytest.raises(CannotDecide):
        finish_decision(decision_id=decision, result="清完了", by=talk.district.coordinator, at=DUE)


def test_one_more_task_does_not_move_the_date_that_was_promised(talk: Talk) -> None:
    talk.open()
    talk.notice()
    decision = talk.decide(talk.task())
    later = NewTask("公告", talk.district.units["committee"].pk, DUE + timedelta(days=20))
    add_task(decision_id=decision, task=later, by=talk.district.coordinator, at=DECIDED)
    assert Decision.objects.get(pk=decision).due_at == DUE


def test_a_revoked_decision_ends_its_tasks_and_opens_the_topic(talk: Talk) -> None:
    talk.open()
    talk.notice()
    decision = talk.decide(talk.task())
    revoke_decision(decision_id=decision, reason="造价有误", by=talk.district.coordinator, at=DUE)
    assert [task.state for task in tasks_of(Subject("decision", decision))] == ["cancelled"]
    assert talk.topic.state == TopicState.OPEN
    assert Decision.objects.get(pk=decision).state == DecisionState.REVOKED


class TestRating:
    """Who took part rates the result, once each, and the rating can't be traced to a seat."""

    def done(self, talk: Talk) -> int:
        talk.open()
        talk.invite(2)
        talk.notice()
        decision = talk.decide(talk.task())
        (task,) = tasks_of(Subject("decision", decision))
        finish_task(task_id=task.id, proof="好了", by=talk.district.worker, at=DUE)
        follow_tasks(decision_id=decision, at=DUE)
        return decision

    def rate(self, decision: int, seat: int) -> None:
        rate_result(
            decision_id=decision, holder=Subject("seat", seat), solved=Solved.YES,
            satisfied=Satisfied.YES, remark="", by=RESIDENT, at=DUE,
        )  # fmt: skip

    def test_only_a_published_result_is_rated(self, talk: Talk) -> None:
        decision = self.done(talk)
        with pytest.raises(CannotDecide):
            self.rate(decision, 1)

    def test_each_seat_rates_once(self, talk: Talk) -> None:
        decision = self.done(talk)
        publish_result(
            decision_id=decision, result="电梯已用", by=talk.district.coordinator, at=DUE
        )
        self.rate(decision, 1)
        self.rate(decision, 2)
        with pytest.raises(CannotRate):
            self.rate(decision, 1)
        rated = [e for e in events_of(Subject("decision", decision)) if e.kind == "decision.rated"]
        assert [event.data for event in rated] == [{"solved": "yes", "satisfied": "yes"}] * 2


def test_before_opening_nobody_may_join_and_closing_is_a_date(talk: Talk) -> None:
    assert talk.topic.closes_at is None
    talk.open()
    assert talk.topic.closes_at == CLOSES
