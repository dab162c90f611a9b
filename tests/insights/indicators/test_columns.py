"""The record as columns: what is read is what was written, on either database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gongzhi.commons.ledger import columns
from gongzhi.commons.ledger.columns import (
    SCHEMA,
    count_events,
    event_batches,
    version_at,
    version_now,
)
from gongzhi.commons.ledger.recording import NewEvent, Subject, record
from gongzhi.insights.indicators.columns import engine, typed

pytestmark = [pytest.mark.django_db, pytest.mark.database]
# A moment with a fraction of a second, told by a clock that is ahead of UTC.
NOON = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=ZoneInfo("Asia/Shanghai"))


def write(count: int) -> None:
    for number in range(count):
        record(
            NewEvent(
                Subject("ticket", number + 1),
                "ticket.contacted",
                NOON + timedelta(minutes=number),
                unit_id=7,
                place_id=None,
                data={"in_limit": number % 2 == 0},
                opens=True,
            )
        )


def test_every_event_is_read_once_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    write(7)
    monkeypatch.setattr(columns, "_AT_ONCE", 3)
    last = version_now().last_id
    batches = list(event_batches(after=0, up_to=last))
    assert [batch.num_rows for batch in batches] == [3, 3, 1]
    assert all(batch.schema.equals(SCHEMA) for batch in batches)
    assert [i for batch in batches for i in batch["subject_id"].to_pylist()] == list(range(1, 8))
    assert count_events(after=0, up_to=last) == 7
    some = list(event_batches(after=last - 2, up_to=last - 1))
    assert sum(batch.num_rows for batch in some) == 1


def test_a_moment_is_told_in_utc_and_data_as_it_was_written() -> None:
    write(2)
    (batch,) = event_batches(after=0, up_to=version_now().last_id)
    table = typed([batch], using=engine())
    assert table["at"].to_pylist()[0] == NOON.astimezone(UTC).replace(tzinfo=None)
    assert table["in_limit"].to_pylist() == [True, False]
    assert table["unit_id"].to_pylist() == [7, 7]
    assert table["place_id"].to_pylist() == [None, None]


def test_a_version_names_the_last_event_and_its_hash() -> None:
    assert version_now() == (0, "")
    write(2)
    version = version_now()
    assert version_at(version.last_id) == version
    assert version_at(version.last_id + 1) is None
