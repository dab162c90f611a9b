"""The Django app of this room."""

from django.apps import AppConfig


class RatingsRoom(AppConfig):
    name = "gongzhi.commons.ratings"
    label = "ratings"
    verbose_name = "评价"

    def ready(self) -> None:
        from gongzhi.commons.ratings.rating import declare_privacy  # noqa: PLC0415

        declare_privacy()
