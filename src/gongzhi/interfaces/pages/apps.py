"""The Django app of the pages."""

from django.apps import AppConfig


class PagesRoom(AppConfig):
    name = "gongzhi.interfaces.pages"
    label = "pages"
