"""An empty database gets its tables at once, from where the migrations end, not step by step.

Replaying the migrations builds every model's history again for each step of it: seven of the ten
seconds that the first `gongzhi init` took. The steps that no model says (triggers, the index of
words) are run as they stand; a test holds that both ways end in the same database.
"""

from django.core.management.sql import emit_post_migrate_signal
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration, RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import StateApps


def make_schema_at_once(connection: BaseDatabaseWrapper) -> bool:
    """Make all tables of an empty database in one transaction; False where there are some already.

    What is there already is for `migrate`, also what another program put there.
    """
    if connection.introspection.table_names():
        return False
    executor = MigrationExecutor(connection)
    planned = executor.migration_plan(executor.loader.graph.leaf_nodes())
    in_the_end: StateApps = executor.loader.project_state().apps
    recorder = MigrationRecorder(connection)
    with connection.schema_editor(atomic=True) as editor:
        for model in _tables(in_the_end, connection):
            editor.create_model(model)
        editor.create_model(recorder.Migration)
        for migration, _ in planned:
            for operation in _our_steps(migration):
                operation.code(in_the_end, editor)
        for migration, _ in planned:
            recorder.migration_qs.create(app=migration.app_label, name=migration.name)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
    return True


def _tables(apps: StateApps, connection: BaseDatabaseWrapper) -> list[type[models.Model]]:
    """Every model with a table of its own; tables that join two models come with the first."""
    return [
        model
        for model in apps.get_models()
        if model._meta.managed and model._meta.can_migrate(connection)
    ]


def _our_steps(migration: Migration) -> list[RunPython]:
    """What our migrations do by themselves. Those of libraries only mend rows: here are none."""
    if not type(migration).__module__.startswith("gongzhi."):
        return []
    return [operation for operation in migration.operations if isinstance(operation, RunPython)]
