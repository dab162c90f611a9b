"""All indicators × 36 communities × 24 months over a made ledger, and a district's own year.

    python -m benchmarks.indicators --events 10000000 --folder /tmp/made-events

Prints seconds (wall and CPU) and the peak memory of the measuring, which runs in a process of its
own so that making the events doesn't count: first where no SQL was kept, then in another process
that finds what the first kept. "Again" opens and measures everything once more in that process,
as the worker does every ten minutes, with the libraries loaded.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import django


def measure(folder: Path, *, period: str, threads: int, memory: str) -> dict[str, float]:
    """Measure everything once; seconds and megabytes."""
    from django.conf import settings  # noqa: PLC0415

    from gongzhi.insights.indicators.definitions import INDICATORS  # noqa: PLC0415
    from gongzhi.insights.indicators.measuring import Measuring  # noqa: PLC0415
    from gongzhi.insights.indicators.periods import period_named  # noqa: PLC0415
    from gongzhi.insights.indicators.questions import questions  # noqa: PLC0415
    from gongzhi.insights.indicators.shapes import Level  # noqa: PLC0415
    from gongzhi.insights.indicators.sources import exported_events  # noqa: PLC0415

    settings.DATA_FOLDER = folder / "kept"
    began, cpu = time.perf_counter(), time.process_time()
    source = exported_events(folder, threads=threads, memory=memory)
    opened = time.perf_counter()
    measuring = Measuring(source, period_named(period), by_month=True)
    slowest: dict[str, float] = {}
    cells = 0
    for indicator in INDICATORS:
        level = Level.COMMUNITY if Level.COMMUNITY in indicator.levels else Level.STREET
        level = level if level in indicator.levels else Level.DISTRICT
        start = time.perf_counter()
        cells += len(measuring.measure(indicator, level))
        slowest[indicator.code] = time.perf_counter() - start
    ended = time.perf_counter()
    return {
        "seconds": ended - began,
        "opening": opened - began,
        "cpu": time.process_time() - cpu,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "cells": cells,
        "asked anew": questions().asked_anew,
        **{f"  {code}": seconds for code, seconds in slowest.items() if seconds > 0.2},
    }


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.config.settings.test")
    django.setup()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/gongzhi-made-events"))
    parser.add_argument("--period", default="2025-01-01/2026-12-31")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="1400MB", help="what the engine may use")
    parser.add_argument("--measure-only", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure_only:
        options = {"period": chosen.period, "threads": chosen.threads, "memory": chosen.memory}
        found = measure(chosen.folder, **options)
        found["again, same process"] = measure(chosen.folder, **options)["seconds"]
        print(json.dumps(found))
        return
    folder = chosen.folder / str(chosen.events)
    if not any(folder.glob("*.parquet")):
        from benchmarks.indicators_events import make_events  # noqa: PLC0415

        print(f"{make_events(folder, events=chosen.events):,} events made", flush=True)
    command = [sys.executable, "-m", "benchmarks.indicators", "--measure-only"]
    command += ["--folder", str(folder), "--period", chosen.period]
    command += ["--threads", str(chosen.threads), "--memory", chosen.memory]
    shutil.rmtree(folder / "kept", ignore_errors=True)
    for title in ("nothing kept", "SQL kept by another process"):
        print(title)
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        for name, value in json.loads(done.stdout).items():
            print(f"  {name:24} {value:10.2f}")


if __name__ == "__main__":
    main()
