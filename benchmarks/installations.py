"""A district of its own for a benchmark or a crash test: real processes on a fresh data folder.

Knows no Django: everything inside the installation is done by processes that see its environment.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/"
START_SECONDS = 60


@dataclass
class Installation:
    """One data folder, its database, and the processes that run on it."""

    folder: Path
    database_url: str  # empty: SQLite in the folder
    port: int
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "GONGZHI_DATA": str(self.folder / "data"),
            "GONGZHI_DATABASE_URL": self.database_url,
            "GONGZHI_PORT": str(self.port),
            "GONGZHI_HOST": "127.0.0.1",
            "GONGZHI_PROCESSES": "2",
            "DJANGO_SETTINGS_MODULE": "gongzhi.config.settings.local",
        }

    def run(self, *module: str) -> str:
        """Run `python -m …` to its end inside the installation and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", *module],
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(module)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def gongzhi(self, *arguments: str) -> str:
        """Run one `gongzhi` command."""
        return self.run("gongzhi.interfaces.commands", *arguments)

    def start(self, *commands: str) -> None:
        """Start `serve` or `work`, each in a process group of its own."""
        for command in commands:
            log = (self.folder / f"{command}.log").open("ab")
            self.processes[command] = subprocess.Popen(
                [sys.executable, "-m", "gongzhi.interfaces.commands", command],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            log.close()
        if "serve" in commands:
            self._wait_for_web()

    def _wait_for_web(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                address = f"http://127.0.0.1:{self.port}/open311/v2/discovery.json"
                with urllib.request.urlopen(address, timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(f"the web server didn't start: {self.log('serve')}")

    def log(self, command: str) -> str:
        """The last lines that a process wrote."""
        return "\n".join((self.folder / f"{command}.log").read_text().splitlines()[-20:])

    def kill(self, command: str, *, number: int = signal.SIGKILL) -> None:
        """Send a signal to a whole process group, and wait until its first process is gone."""
        process = self.processes.pop(command)
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            pass
        process.wait(timeout=30)
        until = time.monotonic() + 30
        while group(process.pid) and time.monotonic() < until:
            time.sleep(0.02)

    def stop(self) -> None:
        """End every process that still runs."""
        for command in list(self.processes):
            self.kill(command, number=signal.SIGTERM)

    def processor_seconds(self, command: str) -> float:
        """User and system time so far of a process and its children."""
        return sum(_seconds(pid) for pid in group(self.processes[command].pid))


def group(leader: int) -> list[int]:
    """The processes of a process group that run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields and int(fields[2]) == leader and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name: state, parent, group …; none if it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _seconds(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def postgresql_answers() -> bool:
    """Whether a PostgreSQL without a password is at hand."""
    return _psql("SELECT 1") == 0


def _psql(statement: str) -> int:
    if shutil.which("psql") is None:
        return 1
    command = ["psql", f"{POSTGRESQL}postgres", "-qAt", "-c", statement]
    return subprocess.run(command, check=False, capture_output=True).returncode


@contextmanager
def kept(folder: Path, database_url: str = "") -> Iterator[Installation]:
    """An installation whose data lie in FOLDER/data and that database; ended, and kept."""
    here = Installation(folder, database_url, free_port())
    try:
        here.gongzhi("init")
        yield here
    finally:
        here.stop()


@contextmanager
def installation(database: str, *, commands: Sequence[str] = ()) -> Iterator[Installation]:
    """A new installation with the sample district; ended and removed afterwards.

    `database`: "sqlite" or "postgresql", which gets a database of its own.
    """
    folder = Path(tempfile.mkdtemp(prefix="gongzhi-benchmark-"))
    name = f"gongzhi_benchmark_{secrets.token_hex(4)}" if database == "postgresql" else ""
    if name and _psql(f"CREATE DATABASE {name}"):
        raise RuntimeError("PostgreSQL doesn't answer on 127.0.0.1:5432, or makes no database")
    here = Installation(folder, f"{POSTGRESQL}{name}" if name else "", free_port())
    try:
        here.gongzhi("init")
        here.gongzhi("load-sample")
        here.start(*commands)
        yield here
    finally:
        here.stop()
        if name:
            _psql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        shutil.rmtree(folder, ignore_errors=True)
