"""The ledger's older events as Parquet files beside the database, so that a page reads in no time.

The ledger only grows, so a stretch of events that is over never changes: it is written once. Each
file carries the hash of its last event; where the database says otherwise (another database was
restored into this folder), the file is made anew. Deleting the folder costs only time.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from gongzhi.commons.ledger.columns import Version, count_events, event_batches, version_at
from gongzhi.insights.indicators.columns import typed

STRETCH = 100_000  # ids in one file
# Ids are given before they are committed: nearer to the newest than this, one may still come.
SETTLED_BEHIND = 5_000
_HASH = b"gongzhi.last"
_AS_OF = b"gongzhi.as_of"


def mirrored(
    folder: Path,
    *,
    up_to: Version,
    using: duckdb.DuckDBPyConnection,
    progress: Callable[[int], None] = lambda _events: None,
) -> tuple[list[Path], pa.Table]:
    """The files that hold whole stretches, and the events after them as a table.

    Writes the files that are missing or belong to another ledger. Cost: those, and reading at most
    one stretch and a bit from the database.
    """
    files: list[Path] = []
    columns = empty(using).schema.names
    first = 0
    while first + STRETCH + SETTLED_BEHIND <= up_to.last_id:
        file = folder / f"events-{first + 1:012d}.parquet"
        if not _is_ours(file, columns):
            _write(file, after=first, using=using, progress=progress)
        if file.is_file():
            files.append(file)
        first += STRETCH
    rest = list(event_batches(after=first, up_to=up_to.last_id))
    return files, typed(rest, using=using) if rest else empty(using)


def empty(using: duckdb.DuckDBPyConnection) -> pa.Table:
    """No events, with the right columns."""
    from gongzhi.commons.ledger.columns import SCHEMA  # noqa: PLC0415

    return typed(SCHEMA.empty_table(), using=using)


def _is_ours(file: Path, columns: list[str]) -> bool:
    """Whether a file holds this ledger, and all that this version of the program reads of it."""
    if not file.is_file():
        return False
    try:
        schema = pq.read_schema(file)
    except (OSError, pa.ArrowException):
        return False
    if schema.names != columns:
        return False
    said = (schema.metadata or {}).get(_HASH, b"")
    last_id, _, digest = said.decode().partition(":")
    known = version_at(int(last_id)) if last_id.isdecimal() else None
    return known is not None and known.hash == digest


def _write(
    file: Path, *, after: int, using: duckdb.DuckDBPyConnection, progress: Callable[[int], None]
) -> None:
    batches = list(event_batches(after=after, up_to=after + STRETCH))
    if not batches:
        file.unlink(missing_ok=True)
        return
    table = typed(batches, using=using)
    last_id = table.column("id")[-1].as_py()
    version = version_at(last_id)
    assert version is not None
    marked = table.replace_schema_metadata({_HASH: f"{last_id}:{version.hash}".encode()})
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_suffix(".part")
    pq.write_table(marked, draft, compression="zstd", use_dictionary=True)
    draft.replace(file)
    progress(table.num_rows)


def export_events(
    file: Path, *, up_to: Version, at: datetime, using: duckdb.DuckDBPyConnection
) -> Iterator[int]:
    """Write every event up to a version into one Parquet file; yields how many after each part.

    The file holds what `mirrored` holds: typed columns, no person, no digest. Nothing is left
    behind where the writing is broken off.
    """
    draft = file.with_name(f".{file.name}.part")
    moment = at.astimezone(UTC).replace(tzinfo=None).isoformat()
    marks = {_HASH: f"{up_to.last_id}:{up_to.hash}".encode(), _AS_OF: moment.encode()}
    schema = empty(using).schema.with_metadata(marks)
    try:
        with pq.ParquetWriter(draft, schema, compression="zstd") as writer:
            for batch in event_batches(after=0, up_to=up_to.last_id):
                table = typed([batch], using=using)
                writer.write_table(table.replace_schema_metadata(marks))
                yield table.num_rows
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def exported_version(file: Path) -> tuple[Version, datetime | None]:
    """The version that an export says it holds and when it was made; (0, "") if it doesn't say."""
    marks = pq.read_schema(file).metadata or {}
    last_id, _, digest = marks.get(_HASH, b"").decode().partition(":")
    moment = marks.get(_AS_OF, b"").decode()
    version = Version(int(last_id), digest) if last_id.isdecimal() else Version(0, "")
    return version, datetime.fromisoformat(moment) if moment else None


def events_to_export(up_to: Version) -> int:
    """How many events an export will hold."""
    return count_events(after=0, up_to=up_to.last_id)
