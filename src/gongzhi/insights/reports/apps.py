"""The Django app of this room."""

from django.apps import AppConfig


class ReportsRoom(AppConfig):
    name = "gongzhi.insights.reports"
    label = "reports"
    verbose_name = "调研报告"

    def ready(self) -> None:
        """Register the retention rule."""
        from gongzhi.insights.reports.violations import declare_privacy  # noqa: PLC0415

        declare_privacy()
