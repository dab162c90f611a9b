"""The Django app of this room."""

from django.apps import AppConfig


class CalendarRoom(AppConfig):
    name = "gongzhi.commons.calendar"
    label = "calendar"
    verbose_name = "工作日历"
