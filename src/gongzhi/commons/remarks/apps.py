"""The Django app of this room."""

from django.apps import AppConfig


class RemarksRoom(AppConfig):
    name = "gongzhi.commons.remarks"
    label = "remarks"
    verbose_name = "对系统的意见"

    def ready(self) -> None:
        """Register the retention rule."""
        from gongzhi.commons.remarks.leaving import declare_privacy  # noqa: PLC0415

        declare_privacy()
