"""What one request costs, from the POST to the dispatch, and what reading costs, as history grows.

    python -m benchmarks.spine [--database sqlite postgresql] [--history 0 10000 1000000]
                               [--posts 2000] [--reads 400] [--callers 4] [--repeats 2]
    python -m benchmarks.spine --kept FOLDER [--url postgresql://…]   # data in FOLDER/data

For each database and size of history: a fresh data folder with the sample district, the history
written by `benchmarks.history`, two web processes and one worker as `gongzhi serve` and
`gongzhi work` start them, and callers in a process of their own on the loopback. POSTs are
durable and carry a key; places are given by id, by point and by address in turn; two of three
carry a contact. The processor time of a POST is that of web and worker together, from the first
POST until nothing waits in the outbox: triaged, dispatched, findable, and everybody told.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.installations import Installation, installation, kept

PAGE = "/open311/v2/requests.json?page_size=100"
POST = "/open311/v2/requests.json"


@dataclass(frozen=True)
class Measured:
    """One kind of request: how fast, and what it cost in milliseconds of processor time."""

    count: int
    failed: int
    per_second: float
    median_ms: float
    p99_ms: float
    web_ms: float
    worker_ms: float

    def line(self) -> str:
        return (
            f"{self.per_second:8.0f} /s  p50 {self.median_ms:6.1f} ms  p99 {self.p99_ms:6.1f} ms  "
            f"CPU web {self.web_ms:5.2f} + worker {self.worker_ms:5.2f} = "
            f"{self.web_ms + self.worker_ms:5.2f} ms"
            + (f"  {self.failed} failed" * bool(self.failed))
        )


def measure(here: Installation, plan: dict[str, object]) -> Measured:
    """Send the plan's requests and wait until nothing waits in the outbox."""
    file = here.folder / "plan.json"
    file.write_text(json.dumps(plan))
    web, worker = here.processor_seconds("serve"), here.processor_seconds("work")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.spine_load", str(file)],
        check=True,
        capture_output=True,
        text=True,
    )
    while int(here.run("benchmarks.spine_inside", "waiting")):
        time.sleep(0.1)
    web = here.processor_seconds("serve") - web
    worker = here.processor_seconds("work") - worker
    told = json.loads(done.stdout)
    wanted = 201 if plan["method"] == "POST" else 200
    times = sorted(seconds for seconds, _ in told["requests"])
    count = len(times)
    return Measured(
        count=count,
        failed=sum(status != wanted for _, status in told["requests"]),
        per_second=count / told["seconds"],
        median_ms=1000 * times[count // 2],
        p99_ms=1000 * times[min(count - 1, count * 99 // 100)],
        web_ms=1000 * web / count,
        worker_ms=1000 * worker / count,
    )


def one_case(database: str, history: int, asked: argparse.Namespace) -> None:
    """Measure one database at one size of history."""
    with installation(database) as here:
        print(f"\n{database}, {history:,} tickets", flush=True)
        if history:
            print(here.run("benchmarks.history", str(history)).strip(), flush=True)
        measure_all(here, asked, lists=history > 0)


def measure_all(here: Installation, asked: argparse.Namespace, *, lists: bool) -> None:
    """POSTs and GETs in turn, after a round that warms up; then the lists."""
    plan: dict[str, object] = json.loads(here.run("benchmarks.spine_inside", "facts"))
    plan |= {
        "key": json.loads(here.run("benchmarks.spine_inside", "key")),
        "port": here.port,
        "callers": asked.callers,
    }
    here.start("serve", "work")
    for repeat in range(asked.repeats + 1):
        post = plan | {"method": "POST", "path": POST, "seed": 100 * repeat}
        if repeat == 0:  # caches, statements, byte code
            measure(here, post | {"count": 40 * asked.callers})
            continue
        print(f"  POST {measure(here, post | {'count': asked.posts}).line()}", flush=True)
        get = plan | {"method": "GET", "path": PAGE, "seed": 0, "count": asked.reads}
        print(f"  GET  {measure(here, get).line()}", flush=True)
    states = json.loads(here.run("benchmarks.spine_inside", "dispatched"))
    if states.get("received") or states.get("accepted"):
        raise SystemExit(f"not every request was dispatched: {states}")
    bare = json.loads(here.run("benchmarks.spine_inside", "bare"))
    print(f"  for comparison, one insert by Django and its commit: {bare:.2f} ms CPU", flush=True)
    if lists:
        for name, taken in json.loads(here.run("benchmarks.spine_inside", "lists")).items():
            print(f"  {name:<34}{taken:8.2f} ms", flush=True)


def main() -> None:
    """Measure every case that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spine")
    parser.add_argument("--database", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--history", nargs="+", type=int, default=[0, 10_000, 1_000_000])
    parser.add_argument("--posts", type=int, default=2_000)
    parser.add_argument("--reads", type=int, default=400)
    parser.add_argument("--callers", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--kept", type=Path, help="a folder with a data folder `data`, kept")
    parser.add_argument("--url", default="", help="with --kept: its PostgreSQL database")
    asked = parser.parse_args()
    if asked.kept:
        with kept(asked.kept, asked.url) as here:
            database = "postgresql" if asked.url else "sqlite"
            print(f"\n{database}, as it is in {asked.kept}", flush=True)
            measure_all(here, asked, lists=True)
        return
    for database in asked.database:
        for history in asked.history:
            one_case(database, history, asked)


if __name__ == "__main__":
    main()
