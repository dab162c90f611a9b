"""How fast the ledger is written, verified, sealed and backed up, and in how much memory.

    python -m benchmarks.record_keeping [EVENTS]

Works in a new folder under the system's temporary one and removes it; SQLite, or PostgreSQL with
GONGZHI_DATABASE_URL naming an empty database. Prints one line per step: events per second, and the
largest memory of the process so far, which must not grow with EVENTS while verifying.
"""

# ruff: noqa: PLC0415 - Django's own modules can be imported only once it is set up

import os
import resource
import shutil
import sys
import tempfile
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
    began = time.perf_counter()
    yield
    took = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:<28}{took:9.2f} s{count / took:12,.0f} /s   peak {memory} MB", flush=True)


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
