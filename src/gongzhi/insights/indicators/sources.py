"""Where the events come from: this installation's ledger, or an exported file; the rest is one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import ibis
from ibis.expr import types as ir

from gongzhi.commons.ledger.columns import Version, version_now
from gongzhi.insights.indicators.columns import engine
from gongzhi.insights.indicators.mirror import empty, exported_version, mirrored
from gongzhi.insights.indicators.registers import Places, read_places, read_units

# Events of the registers are few; they say what lies where and which kind a unit is of.
_REGISTER_KINDS = ["place.added", "place.closed", "unit.opened", "unit.closed"]


class CannotReadEvents(ValueError):
    """A file that is no export of events, and why."""


Keep = Callable[[Any, str, ir.Table], ir.Table]


def keep_as_table(backend: Any, name: str, rows: ir.Table) -> ir.Table:
    """The rows, worked out once and held by the engine under a name."""
    found: ir.Table = backend.create_table(name, rows, temp=True)
    return found


@dataclass(frozen=True, slots=True)
class Source:
    """Events and registers as tables of one engine, and the version of the record they hold."""

    backend: ibis.BaseBackend
    events: ir.Table
    places: ir.Table
    units: ir.Table
    register: Places
    version: Version
    first_day: date | None  # of the record; nothing is known before it
    as_of: datetime | None = None  # UTC without a zone; what is due later is not judged yet
    keep: Keep = keep_as_table
    layout: str = ""  # how this engine is asked for the events, with their columns and types

    @property
    def speaks_sql(self) -> bool:
        """Whether questions may be put as SQL that was worked out before."""
        return bool(self.layout)


def local_events(
    folder: Path,
    *,
    as_of: datetime | None = None,
    version: Version | None = None,
    threads: int = 0,
) -> Source:
    """This installation's ledger at a moment; `folder` keeps the mirror of its older part.

    With `version` only the events up to it: what was reckoned then is reckoned again.
    """
    connection = engine(threads=threads)
    version = version or version_now()
    files, rest = mirrored(folder, up_to=version, using=connection)
    backend = ibis.duckdb.from_connection(connection)
    backend.create_view("newest", ibis.memtable(rest))
    events = backend.table("newest")
    if files:
        older = backend.read_parquet([str(file) for file in files], table_name="older")
        events = older.union(events)
    return source_of(backend, events, version=version, as_of=without_zone(as_of))


def exported_events(file: Path, *, threads: int = 0, memory: str = "") -> Source:
    """The events of a file that `gongzhi export-events` wrote, or of a folder of such files."""
    paths = sorted(file.glob("*.parquet")) if file.is_dir() else [file]
    if not paths:
        raise CannotReadEvents(f"{file} 里没有 Parquet 文件")
    backend = ibis.duckdb.from_connection(engine(threads=threads, memory=memory))
    try:
        events = backend.read_parquet([str(path) for path in paths], table_name="events")
        version, as_of = max(exported_version(path) for path in paths)
    except Exception as error:
        raise CannotReadEvents(f"{file} 不是事件导出文件：{error}") from error
    if missing := set(empty(backend.con).column_names) - set(events.columns):
        names = "、".join(sorted(missing))
        raise CannotReadEvents(f"{file} 缺少列：{names}；如由旧版本导出，请重新导出")
    return source_of(backend, events, version=version, as_of=as_of)


def source_of(
    backend: ibis.BaseBackend,
    events: ir.Table,
    *,
    version: Version,
    as_of: datetime | None = None,
    keep: Keep | None = None,
) -> Source:
    """The source over any table of typed events, on any engine that ibis speaks to.

    `keep` lets an engine that has no temporary tables hold a table in its own way.
    """
    keep = keep or keep_as_table
    registers = events.filter(events.kind.isin(_REGISTER_KINDS)).order_by("id").to_pyarrow()
    rows = registers.to_pylist()
    places = read_places(rows)
    units = read_units(rows, places)
    first = events.aggregate(first=events["at"].min()).to_pyarrow()["first"][0].as_py()
    return Source(
        backend=backend,
        events=events,
        places=keep(backend, "places", ibis.memtable(places.table())),
        units=keep(backend, "units", ibis.memtable(units)),
        register=places,
        version=version,
        first_day=first.date() if first else None,
        as_of=as_of,
        keep=keep,
        layout=_layout(backend, events) if keep is keep_as_table else "",
    )


def _layout(backend: ibis.BaseBackend, events: ir.Table) -> str:
    if backend.name != "duckdb":
        return ""
    sql = str(backend.compile(events))
    return "" if "memtable" in sql else f"{sql} {events.schema()}"


def without_zone(at: datetime | None) -> datetime | None:
    """A moment as the tables hold it: UTC, without a zone."""
    return at.astimezone(UTC).replace(tzinfo=None) if at else None
