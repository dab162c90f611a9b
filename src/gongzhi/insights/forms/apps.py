"""The Django app of this room."""

from importlib import import_module

from django.apps import AppConfig


class FormsRoom(AppConfig):
    name = "gongzhi.insights.forms"
    label = "fill_once"  # "forms" is Django's own
    verbose_name = "一表通"

    def ready(self) -> None:
        """Declare the events: an indicator asks whether its events are declared at all.

        Only these: what fills a form reaches the statistics, which no start should wait for.
        """
        import_module("gongzhi.insights.forms.events")
