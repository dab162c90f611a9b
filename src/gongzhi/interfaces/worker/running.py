"""The worker: follow-ups as they fall due, schedules at their times, until it is told to stop."""

import signal
import threading
from datetime import UTC, datetime
from types import FrameType

import structlog
from django.db import close_old_connections

from gongzhi.coordination.follow_ups import follow_up
from gongzhi.coordination.schedules import run_due

IDLE_SECONDS = 0.2
log = structlog.get_logger("worker")


def run(stop: threading.Event) -> None:
    """Work until `stop` is set; what is in hand is finished first.

    A failure of the database (a restart, a full disk) is logged and tried again after a pause
    that grows to 30 seconds; nothing is lost, since all of it is in the outbox.
    """
    pause = IDLE_SECONDS
    while not stop.is_set():
        try:
            taken = follow_up(at=datetime.now(UTC))
            done = {name: count for name, count in run_due(at=datetime.now(UTC)).items() if count}
        except Exception as error:
            pause = min(max(pause, 0.5) * 2, 30)
            log.error("worker.failed", error=type(error).__name__, retry_in=pause)
            close_old_connections()
            stop.wait(pause)
            continue
        pause = IDLE_SECONDS
        if taken or done:
            log.info("worker.did", follow_ups=taken, **done)
        if not taken:
            stop.wait(pause)


def run_until_signalled() -> None:
    """`run` until SIGTERM or SIGINT."""
    stop = threading.Event()

    def _stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    run(stop)
