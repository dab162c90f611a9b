"""A unit is asked, a community only for what is on its list, and done means proved."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest

from gongzhi.commons.attachments.attaching import attach
from gongzhi.commons.attachments.queries import open_attachment
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.models import WorkListItem
from gongzhi.commons.permissions.actors import RESIDENT, SYSTEM, Actor
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.privacy.digests import says
from gongzhi.commons.tasks import queries
from gongzhi.commons.tasks.asking import CannotAsk, approve_task, ask_for, refuse_task
from gongzhi.commons.tasks.changing import CannotChangeTask
from gongzhi.commons.tasks.finishing import cancel_task, finish_task
from gongzhi.commons.tasks.models import Approval, TaskState
from gongzhi.commons.tasks.queries import TaskView
from tests.commons.neighbourhood import Neighbourhood, build_neighbourhood

pytestmark = [pytest.mark.django_db, pytest.mark.database]

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DUE = AT + timedelta(days=3)
WHISTLE = Subject("whistle", 4)


@pytest.fixture
def here() -> Neighbourhood:
    return build_neighbourhood()


def ask(here: Neighbourhood, by: Actor, unit_id: int, **other: Any) -> TaskView:
    values: dict[str, Any] = {"title": "修剪行道树", "due_at": DUE} | other
    return ask_for(
        subject=WHISTLE, unit_id=unit_id, place_id=here.community.pk, by=by, at=AT, **values
    )


def events(task: TaskView) -> list[str]:
    rows = Event.objects.filter(subject_kind="task", subject_id=task.id).order_by("sequence")
    return [row.kind for row in rows]


def test_a_department_is_asked_and_proves_that_it_is_done(here) -> None:
    task = ask(here, here.coordinator, here.department.pk)
    assert (task.state, task.approval) == (TaskState.OPEN, Approval.NOT_NEEDED)
    assert queries.tasks_to_do(here.department_member) == [task]
    finish_task(task_id=task.id, proof="已修剪 12 棵", by=here.department_member, at=AT)
    done = queries.tasks_of(WHISTLE)[0]
    assert (done.state, done.proof, done.ended_at) == (TaskState.FINISHED, "已修剪 12 棵", AT)
    assert events(task) == ["task.asked", "task.finished"]
    asked, finished = Event.objects.filter(subject_kind="task").order_by("sequence")
    assert says(Subject("task", task.id), "修剪行道树", asked.data["title"])
    assert says(Subject("task", task.id), "已修剪 12 棵", finished.data["proof"])
    assert finished.data["in_time"] is True
    assert queries.tasks_to_do(here.department_member) == []


def test_a_photo_is_proof_enough_but_nothing_is_not(here, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    task = ask(here, here.coordinator, here.department.pk)
    with pytest.raises(CannotChangeTask, match="佐证"):
        finish_task(task_id=task.id, proof=" ", by=here.department_member, at=AT)
    with pytest.raises(NotPermitted):
        attach(BytesIO(b"%PDF-1"), subject=Subject("task", task.id), by=here.worker, at=AT)
    paper = attach(
        BytesIO(b"%PDF-1"), subject=Subject("task", task.id), by=here.department_member, at=AT
    )
    finish_task(task_id=task.id, proof="", by=here.department_member, at=DUE + timedelta(hours=1))
    finished = Event.objects.get(kind="task.finished")
    assert (finished.data["in_time"], finished.data["files"]) == (False, 1)
    assert finished.data["proof"] is None
    assert open_attachment(paper.id, by=here.coordinator).path.exists()
    with pytest.raises(NotPermitted):
        open_attachment(paper.id, by=RESIDENT)
    with pytest.raises(NotPermitted):
        attach(
            BytesIO(b"%PDF-1"), subject=Subject("task", task.id), by=here.department_member, at=AT
        )


def test_from_above_a_community_is_asked_only_for_what_is_on_its_list(here) -> None:
    WorkListItem.objects.create(
        category_code="trees", title="树木", valid_from=date(2026, 1, 1), valid_to=None
    )
    listed = ask(here, here.street_lead, here.committee.pk, category_code="trees")
    outside = ask(here, here.street_lead, here.committee.pk, category_code="statistics")
    unnamed = ask(here, here.street_lead, here.committee.pk)
    own = ask(here, here.coordinator, here.committee.pk, category_code="statistics")
    passed_on = ask(here, SYSTEM, here.committee.pk)
    states = [task.state for task in (listed, outside, unnamed, own, passed_on)]
    waiting, opened = TaskState.WAITING, TaskState.OPEN
    assert states == [opened, waiting, waiting, opened, opened]


def test_a_waiting_task_is_approved_by_somebody_else_than_who_asked(here) -> None:
    task = ask(here, here.street_lead, here.committee.pk)
    assert queries.tasks_to_do(here.worker) == []
    assert queries.tasks_to_approve(here.street_lead) == []
    assert queries.tasks_to_approve(here.other_street_lead) == [task]
    with pytest.raises(CannotChangeTask, match="待批准"):
        finish_task(task_id=task.id, proof="好了", by=here.worker, at=AT)
    with pytest.raises(CannotChangeTask, match="自己"):
        approve_task(task_id=task.id, by=here.street_lead, at=AT)
    with pytest.raises(NotPermitted):
        approve_task(task_id=task.id, by=here.coordinator, at=AT)
    approve_task(task_id=task.id, by=here.other_street_lead, at=AT)
    with pytest.raises(CannotChangeTask, match="进行中"):
        approve_task(task_id=task.id, by=here.other_street_lead, at=AT)
    finish_task(task_id=task.id, proof="好了", by=here.worker, at=AT)
    assert events(task) == ["task.asked", "task.approved", "task.finished"]


def test_a_refused_task_says_why_and_is_over(here) -> None:
    task = ask(here, here.street_lead, here.committee.pk)
    with pytest.raises(CannotChangeTask, match="理由"):
        refuse_task(task_id=task.id, reason=" ", by=here.other_street_lead, at=AT)
    refuse_task(task_id=task.id, reason="不在清单内", by=here.other_street_lead, at=AT)
    refused = queries.find_task(task.id)
    assert refused is not None
    assert (refused.state, refused.approval) == (TaskState.REFUSED, Approval.REFUSED)
    assert refused.reason == "不在清单内"
    with pytest.raises(CannotChangeTask, match="未批准"):
        cancel_task(task_id=task.id, reason="x", by=here.street_lead, at=AT)


def test_an_open_or_waiting_task_can_be_taken_back_once(here) -> None:
    for task in (
        ask(here, here.coordinator, here.department.pk),
        ask(here, here.street_lead, here.committee.pk),
    ):
        with pytest.raises(NotPermitted):
            cancel_task(task_id=task.id, reason="不需要了", by=here.worker, at=AT)
        cancel_task(task_id=task.id, reason="不需要了", by=here.street_lead, at=AT)
        with pytest.raises(CannotChangeTask, match="已取消"):
            finish_task(task_id=task.id, proof="好了", by=SYSTEM, at=AT)
        assert events(task) == ["task.asked", "task.cancelled"]


def test_a_community_worker_finishes_the_communitys_tasks_and_no_departments(here) -> None:
    own = ask(here, here.coordinator, here.committee.pk)
    theirs = ask(here, here.coordinator, here.department.pk)
    assert queries.tasks_to_do(here.worker) == [own]
    with pytest.raises(NotPermitted):
        finish_task(task_id=theirs.id, proof="好了", by=here.worker, at=AT)
    finish_task(task_id=own.id, proof="好了", by=here.worker, at=AT)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"title": " "}, "写明任务"),
        ({"title": "长" * 201}, "写明任务"),
        ({"due_at": AT}, "期限"),
        ({"unit_id": 10**9}, "单位"),
    ],
)
def test_a_task_that_says_too_little_is_refused(here, wrong, why) -> None:
    with pytest.raises(CannotAsk, match=why):
        ask(here, here.coordinator, wrong.pop("unit_id", here.department.pk), **wrong)
    assert not Event.objects.exists()


def test_only_who_may_ask_asks(here) -> None:
    for by in (here.worker, here.department_member, RESIDENT):
        with pytest.raises(NotPermitted):
            ask(here, by, here.department.pk)


def test_overdue_tasks_are_found_oldest_first(here) -> None:
    late = ask(here, here.coordinator, here.department.pk)
    later = ask(here, here.coordinator, here.department.pk, due_at=DUE + timedelta(days=1))
    assert queries.overdue_tasks(now=DUE) == []
    assert queries.overdue_tasks(now=DUE + timedelta(days=2)) == [late, later]
    assert late.is_overdue(DUE + timedelta(seconds=1))
    assert queries.tasks_of_many("whistle", [4, 5]) == {4: [late, later]}


def test_an_unknown_task_is_named_as_such(here) -> None:
    with pytest.raises(CannotChangeTask, match="没有这项任务"):
        finish_task(task_id=10**9, proof="x", by=SYSTEM, at=AT)
    assert queries.find_task(10**9) is None
