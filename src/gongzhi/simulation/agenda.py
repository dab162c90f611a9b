"""What is still to happen, in the order of its time."""

import heapq
from collections.abc import Callable
from datetime import datetime

Step = Callable[[datetime], None]


class Agenda:
    """Steps by time; steps of one time in the order in which they were planned."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Step]] = []
        self._planned = 0

    def __len__(self) -> int:
        return len(self._heap)

    def plan(self, at: datetime, step: Step) -> None:
        """Let `step` run when the time has come to `at`."""
        heapq.heappush(self._heap, (at, self._planned, step))
        self._planned += 1

    def run_until(self, end: datetime) -> int:
        """Run each step before `end`, with what it plans; returns how many."""
        count = 0
        while self._heap and self._heap[0][0] < end:
            at, _, step = heapq.heappop(self._heap)
            step(at)
            count += 1
        return count

    def next_time(self) -> datetime | None:
        """When the next step is due."""
        return self._heap[0][0] if self._heap else None
