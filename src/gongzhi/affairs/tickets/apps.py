"""The Django app of this room."""

from django.apps import AppConfig


class TicketsRoom(AppConfig):
    name = "gongzhi.affairs.tickets"
    label = "tickets"
    verbose_name = "工单"
