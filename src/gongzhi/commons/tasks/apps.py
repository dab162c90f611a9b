"""The Django app of this room."""

from django.apps import AppConfig


class TasksRoom(AppConfig):
    name = "gongzhi.commons.tasks"
    label = "tasks"
    verbose_name = "任务"
