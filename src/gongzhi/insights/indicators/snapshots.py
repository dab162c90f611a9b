"""The record as a process last read it: pages share one reading for some minutes.

A dashboard over a year need not know of what happened a minute ago, and says as of when it speaks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any

from django.conf import settings
from django.db import connection

from gongzhi.insights.indicators.measuring import Measuring
from gongzhi.insights.indicators.periods import Period
from gongzhi.insights.indicators.sources import Source, local_events

KEPT_FOR = timedelta(minutes=10)
_MOST_KEPT = 64


@dataclass(slots=True)
class Snapshot:
    """One reading of the record, and the answers that were worked out from it."""

    source: Source
    at: datetime
    database: str
    measurings: dict[tuple[Period, bool], Measuring] = field(default_factory=dict)
    answers: dict[Any, Any] = field(default_factory=dict)

    def measuring(self, period: Period, *, by_month: bool = False) -> Measuring:
        """The measuring of a period; what it shares between indicators is made once."""
        key = (period, by_month)
        if key not in self.measurings:
            if len(self.measurings) >= _MOST_KEPT:
                self.measurings.clear()
            self.measurings[key] = Measuring(self.source, period, by_month=by_month)
        return self.measurings[key]

    def is_fresh(self, at: datetime) -> bool:
        """Whether it may still be shown at a moment."""
        return self.database == _database() and abs(at - self.at) < KEPT_FOR


_lock = RLock()  # the engine answers one question at a time
_kept: list[Snapshot] = []


@contextmanager
def snapshot(*, at: datetime) -> Iterator[Snapshot]:
    """The reading that holds at a moment, for one caller at a time."""
    with _lock:
        if not _kept or not _kept[0].is_fresh(at):
            forget_snapshot()
            _kept.append(Snapshot(local_events(mirror_folder(), as_of=at), at, _database()))
        yield _kept[0]


def forget_snapshot() -> None:
    """Let the next question read the record anew."""
    with _lock:
        _kept.clear()


def mirror_folder() -> Path:
    """Where the mirror of the older events lies."""
    return Path(settings.DATA_FOLDER) / "event-columns"


def _database() -> str:
    return str(connection.settings_dict["NAME"])
