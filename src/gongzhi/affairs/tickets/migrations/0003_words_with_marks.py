"""Tickets that the index of words holds without marks for place and matter get them by and by."""

from datetime import UTC, datetime

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from gongzhi.affairs.tickets.searching import UNMARKED


def leave_for_the_worker(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    newest = apps.get_model("tickets", "Ticket").objects.order_by("-pk").first()
    if newest is not None:
        marks = apps.get_model("ledger", "Mark").objects
        value = {"below": newest.pk + 1}
        marks.update_or_create(name=UNMARKED, defaults={"at": datetime.now(UTC), "value": value})


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_words"), ("ledger", "0001_initial")]
    operations = [migrations.RunPython(leave_for_the_worker, migrations.RunPython.noop)]
