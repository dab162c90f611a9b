"""A project that won money becomes a task, once, and leaves none behind when it ends."""

import pytest

from gongzhi.affairs.assemblies.queries.decisions import decisions_about
from gongzhi.affairs.budgets.proposals import abandon_project, accept_project
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.tasks.finishing import finish_task
from gongzhi.commons.tasks.queries import TaskState
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.coordination.projects_of_rounds import DAYS_TO_CARRY_OUT, tasks_of_project
from tests.affairs.budgets.small_rounds import AFTER, SmallRound, days
from tests.affairs.small_district import SmallDistrict, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WON = ("活动室添置桌椅", "门口装两盏路灯")


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


def test_each_funded_project_is_decided_once_with_an_owner_and_a_date(
    district: SmallDistrict,
) -> None:
    round_ = SmallRound(district)
    made = round_.counted()
    for _again in range(2):
        follow_all(at=AFTER)
    for title in WON:
        (decision,) = decisions_about(Subject("proposal", round_.ids[title]))
        assert (decision.title, decision.is_public) == (title, True)
        (task,) = tasks_of_project(round_.ids[title])
        assert (task.unit_id, task.state) == (round_.row(made).unit_id, TaskState.OPEN)
        assert task.due_at == AFTER + days(DAYS_TO_CARRY_OUT)
    assert decisions_about(Subject("proposal", round_.ids["楼道加装扶手"])) == []


def test_an_accepted_project_ends_its_decision_with_its_result(district: SmallDistrict) -> None:
    round_ = SmallRound(district)
    round_.counted()
    follow_all(at=AFTER)
    tables, lamps = (round_.ids[title] for title in WON)
    (task,) = tasks_of_project(lamps)
    finish_task(task_id=task.id, proof="两盏都亮了", by=round_.runs, at=AFTER)
    for each in (lamps, tables):  # of the tables nobody has finished the task
        accept_project(proposal_id=each, result="验收合格", by=round_.runs, at=AFTER)
    follow_all(at=AFTER)
    for each in (lamps, tables):
        (decision,) = decisions_about(Subject("proposal", each))
        assert (decision.state.value, decision.has_result) == ("done", True)
    assert tasks_of_project(lamps)[0].state == TaskState.FINISHED
    assert tasks_of_project(tables)[0].state == TaskState.CANCELLED


def test_a_project_that_is_given_up_takes_its_decision_back(district: SmallDistrict) -> None:
    round_ = SmallRound(district)
    round_.counted()
    follow_all(at=AFTER)
    tables = round_.ids[WON[0]]
    abandon_project(proposal_id=tables, reason="活动室要腾退", by=round_.runs, at=AFTER)
    follow_all(at=AFTER)
    (decision,) = decisions_about(Subject("proposal", tables))
    assert decision.state.value == "revoked"
    assert tasks_of_project(tables)[0].state == TaskState.CANCELLED
