"""The Django app of this room."""

from django.apps import AppConfig


class TerritoryRoom(AppConfig):
    name = "gongzhi.commons.territory"
    label = "territory"
    verbose_name = "地域"
