"""The record as a process last read it: pages share one reading for some minutes.

A dashboard over a year need not know of what happened a minute ago, and says as of when it speaks.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.timezone import localdate

from gongzhi.commons.ledger.columns import Version
from gongzhi.insights.indicators.keeping import Kept, read_kept
from gongzhi.insights.indicators.measuring import Measuring
from gongzhi.insights.indicators.periods import Period
from gongzhi.insights.indicators.sources import Source, local_events

KEPT_FOR = timedelta(minutes=10)
# The worker keeps an overview every ten minutes, and some of those it needs for the work itself.
KEPT_AHEAD_FOR = timedelta(minutes=25)
_MOST_KEPT = 64


@dataclass(slots=True)
class Snapshot:
    """One reading of the record, and the answers that were worked out from it.

    The events are opened when a question needs them: what the worker kept ahead needs none.
    """

    version: Version
    first_day: date | None
    at: datetime
    database: str
    opening: Callable[[], Source]
    kept: Kept | None = None
    measurings: dict[tuple[Period, bool], Measuring] = field(default_factory=dict)
    answers: dict[Any, Any] = field(default_factory=dict)
    _source: Source | None = None

    @property
    def source(self) -> Source:
        """The events and registers of this reading."""
        if self._source is None:
            self._source = self.opening()
        return self._source

    def measuring(self, period: Period, *, by_month: bool = False) -> Measuring:
        """The measuring of a period; what it shares between indicators is made once."""
        key = (period, by_month)
        if key not in self.measurings:
            if len(self.measurings) >= _MOST_KEPT:
                self.measurings.clear()
            self.measurings[key] = Measuring(self.source, period, by_month=by_month)
        return self.measurings[key]

    def is_fresh(self, at: datetime) -> bool:
        """Whether it may still be shown at a moment: it knows nothing of a day after its own."""
        within = KEPT_AHEAD_FOR if self.kept else KEPT_FOR
        is_young = abs(at - self.at) < within and localdate(at) == localdate(self.at)
        return self.database == database_name() and is_young


def snapshot_of(source: Source, at: datetime) -> Snapshot:
    """A reading of these events."""
    return Snapshot(source.version, source.first_day, at, database_name(), lambda: source)


_lock = RLock()  # the engine answers one question at a time
_kept: list[Snapshot] = []


@contextmanager
def snapshot(*, at: datetime) -> Iterator[Snapshot]:
    """The reading that holds at a moment, for one caller at a time."""
    with _lock:
        if not _kept or not _kept[0].is_fresh(at):
            forget_snapshot()
            _kept.append(_ahead(at) or read_anew(at))
        yield _kept[0]


def read_anew(at: datetime) -> Snapshot:
    """A reading of the record as it stands."""
    return snapshot_of(local_events(mirror_folder(), as_of=at), at)


def _ahead(at: datetime) -> Snapshot | None:
    folder, database = mirror_folder(), database_name()
    kept = read_kept(folder, at=at, within=KEPT_AHEAD_FOR, database=database)
    if kept is None or localdate(kept.at) != localdate(at):
        return None
    return Snapshot(
        version=kept.version,
        first_day=kept.first_day,
        at=kept.at,
        database=database,
        opening=lambda: local_events(folder, as_of=kept.at, version=kept.version),
        kept=kept,
    )


def forget_snapshot() -> None:
    """Let the next question read the record anew."""
    with _lock:
        _kept.clear()


def mirror_folder() -> Path:
    """Where the mirror of the older events lies."""
    return Path(settings.DATA_FOLDER) / "event-columns"


def database_name() -> str:
    """Which database this process reads."""
    return str(connection.settings_dict["NAME"])
