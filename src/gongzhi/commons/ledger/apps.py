"""The Django app of this room."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

# Where rooms declare what they write; a large room has more than one.
EVENT_MODULES = ("events", "meeting_events", "owners_events")


class LedgerRoom(AppConfig):
    name = "gongzhi.commons.ledger"
    label = "ledger"
    verbose_name = "台账"

    def ready(self) -> None:
        """Know all events in every process: what reads the record asks which fields they have."""
        autodiscover_modules(*EVENT_MODULES)
        post_migrate.connect(_guard_again, sender=self)


def _guard_again(using: str, **_: Any) -> None:
    """A migration that remakes a table on SQLite loses its triggers."""
    from gongzhi.commons.ledger import guards  # noqa: PLC0415 - the app registry must be ready

    connection = connections[using]
    if "ledger_seal" in connection.introspection.table_names():
        guards.install(connection)
