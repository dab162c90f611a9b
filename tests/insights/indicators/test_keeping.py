"""What the worker works out ahead is what a page would find, and is left alone when it is not."""

from datetime import timedelta
from pathlib import Path

import pytest

from gongzhi.commons.permissions.actors import SYSTEM
from gongzhi.insights.indicators import snapshots
from gongzhi.insights.indicators.keeping import NAME, usual_period
from gongzhi.insights.indicators.overview import keep_overview, network_of, overview
from gongzhi.insights.indicators.snapshots import Snapshot, forget_snapshot, read_anew, snapshot
from tests.affairs.small_district import SmallDistrict, moment
from tests.affairs.tickets.journeys import closed

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = moment("2026-03-20")
USUAL = usual_period(NOW.date())


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in ("snapshots", "overview"):
        monkeypatch.setattr(f"gongzhi.insights.indicators.{module}.mirror_folder", lambda: tmp_path)
    return tmp_path


def opened(snap: Snapshot) -> bool:
    return snap._source is not None


@pytest.fixture
def six_closed(district: SmallDistrict) -> SmallDistrict:
    for _ in range(6):
        closed(district)
    return district


def test_what_is_kept_is_what_a_page_would_work_out(six_closed: SmallDistrict) -> None:
    assert keep_overview(at=NOW) > 0
    with snapshot(at=NOW + timedelta(minutes=9)) as snap:
        kept, network = overview(snap, USUAL, by=SYSTEM), network_of(snap, USUAL)
        assert not opened(snap), "the events were not needed"
    anew = read_anew(NOW)
    fresh = overview(anew, USUAL, by=SYSTEM)
    assert kept.tables == fresh.tables
    assert kept.scan == fresh.scan
    assert (kept.version, kept.at) == (fresh.version, NOW)
    assert network == network_of(anew, USUAL)


def test_another_period_is_worked_out_from_the_events_of_that_moment(
    six_closed: SmallDistrict,
) -> None:
    keep_overview(at=NOW)
    closed(six_closed)
    with snapshot(at=NOW) as snap:
        seen = overview(snap, snapshots.Period(USUAL.first, USUAL.last - timedelta(1)), by=SYSTEM)
    assert seen.tables["callback_coverage"].totals[0].denominator == 6


def test_what_is_too_old_broken_or_of_another_record_is_worked_out_anew(
    six_closed: SmallDistrict, folder: Path
) -> None:
    keep_overview(at=NOW)
    good = (folder / NAME).read_text()
    spoiled = (
        good[:-20],
        good.replace('"version": [', '"version": [1'),
        good.replace("response_rate", "no_rate"),
        "[]",
    )
    for text in spoiled:
        (folder / NAME).write_text(text)
        forget_snapshot()
        with snapshot(at=NOW) as snap:
            assert snap.kept is None, text[:80]
    (folder / NAME).write_text(good)
    forget_snapshot()
    with snapshot(at=NOW + timedelta(minutes=26)) as snap:
        assert snap.kept is None
