"""The index of words, in the shape that each database has for it."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from gongzhi.affairs.tickets.searching import CREATE, TABLE


def create(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
