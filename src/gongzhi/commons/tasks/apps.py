"""The Django app of this room."""

from django.apps import AppConfig


class TasksRoom(AppConfig):
    name = "gongzhi.commons.tasks"
    label = "tasks"
    verbose_name = "任务"

    def ready(self) -> None:
        from gongzhi.commons.tasks import finishing  # noqa: F401, PLC0415 - declares its files
        from gongzhi.commons.tasks.wordings import declare_wordings  # noqa: PLC0415

        declare_wordings()
