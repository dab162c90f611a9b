"""The Django app of this room."""

from django.apps import AppConfig


class NoticesRoom(AppConfig):
    name = "gongzhi.commons.notices"
    label = "notices"
    verbose_name = "通知"

    def ready(self) -> None:
        """Register what this room holds about people."""
        from gongzhi.commons.notices.public import declare_privacy  # noqa: PLC0415

        declare_privacy()
