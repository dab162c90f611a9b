"""Values read from tables and kept in the process until somebody changes the tables.

Each room that keeps such values has a model with one row and one field, `number`, which grows
with every change. A process looks at that number at most once a second; between two looks it
answers from memory. A connection that has changed the tables and not yet committed sees its own
change at once, alone; what it read is dropped if the change is rolled back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, local
from time import monotonic
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import WeakSet

from django.apps import apps
from django.db import connection, transaction
from django.db.models import F

T = TypeVar("T")
_FRESH_FOR = 1.0  # seconds
_known: "WeakSet[Revision]" = WeakSet()
_others: list[Callable[[], None]] = []


class State(NamedTuple):
    """The state of a room's tables as one thread sees it."""

    times_forgotten: int
    number: int  # as of at most a second ago
    own: "_Change | None"  # our newest change that isn't committed


class Revision:
    """The number of one room's tables, and which uncommitted changes each thread has made."""

    def __init__(self, model: str) -> None:
        """`model`: "app_label.ModelName" of the one-row table."""
        self._model = model
        self._number = 0
        self._times_forgotten = 0
        self._looked_at = float("-inf")
        self._lock = Lock()
        self._thread = local()
        _known.add(self)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """A transaction that changes the tables: every process learns of it when it commits.

        The number's row is locked from the start, so changes to one room queue up. What the
        thread reads inside is from before the change; after it, the tables as it left them.
        """
        with transaction.atomic():
            self.grow()
            yield
            self._note_change()

    def grow(self) -> None:
        """Tell every process that the tables have changed; call it in the change's transaction."""
        if not connection.in_atomic_block:
            raise RuntimeError(f"{self._model} grows in its action's transaction; open one first")
        rows = self._rows()
        if not rows.filter(pk=1).update(number=F("number") + 1):
            rows.create(pk=1, number=1)
        self._note_change()

    def state(self) -> State:
        """What the thread may rely on now; one query when the last look is a second old."""
        own = self._own_change()
        if own is None and monotonic() - self._looked_at > _FRESH_FOR:
            with self._lock:
                looked_at = monotonic()
                self._number = self._rows().values_list("number", flat=True).first() or 0
                self._looked_at = looked_at
        return State(self._times_forgotten, self._number, own)

    def look_again(self) -> None:
        """Look at the number before the next answer."""
        self._looked_at = float("-inf")

    def forget(self) -> None:
        """Make every value anew."""
        self._times_forgotten += 1
        self.look_again()

    def _note_change(self) -> None:
        change = _Change(self)
        transaction.on_commit(change)
        self._thread.__dict__.setdefault("changes", []).append(change)

    def _rows(self) -> Any:
        return apps.get_model(self._model)._default_manager

    def _own_change(self) -> "_Change | None":
        """This thread's newest change that is neither committed nor rolled back.

        Django drops the commit hooks of whatever is rolled back, down to the savepoint, so a
        hook that is still there belongs to a change that may still be committed.
        """
        changes: list[_Change] | None = self._thread.__dict__.get("changes")
        if not changes:
            return None
        alive = {id(hook) for _, hook, *_ in connection.run_on_commit}
        changes[:] = [change for change in changes if id(change) in alive]
        return changes[-1] if changes else None


class _Change:
    """The commit hook of one change, and what its thread has read since."""

    def __init__(self, revision: Revision) -> None:
        self._revision = revision
        self.read: dict[int, Any] = {}

    def __call__(self) -> None:
        self._revision.look_again()


class Kept(Generic[T]):
    """One value made from a room's tables by `load`, made again when their revision changes."""

    def __init__(self, revision: Revision, load: Callable[[], T]) -> None:
        self._revision = revision
        self._load = load
        self._kept: tuple[tuple[int, int], T] | None = None
        self._lock = Lock()

    def value(self) -> T:
        """The value; no query when the revision was looked at within the last second."""
        times_forgotten, number, own = self._revision.state()
        if own is not None:
            if id(self) not in own.read:
                own.read[id(self)] = self._load()
            mine: T = own.read[id(self)]
            return mine
        key = (times_forgotten, number)
        kept = self._kept
        if kept is None or kept[0] != key:
            with self._lock:
                kept = self._kept
                if kept is None or kept[0] != key:
                    # The number was read before the tables: at worst the value is newer than it.
                    kept = self._kept = (key, self._load())
        return kept[1]


def forget_with(forget: Callable[[], None]) -> None:
    """Let `forget_all` drop what a room keeps in the process under numbers of its own."""
    _others.append(forget)


def forget_all() -> None:
    """Make every value anew; for tests, whose rollbacks no number tells of."""
    for revision in list(_known):
        revision.forget()
    for forget in _others:
        forget()
