"""Restoring a backup into an empty installation."""

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from gongzhi.commons.backups import rows
from gongzhi.commons.backups.archives import unpack
from gongzhi.commons.backups.derived import rebuild_derived
from gongzhi.commons.ledger.findings import Report
from gongzhi.commons.ledger.verifying import verify

_STAGE = ".restoring-"


class CannotRestore(RuntimeError):
    """Why a backup is not restored here."""


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored, and what the ledger says of itself."""

    made_at: str
    attachments: int
    ledger: Report


def restore_backup(
    file: Path, *, passphrase: str | None = None, progress: Callable[[int], object] | None = None
) -> RestoreReport:
    """Put a backup into the data folder and database, bring them up to date, verify the ledger.

    Both must be empty. Everything is unpacked and checked aside before anything takes its place;
    the database comes last, so an interrupted run leaves no installation that looks whole. Raises
    CannotRestore, BadBackup, NeedsPassphrase, CannotDecrypt.
    """
    folder = Path(settings.DATA_FOLDER)
    _require_empty(folder)
    stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=folder))
    try:
        with file.open("rb") as source:
            manifest = unpack(source, stage, passphrase=passphrase, progress=progress)
        _require_known(manifest)
        _require_kind(manifest)
        attachments = _place_files(stage)
        if manifest["database"] == "sqlite":
            connection.close()
            os.replace(stage / "database.sqlite3", connection.settings_dict["NAME"])
        else:
            _load(stage, manifest)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    call_command("migrate", interactive=False, verbosity=0)
    if manifest["database"] == "rows":
        rebuild_derived()
    return RestoreReport(manifest["made_at"], attachments, verify())


def _require_empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = sorted(path.name for path in folder.iterdir())
    if found:
        left = " (an earlier run was interrupted)" if found[0].startswith(_STAGE) else ""
        raise CannotRestore(f"{folder} is not empty: it holds {found[0]}{left}")
    if connection.vendor == "postgresql" and connection.introspection.table_names():
        name = connection.settings_dict["NAME"]
        raise CannotRestore(f"the database {name} is not empty")


def _require_known(manifest: dict[str, Any]) -> None:
    known = MigrationLoader(None).disk_migrations or {}  # without opening a database
    labels = {config.label for config in apps.get_app_configs()}
    for app, name in manifest["migrations"]:
        if (app, name) not in known and app in labels:
            raise CannotRestore(
                f"the backup was made by a newer version ({manifest['gongzhi']}):"
                f" {app} {name} is unknown here"
            )


def _require_kind(manifest: dict[str, Any]) -> None:
    if manifest["database"] == "sqlite" and connection.vendor != "sqlite":
        raise CannotRestore(
            "a backup of SQLite as a file can't go into PostgreSQL;"
            " make one with `gongzhi backup --portable`"
        )


def _place_files(stage: Path) -> int:
    """Move keys, attachments and models to their places; returns how many attachments."""
    for name, place in (
        ("secrets.json", Path(settings.SECRETS_FILE)),
        ("seal.key", Path(settings.SEAL_KEY_FILE)),
        ("attachments", Path(settings.MEDIA_ROOT)),
        ("models", Path(settings.MODELS_FOLDER)),
    ):
        if (stage / name).exists() and not place.exists():
            os.replace(stage / name, place)
    return sum(1 for _ in Path(settings.MEDIA_ROOT).glob("*/*"))


def _load(stage: Path, manifest: dict[str, Any]) -> None:
    """Build the tables as they were, load all rows in one transaction, check the references."""
    executor = MigrationExecutor(connection)
    executor.migrate(_leaves(executor, manifest))
    paths = list((stage / "rows").glob("*.jsonl"))
    with connection.constraint_checks_disabled(), transaction.atomic():
        rows.load_rows(paths, connection)
        connection.check_constraints()
    with connection.cursor() as cursor:
        models = apps.get_models(include_auto_created=True)
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _leaves(executor: MigrationExecutor, manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """The last migrations that had been applied when the backup was made."""
    graph = executor.loader.graph
    applied = {(app, name) for app, name in manifest["migrations"]} & graph.nodes.keys()
    return sorted(
        node
        for node in applied
        if not any(child.key in applied for child in graph.node_map[node].children)
    )
