"""How fast the ledger is written, verified, sealed and backed up, and in how much memory.

    python -m benchmarks.record_keeping [EVENTS]

Works in a new folder under the system's temporary one and removes it; SQLite, or PostgreSQL with
GONGZHI_DATABASE_URL naming an empty database. Prints one line per step: time, events per second,
and the most memory of its own that the process held, which must not grow with EVENTS.
"""

# ruff: noqa: PLC0415 - Django's own modules can be imported only once it is set up

import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

CHAIN = 12
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@contextmanager
def timed(what: str, count: int) -> Iterator[None]:
    """Print what a step took."""
    most, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            most[0] = max(most[0], own_memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    began, work = time.perf_counter(), time.process_time()
    yield
    took, work = time.perf_counter() - began, time.process_time() - work
    done.set()
    watcher.join()
    print(
        f"{what:<26}{took:8.2f} s{work:8.2f} s CPU{count / took:11,.0f} /s  most {most[0]} MB",
        flush=True,
    )


def own_memory() -> int:
    """The memory of this process in MB without the parts of the database file mapped into it."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if "RssAnon" in line).split()[1]) // 1024


def write(events: int) -> None:
    """Write chains of twelve, a hundred chains in a transaction, as a busy import does."""
    from django.db import transaction

    from gongzhi.commons.ledger.kinds import declare
    from gongzhi.commons.ledger.recording import NewEvent, Subject, record_many

    kind = declare("benchmark.noted", "only in benchmarks", "n", "category", "due")
    for first in range(0, events // CHAIN, 100):
        for step in range(CHAIN):
            with transaction.atomic():
                record_many(
                    [
                        NewEvent(
                            Subject("benchmark", first + number),
                            kind,
                            AT + timedelta(hours=step),
                            unit_id=number,
                            place_id=7,
                            data={"n": step, "category": "环境卫生", "due": AT.isoformat()},
                            opens=step == 0,
                        )
                        for number in range(100)
                    ]
                )


def main() -> None:
    """Run all steps."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    folder = Path(tempfile.mkdtemp(prefix="gongzhi-benchmark-"))
    os.environ["GONGZHI_DATA"] = str(folder / "data")
    os.environ["DJANGO_SETTINGS_MODULE"] = "gongzhi.config.settings.local"
    try:
        run(events, folder)
    finally:
        shutil.rmtree(folder)


def run(events: int, folder: Path) -> None:
    """Write, verify, seal, verify against the seal, back up."""
    import django

    django.setup()
    from django.core.management import call_command

    from gongzhi.commons.backups.backing_up import make_backup
    from gongzhi.commons.ledger.models import Event
    from gongzhi.commons.ledger.seals import export_seal, make_seal
    from gongzhi.commons.ledger.verifying import verify

    call_command("migrate", verbosity=0)
    with timed("write", events):
        write(events)
    count = Event.objects.count()
    with timed("verify", count):
        assert verify().is_sound
    with timed("seal", count):
        make_seal(at=AT)
    export_seal(folder / "seals.jsonl")
    with timed("verify against the seal", count):
        assert verify(folder / "seals.jsonl").is_sound
    with timed("backup", count):
        report = make_backup(folder / "whole.backup", at=AT)
    print(f"{count:,} events; backup {report.size / 2**20:.1f} MB")


if __name__ == "__main__":
    main()
