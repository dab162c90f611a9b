"""Put up the triggers that refuse to change or delete events and seals."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from gongzhi.commons.ledger import guards


def put_up(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    guards.install(schema_editor.connection)


def take_down(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in guards.removal(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(put_up, take_down)]
