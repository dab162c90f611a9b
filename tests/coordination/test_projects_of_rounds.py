"""A project that won money becomes a task, once, and leaves none behind when it ends."""

import pytest

from gongzhi.affairs.budgets.proposals import abandon_project, accept_project
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.tasks.finishing import finish_task
from gongzhi.commons.tasks.queries import TaskState, tasks_of
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.coordination.projects_of_rounds import DAYS_TO_CARRY_OUT
from tests.affairs.budgets.small_rounds import AFTER, SmallRound, days
from tests.affairs.small_district import SmallDistrict, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WON = ("活动室添置桌椅", "门口装两盏路灯")


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


def test_each_funded_project_is_asked_for_once_with_an_owner_and_a_date(
    district: SmallDistrict,
) -> None:
    round_ = SmallRound(district)
    made = round_.counted()
    for _again in range(2):
        follow_all(at=AFTER)
    for title in WON:
        (task,) = tasks_of(Subject("proposal", round_.ids[title]))
        assert (task.unit_id, task.state) == (round_.row(made).unit_id, TaskState.OPEN)
        assert task.due_at == AFTER + days(DAYS_TO_CARRY_OUT)
    assert tasks_of(Subject("proposal", round_.ids["楼道加装扶手"])) == []


def test_the_end_of_a_project_ends_its_open_task_and_no_finished_one(
    district: SmallDistrict,
) -> None:
    round_ = SmallRound(district)
    round_.counted()
    follow_all(at=AFTER)
    tables, lamps = (round_.ids[title] for title in WON)
    (task,) = tasks_of(Subject("proposal", lamps))
    finish_task(task_id=task.id, proof="两盏都亮了", by=round_.runs, at=AFTER)
    accept_project(proposal_id=lamps, result="验收合格", by=round_.runs, at=AFTER)
    abandon_project(proposal_id=tables, reason="活动室要腾退", by=round_.runs, at=AFTER)
    follow_all(at=AFTER)
    assert tasks_of(Subject("proposal", lamps))[0].state == TaskState.FINISHED
    assert tasks_of(Subject("proposal", tables))[0].state == TaskState.CANCELLED
