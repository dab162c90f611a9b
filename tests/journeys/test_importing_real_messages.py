"""A real file of residents' messages: each row becomes a dispatched ticket or a named reject."""

import csv
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks.installations import Installation, installation
from gongzhi.commons.tables.reading import read_table

pytestmark = [pytest.mark.realdata, pytest.mark.slow, pytest.mark.xdist_group("processes")]

ROWS = 4_326


@pytest.fixture
def messages(realdata: Path) -> Path:
    return realdata / "residents_messages" / "附件3.xlsx"


def _ask(here: Installation, sql: str) -> list[tuple[Any, ...]]:
    database = sqlite3.connect(here.folder / "data" / "gongzhi.sqlite3")
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def _import(here: Installation, file: Path, rejects: Path) -> dict[str, int]:
    """Import the file as a person would; what the command said, by its own words."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "gongzhi.interfaces.commands",
            "import-tickets",
            str(file),
            "--rejects",
            str(rejects),
        ],
        env=here.environment,
        check=False,
        capture_output=True,
        text=True,
    )
    found = re.search(r"(\d+) rows: (\d+) new, (\d+) there already, (\d+) rejected", done.stdout)
    assert found, done.stdout + done.stderr
    assert done.returncode == (1 if int(found[4]) else 0)
    return dict(zip(("rows", "new", "there", "rejected"), map(int, found.groups()), strict=True))


def _every_row_is_a_dispatched_ticket_or_a_named_reject(
    here: Installation, file: Path, rejects: Path
) -> None:
    with rejects.open(encoding="utf-8-sig", newline="") as opened:
        named = list(csv.DictReader(opened))
    assert all(row["行号"] and row["列"] and row["原因"] for row in named)
    tickets = _ask(here, "SELECT count(*), count(DISTINCT idempotency_key) FROM tickets_ticket")
    assert tickets == [(ROWS - len(named), ROWS - len(named))]
    assert _ask(here, "SELECT DISTINCT state FROM tickets_ticket") == [("dispatched",)]
    assert _ask(here, "SELECT count(*) FROM ledger_outboxentry") == [(0,)]
    assert _ask(here, "SELECT count(*) FROM tickets_words") == tickets_of(here)
    numbers = {int(row["行号"]) for row in named}
    table = read_table(file)
    assert numbers <= set(range(table.first_row_number, table.first_row_number + ROWS))


def tickets_of(here: Installation) -> list[tuple[Any, ...]]:
    return _ask(here, "SELECT count(*) FROM tickets_ticket")


def test_every_row_ends_as_a_ticket_or_a_reject_and_none_comes_twice(
    messages: Path, tmp_path: Path
) -> None:
    with installation("sqlite") as here:
        first = _import(here, messages, tmp_path / "rejects.csv")
        assert first["rows"] == ROWS
        assert first["new"] + first["rejected"] == ROWS
        assert first["rejected"] < 10
        _every_row_is_a_dispatched_ticket_or_a_named_reject(
            here, messages, tmp_path / "rejects.csv"
        )
        again = _import(here, messages, tmp_path / "again.csv")
        assert again["new"] == 0
        assert again["there"] == first["new"]
        assert tickets_of(here) == [(first["new"],)]


def test_an_import_that_is_killed_goes_on_where_it_stopped(messages: Path, tmp_path: Path) -> None:
    with installation("sqlite") as here:
        command = [sys.executable, "-m", "gongzhi.interfaces.commands", "import-tickets"]
        running = subprocess.Popen(
            [*command, str(messages), "--rejects", str(tmp_path / "cut.csv")],
            env=here.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 120
        while tickets_of(here)[0][0] < 900 and time.monotonic() < until:
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
        running.wait()
        before = tickets_of(here)[0][0]
        assert 900 <= before < ROWS - 10, "it was killed too late to prove anything"
        rest = _import(here, messages, tmp_path / "rejects.csv")
        assert rest["there"] == before
        assert rest["new"] + rest["there"] + rest["rejected"] == ROWS
        _every_row_is_a_dispatched_ticket_or_a_named_reject(
            here, messages, tmp_path / "rejects.csv"
        )
        assert "✓" in here.gongzhi("verify")
