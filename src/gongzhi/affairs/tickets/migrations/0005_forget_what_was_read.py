"""What was read in the words of a ticket goes with the words, where these were erased before."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from gongzhi.affairs.tickets.requesters import ERASED_TEXT, without_what_was_read


def forget(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    tickets = apps.get_model("tickets", "Ticket").objects
    rows = tickets.filter(text=ERASED_TEXT).values_list("pk", "triage")
    for pk, triage in rows.iterator(chunk_size=2_000):
        if (left := without_what_was_read(triage)) != triage:
            tickets.filter(pk=pk).update(triage=left)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_kept_contacts")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
