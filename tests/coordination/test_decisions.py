"""Where assemblies meet other rooms: tasks end decisions, decisions ask for help, hot topics."""

from datetime import timedelta

import pytest

from gongzhi.affairs.assemblies.choices import TopicSource
from gongzhi.affairs.assemblies.decisions import take_decision
from gongzhi.affairs.assemblies.lifecycle import NotInAssembly
from gongzhi.affairs.assemblies.models import Decision, Topic
from gongzhi.affairs.assemblies.topics import CannotDeliberate, NewTopic
from gongzhi.affairs.resources.models import Need
from gongzhi.affairs.resources.needs import NewNeed
from gongzhi.affairs.tickets.models import HotIssue, Ticket
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.tasks.asking import approve_task
from gongzhi.commons.tasks.finishing import cancel_task, finish_task
from gongzhi.commons.tasks.queries import tasks_of
from gongzhi.coordination.deeds_of_decisions import (
    publish_need_of_decision,
    receive_ticket_of_decision,
)
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.coordination.topics_of_hot_issues import (
    hot_issue_for_topic,
    propose_hot_issue,
    topic_of_hot_issue,
)
from tests.affairs.assemblies.talks import DECIDED, DUE, Talk, propose
from tests.affairs.resources.pools import FIRST, LAST, MONDAY, SmallPool, build_pool
from tests.affairs.small_district import build

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def pool(db: None) -> SmallPool:
    return build_pool(build())


def decided(pool: SmallPool, *, tasks: int = 1, by_street: bool = False) -> int:
    district = pool.district
    talk = Talk(district, 0)
    return take_decision(
        subject_kind="meeting", subject_id=1, place_id=district.places["willow"].pk,
        text="清理楼道", rule="协商一致", figures={}, tasks=[talk.task() for _ in range(tasks)],
        by=district.street if by_street else district.coordinator, at=DECIDED,
    )  # fmt: skip


def state(decision: int) -> str:
    return Decision.objects.get(pk=decision).state


def test_the_last_finished_task_ends_its_decision(pool: SmallPool) -> None:
    decision = decided(pool, tasks=2)
    first, second = tasks_of(Subject("decision", decision))
    finish_task(task_id=first.id, proof="好", by=pool.district.worker, at=DECIDED)
    follow_all(at=DECIDED)
    assert state(decision) == "taken"
    finish_task(task_id=second.id, proof="好", by=pool.district.worker, at=DUE)
    follow_all(at=DUE)
    assert state(decision) == "done"


def test_a_cancelled_task_is_not_waited_for(pool: SmallPool) -> None:
    decision = decided(pool, tasks=2)
    first, second = tasks_of(Subject("decision", decision))
    finish_task(task_id=first.id, proof="好", by=pool.district.worker, at=DECIDED)
    cancel_task(
        task_id=second.id, reason="不需要了", by=pool.district.coordinator,
        at=DECIDED + timedelta(days=1),
    )  # fmt: skip
    follow_all(at=DUE)
    assert state(decision) == "done"


def test_a_task_outside_the_work_list_waits_and_then_counts(pool: SmallPool) -> None:
    decision = decided(pool, by_street=True)
    (task,) = tasks_of(Subject("decision", decision))
    approve_task(task_id=task.id, by=pool.district.officer, at=DECIDED)
    finish_task(task_id=task.id, proof="好", by=pool.district.worker, at=DUE)
    follow_all(at=DUE)
    assert state(decision) == "done"


def test_a_decision_publishes_what_it_needs(pool: SmallPool) -> None:
    decision = decided(pool)
    new = NewNeed(
        title="清理楼道的人手", category="people.elderly", quantity=4, begins=FIRST, ends=LAST,
        place_id=pool.district.places["willow"].pk, source=Subject("decision", decision),
    )  # fmt: skip
    by = pool.district.coordinator
    publish_need_of_decision(decision_id=decision, new=new, by=by, at=MONDAY)
    need = Need.objects.get()
    assert (need.source_kind, need.source_id) == ("decision", decision)
    with pytest.raises(NotPermitted):
        publish_need_of_decision(
            decision_id=decision, new=new, by=pool.district.sanitation, at=MONDAY
        )


def test_a_decision_becomes_a_ticket_once(pool: SmallPool) -> None:
    decision = decided(pool)
    for _ in range(2):
        receive_ticket_of_decision(
            decision_id=decision, text="请环卫中心清运楼道杂物", category_code="environment.waste",
            by=pool.district.coordinator, at=DECIDED,
        )  # fmt: skip
    assert Ticket.objects.count() == 1
    with pytest.raises(NotPermitted):
        receive_ticket_of_decision(
            decision_id=decision, text="不该由居民来转", category_code="", by=RESIDENT, at=DECIDED
        )


def test_a_hot_matter_becomes_a_topic_once(
    pool: SmallPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = NewTopic(
        title="垃圾清运", question="几点清运？", place_id=pool.district.places["willow"].pk
    )
    by = pool.district.worker
    assert HotIssue.objects.count() == 0
    with pytest.raises(NotInAssembly):
        propose_hot_issue(issue_id=5, new=new, by=by, at=MONDAY)
    with pytest.raises(NotInAssembly):
        hot_issue_for_topic(by=by, issue_id=5)
    monkeypatch.setattr("gongzhi.coordination.topics_of_hot_issues.hot_issue", lambda **_: object())
    made = propose_hot_issue(issue_id=5, new=new, by=by, at=MONDAY)
    assert Topic.objects.get().source == TopicSource.HOT_ISSUE
    assert topic_of_hot_issue(5) == made
    with pytest.raises(CannotDeliberate):
        propose_hot_issue(issue_id=5, new=new, by=by, at=MONDAY)


def test_a_topic_ends_with_its_decision(pool: SmallPool) -> None:
    talk = propose(pool.district)
    talk.open()
    talk.notice()
    decision = talk.decide(talk.task())
    (task,) = tasks_of(Subject("decision", decision))
    finish_task(task_id=task.id, proof="好", by=pool.district.worker, at=DUE)
    follow_all(at=DUE)
    assert talk.topic.state == "carried_out"
