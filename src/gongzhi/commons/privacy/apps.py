"""The Django app of this room."""

from django.apps import AppConfig


class PrivacyRoom(AppConfig):
    name = "gongzhi.commons.privacy"
    label = "privacy"
    verbose_name = "隐私"
