"""Only one process prepares a data folder; whoever comes second waits and finds it ready."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gongzhi.interfaces.commands.speaking import say

_FILE = "preparing"


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[bool]:
    """Hold the folder alone; yields whether another one had it first.

    The kernel frees the lock with the process that holds it, however that ends.
    """
    descriptor = os.open(folder / _FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    waited = False
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = True
            say(
                f"· 另一个 gongzhi 正在准备 {folder}，等它做完",
                f"Another gongzhi is preparing {folder}: waiting for it.",
            )
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield waited
    finally:
        os.close(descriptor)
