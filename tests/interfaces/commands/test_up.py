"""`gongzhi up` as somebody runs it: started twice, in the way of others, stopped, left alone."""

import fcntl
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("processes")]
GONGZHI = [sys.executable, "-m", "gongzhi.interfaces.commands"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class House:
    """A data folder, a port, and whatever runs there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.log = folder / "log"
        self.environment = os.environ | {
            "GONGZHI_DATA": str(folder / "data"),
            "GONGZHI_PORT": str(self.port),
            "GONGZHI_PROCESSES": "1",
            "GONGZHI_OPEN311_KEY": "0",
        }
        for unwanted in ("DJANGO_SETTINGS_MODULE", "GONGZHI_DATABASE_URL"):
            self.environment.pop(unwanted, None)

    def run(self, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*GONGZHI, *arguments],
            env=self.environment | settings,
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def up(
        self, *options: str, until: str = "running at", within: int = 120
    ) -> "subprocess.Popen[bytes]":
        """Start anew with an empty log, and wait for these words in it."""
        with self.log.open("wb") as log:
            started = subprocess.Popen(
                [*GONGZHI, "up", *options],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + within
        while until not in self.log.read_text():
            assert started.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.1)
        return started

    def wait_until_one_prepares(self) -> None:
        """Whoever holds the folder is the first, however the two were started."""
        file, end = self.folder / "data" / "preparing", time.monotonic() + 60
        while not (file.exists() and _is_held(file)):
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.01)

    def wait_until_nothing_runs(self) -> None:
        end = time.monotonic() + 30
        while self.processes():
            assert time.monotonic() < end, "children outlived their parent"
            time.sleep(0.1)

    def count(self, table: str) -> int:
        with closing(sqlite3.connect(self.folder / "data" / "gongzhi.sqlite3")) as database:
            return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, headers if body else {})
        answer = connection.getresponse()
        read = answer.read()
        connection.close()
        return answer.status, json.loads(read)

    def processes(self) -> list[int]:
        """Whatever runs with this data folder."""
        found = []
        for each in Path("/proc").glob("[0-9]*"):
            try:
                environment = (each / "environ").read_bytes()
            except OSError:
                continue
            if f"GONGZHI_DATA={self.folder / 'data'}".encode() in environment.split(b"\0"):
                found.append(int(each.name))
        return found


def _is_held(file: Path) -> bool:
    with file.open("rb") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    here = House(tmp_path)
    yield here
    for process in here.processes():
        os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGHUP])
def test_stopped_it_leaves_no_process_and_started_again_it_has_its_data(
    house: House, told: signal.Signals
) -> None:
    first = house.up("--no-sample")
    assert house.ask("GET", "/healthz") == (200, {"status": "ok"})
    secrets = (house.folder / "data" / "secrets.json").read_bytes()

    second = house.run("up", "--no-sample")
    assert second.returncode == 1
    assert f"Port {house.port} is taken" in second.stderr
    assert "Traceback" not in second.stderr

    another = house.run("serve")
    assert another.returncode == 1
    assert f"Port {house.port} is taken" in another.stderr
    assert house.ask("GET", "/healthz") == (200, {"status": "ok"})

    first.send_signal(told)
    assert first.wait(timeout=40) == 0
    assert house.processes() == []

    again = house.up("--no-sample")
    assert house.ask("GET", "/healthz")[0] == 200
    assert (house.folder / "data" / "secrets.json").read_bytes() == secrets
    again.terminate()
    assert again.wait(timeout=40) == 0
    assert house.processes() == []


def test_a_worker_that_dies_is_started_again(house: House) -> None:
    running = house.up("--no-sample")
    before = house.processes()
    (worker,) = [
        process
        for process in before
        if b"interfaces.worker" in Path(f"/proc/{process}/cmdline").read_bytes()
    ]
    os.kill(worker, signal.SIGKILL)
    end = time.monotonic() + 30
    while "starting it again" not in house.log.read_text() or len(house.processes()) < len(before):
        assert time.monotonic() < end
        time.sleep(0.1)
    running.terminate()
    assert running.wait(timeout=40) == 0
    assert house.processes() == []


def test_a_second_server_on_the_same_data_leaves_the_first_one_its_counters(house: House) -> None:
    first = house.up("--no-sample")
    second = subprocess.Popen(
        [*GONGZHI, "serve"], env=house.environment | {"GONGZHI_PORT": str(free_port())}
    )
    try:
        end = time.monotonic() + 60
        while b"gunicorn" not in Path(f"/proc/{second.pid}/cmdline").read_bytes():
            assert time.monotonic() < end
            time.sleep(0.1)
        assert (house.folder / "data" / "metrics").is_dir()
        assert house.ask("GET", "/open311/v2/services.json")[0] == 200
    finally:
        second.terminate()
        second.wait(timeout=40)
    first.terminate()
    assert first.wait(timeout=40) == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells children")
def test_killed_it_leaves_no_process_either(house: House) -> None:
    running = house.up("--no-sample")
    running.kill()
    running.wait(timeout=10)
    house.wait_until_nothing_runs()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells children")
def test_a_first_start_that_was_interrupted_is_gone_on_with(house: House) -> None:
    killed = house.up(until="载入样例区", within=60)
    killed.kill()
    killed.wait(timeout=10)
    house.wait_until_nothing_runs()
    assert house.count("territory_place") == 0, "half a register was kept"

    stopped = house.up(until="模拟")
    stopped.send_signal(signal.SIGINT)
    assert stopped.wait(timeout=40) == 1
    assert "the next start goes on" in house.log.read_text()
    house.wait_until_nothing_runs()
    assert house.count("territory_place") > 0
    assert house.count("tickets_ticket") == 0, "half a life was kept"

    whole = house.up()
    assert "going on with it" in house.log.read_text()
    tickets = house.count("tickets_ticket")
    lately = house.count("tickets_ticket WHERE received_at > datetime('now', '-6 days')")
    assert tickets - lately > 60, "the quiet months are there"
    assert lately > 60, "and so are the busy days at their end"
    assert house.run("verify").returncode == 0
    whole.terminate()
    assert whole.wait(timeout=40) == 0

    again = house.up(within=60)
    assert "going on with it" not in house.log.read_text()
    assert house.count("tickets_ticket") == tickets
    again.terminate()
    assert again.wait(timeout=40) == 0


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"GONGZHI_DATA": "/proc/nowhere"}, "GONGZHI_DATA"),
        ({"GONGZHI_PORT": "eighty"}, "GONGZHI_"),
        ({"GONGZHI_DATABASE_URL": "mysql://x/y"}, "GONGZHI_DATABASE_URL"),
        ({"GONGZHI_DATABASE_URL": "postgresql://127.0.0.1:1/nothing"}, "database"),
        ({"GONGZHI_HOST": "203.0.113.1"}, "GONGZHI_HOST"),
    ],
)
def test_what_stands_in_the_way_is_said_in_words(
    house: House, settings: dict[str, str], named: str
) -> None:
    result = house.run("up", "--no-sample", **settings)
    assert result.returncode == 1
    assert named in result.stderr
    assert "Traceback" not in result.stderr
    assert house.processes() == []


def test_two_that_prepare_one_empty_folder_at_once_both_find_it_ready(house: House) -> None:
    both = [
        subprocess.Popen(
            [*GONGZHI, "init"],
            env=house.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    said = [each.communicate(timeout=120)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert sum("waiting for it" in each for each in said) == 1, said
    assert house.count("tickets_limitrule") > 0


def test_the_second_of_two_first_starts_at_once_says_that_the_port_is_taken(house: House) -> None:
    first = house.up("--no-sample", until="")
    house.wait_until_one_prepares()
    second = house.run("up", "--no-sample")
    assert second.returncode == 1
    assert "GONGZHI_PORT" in second.stderr
    assert "Traceback" not in second.stderr
    first.terminate()
    assert first.wait(timeout=40) == 0


def test_a_data_folder_that_is_a_file_is_refused(house: House) -> None:
    (house.folder / "data").write_text("")
    result = house.run("up", "--no-sample")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
