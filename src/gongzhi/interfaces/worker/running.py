"""The worker: follow-ups as they fall due, schedules at their times, until it is told to stop."""

import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType

import structlog
from django.db import close_old_connections, connection

from gongzhi.coordination.follow_ups import follow_up
from gongzhi.coordination.schedules import SCHEDULES, Lane, Timetable

# Between two looks; under load what comes meanwhile shares statements and one durable commit.
PAUSE_SECONDS = 0.2
BATCH = 300
log = structlog.get_logger("worker")


def run(stop: threading.Event) -> None:
    """Work until `stop` is set; what is in hand is finished first.

    What speaks to the outside, and what takes long, have threads of their own: neither a receiver
    that lets us wait nor a night's reckoning keeps a ticket from its unit.
    """
    quick = Timetable([schedule for schedule in SCHEDULES if schedule.lane is Lane.QUICK])

    def work() -> bool:
        taken = follow_up(at=datetime.now(UTC), most=BATCH)
        _say(quick.run_due(at=datetime.now(UTC)), follow_ups=taken)
        return taken >= BATCH

    apart = [
        threading.Thread(target=_repeat, args=(_lane(lane), stop), name=lane)
        for lane in (Lane.OUTSIDE, Lane.LONG)
    ]
    for thread in apart:
        thread.start()
    _repeat(work, stop)
    for thread in apart:
        thread.join()


def _lane(lane: Lane) -> Callable[[], bool]:
    timetable = Timetable([schedule for schedule in SCHEDULES if schedule.lane is lane])

    def step() -> bool:
        _say(timetable.run_due(at=datetime.now(UTC)))
        return False

    return step


def _repeat(step: Callable[[], bool], stop: threading.Event) -> None:
    """Take one step after another; a pause follows one that says there is no more to do.

    A failure of the database (a restart, a full disk) is logged and tried again after a pause
    that grows to 30 seconds; nothing is lost, since all of it is in the outbox.
    """
    pause = PAUSE_SECONDS
    while not stop.is_set():
        try:
            more, pause = step(), PAUSE_SECONDS
        except Exception as error:
            more, pause = False, min(max(pause, 0.5) * 2, 30)
            log.error("worker.failed", error=type(error).__name__, retry_in=pause)
            close_old_connections()
        if not more:
            stop.wait(pause)
    connection.close()


def _say(done: dict[str, int], **counts: int) -> None:
    did = {name: count for name, count in (counts | done).items() if count}
    if did:
        log.info("worker.did", **did)


def run_until_signalled() -> None:
    """`run` until SIGTERM or SIGINT."""
    stop = threading.Event()

    def _stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    run(stop)
