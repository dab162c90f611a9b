"""Making a backup while the installation runs."""

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from gongzhi.commons.backups import rows
from gongzhi.commons.backups.archives import ArchiveWriter, write_archive

_WORKPLACE = ".gongzhi-backup-"
_SNAPSHOT = "snapshot"


class CannotBackUp(RuntimeError):
    """Why no backup was made."""


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds; `damaged` names attachments whose bytes are not what they were."""

    files: int
    size: int
    damaged: tuple[str, ...]


def make_backup(
    file: Path,
    *,
    at: datetime,
    passphrase: str | None = None,
    portable: bool = False,
    progress: Callable[[int], object] | None = None,
) -> BackupReport:
    """Write database, attachments, models and keys into one file, whole or not at all.

    The database is taken in one consistent state without holding up writers; attachments, which
    never change, come after it, and the keys last. `portable` writes rows as text, which any kind
    of database can load; PostgreSQL is always written so. A killed run leaves no file under the
    name, and the next run clears its workplace away. Raises CannotBackUp.
    """
    if file.exists():
        raise CannotBackUp(f"{file} is there already; choose another name")
    if not file.parent.is_dir():
        raise CannotBackUp(f"there is no folder {file.parent}")
    with _workplace(file.parent) as place:
        draft = place / "draft"
        with draft.open("xb") as out:
            os.chmod(draft, 0o600)
            with write_archive(out, passphrase=passphrase, progress=progress) as archive:
                kind = _add_database(archive, place, portable=portable)
                damaged = _add_attachments(archive)
                _add_models(archive)
                _add_keys(archive)
                archive.close(_about(kind, at))
            out.flush()
            os.fsync(out.fileno())
        size = draft.stat().st_size
        _publish(draft, file)
    return BackupReport(len(archive.entries), size, tuple(damaged))


def bytes_to_back_up() -> int:
    """About how many bytes a backup reads: the total for a progress bar."""
    total = sum(path.stat().st_size for path in Path(settings.MEDIA_ROOT).glob("*/*"))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return total + int(cursor.fetchone()[0])


def _add_database(archive: ArchiveWriter, place: Path, *, portable: bool) -> str:
    if connection.vendor == "postgresql":
        with rows.one_state(connection):
            _add_rows(archive, place, using=connection.alias)
        return "rows"
    snapshot = place / "database.sqlite3"
    _snapshot_sqlite(snapshot)
    if not portable:
        archive.add_file("database.sqlite3", snapshot)
        return "sqlite"
    with _opened(snapshot):
        _add_rows(archive, place, using=_SNAPSHOT)
    return "rows"


def _add_rows(archive: ArchiveWriter, place: Path, *, using: str) -> None:
    for path in rows.dump_rows(place, using=using):
        archive.add_file(f"rows/{path.name}", path)
        path.unlink()


def _snapshot_sqlite(path: Path) -> None:
    """Copy one consistent state, page by page in one go; a reader in WAL mode, so writers go on.

    (Not VACUUM INTO: SQLite 3.40 fails there on tables with generated columns.)
    """
    live = Path(connection.settings_dict["NAME"]).absolute()
    source = sqlite3.connect(f"{live.as_uri()}?mode=ro", uri=True)
    target = sqlite3.connect(path)
    try:
        target.execute("PRAGMA synchronous=OFF")
        source.backup(target)
    finally:
        target.close()
        source.close()


@contextmanager
def _opened(snapshot: Path) -> Iterator[None]:
    """The snapshot as a database of Django's."""
    live = connections[connection.alias]
    connections[_SNAPSHOT] = type(live)(
        {**live.settings_dict, "NAME": str(snapshot)}, alias=_SNAPSHOT
    )
    try:
        yield
    finally:
        connections[_SNAPSHOT].close()
        del connections[_SNAPSHOT]


def _add_attachments(archive: ArchiveWriter) -> list[str]:
    """Add all attachments; one is named by the hash of its bytes, so damage shows at once."""
    damaged = []
    for path in sorted(Path(settings.MEDIA_ROOT).glob("*/*")):
        if path.name.startswith("."):
            continue  # being written; no row names it yet
        try:
            entry = archive.add_file(f"attachments/{path.parent.name}/{path.name}", path)
        except FileNotFoundError:
            continue  # swept away meanwhile, a day after its last owner went
        if entry.sha256 != path.name:
            damaged.append(path.name)
    return damaged


def _add_models(archive: ArchiveWriter) -> None:
    """What was learned from decisions; a file is replaced whole, so it is read whole."""
    for path in sorted(Path(settings.MODELS_FOLDER).glob("[!.]*.model")):
        archive.add_bytes(f"models/{path.name}", path.read_bytes())


def _add_keys(archive: ArchiveWriter) -> None:
    """The keys come last: of a rotation meanwhile the old ones are still there, never too few."""
    archive.add_bytes("secrets.json", Path(settings.SECRETS_FILE).read_bytes())
    seal_key = Path(settings.SEAL_KEY_FILE)
    if seal_key.exists() and seal_key.parent == Path(settings.DATA_FOLDER):
        archive.add_bytes("seal.key", seal_key.read_bytes())


def _about(kind: str, at: datetime) -> dict[str, object]:
    applied = MigrationRecorder(connection).applied_migrations()
    return {
        "made_at": at.isoformat(),
        "gongzhi": version("gongzhi"),
        "database": kind,
        "migrations": sorted([app, name] for app, name in applied),
    }


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """A folder beside the backup, locked while in use; those of killed runs are cleared away."""
    for left in folder.glob(f"{_WORKPLACE}*"):
        with _lock(left) as ours:
            if ours:
                shutil.rmtree(left, ignore_errors=True)
    place = Path(tempfile.mkdtemp(prefix=_WORKPLACE, dir=folder))
    with _lock(place) as ours:
        if not ours:
            raise CannotBackUp("another backup into this folder began at the same moment")
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _lock(folder: Path) -> Iterator[bool]:
    """Whether we hold the lock of a workplace, which ends with the process that holds it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)


def _publish(draft: Path, file: Path) -> None:
    """Give the finished file its name, durably, and never over another file."""
    try:
        os.link(draft, file)
    except FileExistsError:
        raise CannotBackUp(f"{file} is there already; choose another name") from None
    except OSError:  # a disk without links, as memory sticks are
        draft.rename(file)
    descriptor = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
