"""The same definitions on PySpark give the same numbers, where there is one to ask."""

from pathlib import Path

import pytest

from benchmarks.indicators_spark import compare, missing
from gongzhi.commons.ledger.columns import version_now
from gongzhi.insights.indicators.columns import engine
from gongzhi.insights.indicators.mirror import export_events
from tests.affairs.small_district import SmallDistrict, moment
from tests.affairs.tickets.journeys import closed, dispatched
from tests.insights.indicators.test_of_joint import arrive, blow

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.skipif(bool(missing()), reason=missing() or "it can be run")
def test_every_indicator_is_the_same_on_pyspark(district: SmallDistrict, tmp_path: Path) -> None:
    for _ in range(3):
        closed(district)
    dispatched(district)
    arrive(district, blow(district), "sanitation", moment("2026-03-02", "12:00"))
    file = tmp_path / "events.parquet"
    list(export_events(file, up_to=version_now(), at=moment("2026-04-15"), using=engine()))
    compared = list(compare(file, "2026-03", by_month=False))
    assert sum(count for _code, count, _differing in compared) > 20
    assert [(code, differing) for code, _count, differing in compared if differing] == []
