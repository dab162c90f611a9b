"""The Django app of this room."""

from django.apps import AppConfig


class LedgerRoom(AppConfig):
    name = "gongzhi.commons.ledger"
    label = "ledger"
    verbose_name = "台账"
