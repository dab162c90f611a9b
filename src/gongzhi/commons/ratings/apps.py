"""The Django app of this room."""

from django.apps import AppConfig


class RatingsRoom(AppConfig):
    name = "gongzhi.commons.ratings"
    label = "ratings"
    verbose_name = "评价"
