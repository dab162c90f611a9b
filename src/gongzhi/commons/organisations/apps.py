"""The Django app of this room."""

from django.apps import AppConfig


class OrganisationsRoom(AppConfig):
    name = "gongzhi.commons.organisations"
    label = "organisations"
    verbose_name = "组织"
