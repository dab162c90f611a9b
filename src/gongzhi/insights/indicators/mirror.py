"""The ledger's older events as Parquet files beside the database, so that a page reads in no time.

The ledger only grows, so a stretch of events that is over never changes: it is written once. Each
file carries the hash of its last event; where the database says otherwise (another database was
restored into this folder), the file is made anew. Deleting the folder costs only time.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from gongzhi.commons.ledger.columns import Version, count_events, event_batches, version_at
from gongzhi.insights.indicators.columns import typed

STRETCH = 100_000  # ids in one file
STEP = 10_000  # ids in one file of the newest part, until they make a whole stretch
# Ids are given before they are committed: nearer to the newest than this, one may still come.
SETTLED_BEHIND = 5_000
_AT_ONCE = 500_000  # events that an export packs together
# Whoever reads one kind of event skips the groups of rows that hold others.
ROWS_IN_GROUP = 32_768
_HASH = b"gongzhi.last"
_AS_OF = b"gongzhi.as_of"


def packed(table: pa.Table) -> pa.Table:
    """Events as they lie in a file: by kind, so that a reader of one kind passes over the rest."""
    return table.sort_by([("kind", "ascending"), ("id", "ascending")])


def mirrored(
    folder: Path,
    *,
    up_to: Version,
    using: duckdb.DuckDBPyConnection,
    progress: Callable[[int], None] = lambda _events: None,
) -> tuple[list[Path], pa.Table]:
    """The files that hold what is settled, and the events after them as a table.

    Writes the files that are missing or belong to another ledger. Cost: those, and reading at most
    one step and a bit from the database.
    """
    files: list[Path] = []
    columns = empty(using).schema.names
    first = 0
    settled = up_to.last_id - SETTLED_BEHIND
    for size in (STRETCH, STEP):
        while first + size <= settled:
            file = folder / f"events-{first + 1:012d}-{first + size:012d}.parquet"
            if not _is_ours(file, columns):
                _write(file, first, first + size, using=using, progress=progress)
            if file.is_file():
                files.append(file)
            first += size
        if size == STRETCH:
            _forget_steps(folder, up_to=first)
    rest = list(event_batches(after=first, up_to=up_to.last_id))
    return files, typed(rest, using=using) if rest else empty(using)


def _forget_steps(folder: Path, *, up_to: int) -> None:
    """Remove the files of steps that whole stretches hold by now."""
    for file in folder.glob("events-*-*.parquet"):
        begins, ends = (int(part) for part in file.stem.split("-")[1:])
        if ends <= up_to and ends - begins + 1 != STRETCH:
            file.unlink(missing_ok=True)


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
    file: Path,
    after: int,
    up_to: int,
    *,
    using: duckdb.DuckDBPyConnection,
    progress: Callable[[int], None],
) -> None:
    batches = list(event_batches(after=after, up_to=up_to))
    if not batches:
        file.unlink(missing_ok=True)
        return
    table = typed(batches, using=using)
    last_id = batches[-1].column("id")[-1].as_py()
    version = version_at(last_id)
    assert version is not None
    marked = packed(table).replace_schema_metadata({_HASH: f"{last_id}:{version.hash}".encode()})
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Two processes may make the same file: each writes its own draft, and the last one stands.
    draft = file.with_suffix(f".{os.getpid()}.part")
    pq.write_table(marked, draft, compression="zstd", row_group_size=ROWS_IN_GROUP)
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
            batches = event_batches(after=0, up_to=up_to.last_id)
            while some := _some(batches):
                table = packed(typed(some, using=using))
                writer.write_table(table.replace_schema_metadata(marks), ROWS_IN_GROUP)
                yield table.num_rows
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _some(batches: Iterator[pa.RecordBatch]) -> list[pa.RecordBatch]:
    """As many of the next batches as are packed together."""
    found: list[pa.RecordBatch] = []
    while sum(batch.num_rows for batch in found) < _AT_ONCE:
        batch = next(batches, None)
        if batch is None:
            break
        found.append(batch)
    return found


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
