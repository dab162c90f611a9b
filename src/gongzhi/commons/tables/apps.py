"""The Django app of this room."""

from django.apps import AppConfig


class TablesRoom(AppConfig):
    name = "gongzhi.commons.tables"
    label = "tables"
    verbose_name = "表格"
