"""The mirror and the export hold the record, all of it, and nothing of persons."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gongzhi.commons.ledger.columns import (
    Version,
    count_events,
    event_batches,
    version_at,
    version_now,
)
from gongzhi.insights.indicators import mirror
from gongzhi.insights.indicators.columns import engine
from gongzhi.insights.indicators.definitions import INDICATORS
from gongzhi.insights.indicators.measuring import Measuring
from gongzhi.insights.indicators.mirror import export_events, mirrored
from gongzhi.insights.indicators.periods import period_named
from gongzhi.insights.indicators.shapes import Level
from gongzhi.insights.indicators.sources import CannotReadEvents, exported_events, local_events
from tests.affairs.small_district import SmallDistrict, moment
from tests.affairs.tickets.journeys import closed, dispatched

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LATER = moment("2026-04-15")


@pytest.fixture
def _short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror, "STRETCH", 10)
    monkeypatch.setattr(mirror, "STEP", 4)
    monkeypatch.setattr(mirror, "SETTLED_BEHIND", 5)


@pytest.mark.usefixtures("_short_stretches")
def test_files_and_rest_together_are_the_record(district: SmallDistrict, tmp_path: Path) -> None:
    for _ in range(3):
        closed(district)
    version = version_now()
    files, rest = mirrored(tmp_path, up_to=version, using=engine())
    assert files
    ids = [i for file in files for i in pq.read_table(file)["id"].to_pylist()]
    ids = sorted(ids) + rest["id"].to_pylist()
    known = [
        i
        for batch in event_batches(after=0, up_to=version.last_id)
        for i in batch["id"].to_pylist()
    ]
    assert ids == known


@pytest.mark.usefixtures("_short_stretches")
def test_the_mirror_grows_with_the_record_by_steps_that_become_stretches(
    district: SmallDistrict, tmp_path: Path
) -> None:
    whole = version_now()
    for last_id in range(1, whole.last_id + 1):
        version = version_at(last_id)
        if version is None:
            continue
        files, rest = mirrored(tmp_path, up_to=version, using=engine())
        held = sum(pq.read_metadata(file).num_rows for file in files) + rest.num_rows
        assert held == count_events(after=0, up_to=last_id)
        assert rest.num_rows < 4 + 5
    assert set(tmp_path.glob("*.parquet")) == set(files), "no step is left beside its stretch"


@pytest.mark.usefixtures("_short_stretches")
def test_a_mirror_of_another_ledger_is_made_anew(district: SmallDistrict, tmp_path: Path) -> None:
    for _ in range(3):
        closed(district)
    files, _rest = mirrored(tmp_path, up_to=version_now(), using=engine())
    written = pq.read_table(files[0])
    foreign = written.replace_schema_metadata({b"gongzhi.last": b"10:another"})
    pq.write_table(foreign.slice(0, 1), files[0])
    mirrored(tmp_path, up_to=version_now(), using=engine())
    assert pq.read_table(files[0]).num_rows == written.num_rows


def test_an_export_gives_the_same_numbers(district: SmallDistrict, tmp_path: Path) -> None:
    for _ in range(3):
        closed(district)
    dispatched(district)
    file = tmp_path / "events.parquet"
    version = version_now()
    assert sum(export_events(file, up_to=version, at=LATER, using=engine())) > 0
    here = Measuring(local_events(tmp_path / "mirror", as_of=LATER), period_named("2026-03"))
    there = Measuring(exported_events(file), period_named("2026-03"))
    assert there.source.version == version
    for indicator in INDICATORS:
        for level in (Level.DISTRICT, Level.COMMUNITY):
            assert here.measure(indicator, level) == there.measure(indicator, level)


def test_an_export_names_no_person_and_holds_no_digest(
    district: SmallDistrict, tmp_path: Path
) -> None:
    closed(district)
    file = tmp_path / "events.parquet"
    list(export_events(file, up_to=version_now(), at=LATER, using=engine()))
    columns = set(pq.read_schema(file).names)
    assert not columns & {"person_id", "data", "hash", "previous_hash", "text", "digest"}


def test_a_file_that_is_no_export_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "notes.parquet"
    wrong.write_text("not parquet")
    with pytest.raises(CannotReadEvents):
        exported_events(wrong)


def test_a_broken_export_leaves_nothing_behind(district: SmallDistrict, tmp_path: Path) -> None:
    file = tmp_path / "events.parquet"
    writing = export_events(file, up_to=version_now(), at=LATER, using=engine())
    next(writing)
    writing.close()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_ledger_has_nothing_to_measure(db: None, tmp_path: Path) -> None:
    source = local_events(tmp_path)
    assert (source.version, source.first_day) == (Version(0, ""), None)
    measuring = Measuring(source, period_named("2026"))
    assert all(measuring.measure(each, Level.DISTRICT) == [] for each in INDICATORS)
