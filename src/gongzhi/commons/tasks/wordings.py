"""What units are told about tasks."""

from django.utils.timezone import localtime

from gongzhi.commons.notices.addresses import declare_wording
from gongzhi.commons.notices.templates import Template, declare_template
from gongzhi.commons.tasks.queries import find_task

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


def _facts(task_id: int) -> dict[str, str]:
    task = find_task(task_id)
    if task is None:
        return {}
    return {"title": task.title, "due": f"{localtime(task.due_at):%Y-%m-%d %H:%M}"}


def declare_wordings() -> None:
    """Register the wordings; called once when the app is ready."""
    for words in _TO_UNIT:
        declare_template(Template(*words))
    declare_wording("unit", "task", _facts)
