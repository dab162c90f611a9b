"""The Django app of this room."""

from django.apps import AppConfig


class CategoriesRoom(AppConfig):
    name = "gongzhi.commons.categories"
    label = "categories"
    verbose_name = "事项分类"
