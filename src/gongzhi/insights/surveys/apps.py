"""The Django app of this room."""

from django.apps import AppConfig


class SurveysRoom(AppConfig):
    name = "gongzhi.insights.surveys"
    label = "surveys"
    verbose_name = "调查"

    def ready(self) -> None:
        """Register what other rooms look up by name."""
        from gongzhi.insights.surveys.holdings import declare_privacy  # noqa: PLC0415

        declare_privacy()
