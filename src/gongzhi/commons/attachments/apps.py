"""The Django app of this room."""

from django.apps import AppConfig


class AttachmentsRoom(AppConfig):
    name = "gongzhi.commons.attachments"
    label = "attachments"
    verbose_name = "附件"
