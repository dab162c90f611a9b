"""Writers on SQLite wait in line; nobody is refused, and a writer that dies frees its place."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, connections, transaction

from gongzhi.commons.ledger.models import Mark
from tests.affairs.small_district import MONDAY

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="PostgreSQL has many writers and needs no queue"
    ),
]

HOLD = """
import fcntl, os, sys, time
line = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(line, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


def _queue() -> Path:
    return Path(f"{connection.settings_dict['NAME']}-queue")


def test_many_writers_at_once_are_all_served() -> None:
    def write(number: int) -> None:
        for step in range(10):
            with transaction.atomic():
                Mark.objects.create(name=f"{number}-{step}", at=MONDAY)
        connections.close_all()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert Mark.objects.count() == 60


def test_a_writer_waits_for_its_turn_and_a_reader_does_not() -> None:
    done = threading.Event()

    def write() -> None:
        with transaction.atomic():
            Mark.objects.create(name="late", at=MONDAY)
        connections.close_all()
        done.set()

    with transaction.atomic():
        Mark.objects.create(name="early", at=MONDAY)
        waiting = threading.Thread(target=write)
        waiting.start()
        assert not done.wait(0.3)
    waiting.join()
    assert list(Mark.objects.order_by("id").values_list("name", flat=True)) == ["early", "late"]


def test_a_writer_that_is_killed_frees_its_place() -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(_queue())], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    threading.Timer(0.3, os.kill, (holder.pid, signal.SIGKILL)).start()
    began = time.monotonic()
    with transaction.atomic():
        Mark.objects.create(name="after", at=MONDAY)
    assert 0.2 < time.monotonic() - began < 20
    holder.wait()
    holder.stdout.close()


def test_a_transaction_that_fails_leaves_the_line() -> None:
    with transaction.atomic():
        Mark.objects.create(name="twice", at=MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mark.objects.create(name="twice", at=MONDAY)
    assert connection._place_in_line is None  # type: ignore[attr-defined]
