"""Events are written in the action's transaction, chained, plain, and never changed."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from gongzhi.commons.ledger import guards, kinds, reading
from gongzhi.commons.ledger.inserting import EventRow
from gongzhi.commons.ledger.models import Event, OutboxEntry
from gongzhi.commons.ledger.recording import (
    CannotRecord,
    NewEvent,
    Subject,
    genesis,
    record,
    record_many,
)
from tests.commons.ledger.tampering import AT, NOTED, OPENED, write_chain

ONE = Subject("ledgertest", 1)


@pytest.mark.django_db
@pytest.mark.database
class TestWriting:
    def test_each_event_follows_the_one_before(self) -> None:
        write_chain(1, 3)
        write_chain(2, 1)
        first, second, third = Event.objects.filter(subject_id=1).order_by("sequence")
        assert first.previous_hash == genesis(ONE)
        assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)
        assert OutboxEntry.objects.count() == 4

    def test_a_chain_goes_on_where_it_ended_for_one_and_for_many_subjects(self) -> None:
        for subject_id in (1, 2, 3):
            write_chain(subject_id, subject_id)
        with transaction.atomic():
            record(NewEvent(ONE, NOTED, AT))
            rows = record_many(
                [NewEvent(Subject("ledgertest", n), NOTED, AT) for n in (1, 2, 3, 2, 4)]
            )
        assert [row.sequence for row in rows] == [3, 3, 4, 4, 1]

    def test_the_head_of_a_long_chain_is_found_by_reading_one_row(self) -> None:
        write_chain(1, 50)
        with (
            CaptureQueriesContext(
                connection,
            ) as queries,
            transaction.atomic(),
        ):
            record(NewEvent(ONE, NOTED, AT))
        looked_up = [one["sql"] for one in queries if "SELECT" in one["sql"]]
        assert len(looked_up) == 1
        assert "LIMIT 1" in looked_up[0]

    def test_more_events_than_fit_one_statement_keep_their_order(self) -> None:
        with transaction.atomic():
            rows = record_many(
                [NewEvent(Subject("ledgertest", n), OPENED, AT, opens=True) for n in range(450)]
            )
        stored = dict(Event.objects.values_list("pk", "subject_id"))
        assert [stored[row.id] for row in rows] == list(range(450))
        assert set(OutboxEntry.objects.values_list("event_id", flat=True)) == stored.keys()
        assert OutboxEntry.objects.filter(attempts=0, next_at=None, error="").count() == 450

    def test_every_column_of_the_table_is_written(self) -> None:
        columns = {field.column for field in Event._meta.concrete_fields}
        assert columns - {"id"} == set(EventRow._fields)

    def test_a_row_is_stored_as_django_itself_would_store_it(self) -> None:
        subject = write_chain(1, 2)
        row = Event.objects.get(subject_id=1, sequence=2)
        values = {name: getattr(row, name) for name in EventRow._fields}
        Event.objects.create(**values | {"sequence": 3})
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT CAST(at AS text), CAST(data AS text) FROM ledger_event"
                " WHERE subject_id = %s AND sequence >= 2",
                [subject.id],
            )
            ours, djangos = cursor.fetchall()
        assert ours[0] == djangos[0]
        assert json.loads(ours[1]) == json.loads(djangos[1])

    def test_two_writers_of_one_chain_can_not_both_win(self) -> None:
        write_chain(1, 1)
        stale = NewEvent(ONE, NOTED, AT, opens=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            record(stale)

    def test_an_event_is_read_as_it_was_written(self) -> None:
        subject = write_chain(1, 2)
        _, second = reading.events_of(subject)
        assert second.at == AT + timedelta(seconds=1)
        assert second.at.microsecond == 123456
        assert second.data == {"n": 1, "name": "柳浪社区🌳", "nested": {"b": [1, None], "a": True}}
        assert reading.events_of_many("ledgertest", [1, 2])[1][1] == second

    def test_events_of_a_kind_are_read_by_time_unit_and_place(self) -> None:
        write_chain(1, 5)
        write_chain(2, 5)
        since, until = AT + timedelta(seconds=1), AT + timedelta(seconds=3)
        found = list(reading.events(kinds=[NOTED], since=since, until=until))
        assert [(one.subject.id, one.sequence) for one in found] == [(1, 2), (2, 2), (1, 3), (2, 3)]
        assert list(reading.events(kinds=[OPENED], place_ids=[99])) == []
        assert len(list(reading.events(kinds=[NOTED], unit_ids=[3], place_ids=[3]))) == 2

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            ({"n": 0.5}, "float"),
            ({"nested": {"deep": [1, {"x": 2.0}]}}, "float"),
            ({"name": "长" * 161}, "free text"),
            ({"name": "一\n二"}, "free text"),
            ({"name": "a\0b"}, "hold"),
            ({"name": "\ud800"}, "hold"),
            ({"nested": {1: 2}}, "no text"),
            ({"n": AT}, "datetime"),
        ],
    )
    def test_what_a_database_would_change_or_a_person_wrote_is_refused(self, data, why) -> None:
        with pytest.raises(CannotRecord, match=why), transaction.atomic():
            record(NewEvent(ONE, OPENED, AT, data=data))

    def test_a_field_that_nobody_declared_is_refused(self) -> None:
        with pytest.raises(kinds.UnknownEventKind, match="'contact'"), transaction.atomic():
            record(NewEvent(ONE, OPENED, AT, data={"contact": "x"}))
        with pytest.raises(kinds.UnknownEventKind, match="declare"), transaction.atomic():
            record(NewEvent(ONE, "ledgertest.unknown", AT))
        with pytest.raises(kinds.UnknownEventKind, match="can't be written"), transaction.atomic():
            record(NewEvent(Subject("other", 1), OPENED, AT))

    def test_a_time_without_zone_is_refused_and_zones_do_not_matter(self) -> None:
        with pytest.raises(CannotRecord, match="time zone"), transaction.atomic():
            record(NewEvent(ONE, OPENED, datetime(2026, 3, 2)))  # noqa: DTZ001
        east = timezone(timedelta(hours=8))
        with transaction.atomic():
            one = record(NewEvent(ONE, OPENED, AT, opens=True))
            assert one.hash != genesis(ONE)
        Event.objects.get(hash=one.hash)
        assert AT.astimezone(east) == AT


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_outside_a_transaction_nothing_is_written() -> None:
    with pytest.raises(CannotRecord, match="transaction"):
        record(NewEvent(ONE, OPENED, datetime.now(UTC)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
class TestGuards:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_event SET kind = 'x'",
            "DELETE FROM ledger_event",
            "UPDATE ledger_event SET hash = hash",
        ],
    )
    def test_the_database_refuses_to_change_or_delete_events(self, statement: str) -> None:
        write_chain(1, 2)
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        with pytest.raises(IntegrityError), transaction.atomic():
            Event.objects.all().delete()
        assert Event.objects.count() == 2

    def test_they_can_be_put_up_again(self) -> None:
        assert guards.missing(connection) == []
        with connection.cursor() as cursor:
            cursor.execute(guards.removal(connection.vendor)[0])
        assert guards.missing(connection) == ["ledger_event_no_update"]
        guards.install(connection)
        assert guards.missing(connection) == []

    def test_postgresql_refuses_to_empty_the_table(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has no TRUNCATE")
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("TRUNCATE ledger_event CASCADE")
