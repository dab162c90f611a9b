"""What units are told about tasks."""

from collections.abc import Sequence

from django.utils.timezone import localtime

from gongzhi.commons.notices.addresses import Facts, declare_wording
from gongzhi.commons.notices.templates import Template, declare_template
from gongzhi.commons.tasks.models import Task

_TO_UNIT = (
    (
        "unit.task_asked",
        "新任务：{title}",
        "请在 {due} 前完成，并附上完成情况。",
        "New task: {title}",
        "Please do it by {due} and say what was done.",
    ),
    (
        "unit.task_to_approve",
        "有任务等待批准：{title}",
        "它不在社区工作事项清单内，要求 {due} 前完成；请决定是否同意。",
        "A task waits for your decision: {title}",
        "It is outside the community's work list and would be due {due}. Approve it or refuse it.",
    ),
)


def _facts(task_ids: Sequence[int]) -> dict[int, Facts]:
    rows = Task.objects.filter(pk__in=task_ids).values_list("id", "title", "due_at")
    return {
        task_id: {"title": title, "due": f"{localtime(due):%Y-%m-%d %H:%M}"}
        for task_id, title, due in rows
    }


def declare_wordings() -> None:
    """Register the wordings; called once when the app is ready."""
    for words in _TO_UNIT:
        declare_template(Template(*words))
    declare_wording("unit", "task", _facts)
