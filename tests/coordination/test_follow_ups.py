"""What follows an event happens once, whatever dies half-way."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.models import Requester, Ticket
from gongzhi.commons.ledger.kinds import all_kinds
from gongzhi.commons.ledger.models import Event, OutboxEntry
from gongzhi.commons.ledger.outbox import Happened, failing, follow_due, waiting
from gongzhi.commons.ledger.recording import CannotRecord, NewEvent, Subject, record
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.notices.models import Notice
from gongzhi.commons.notices.templates import template_named
from gongzhi.coordination.follow_ups import FOLLOW_UPS, follow_all, follow_up
from gongzhi.coordination.schedules import SCHEDULES, Schedule, Timetable, run_due
from gongzhi.coordination.telling import TELLS
from tests.affairs.small_district import MONDAY, SmallDistrict, build
from tests.affairs.tickets.journeys import PHONE, closed, events, receive, ticket

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


class Killed(BaseException):
    """Stands for a process that ends at this line: nothing may catch it and go on."""


def test_an_event_outside_a_transaction_is_refused(transactional_db: None) -> None:
    with pytest.raises(CannotRecord):
        record(NewEvent(Subject("ticket", 1), "ticket.received", MONDAY))


def test_a_worker_killed_after_its_work_and_before_crossing_off_repeats_nothing(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket_id = receive(district).ticket_id
    kept = FOLLOW_UPS["ticket.received"]

    def die(_events: Sequence[Happened], _at: object) -> None:
        raise Killed

    monkeypatch.setitem(FOLLOW_UPS, "ticket.received", (*kept, die))
    with pytest.raises(Killed), transaction.atomic():
        follow_up(at=MONDAY)
    assert ticket(ticket_id).state == State.RECEIVED
    assert waiting() == 1
    monkeypatch.setitem(FOLLOW_UPS, "ticket.received", kept)
    follow_all(at=MONDAY)
    assert events(ticket_id) == ["ticket.received", "ticket.triaged", "ticket.dispatched"]
    assert Notice.objects.filter(subject_id=ticket_id).count() == 3


def test_what_follows_from_what_follows_shares_one_transaction(district: SmallDistrict) -> None:
    ticket_id = receive(district).ticket_id
    assert follow_up(at=MONDAY) == 3  # received, triaged, dispatched
    assert ticket(ticket_id).state == State.DISPATCHED
    assert waiting() == 0


def test_no_more_are_taken_at_once_than_were_asked_for(district: SmallDistrict) -> None:
    for _ in range(3):
        receive(district)
    assert [follow_up(at=MONDAY, most=2) for _ in range(6)] == [2, 2, 2, 2, 1, 0]


def test_one_bad_event_does_not_stop_the_others(district: SmallDistrict) -> None:
    bad, good = receive(district).ticket_id, receive(district).ticket_id
    done: list[int] = []

    def follow(happened: Sequence[Happened]) -> None:
        if any(event.subject_id == bad for event in happened):
            raise ValueError("a secret text")
        done.extend(event.subject_id for event in happened)

    assert follow_due(follow, at=MONDAY) == 2
    assert done == [good]
    entry = OutboxEntry.objects.get()
    assert (entry.attempts, entry.error) == (1, "ValueError")
    assert entry.next_at == MONDAY + timedelta(seconds=5)
    assert follow_due(follow, at=MONDAY) == 0  # it waits
    assert follow_due(lambda _happened: None, at=MONDAY + timedelta(minutes=1)) == 1
    assert waiting() == 0


def test_running_again_finds_nothing_to_do(district: SmallDistrict) -> None:
    receive(district)
    assert follow_all(at=MONDAY) > 0
    written = Event.objects.count()
    assert follow_all(at=MONDAY) == 0
    assert Event.objects.count() == written


def test_an_event_told_twice_is_noticed_once(district: SmallDistrict) -> None:
    ticket_id = receive(district).ticket_id
    follow_all(at=MONDAY)
    again = Event.objects.get(subject_id=ticket_id, kind="ticket.dispatched")
    OutboxEntry.objects.create(event=again)
    follow_all(at=MONDAY)
    assert Notice.objects.filter(subject_id=ticket_id).count() == 3


@pytest.mark.parametrize("kind", TELLS)
def test_every_telling_names_a_declared_event(kind: str) -> None:
    assert kind in {declared.name for declared in all_kinds()}


def test_every_wording_is_declared() -> None:
    for name in ("requester.dispatched", "unit.dispatched", "unit.copied", "unit.whistled"):
        assert template_named(name).body_en


def test_a_schedule_that_is_claimed_is_not_due_for_another_worker(
    district: SmallDistrict,
) -> None:
    first = run_due(at=MONDAY)
    assert set(first) == {schedule.name for schedule in SCHEDULES}
    assert run_due(at=MONDAY) == {}
    assert "tickets.remind" in run_due(at=MONDAY + timedelta(minutes=1))


def test_an_overdue_ticket_is_reminded_then_escalated_once_each(district: SmallDistrict) -> None:
    ticket_id = receive(district).ticket_id
    follow_all(at=MONDAY)
    due = Ticket.objects.get(pk=ticket_id).due_at
    assert due is not None
    for at in (due - timedelta(hours=2), due - timedelta(hours=1)):
        run_due(at=at)
    for hours in (1, 2):
        run_due(at=due + timedelta(hours=hours))
    told = events(ticket_id)
    assert told.count("ticket.reminded") == 1
    assert told.count("ticket.escalated") == 1


def test_old_contacts_go_and_once_a_day_the_ledger_is_sealed(district: SmallDistrict) -> None:
    ticket_id = closed(district)
    follow_all(at=MONDAY)
    run_due(at=MONDAY + timedelta(days=200))
    assert Requester.objects.get(ticket_id=ticket_id).erased_at is None
    late = MONDAY + timedelta(days=500)
    done = run_due(at=late)
    assert done["privacy.retention"] >= 1
    assert done["ledger.seal"] == 1
    held = Requester.objects.get(ticket_id=ticket_id)
    assert (held.phone_sealed, held.phone_index, held.erased_at) == ("", "", late)
    erased = Event.objects.get(kind="ticket.erased", subject_id=ticket_id)
    assert erased.at == late
    assert verify().is_sound
    assert "privacy.retention" not in run_due(at=late + timedelta(minutes=59))
    assert "ledger.seal" not in run_due(at=late + timedelta(hours=23))


def test_a_schedule_that_fails_is_due_again_soon_and_holds_up_no_other(db: None) -> None:
    ran: list[str] = []

    def fail(_at: datetime) -> int:
        ran.append("daily")
        raise RuntimeError

    def work(_at: datetime) -> int:
        ran.append("other")
        return 1

    timetable = Timetable(
        [
            Schedule("test.daily", timedelta(days=1), fail),
            Schedule("test.other", timedelta(days=1), work),
        ]
    )
    assert timetable.run_due(at=MONDAY) == {"test.daily": 0, "test.other": 1}
    assert timetable.run_due(at=MONDAY + timedelta(seconds=30)) == {}
    timetable.run_due(at=MONDAY + timedelta(minutes=1))
    assert ran == ["daily", "other", "daily"]


def test_what_fails_again_and_again_is_seen_by_administrators(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = receive(district, f"{PHONE} 打不通").ticket_id

    def fail(*_: object, **__: object) -> None:
        raise ValueError(PHONE)

    monkeypatch.setitem(FOLLOW_UPS, "ticket.received", (fail,))
    at = MONDAY
    for _ in range(3):
        follow_all(at=at)
        at += timedelta(hours=1)
    (failed,) = failing()
    assert (failed.subject_kind, failed.subject_id, failed.kind) == (
        "ticket",
        bad,
        "ticket.received",
    )
    assert (failed.attempts, failed.error) == (3, "ValueError")
    assert failed.next_at is not None
    assert PHONE not in repr(failed)
