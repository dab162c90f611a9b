"""The Django app of this room."""

from django.apps import AppConfig


class FormsRoom(AppConfig):
    name = "gongzhi.insights.forms"
    label = "fill_once"  # "forms" is Django's own
    verbose_name = "一表通"
