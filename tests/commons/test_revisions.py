"""What a process keeps of the tables is what was committed, and one's own changes."""

import threading

import pytest
from django.db import connection, transaction

from gongzhi.commons import revisions
from gongzhi.commons.calendar.models import SpecialDay
from gongzhi.commons.revisions import Kept, Revision

pytestmark = pytest.mark.database


class Shelf:
    """A kept count of special days, and how often it was counted."""

    def __init__(self) -> None:
        self.revision = Revision("calendar.CalendarRevision")
        self.kept = Kept(self.revision, self._count)
        self.counted = 0

    def _count(self) -> int:
        self.counted += 1
        return SpecialDay.objects.count()

    def add(self, day: str) -> None:
        self.revision.grow()
        SpecialDay.objects.create(day=day, year=2030, name="x", is_off=True)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def later(monkeypatch):
    """Moves the clock by which a look at the number gets old."""
    now = [1000.0]
    monkeypatch.setattr(revisions, "monotonic", lambda: now[0])
    return lambda seconds: now.__setitem__(0, now[0] + seconds)


def elsewhere(action) -> None:
    """Run `action` in a thread with a connection of its own, and wait for it."""

    def run() -> None:
        try:
            action()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.django_db
def test_a_warm_value_needs_no_query(shelf, django_assert_num_queries):
    shelf.kept.value()
    with django_assert_num_queries(0):
        shelf.kept.value()
    assert shelf.counted == 1


@pytest.mark.django_db
def test_ones_own_change_is_seen_at_once_and_forgotten_when_rolled_back(shelf):
    assert shelf.kept.value() == 0
    with transaction.atomic():
        shelf.add("2030-01-01")
        assert shelf.kept.value() == 1
        shelf.add("2030-01-02")
        assert shelf.kept.value() == 2
        transaction.set_rollback(True)
    assert shelf.kept.value() == 0


@pytest.mark.django_db
def test_a_savepoint_that_is_rolled_back_takes_its_change_along(shelf):
    with transaction.atomic():
        shelf.add("2030-01-01")
        with transaction.atomic():
            shelf.add("2030-01-02")
            assert shelf.kept.value() == 2
            transaction.set_rollback(True)
        assert shelf.kept.value() == 1


@pytest.mark.django_db
def test_what_is_read_during_a_change_is_not_kept_after_it(shelf):
    with shelf.revision.changing():
        assert shelf.kept.value() == 0
        SpecialDay.objects.create(day="2030-01-01", year=2030, name="x", is_off=True)
    assert shelf.kept.value() == 1


@pytest.mark.django_db
def test_a_change_outside_a_transaction_is_refused(shelf, monkeypatch):
    monkeypatch.setattr(connection._connections[connection._alias], "in_atomic_block", False)
    with pytest.raises(RuntimeError, match="transaction"):
        shelf.revision.grow()


@pytest.mark.django_db(transaction=True)
def test_a_commit_is_seen_at_once_by_whoever_made_it(shelf):
    assert shelf.kept.value() == 0
    with transaction.atomic():
        shelf.add("2030-01-01")
    assert shelf.kept.value() == 1


@pytest.mark.django_db(transaction=True)
def test_another_process_sees_a_commit_within_a_second(shelf, later):
    other = Shelf()  # its own revision object: nothing in memory links the two
    assert other.kept.value() == 0
    with transaction.atomic():
        shelf.add("2030-01-01")
    later(0.9)
    assert other.kept.value() == 0
    later(0.2)
    assert other.kept.value() == 1


@pytest.mark.django_db(transaction=True)
def test_nobody_else_sees_a_change_before_its_commit(shelf):
    seen: list[int] = []
    assert shelf.kept.value() == 0
    with transaction.atomic():
        shelf.add("2030-01-01")
        assert shelf.kept.value() == 1
        elsewhere(lambda: seen.append(shelf.kept.value()))
    assert seen == [0]


@pytest.mark.django_db(transaction=True)
def test_a_change_in_another_thread_is_seen_after_its_commit(shelf):
    assert shelf.kept.value() == 0
    elsewhere(transaction.atomic(lambda: shelf.add("2030-01-01")))
    assert shelf.kept.value() == 1


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_number_is_not_mistaken_for_the_next_one(shelf):
    with transaction.atomic():
        shelf.add("2030-01-01")
        shelf.add("2030-01-02")
        assert shelf.kept.value() == 2
        transaction.set_rollback(True)
    with transaction.atomic():
        shelf.add("2030-01-03")
    with transaction.atomic():
        shelf.add("2030-01-04")
    assert shelf.kept.value() == 2
    assert shelf.counted == 2
