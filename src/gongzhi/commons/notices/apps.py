"""The Django app of this room."""

from django.apps import AppConfig


class NoticesRoom(AppConfig):
    name = "gongzhi.commons.notices"
    label = "notices"
    verbose_name = "通知"
