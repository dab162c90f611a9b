"""SQLite lets one write at a time, and lets the others try again after naps of up to 0.1 s.

Whoever naps is overtaken, so under load some wait for a second while the disk is idle. Here a
transaction first waits for a file lock beside the database: the kernel wakes the next in line the
moment the lock is free, and frees it itself when a process is killed. SQLite's own lock still
decides; the queue only keeps the waiting short. Statements outside a transaction don't queue.
"""

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3.base import DatabaseWrapper as DjangosWrapper


class DatabaseWrapper(DjangosWrapper):
    """A connection whose transactions wait in line for their turn to write."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._place_in_line: int | None = None

    def _start_transaction_under_autocommit(self) -> None:
        self._wait_in_line()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave_line()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._leave_line()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave_line()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave_line()

    def _wait_in_line(self) -> None:
        name = str(self.settings_dict["NAME"])
        if self._place_in_line is not None or ":memory:" in name or name.startswith("file:"):
            return
        descriptor = os.open(f"{name}-queue", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except BaseException:
            os.close(descriptor)
            raise
        self._place_in_line = descriptor

    def _leave_line(self) -> None:
        """Closing the file frees the lock."""
        if self._place_in_line is not None:
            os.close(self._place_in_line)
            self._place_in_line = None
