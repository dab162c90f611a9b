"""The worker goes on: past a slow receiver, past a failing database, until it is told to stop."""

import os
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError

from gongzhi.affairs.tickets.choices import State
from gongzhi.commons.ledger.outbox import waiting
from gongzhi.coordination.schedules import Lane, Schedule, Timetable
from gongzhi.interfaces.worker import running
from tests.affairs.small_district import MONDAY, build
from tests.affairs.tickets.journeys import receive, ticket

pytestmark = pytest.mark.django_db(transaction=True)


def _until(said: str, is_so: object, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end, f"it never came to this: {said}"
        time.sleep(0.02)


@pytest.mark.parametrize("lane", [Lane.OUTSIDE, Lane.LONG])
def test_neither_a_slow_receiver_nor_a_long_job_keeps_a_ticket_from_its_unit(
    monkeypatch: pytest.MonkeyPatch, lane: Lane
) -> None:
    held, release = threading.Event(), threading.Event()

    def hold(_at: datetime) -> int:
        held.set()
        release.wait(30)
        return 0

    slow = Schedule("test.slow", timedelta(seconds=1), hold, lane)
    monkeypatch.setattr(running, "SCHEDULES", (slow,))
    stop = threading.Event()
    worker = threading.Thread(target=running.run, args=(stop,))
    worker.start()
    try:
        assert held.wait(20)
        ticket_id = receive(build()).ticket_id
        _until("dispatched", lambda: ticket(ticket_id).state == State.DISPATCHED)
    finally:
        release.set()
        stop.set()
        worker.join()


def test_a_failing_database_is_tried_again_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receive(build())
    real, calls = running.follow_up, []

    def fail_once(**asked: object) -> int:
        calls.append(asked)
        if len(calls) == 1:
            raise OperationalError("disk I/O error")
        return real(**asked)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "follow_up", fail_once)
    monkeypatch.setattr(running, "SCHEDULES", ())
    stop = threading.Event()
    worker = threading.Thread(target=running.run, args=(stop,))
    worker.start()
    try:
        _until("followed up", lambda: waiting() == 0)
    finally:
        stop.set()
        worker.join()
    assert len(calls) > 1


def test_a_timetable_leaves_the_database_alone_until_a_schedule_is_due(
    django_assert_num_queries: object,
) -> None:
    ran: list[datetime] = []

    def run(at: datetime) -> int:
        ran.append(at)
        return 1

    timetable = Timetable([Schedule("test.minutely", timedelta(minutes=1), run)])
    assert timetable.run_due(at=MONDAY) == {"test.minutely": 1}
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert timetable.run_due(at=MONDAY + timedelta(seconds=59)) == {}
    assert timetable.run_due(at=MONDAY + timedelta(minutes=1)) == {"test.minutely": 1}
    other = Timetable([Schedule("test.minutely", timedelta(minutes=1), run)])
    assert other.run_due(at=MONDAY + timedelta(seconds=70)) == {}, "another worker had it"
    assert len(ran) == 2


def test_a_worker_without_a_database_waits_for_it_and_ends_when_told(tmp_path: Path) -> None:
    away = "postgresql://someone:secret-word@127.0.0.1:1/nothing"
    environment = os.environ | {"GONGZHI_DATA": str(tmp_path), "GONGZHI_DATABASE_URL": away}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "gongzhi.interfaces.worker"], env=environment, stderr=log
        )
    try:
        _until("it failed once", lambda: b"worker.failed" in (tmp_path / "log").read_bytes(), 60)
        assert worker.poll() is None
        worker.terminate()
        assert worker.wait(timeout=20) == 0
    finally:
        worker.kill()
    assert b"secret-word" not in (tmp_path / "log").read_bytes()
